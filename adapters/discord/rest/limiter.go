package rest

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// limiter keeps Discord's rate limits before Discord has to: one bucket for each route and
// place, as the headers of its answers describe them, and one for everything together.
type limiter struct {
	now func() time.Time

	mu           sync.Mutex
	buckets      map[string]*bucket
	blockedUntil time.Time // Discord wants to hear nothing before
	secondStart  time.Time // the second that count is about
	inSecond     int
}

// bucket is how often a route may still be called.
type bucket struct {
	known     bool
	limit     int
	remaining int
	reset     time.Time     // then it is full again
	inFlight  int           // requests that are not answered yet
	released  chan struct{} // closed when one is
}

const (
	maxPerSecond  = 45     // of the 50 requests that Discord takes
	maxBuckets    = 10_000 // before idle ones are forgotten
	unlimitedRate = 1_000  // requests a minute where Discord names no limit
)

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, buckets: map[string]*bucket{}}
}

// reserve waits until a route may be called, patience long at most. If that is not
// enough, it says how long it would take and books nothing. What is booked must be
// landed.
func (p *limiter) reserve(ctx context.Context, key string, free bool, patience time.Duration) (time.Duration, bool) {
	limit := p.now().Add(patience)
	for {
		wait, landed := p.tryReserve(key, free)
		switch {
		case wait == 0 && landed == nil:
			return 0, true
		case p.now().Add(wait).After(limit), ctx.Err() != nil:
			return max(wait, time.Millisecond), false
		}
		if landed != nil { // nothing is known of the bucket before the first answer
			wait = limit.Sub(p.now())
		}
		timer := time.NewTimer(max(wait, time.Millisecond))
		select {
		case <-landed:
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// tryReserve takes a place in a bucket if there is one. Else it says how long to wait, or for
// what.
func (p *limiter) tryReserve(key string, free bool) (time.Duration, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if !free { // interactions do not count for everything together
		if wait := p.blockedUntil.Sub(now); wait > 0 {
			return wait, nil
		}
		if now.Sub(p.secondStart) >= time.Second {
			p.secondStart, p.inSecond = now, 0
		}
		if p.inSecond >= maxPerSecond {
			return time.Second - now.Sub(p.secondStart), nil
		}
	}
	b := p.bucket(key, now)
	switch {
	case !b.known && b.inFlight > 0:
		return 0, b.released
	case b.known && !now.Before(b.reset):
		b.remaining = max(b.limit-b.inFlight, 1)
		b.reset = now.Add(time.Second) // until an answer says better
	}
	if b.known && b.remaining <= 0 {
		return max(b.reset.Sub(now), time.Millisecond), nil
	}
	b.remaining--
	b.inFlight++
	if !free {
		p.inSecond++
	}
	return 0, nil
}

// bucket finds or makes one. The lock is held.
func (p *limiter) bucket(key string, now time.Time) *bucket {
	b := p.buckets[key]
	if b != nil {
		return b
	}
	if len(p.buckets) >= maxBuckets {
		for k, old := range p.buckets {
			if old.inFlight == 0 && now.After(old.reset) {
				delete(p.buckets, k)
			}
		}
	}
	b = &bucket{released: make(chan struct{})}
	p.buckets[key] = b
	return b
}

// release notes what an answer says about a route; without one, nothing is learned. How
// long Discord wants to be left alone is what it returns, of a refusal for that.
func (p *limiter) release(key string, h http.Header, status int, retry time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	b := p.bucket(key, now)
	b.inFlight = max(b.inFlight-1, 0)
	close(b.released)
	b.released = make(chan struct{})
	limit, err := strconv.Atoi(h.Get("X-Ratelimit-Limit"))
	left, err2 := strconv.Atoi(h.Get("X-Ratelimit-Remaining"))
	after := seconds(h.Get("X-Ratelimit-Reset-After"))
	if err == nil && err2 == nil && after > 0 {
		reset := now.Add(after)
		if !b.known || now.After(b.reset) || reset.After(b.reset.Add(after/2)) { // another window
			b.remaining = left - b.inFlight
		}
		b.known, b.limit, b.remaining, b.reset = true, max(limit, 1), min(b.remaining, left), reset
	}
	if err != nil && h != nil && !b.known { // no limits here
		b.known, b.limit, b.remaining, b.reset = true, unlimitedRate, unlimitedRate, now.Add(time.Minute)
	}
	if status != http.StatusTooManyRequests {
		return 0
	}
	retry = max(retry, seconds(h.Get("Retry-After")), 100*time.Millisecond)
	if h.Get("X-Ratelimit-Global") != "" || h.Get("X-Ratelimit-Scope") == "global" {
		p.blockedUntil = now.Add(retry)
		return retry
	}
	b.known, b.remaining, b.reset, b.limit = true, 0, now.Add(retry), max(b.limit, 1)
	return retry
}

// seconds reads a number of seconds.
func seconds(text string) time.Duration {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 || n > 1e6 {
		return 0
	}
	return time.Duration(n * float64(time.Second))
}
