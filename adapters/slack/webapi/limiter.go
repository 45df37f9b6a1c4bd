package webapi

import (
	"sync"
	"time"
)

// Limiter limits messages to one a second in channels for which Slack has lately
// reported a rate limit. Slack documents "one message per second per channel" but lets
// more through at its discretion, so all other channels are not limited.
// Source: https://docs.slack.dev/apis/web-api/rate-limits
type Limiter struct {
	now func() time.Time

	mu   sync.Mutex
	busy map[string]busyChannel // by channel
}

// busyChannel is a channel with a rate limit.
type busyChannel struct {
	until time.Time
	next  time.Time // when the next message may go out
}

const (
	busyTime     = 10 * time.Minute
	busyInterval = time.Second
)

// NewLimiter makes a Limiter that limits no channel yet.
func NewLimiter(now func() time.Time) *Limiter {
	return &Limiter{now: now, busy: map[string]busyChannel{}}
}

// MarkBusy notes that Slack refused a message because of a rate limit.
func (l *Limiter) MarkBusy(channel string, after time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	for c, b := range l.busy {
		if b.until.Before(now) {
			delete(l.busy, c)
		}
	}
	next := now.Add(after)
	if reserved := l.busy[channel].next; reserved.After(next) {
		next = reserved
	}
	l.busy[channel] = busyChannel{until: now.Add(busyTime), next: next}
}

// Reserve reserves the next slot for a message in a channel and returns how long to wait
// for it. If that is longer than maxWait, it reserves nothing and returns false.
func (l *Limiter) Reserve(channel string, maxWait time.Duration) (time.Duration, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	b, ok := l.busy[channel]
	if !ok || b.until.Before(now) {
		return 0, true
	}
	wait := max(b.next.Sub(now), 0)
	if wait > maxWait {
		return wait, false
	}
	b.next = now.Add(wait + busyInterval)
	l.busy[channel] = b
	return wait, true
}
