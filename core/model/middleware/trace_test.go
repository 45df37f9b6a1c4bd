package middleware_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"aidesk/core/model"
	"aidesk/core/model/middleware"
	"aidesk/core/model/script"

	"github.com/google/go-cmp/cmp"
)

// TestTrace notes what a request cost and never what it said.
func TestTrace(t *testing.T) {
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	var log bytes.Buffer
	var seen []middleware.RequestStats
	slow := func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		now = now.Add(time.Second)
		response, err := script.Say("a sentinel in the answer")(ctx, r, on)
		now = now.Add(2 * time.Second)
		return response, err
	}
	m := script.New(slow, script.Fail(&model.Error{Kind: model.Rate, Status: 429, RetryAfter: 7 * time.Second, Message: "slow down"}), script.Hang())
	traced := &middleware.Trace{
		Model: m.With(here), Logger: slog.New(slog.NewJSONHandler(&log, nil)), Now: func() time.Time { return now },
		Observe: func(a middleware.RequestStats) { seen = append(seen, a) },
	}
	r := &model.Request{Messages: []model.Message{{V: 1, Role: model.User, Parts: []model.Part{{Text: "a sentinel in the question"}}}}}
	for range 2 {
		_, _ = traced.Generate(t.Context(), r, nil)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _ = traced.Generate(ctx, r, nil)
	want := []middleware.RequestStats{
		{Info: here, Took: 3 * time.Second, First: time.Second, Usage: model.Usage{Input: 1, Output: 1}, Stop: model.End},
		{Info: here, Kind: model.Rate},
		{Info: here, Kind: middleware.Cancelled},
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("seen (-want +got):\n%s", diff)
	}
	for _, want := range []string{`"model":"one"`, `"input":1`, `"took":3000000000`, `"kind":"rate"`, `"status":429`, `"kind":"cancelled"`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("no %s in the log:\n%s", want, log.String())
		}
	}
	if strings.Contains(log.String(), "sentinel") {
		t.Errorf("words in the log:\n%s", log.String())
	}
}
