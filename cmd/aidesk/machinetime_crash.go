//go:build crash

package main

import (
	"os"
	"strings"
	"time"
)

// machineTime is the time of day of a machine whose clock the crash harness sets: the
// duration in the file that AIDESK_CLOCK names is how far it is from the real one, now.
func machineTime() time.Time {
	now := time.Now().Round(0)
	text, err := os.ReadFile(os.Getenv("AIDESK_CLOCK"))
	if err != nil {
		return now
	}
	step, err := time.ParseDuration(strings.TrimSpace(string(text)))
	if err != nil {
		return now
	}
	return now.Add(step)
}
