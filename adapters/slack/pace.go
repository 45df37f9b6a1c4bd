package slack

import (
	"sync"
	"time"
)

// pace lets one message a second into a channel that Slack has found too busy, for
// some minutes. Slack says "one message per second per channel" and lets more through
// at its discretion; so others go out at once, until Slack says no.
// Source: https://docs.slack.dev/apis/web-api/rate-limits
type pace struct {
	now func() time.Time

	mu   sync.Mutex
	busy map[string]busy // by channel
}

// busy is a channel that Slack has found too busy.
type busy struct {
	until time.Time
	next  time.Time // when the next message may go out
}

const (
	pacedFor  = 10 * time.Minute
	paceEvery = time.Second
)

func newPace(now func() time.Time) *pace {
	return &pace{now: now, busy: map[string]busy{}}
}

// slow remembers that Slack refused a message because of those before it.
func (p *pace) slow(channel string, after time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	for c, b := range p.busy {
		if b.until.Before(now) {
			delete(p.busy, c)
		}
	}
	next := now.Add(after)
	if booked := p.busy[channel].next; booked.After(next) {
		next = booked
	}
	p.busy[channel] = busy{until: now.Add(pacedFor), next: next}
}

// book takes the next place in a channel and returns how long to wait for it. If that
// is more than patience, it takes none and says so.
func (p *pace) book(channel string, patience time.Duration) (time.Duration, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	b, ok := p.busy[channel]
	if !ok || b.until.Before(now) {
		return 0, true
	}
	wait := max(b.next.Sub(now), 0)
	if wait > patience {
		return wait, false
	}
	b.next = now.Add(wait + paceEvery)
	p.busy[channel] = b
	return wait, true
}
