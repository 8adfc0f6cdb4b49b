//go:build go1.21

package pgiam

import (
	"context"
	"log/slog"
)

var slogLevels = [...]slog.Level{LevelError: slog.LevelError, LevelWarn: slog.LevelWarn, LevelInfo: slog.LevelInfo,
	LevelDebug: slog.LevelDebug}

// UseSlog sends the log there, at the level that the logger has now.
func (c *Config) UseSlog(logger *slog.Logger) {
	c.Log, c.Level = slogger(func() *slog.Logger { return logger })
}

func slogger(of func() *slog.Logger) (func(Level, string, string), Level) {
	wanted := LevelOff
	for level := LevelError; level <= LevelDebug; level++ {
		if of().Enabled(context.Background(), slogLevels[level]) {
			wanted = level
		}
	}
	return func(level Level, component, message string) {
		if level < LevelError || level > LevelDebug {
			level = LevelDebug
		}
		of().Log(context.Background(), slogLevels[level], message, "component", component)
	}, wanted
}

func usualLog() (func(Level, string, string), Level) {
	log, level := slogger(slog.Default)
	if level == LevelInfo {
		level = LevelWarn // "info" is what slog has where nobody said anything
	}
	return log, level
}

// LogValue shows no secret.
func (a Answer) LogValue() slog.Value { return slog.StringValue(a.String()) }
