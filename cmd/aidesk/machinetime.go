//go:build !crash

package main

import "time"

// machineTime is the machine's time of day alone.
func machineTime() time.Time { return time.Now().Round(0) }
