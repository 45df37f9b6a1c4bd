package middleware_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"aidesk/core/model"
	"aidesk/core/model/middleware"
	"aidesk/core/model/script"

	"github.com/google/go-cmp/cmp"
)

func fault(kind model.Kind) *model.Error { return &model.Error{Kind: kind, Message: "x"} }

func question() *model.Request {
	return &model.Request{Messages: []model.Message{{V: 1, Role: model.User, Parts: []model.Part{{Text: "hi"}}}}}
}

// trailing says a word and an empty piece, and is cut.
func trailing(_ context.Context, _ *model.Request, on func(model.Event)) (*model.Response, error) {
	on(model.Event{Text: "half"})
	on(model.Event{})
	return nil, fault(model.Truncated)
}

// hear writes down what of an answer still stands.
func hear(said *string) func(model.Event) {
	return func(e model.Event) {
		if e.Again {
			*said = ""
		}
		*said += e.Text
	}
}

// TestRetry shows what is asked again, how often and after how long.
func TestRetry(t *testing.T) {
	tests := []struct {
		name  string
		steps []script.Step
		tries int
		took  time.Duration
		kind  model.Kind // "": it answers
	}{
		{"an answer", []script.Step{script.Say("a")}, 1, 0, ""},
		{"network", []script.Step{script.Fail(fault(model.Network)), script.Say("a")}, 2, 500 * time.Millisecond, ""},
		{"twice", []script.Step{script.Fail(fault(model.Overloaded)), script.Fail(fault(model.Rate)), script.Say("a")}, 3, 1500 * time.Millisecond, ""},
		{"three times", []script.Step{script.Fail(fault(model.Rate)), script.Fail(fault(model.Rate)), script.Fail(fault(model.Network)), script.Say("a")}, 3, 1500 * time.Millisecond, model.Network},
		{"the server says when", []script.Step{script.Fail(&model.Error{Kind: model.Rate, RetryAfter: 30 * time.Second}), script.Say("a")}, 2, 30 * time.Second, ""},
		{"too late", []script.Step{script.Fail(&model.Error{Kind: model.Rate, RetryAfter: 31 * time.Second})}, 1, 0, model.Rate},
		{"cut before a word", []script.Step{script.Cut(""), script.Say("a")}, 2, 500 * time.Millisecond, ""},
		{"cut after a word", []script.Step{script.Cut("half an ans"), script.Say("a")}, 2, 500 * time.Millisecond, ""},
		{"cut after a word and an empty piece", []script.Step{trailing, script.Cut("ha"), script.Say("a")}, 3, 1500 * time.Millisecond, ""},
		{"auth", []script.Step{script.Fail(fault(model.Auth))}, 1, 0, model.Auth},
		{"context", []script.Step{script.Fail(fault(model.Context))}, 1, 0, model.Context},
		{"bad request", []script.Step{script.Fail(fault(model.BadRequest))}, 1, 0, model.BadRequest},
		{"refused", []script.Step{script.Fail(fault(model.Refused))}, 1, 0, model.Refused},
		{"protocol", []script.Step{script.Fail(fault(model.Protocol))}, 1, 0, model.Protocol},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := script.New(test.steps...)
				r := &middleware.Retry{Model: m, Random: func() float64 { return 0 }}
				begun := time.Now()
				said := ""
				response, err := r.Generate(t.Context(), question(), hear(&said))
				if tries, took := len(m.Requests()), time.Since(begun); tries != test.tries || took != test.took {
					t.Errorf("%d tries in %s", tries, took)
				}
				got, _ := errors.AsType[*model.Error](err)
				if test.kind == "" && (err != nil || response.Message.TextOf() != said) || test.kind != "" && (got == nil || got.Kind != test.kind) {
					t.Errorf("got %+v, %v; said %q", response, err, said)
				}
			})
		})
	}
}

// TestRetryJitter spreads tries, by at most half of the wait.
func TestRetryJitter(t *testing.T) {
	var waits []time.Duration
	r := &middleware.Retry{
		Model: script.Func(script.Fail(fault(model.Rate))), Random: func() float64 { return 0.5 },
		Sleep: func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil },
	}
	_, _ = r.Generate(t.Context(), question(), nil)
	if diff := cmp.Diff([]time.Duration{625 * time.Millisecond, 1250 * time.Millisecond}, waits); diff != "" {
		t.Error(diff)
	}
}

// TestRetryEnds gives up when nobody waits any more, and does not begin a wait that
// would outlast who asks.
func TestRetryEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := script.Func(script.Fail(&model.Error{Kind: model.Rate, RetryAfter: 20 * time.Second}))
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := (&middleware.Retry{Model: m}).Generate(ctx, question(), nil)
		if got, ok := errors.AsType[*model.Error](err); !ok || got.Kind != model.Rate || time.Since(begun) != 0 {
			t.Errorf("got %v after %s", err, time.Since(begun))
		}
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, stop)
		_, err = (&middleware.Retry{Model: m}).Generate(ctx, question(), nil)
		if err == nil || time.Since(begun) != time.Second || len(m.Requests()) != 2 {
			t.Errorf("got %v after %s and %d requests", err, time.Since(begun), len(m.Requests()))
		}
	})
}

// TestBreaker leaves a provider alone that is down, and comes back.
func TestBreaker(t *testing.T) {
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	m := script.New()
	r := &middleware.Retry{Model: m, Breaker: &middleware.Breaker{Now: func() time.Time { return now }}, Sleep: func(context.Context, time.Duration) error { return nil }}
	ask := func(steps ...script.Step) error {
		m.Then(steps...)
		_, err := r.Generate(t.Context(), question(), nil)
		return err
	}
	down := script.Fail(fault(model.Network))
	if ask(down, down, down) == nil || ask(down, down) == nil || m.Left() != 0 {
		t.Fatalf("%d requests left", m.Left())
	}
	err := ask()
	if got, ok := errors.AsType[*model.Error](err); !ok || got.Kind != model.Overloaded || got.RetryAfter != time.Second || len(m.Requests()) != 5 {
		t.Fatalf("got %v after %d requests", err, len(m.Requests()))
	}
	for _, seconds := range []int{1, 2, 4, 8, 16, 30, 30} {
		now = now.Add(time.Duration(seconds)*time.Second - 1)
		if before := len(m.Requests()); ask() == nil || len(m.Requests()) != before {
			t.Errorf("asked before %d seconds were over", seconds)
		}
		now = now.Add(1)
		if ask(down) == nil || m.Left() != 0 {
			t.Error("the trial was no single request")
		}
	}
	now = now.Add(30 * time.Second)
	if err := ask(script.Say("back"), script.Say("again")); err != nil || ask() != nil {
		t.Errorf("not back: %v", err)
	}
	// Who refuses is there.
	for range 6 {
		_ = ask(script.Fail(fault(model.Auth)))
	}
	if err := ask(script.Say("a")); err != nil {
		t.Error(err)
	}
}
