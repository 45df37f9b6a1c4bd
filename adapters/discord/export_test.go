package discord

import (
	"time"

	"aidesk/adapters/discord/gateway"
)

// Hasten gives an adapter the patience of a test.
func Hasten(a *Adapter, silent time.Duration) {
	if silent == 0 {
		silent = a.times.Silent
	}
	a.times = gateway.Times{Open: 2 * time.Second, Pause: 20 * time.Millisecond, Silent: silent}
	a.typingOnly = 50 * time.Millisecond
}
