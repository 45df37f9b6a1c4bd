package main

import (
	"context"
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/cmd/aidesk/config"
	"aidesk/core/model"
	"aidesk/core/model/middleware"
	"aidesk/core/model/modeltest"
	"aidesk/core/model/search"
)

// TestPaid: every request of a model and of those it falls back to is reserved by
// itself before it is sent, and counted at the price of the model that answered.
func TestPaid(t *testing.T) {
	t.Parallel()
	down := modeltest.New(t, modeltest.Responses, modeltest.Fault(401, "authentication_error", "", "x"))
	next := modeltest.New(t, modeltest.Responses, modeltest.Text("Here."))
	models, err := newModels(config.Config{Models: map[string]config.Model{
		"main": {Provider: "openai", Model: "dear", BaseURL: down.URL, APIKey: "k", MaxOutput: 50, Price: config.Price{Input: 3_000_000, Output: 9_000_000}, Fallback: []string{"next"}},
		"next": {Provider: "openai", Model: "cheap", BaseURL: next.URL, APIKey: "k", MaxOutput: 200, Price: config.Price{Output: 1_000_000}},
		"none": {Provider: "planner"},
	}}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var taken []middleware.Amount
	budget := &middleware.TurnBudget{Reserve: func(_ context.Context, a middleware.Amount) error {
		taken = append(taken, a)
		return nil
	}}
	r := &model.Request{Messages: []model.Message{{V: 1, Role: model.User, Parts: []model.Part{{Text: "hello"}}}}}
	ctx := middleware.WithTurnBudget(t.Context(), budget)
	for _, name := range []string{"main", "none"} {
		if _, err := models[name].Generate(ctx, r, nil); err != nil {
			t.Fatal(err)
		}
	}
	n := int64(search.Estimate(r))
	want := []middleware.Amount{{Tokens: n + 50, Micros: 3*n + 450}, {Tokens: 150}} // what was set aside in vain serves the next
	if diff := cmp.Diff(want, taken); diff != "" {
		t.Errorf("reserved (-want +got):\n%s", diff)
	}
	spent := budget.Spent()
	if len(spent) != 1 || spent[0].Model != "cheap" || spent[0].Usage.Output == 0 || spent[0].Micros != int64(spent[0].Usage.Output) {
		t.Errorf("spent %+v", spent)
	}
}
