package main

import (
	"testing"
	"time"
)

// TestClock: whoever sets the machine's clock, by less than an hour and a half, changes no
// pause by more than a tenth; and in the end the time is the machine's again.
func TestClock(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	for _, step := range []time.Duration{0, time.Second, -time.Second, 4 * time.Minute, -4 * time.Minute, time.Hour, -time.Hour} {
		var elapsed, set time.Duration
		c := &steadyClock{wall: func() time.Time { return begin.Add(elapsed + set) }, elapsed: func() time.Duration { return elapsed }, shown: begin}
		before := c.Now()
		elapsed += time.Minute
		if got := c.Now().Sub(before); got != time.Minute {
			t.Errorf("a minute took %s", got)
		}
		set = step
		for range 11 * 60 { // a tenth of this is more than an hour
			before = c.Now()
			elapsed += time.Minute
			if got := c.Now().Sub(before); got < 54*time.Second || got > 66*time.Second {
				t.Fatalf("set by %s, a minute takes %s", step, got)
			}
		}
		if got := c.Now(); !got.Equal(c.wall()) {
			t.Errorf("set by %s, it shows %s at %s", step, got, c.wall())
		}
	}
	for _, step := range []time.Duration{2 * time.Hour, -48 * time.Hour} {
		var set time.Duration
		c := &steadyClock{wall: func() time.Time { return begin.Add(set) }, elapsed: func() time.Duration { return 0 }, shown: begin}
		set = step
		if got := c.Now(); !got.Equal(begin.Add(step)) {
			t.Errorf("a wrong clock that is set by %s: %s", step, got)
		}
	}
}
