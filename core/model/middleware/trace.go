package middleware

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"aidesk/core/model"
)

// Trace logs every request to a model: which model, how long, how many tokens, what
// kind of failure; never what was asked or answered.
type Trace struct {
	Model   model.Model
	Logger  *slog.Logger       // nil: nothing is logged
	Now     func() time.Time   // defaults to time.Now
	Observe func(RequestStats) // gets each request when it is over; may be nil; called concurrently
}

// RequestStats describes a request that is over.
type RequestStats struct {
	Info  model.Info
	Took  time.Duration
	First time.Duration // to the first piece of the answer; 0: none came
	Usage model.Usage   // zero when it failed
	Stop  model.Stop    // empty when it failed
	Kind  model.Kind    // of the failure; empty when it succeeded, Cancelled when its caller gave up
}

// Cancelled is the kind of a request that its caller gave up.
const Cancelled model.Kind = "cancelled"

// Info is that of the model.
func (t *Trace) Info() model.Info { return t.Model.Info() }

// Generate asks the model and logs the request.
func (t *Trace) Generate(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
	now := time.Now
	if t.Now != nil {
		now = t.Now
	}
	begun := now()
	asked := RequestStats{Info: t.Model.Info()}
	response, err := t.Model.Generate(ctx, r, func(e model.Event) {
		if asked.First == 0 {
			asked.First = now().Sub(begun)
		}
		if on != nil {
			on(e)
		}
	})
	asked.Took = now().Sub(begun)
	if err == nil {
		asked.Usage, asked.Stop = response.Usage, response.Stop
	} else {
		asked.Kind = failure(ctx, err)
	}
	if t.Logger != nil {
		t.log(ctx, asked, response, err)
	}
	if t.Observe != nil {
		t.Observe(asked)
	}
	return response, err
}

// log writes one line for a request.
func (t *Trace) log(ctx context.Context, asked RequestStats, response *model.Response, err error) {
	logger := t.Logger.With("wire", asked.Info.Wire, "model", asked.Info.Name, "took", asked.Took, "first", asked.First)
	fault, failed := errors.AsType[*model.Error](err)
	switch {
	case err == nil:
		u := asked.Usage
		logger.InfoContext(ctx, "model asked", "input", u.Input, "cached", u.CacheRead, "output", u.Output,
			"estimated", u.Estimated, "stop", asked.Stop, "id", response.ID)
	case failed:
		logger.WarnContext(ctx, "model failed", "kind", fault.Kind, "status", fault.Status, "retry_after", fault.RetryAfter, "error", fault.Message)
	default:
		logger.InfoContext(ctx, "model given up", "kind", asked.Kind)
	}
}

// failure returns the kind of any error.
func failure(ctx context.Context, err error) model.Kind {
	if fault, ok := errors.AsType[*model.Error](err); ok {
		return fault.Kind
	}
	if ctx.Err() != nil {
		return Cancelled
	}
	return model.Protocol
}
