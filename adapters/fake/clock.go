package fake

import "time"

// Clock is time as a fake knows it: deadlines, retries, rate limits and the
// timestamps of messages follow it.
type Clock interface {
	Now() time.Time
	// Timer fires once when d has passed; stop releases it before that.
	Timer(d time.Duration) (fired <-chan time.Time, stop func())
}

// WallClock is the real time.
type WallClock struct{}

// Now is time.Now.
func (WallClock) Now() time.Time { return time.Now() }

// Timer is a time.Timer.
func (WallClock) Timer(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}
