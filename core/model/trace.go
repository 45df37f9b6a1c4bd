package model

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Trace notes every request to a model: which, how long, how many tokens, what kind
// of failure; never what was asked or answered.
type Trace struct {
	Model  Model
	Logger *slog.Logger     // nil: nothing is logged
	Now    func() time.Time // defaults to time.Now
	Seen   func(Asked)      // gets each request when it is over; nil: nobody counts. Called concurrently.
}

// Asked is what is known of a request to a model when it is over.
type Asked struct {
	Info  Info
	Took  time.Duration
	First time.Duration // to the first piece of the answer; 0: none came
	Usage Usage         // zero when it failed
	Stop  Stop          // empty when it failed
	Kind  Kind          // of the failure; empty when it succeeded, "cancelled" when nobody waited any more
}

// Cancelled is the kind of a request that was given up by who asked.
const Cancelled Kind = "cancelled"

// Info is that of the model.
func (t *Trace) Info() Info { return t.Model.Info() }

// Generate asks and notes.
func (t *Trace) Generate(ctx context.Context, r *Request, on func(Event)) (*Response, error) {
	now := time.Now
	if t.Now != nil {
		now = t.Now
	}
	begun := now()
	asked := Asked{Info: t.Model.Info()}
	response, err := t.Model.Generate(ctx, r, func(e Event) {
		if asked.First == 0 {
			asked.First = now().Sub(begun)
		}
		if on != nil {
			on(e)
		}
	})
	asked.Took = now().Sub(begun)
	attrs := []slog.Attr{
		slog.String("wire", asked.Info.Wire), slog.String("model", asked.Info.Name), slog.Duration("took", asked.Took),
		slog.Duration("first", asked.First),
	}
	level, message := slog.LevelInfo, "model asked"
	if err == nil {
		asked.Usage, asked.Stop = response.Usage, response.Stop
		attrs = append(attrs,
			slog.Int("input", asked.Usage.Input), slog.Int("cached", asked.Usage.CacheRead), slog.Int("output", asked.Usage.Output),
			slog.Bool("estimated", asked.Usage.Estimated), slog.String("stop", string(asked.Stop)), slog.String("id", response.ID))
	} else {
		asked.Kind = failure(ctx, err)
		level, message = slog.LevelWarn, "model failed"
		if asked.Kind == Cancelled {
			level, message = slog.LevelInfo, "model no longer waited for"
		}
		attrs = append(attrs, slog.String("kind", string(asked.Kind)))
		if fault, ok := errors.AsType[*Error](err); ok {
			attrs = append(attrs, slog.Int("status", fault.Status), slog.Duration("retry_after", fault.RetryAfter), slog.String("error", fault.Message))
		}
	}
	if t.Logger != nil {
		t.Logger.LogAttrs(ctx, level, message, attrs...)
	}
	if t.Seen != nil {
		t.Seen(asked)
	}
	return response, err
}

// failure is the kind of any error.
func failure(ctx context.Context, err error) Kind {
	if fault, ok := errors.AsType[*Error](err); ok {
		return fault.Kind
	}
	if ctx.Err() != nil {
		return Cancelled
	}
	return Protocol
}
