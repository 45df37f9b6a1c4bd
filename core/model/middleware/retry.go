package middleware

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"aidesk/core/model"
)

const (
	retries   = 2 // beside the first try
	retryBase = 500 * time.Millisecond
	retryMost = 30 * time.Second // a server that wants a longer wait is not waited for
)

// Retry asks a model again that could not be reached, was too busy or broke off, as
// long as nothing of its answer was shown: at most twice, after half a second and a
// second with up to half as much again at random, or after what the server asked for.
type Retry struct {
	Model   model.Model
	Breaker *Breaker // of the model's provider; nil: none

	Sleep  func(context.Context, time.Duration) error // defaults to waiting
	Random func() float64                             // in [0,1); defaults to math/rand/v2
}

// Info is that of the model.
func (r *Retry) Info() model.Info { return r.Model.Info() }

// Generate asks until there is an answer or an error that another try would not mend.
func (r *Retry) Generate(ctx context.Context, q *model.Request, on func(model.Event)) (*model.Response, error) {
	for n := 0; ; n++ {
		if err := r.Breaker.ready(); err != nil {
			return nil, err
		}
		shown, seen := watch(on)
		response, err := r.Model.Generate(ctx, q, seen)
		r.Breaker.note(err)
		if err == nil || *shown || ctx.Err() != nil || n == retries {
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

// wait is how long to wait before another try; false when there is to be none.
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

// watch notes whether something was shown. Without a listener nothing is.
func watch(on func(model.Event)) (shown *bool, seen func(model.Event)) {
	shown = new(bool)
	if on == nil {
		return shown, nil
	}
	return shown, func(e model.Event) {
		*shown = *shown || e.Text != "" || e.Call != nil
		on(e)
	}
}
