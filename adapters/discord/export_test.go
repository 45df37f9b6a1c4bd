package discord

import "time"

// Hasten gives an adapter the patience of a test.
func Hasten(a *Adapter, silent time.Duration) {
	if silent == 0 {
		silent = a.times.silent
	}
	a.times = times{open: 2 * time.Second, pause: 20 * time.Millisecond, silent: silent}
	a.states.words = 50 * time.Millisecond
}
