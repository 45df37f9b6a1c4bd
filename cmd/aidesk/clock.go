package main

import (
	"sync"
	"time"
)

// steadyClock is the time of day without jumps. It starts with the machine's and follows it, but
// at most a tenth faster or slower than time passes: somebody may set the machine's clock by
// an hour while leases, retries and the time to decide about a card are running. A
// difference of followJump or more was no correction but a wrong clock, or a machine that
// slept: that one is taken over at once.
type steadyClock struct {
	wall    func() time.Time     // the machine's time of day
	elapsed func() time.Duration // since the program started, whatever the machine's clock says

	mu    sync.Mutex
	shown time.Time     // what Now returned last
	at    time.Duration // elapsed then
}

const (
	followPart = 10
	followJump = 90 * time.Minute
)

// newClock makes a steadyClock of the machine's.
func newClock() *steadyClock {
	started := time.Now()
	return &steadyClock{wall: machineTime, elapsed: func() time.Duration { return time.Since(started) }, shown: machineTime()}
}

// Now is the time. It never goes back by less than followJump.
func (c *steadyClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	elapsed := c.elapsed()
	passed := elapsed - c.at
	next := c.shown.Add(passed)
	gap := c.wall().Sub(next)
	if gap.Abs() < followJump {
		gap = min(max(gap, -passed/followPart), passed/followPart)
	}
	c.shown, c.at = next.Add(gap), elapsed
	return c.shown
}
