package middleware

import (
	"context"
	"errors"
	"sync"
	"time"

	"aidesk/core/model"
)

const (
	breakerFailures = 5 // in a row
	breakerRest     = 30 * time.Second
)

// Breaker spares a provider that is down: after five failures in a row nothing is
// asked there for half a minute, then one request at a time until one succeeds. Its
// zero value is ready; a nil one never breaks. It may be used concurrently.
type Breaker struct {
	Now func() time.Time // defaults to time.Now

	mu     sync.Mutex
	failed int // in a row
	until  time.Time
	trying bool
}

func (b *Breaker) now() time.Time {
	if b.Now == nil {
		return time.Now()
	}
	return b.Now()
}

// ready is an error while nothing is to be asked.
func (b *Breaker) ready() error {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed < breakerFailures {
		return nil
	}
	if rest := b.until.Sub(b.now()); rest > 0 || b.trying {
		return &model.Error{Kind: model.Overloaded, RetryAfter: max(rest, 0), Message: "the server failed several times in a row and is left alone for a moment"}
	}
	b.trying = true
	return nil
}

// note takes what became of a request. That a server refuses something shows that it
// is there; that somebody stopped waiting shows nothing.
func (b *Breaker) note(err error) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
	fault, ok := errors.AsType[*model.Error](err)
	switch {
	case ok && (fault.Kind == model.Network || fault.Kind == model.Overloaded || fault.Kind == model.Truncated):
		b.failed++
		b.until = b.now().Add(breakerRest)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
	default:
		b.failed = 0
	}
}
