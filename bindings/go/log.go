package pgiam

import "pgiam.org/pgiam/internal/abi"

// Level is how much of the log is told; each includes those before it.
type Level int

const (
	LevelOff   Level = 0
	LevelError Level = abi.LogError
	LevelWarn  Level = abi.LogWarn
	LevelInfo  Level = abi.LogInfo
	LevelDebug Level = abi.LogDebug
)
