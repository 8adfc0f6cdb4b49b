//go:build !go1.21

package pgiam

import "log"

func usualLog() (func(Level, string, string), Level) {
	return func(_ Level, component, message string) { log.Printf("pgiam: %s: %s", component, message) }, LevelWarn
}
