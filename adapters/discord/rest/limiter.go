package rest

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// limiter waits for Discord's rate limits before Discord has to refuse: one bucket for
// each route and place, as the headers of answers describe them, and one limit for all
// requests of a second.
type limiter struct {
	now func() time.Time

	mu           sync.Mutex
	buckets      map[string]*bucket
	blockedUntil time.Time // Discord refuses everything before
	secondStart  time.Time // the second that inSecond counts
	inSecond     int
}

// bucket is the rate limit of one route and place.
type bucket struct {
	known     bool
	limit     int
	remaining int
	reset     time.Time     // when it is full again
	inFlight  int           // requests without an answer yet
	released  chan struct{} // closed when one is answered
}

const (
	maxPerSecond  = 45     // of Discord's 50 requests per second
	maxBuckets    = 10_000 // more than these are cleared of idle ones
	unlimitedRate = 1_000  // requests a minute for routes without a limit
)

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, buckets: map[string]*bucket{}}
}

// reserve waits until a route may be called, maxWait at most. If that does not suffice,
// it returns how long it would take and false, and reserves nothing. What is reserved
// must be released.
func (p *limiter) reserve(ctx context.Context, key string, free bool, maxWait time.Duration) (time.Duration, bool) {
	limit := p.now().Add(maxWait)
	for {
		wait, released := p.tryReserve(key, free)
		switch {
		case wait == 0 && released == nil:
			return 0, true
		case p.now().Add(wait).After(limit), ctx.Err() != nil:
			return max(wait, time.Millisecond), false
		}
		if released != nil { // the first answer tells the limit
			wait = limit.Sub(p.now())
		}
		timer := time.NewTimer(max(wait, time.Millisecond))
		select {
		case <-released:
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// tryReserve reserves a call if that is possible now. Otherwise it returns how long to
// wait, or a channel that is closed when the answer under way has come.
func (p *limiter) tryReserve(key string, free bool) (time.Duration, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if !free { // interactions do not count for the global limit
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
		b.reset = now.Add(time.Second) // until an answer says otherwise
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

// bucket finds or makes the bucket of a key. The caller holds the lock.
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

// release updates a bucket with the headers of an answer; h is nil if there was none.
// For a 429 it returns how long Discord wants to be left alone.
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

// seconds parses a number of seconds.
func seconds(text string) time.Duration {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 || n > 1e6 {
		return 0
	}
	return time.Duration(n * float64(time.Second))
}
