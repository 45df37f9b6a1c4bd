package faketest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// StillClock is a fake.Clock that stands still until it is moved.
type StillClock struct {
	mu     sync.Mutex
	now    time.Time
	timers []*timer
	more   chan struct{} // closed when a timer is set
}

type timer struct {
	due   time.Time
	fired chan time.Time
}

// NewClock makes a clock that shows a time.
func NewClock(now time.Time) *StillClock { return &StillClock{now: now, more: make(chan struct{})} }

// Now is the time that it shows.
func (c *StillClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Timer fires when the clock has been moved by d.
func (c *StillClock) Timer(d time.Duration) (<-chan time.Time, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &timer{c.now.Add(d), make(chan time.Time, 1)}
	if d <= 0 {
		t.fired <- c.now
		return t.fired, func() {}
	}
	c.timers = append(c.timers, t)
	close(c.more)
	c.more = make(chan struct{})
	return t.fired, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.timers = slices.DeleteFunc(c.timers, func(o *timer) bool { return o == t })
	}
}

// Advance moves the clock on and fires what became due.
func (c *StillClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.timers = slices.DeleteFunc(c.timers, func(t *timer) bool {
		if t.due.After(c.now) {
			return false
		}
		t.fired <- c.now
		return true
	})
}

// Wait returns when so many timers wait to fire: a test that moves the clock past a
// deadline waits first until somebody has set one.
func (c *StillClock) Wait(ctx context.Context, timers int) error {
	for {
		c.mu.Lock()
		n, more := len(c.timers), c.more
		c.mu.Unlock()
		if n >= timers {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return fmt.Errorf("waited for %d timers, %d are set: %w", timers, n, ctx.Err())
		}
	}
}
