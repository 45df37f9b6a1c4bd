package discord

import "time"

// Hasten gives an adapter the patience of a test.
func Hasten(a *Adapter) {
	a.times = times{open: 2 * time.Second, pause: 20 * time.Millisecond, silent: a.times.silent}
	a.states.words = 50 * time.Millisecond
}
