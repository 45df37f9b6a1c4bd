package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/model"
	"aidesk/core/model/middleware"
	"aidesk/core/model/script"
	"aidesk/core/model/search"
)

// account is what was reserved for a budget.
type account struct {
	taken []middleware.Amount
	full  error // refuses more
}

func (a *account) take(_ context.Context, more middleware.Amount) error {
	if a.full != nil {
		return a.full
	}
	a.taken = append(a.taken, more)
	return nil
}

const said = "yes, there are two of them"

// uses answers and reports a usage.
func uses(u model.Usage) script.Step {
	return func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		response, err := script.Say(said)(ctx, r, on)
		response.Usage = u
		return response, err
	}
}

func asking(words string) *model.Request {
	return &model.Request{
		System: []string{"You are a desk."}, Tools: []model.Tool{{Name: "shop__list", Description: "List", Schema: []byte(`{"type":"object"}`)}},
		Messages: []model.Message{{V: model.Version, Role: model.User, Name: "Ada", Parts: []model.Part{{Text: words}}}},
	}
}

// TestBudget: what a request may use is reserved before it is sent, and what it used
// stands in its place after, at the price of the model that answered.
func TestBudget(t *testing.T) {
	r := asking("are there kettles?")
	input, output := search.Estimate(r), search.Tokens(said)+8
	price := middleware.Price{Input: 1_000_000, Output: 2_000_000, CacheWrite: 3_000_000}
	refused := &model.Error{Kind: model.Overloaded, Status: 503}
	for _, c := range []struct {
		name  string
		step  script.Step
		spent []middleware.Spent
		rest  middleware.Amount
	}{
		{"reported", uses(model.Usage{Input: 20, Output: 5}), []middleware.Spent{{"script", model.Usage{Input: 20, Output: 5}, 30}}, middleware.Amount{}},
		{
			"not reported", uses(model.Usage{}),
			[]middleware.Spent{{"script", model.Usage{Input: input, Output: output, Estimated: true}, int64(input) + 2*int64(output)}},
			middleware.Amount{},
		},
		{"more than was reserved", uses(model.Usage{Input: 5000}), []middleware.Spent{{"script", model.Usage{Input: 5000}, 5000}}, middleware.Amount{}},
		{"refused by the server", script.Fail(refused), nil, middleware.Amount{}},
		{"cut off", script.Cut("half"), []middleware.Spent{{"script", model.Usage{Input: input, Estimated: true}, int64(input)}}, middleware.Amount{}},
		{"cancelled", script.Fail(context.Canceled), []middleware.Spent{{"script", model.Usage{Input: input, Estimated: true}, int64(input)}}, middleware.Amount{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			kept := &account{}
			budget := &middleware.TurnBudget{Reserve: kept.take}
			asked := false
			m := &middleware.Budget{Price: price, Model: script.New(func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
				asked = len(kept.taken) == 1
				return c.step(ctx, r, on)
			})}
			response, err := m.Generate(middleware.WithTurnBudget(t.Context(), budget), r, nil)
			if !asked {
				t.Error("the model was asked before anything was reserved")
			}
			want := []middleware.Amount{{Tokens: int64(input) + 1000, Micros: int64(input)*3 + 2000}} // what a cache may take costs most
			if diff := cmp.Diff(want, kept.taken); diff != "" {
				t.Errorf("reserved (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.spent, budget.Spent()); diff != "" {
				t.Errorf("spent (-want +got):\n%s", diff)
			}
			var used middleware.Amount
			for _, s := range c.spent {
				used = middleware.Amount{Tokens: int64(s.Usage.Input + s.Usage.Output), Micros: s.Micros}
			}
			if got := budget.Unsettled(); got.Tokens != used.Tokens-want[0].Tokens || got.Micros != used.Micros-want[0].Micros {
				t.Errorf("the rest is %+v", got)
			}
			if err == nil && (len(c.spent) != 1 || response.Usage != c.spent[0].Usage) {
				t.Errorf("the response counts %+v", response.Usage)
			}
		})
	}
}

// TestBudgetRefuses: a request that is not paid for is not sent, and the budget knows why.
func TestBudgetRefuses(t *testing.T) {
	full := errors.New("the day's limit")
	kept := &account{}
	m := script.Func(uses(model.Usage{Input: 400, Output: 100}))
	budget := &middleware.TurnBudget{Tokens: 4000, Reserve: kept.take, Reserved: middleware.Amount{Tokens: 1500}}
	ctx := middleware.WithTurnBudget(t.Context(), budget)
	b := &middleware.Budget{Model: m}
	ask := func(words string) error {
		_, err := b.Generate(ctx, asking(words), nil)
		return err
	}
	if err := ask("first"); err != nil || len(kept.taken) != 0 {
		t.Fatalf("%v, reserved %v although the turn was opened with enough", err, kept.taken)
	}
	kept.full = full
	if err := ask("second"); !errors.Is(err, full) || !errors.Is(budget.Refusal(), full) {
		t.Errorf("refused with %v, remembered %v", err, budget.Refusal())
	}
	kept.full = nil
	if err := ask("third"); err != nil || budget.Refusal() != nil {
		t.Errorf("%v, remembered %v", err, budget.Refusal())
	}
	if err := ask(strings.Repeat("word ", 3000)); !errors.Is(err, middleware.ErrSpent) || !errors.Is(budget.Refusal(), middleware.ErrSpent) {
		t.Errorf("a turn of more than 4,000 tokens: %v", err)
	}
	if n := len(m.Requests()); n != 2 {
		t.Errorf("%d requests were sent; want 2", n)
	}
	if got := budget.Spent(); len(got) != 1 || got[0].Usage.Input != 800 {
		t.Errorf("spent %+v", got)
	}
}

// TestBudgetNever: whatever a script of answers does, no request is sent beyond what
// was reserved for it, and settling leaves exactly what was used.
func TestBudgetNever(t *testing.T) {
	const limit = 20_000
	for seed := range 50 {
		day := int64(0) // what the day's counter says
		budget := &middleware.TurnBudget{Reserve: func(_ context.Context, a middleware.Amount) error {
			if day+a.Tokens > limit {
				return errors.New("full")
			}
			day += a.Tokens
			return nil
		}}
		used := int64(0)
		m := script.Func(func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
			if used+int64(search.Estimate(r)) > day {
				t.Errorf("seed %d: a request is sent with %d of %d used", seed, used, day)
			}
			u := model.Usage{Input: search.Estimate(r), Output: (seed*37 + len(r.Messages[0].Parts[0].Text)*11) % 900}
			used += int64(u.Input + u.Output)
			return uses(u)(ctx, r, on)
		})
		b := &middleware.Budget{Model: m}
		for i := range 40 {
			_, _ = b.Generate(middleware.WithTurnBudget(t.Context(), budget), asking(strings.Repeat("kettle ", (seed*7+i*13)%200)), nil)
		}
		if budget.Refusal() == nil {
			t.Fatalf("seed %d: the limit was never reached", seed)
		}
		if day += budget.Unsettled().Tokens; day != used || used > limit {
			t.Errorf("seed %d: %d used, the counter says %d", seed, used, day)
		}
	}
}

// TestBudgetWithoutTurnBudget: without a TurnBudget nothing is refused.
func TestBudgetWithoutTurnBudget(t *testing.T) {
	b := &middleware.Budget{Model: script.New(uses(model.Usage{})).With(model.Info{Name: "m", Host: "model.example"})}
	response, err := b.Generate(t.Context(), asking("hello?"), nil)
	if err != nil || !response.Usage.Estimated || b.Info().Host != "model.example" {
		t.Error(fmt.Sprint(response, err, b.Info()))
	}
}

// TestBudgetUnlocked: while the store is asked for more, the budget can be read and used.
func TestBudgetUnlocked(t *testing.T) {
	var budget *middleware.TurnBudget
	asked := 0
	b := &middleware.Budget{Model: script.Func(uses(model.Usage{Input: 1, Output: 1}))}
	budget = &middleware.TurnBudget{Reserve: func(ctx context.Context, _ middleware.Amount) error {
		if asked++; asked > 1 {
			return nil
		}
		if _, err := b.Generate(middleware.WithTurnBudget(ctx, budget), asking("meanwhile"), nil); err != nil || len(budget.Spent()) != 1 {
			t.Errorf("meanwhile: %v, spent %v", err, budget.Spent())
		}
		return errors.New("full")
	}}
	if _, err := b.Generate(middleware.WithTurnBudget(t.Context(), budget), asking("first"), nil); err == nil || asked != 2 {
		t.Errorf("the first request: %v after %d reservations", err, asked)
	}
	if got := budget.Unsettled().Tokens; got >= 0 {
		t.Errorf("unsettled %d: the second request's reservation is kept until the turn ends", got)
	}
}
