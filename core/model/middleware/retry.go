package middleware

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"aidesk/core/model"
)

const (
	retries   = 2 // after the first try
	retryBase = 500 * time.Millisecond
	retryMost = 30 * time.Second // if a server asks for more, there is no further try
)

// Retry asks a model again if it could not be reached, was overloaded or broke off. It tries
// at most twice more, after half a second and after a second with up to half as much again at
// random, or after the server's Retry-After.
type Retry struct {
	Model   model.Model
	Breaker *Breaker // shared by the models of one provider; nil: none

	Sleep  func(context.Context, time.Duration) error // defaults to waiting
	Random func() float64                             // in [0,1); defaults to math/rand/v2
}

// Info is that of the model.
func (r *Retry) Info() model.Info { return r.Model.Info() }

// Generate asks until there is an answer, or an error that another try would not
// change.
func (r *Retry) Generate(ctx context.Context, q *model.Request, on func(model.Event)) (*model.Response, error) {
	for n := 0; ; n++ {
		if err := r.Breaker.allow(); err != nil {
			return nil, err
		}
		response, err := r.Model.Generate(ctx, q, anew(on, n > 0))
		r.Breaker.record(err)
		if err == nil || ctx.Err() != nil || n == retries {
			return response, err
		}
		wait, ok := r.wait(err, n)
		if deadline, bound := ctx.Deadline(); !ok || bound && time.Until(deadline) < wait {
			return nil, err
		}
		if r.sleep(ctx, wait) != nil {
			return nil, err
		}
	}
}

// wait returns how long to wait before the next try, or false if there should be
// none.
func (r *Retry) wait(err error, n int) (time.Duration, bool) {
	fault, ok := errors.AsType[*model.Error](err)
	if !ok || fault.RetryAfter > retryMost {
		return 0, false
	}
	switch fault.Kind {
	case model.Network, model.Rate, model.Overloaded, model.Truncated:
	default:
		return 0, false
	}
	random := rand.Float64
	if r.Random != nil {
		random = r.Random
	}
	wait := retryBase << n
	return max(wait+time.Duration(random()*float64(wait)/2), fault.RetryAfter), true
}

func (r *Retry) sleep(ctx context.Context, d time.Duration) error {
	if r.Sleep != nil {
		return r.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// anew returns what hears of a further try: with its first piece, that what was said before is
// void.
func anew(on func(model.Event), further bool) func(model.Event) {
	if on == nil || !further {
		return on
	}
	said := false
	return func(e model.Event) {
		if !said {
			on(model.Event{Again: true})
		}
		said = true
		on(e)
	}
}

const (
	breakerFailures = 5 // in a row
	shortestPause   = time.Second
	longestPause    = 30 * time.Second
)

// Breaker stops requests to a provider that is down: after five failures in a row it
// refuses all for a second, then lets one through at a time until one succeeds. Each that
// fails doubles the pause, up to half a minute.
// Its zero value is ready, a nil Breaker allows everything. It may be used
// concurrently.
type Breaker struct {
	Now func() time.Time // defaults to time.Now

	mu      sync.Mutex
	failed  int // in a row
	until   time.Time
	probing bool
}

func (b *Breaker) now() time.Time {
	if b.Now == nil {
		return time.Now()
	}
	return b.Now()
}

// allow returns an error while requests are refused.
func (b *Breaker) allow() error {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed < breakerFailures {
		return nil
	}
	if rest := b.until.Sub(b.now()); rest > 0 || b.probing {
		return &model.Error{Kind: model.Overloaded, RetryAfter: max(rest, 0), Message: "the server failed several times in a row and is left alone for a moment"}
	}
	b.probing = true
	return nil
}

// record counts how a request ended. An error status shows that the server is up; a
// cancelled request shows nothing.
func (b *Breaker) record(err error) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.probing = false
	fault, ok := errors.AsType[*model.Error](err)
	switch {
	case ok && (fault.Kind == model.Network || fault.Kind == model.Overloaded || fault.Kind == model.Truncated):
		b.failed++
		b.until = b.now().Add(min(shortestPause<<min(max(b.failed-breakerFailures, 0), 10), longestPause))
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
	default:
		b.failed = 0
	}
}
