package slack

import (
	"sync"
	"time"
)

// pace lets about one message a second into a channel, and some at once now and then,
// as Slack wants it.
type pace struct {
	now   func() time.Time
	every time.Duration
	burst int

	mu   sync.Mutex
	next map[string]time.Time // by channel: when it would be idle if one message a second went out
}

func newPace(now func() time.Time) *pace {
	return &pace{now: now, every: time.Second, burst: 3, next: map[string]time.Time{}}
}

// mostPaced is how many channels are remembered before idle ones are forgotten.
const mostPaced = 10_000

// book takes the next place in a channel and returns how long to wait for it. If that
// is more than patience, it takes none and says so.
func (p *pace) book(channel string, patience time.Duration) (time.Duration, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if len(p.next) > mostPaced {
		for c, t := range p.next {
			if t.Before(now) {
				delete(p.next, c)
			}
		}
	}
	next := p.next[channel]
	if next.Before(now) {
		next = now
	}
	wait := next.Sub(now) - time.Duration(p.burst-1)*p.every
	if wait > patience {
		return wait, false
	}
	p.next[channel] = next.Add(p.every)
	return max(wait, 0), true
}
