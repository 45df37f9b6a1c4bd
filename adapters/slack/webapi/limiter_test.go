package webapi

import (
	"testing"
	"time"
)

// TestPace: messages go out at once until Slack says that a channel is too busy; then
// one a second, for ten minutes, there and nowhere else.
func TestPace(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	p := NewLimiter(func() time.Time { return now })
	want := func(channel string, wait time.Duration, ok bool) {
		t.Helper()
		if got, fits := p.Reserve(channel, 3*time.Second); got != wait || fits != ok {
			t.Errorf("%s waits %s (%t), want %s (%t)", channel, got, fits, wait, ok)
		}
	}
	for range 20 {
		want("C1", 0, true)
	}
	p.MarkBusy("C1", 2*time.Second)
	want("C1", 2*time.Second, true)
	want("C1", 3*time.Second, true)
	p.MarkBusy("C1", time.Second) // of a message that went out before: what is booked stays
	want("C1", 4*time.Second, false)
	want("C2", 0, true)
	now = now.Add(5 * time.Second)
	want("C1", 0, true)
	want("C1", time.Second, true)
	now = now.Add(busyTime)
	want("C1", 0, true)
	want("C1", 0, true)
}
