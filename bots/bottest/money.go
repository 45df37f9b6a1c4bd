package bottest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/model"
	"aidesk/core/model/middleware"
	"aidesk/core/model/script"
	"aidesk/store"
)

var money = []Behaviour{
	{"a workspace's day", dayLimit},
	{"a workspace's money", moneyLimit},
	{"a member's day", memberLimit},
	{"one question", turnLimit},
	{"a day that ends within a turn", dayEndsInTurn},
	{"a model that counts nothing", uncounted},
	{"somebody is told at 80 %", nearLimit},
	{"80 % over a crash", nearCrash},
	{"a crash while the model is asked", crashAsking},
	{"an approved call at the limit", approvedAtLimit},
	{"usage", usage},
}

// spends answers and says how many tokens that used.
func spends(tokens int, step script.Step) script.Step {
	return func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		response, err := step(ctx, r, on)
		if err == nil {
			response.Usage = model.Usage{Input: tokens}
		}
		return response, err
	}
}

// used is what a counter of today says: "tokens" or "money", of the workspace.
func (s *Stage) used(what string) int64 {
	s.T.Helper()
	key := what + "/" + chat.Key("desk") + "/" + s.Place.Scope() + s.Clock.Now().UTC().Format("/2006-01-02")
	full, ok := errors.AsType[*store.Limit](s.Store.Reserve(s.T.Context(), store.Count{Key: key, N: 2, Limit: 1}))
	if !ok {
		s.T.Fatal("a counter let itself be filled")
	}
	return full.Used
}

// silent checks that a question is not answered once more, and the model not asked.
func (s *Stage) silent(text string) {
	s.T.Helper()
	mark, asked := s.Mark(), len(s.Script.Requests())
	s.Done(s.Tell(s.Member, text))
	if shown := s.Since(mark); shown != "" {
		s.T.Errorf("told once more: %s", shown)
	}
	if n := len(s.Script.Requests()); n != asked {
		s.T.Errorf("the model was asked %d times beyond the limit", n-asked)
	}
}

// refused checks that a question meets a limit: one private line, and the model is not asked.
func (s *Stage) refused(text string, words ...string) {
	s.T.Helper()
	asked := len(s.Script.Requests())
	r := s.Ask(text)
	plain(s.T, r.Text.Text())
	contains(s.T, r.Text.Text(), words...)
	if !r.Private {
		s.T.Error("everybody is told")
	}
	if n := len(s.Script.Requests()); n != asked {
		s.T.Errorf("the model was asked %d times beyond the limit", n-asked)
	}
}

// dayLimit: what is used up today is told once an hour, over a restart, and is there
// again tomorrow.
func dayLimit(t *testing.T, p Platform, clock *Clock) {
	m := script.Func(spends(6000, script.Say("hello")))
	s := Start(t, p, clock, Setup{Model: m, Limits: bot.Limits{TokensPerDay: 12_000}})
	s.Ask("one")
	s.Ask("two")
	if n := s.used("tokens"); n != 12_000 {
		t.Errorf("%d tokens are counted", n)
	}
	s.refused("three", "This workspace", "today", "again at")
	s.silent("four")
	s.Restart()
	s.silent("five")
	clock.Advance(time.Hour)
	s.refused("six", "This workspace")
	if s.Other != "" {
		contains(t, Text(s.AskAs(s.Other, "me too?")), "This workspace")
	}
	if n := s.used("tokens"); n != 12_000 {
		t.Errorf("%d tokens are counted after refusals", n)
	}
	clock.Advance(14 * time.Hour)
	contains(t, Text(s.Ask("seven")), "hello")
}

// moneyLimit: tokens are money by the price, and money has its limit.
func moneyLimit(t *testing.T, p Platform, clock *Clock) {
	m := script.Func(spends(100_000, script.Say("hello")))
	s := Start(t, p, clock, Setup{
		Model: m, Price: middleware.Price{Input: 2_500_000, Output: 10_000_000}, Limits: bot.Limits{MoneyPerDay: 500_000, Currency: "USD"},
	})
	contains(t, Text(s.Ask("one")), "hello")
	if n := s.used("money"); n != 250_000 {
		t.Errorf("%d micros are counted", n)
	}
	contains(t, Text(s.Ask("two")), "hello")
	s.refused("three", "This workspace")
	s.Restart()
	clock.Advance(time.Hour)
	s.refused("four", "This workspace")
}

// memberLimit: one member's day is not another's.
func memberLimit(t *testing.T, p Platform, clock *Clock) {
	m := script.Func(spends(6000, script.Say("hello")))
	s := Start(t, p, clock, Setup{Model: m, Limits: bot.Limits{TokensPerMemberDay: 6000, TokensPerDay: 1_000_000}})
	contains(t, Text(s.Ask("one")), "hello")
	s.refused("two", "You have reached", "again at")
	if s.Other != "" {
		contains(t, Text(s.AskAs(s.Other, "me too?")), "hello")
	}
}

// turnLimit: one question does not use more than it may; what it used is counted.
func turnLimit(t *testing.T, p Platform, clock *Clock) {
	shop := NewShop(t, "shop")
	m := script.New(spends(4500, script.Call("shop__listGoods", `{}`)), script.Say("never asked"))
	s := Start(t, p, clock, Setup{Model: m, Plugins: []Plugin{{Address: shop.Address, Default: true}}, Limits: bot.Limits{TokensPerTurn: 5000, TokensPerDay: 100_000}})
	got := s.Ask("what do you sell?").Text.Text()
	plain(t, got)
	contains(t, got, "I stopped", "5,000 tokens")
	if s.Script.Left() != 1 {
		t.Error("the model was asked again")
	}
	if n := s.used("tokens"); n != 4500 {
		t.Errorf("%d tokens are counted", n)
	}
}

// dayEndsInTurn: a turn that meets the day's limit after it has begun to spend says so
// to whoever it answers.
func dayEndsInTurn(t *testing.T, p Platform, clock *Clock) {
	shop := NewShop(t, "shop")
	m := script.New(spends(9500, script.Call("shop__listGoods", `{}`)), script.Say("never asked"))
	s := Start(t, p, clock, Setup{Model: m, Plugins: []Plugin{{Address: shop.Address, Default: true}}, Limits: bot.Limits{TokensPerDay: 10_000}})
	got := s.Ask("what do you sell?").Text.Text()
	plain(t, got)
	contains(t, got, "This workspace has reached")
	if s.Script.Left() != 1 {
		t.Error("the model was asked again")
	}
	if n := s.used("tokens"); n != 9500 {
		t.Errorf("%d tokens are counted", n)
	}
	s.refused("and now?", "This workspace has reached")
}

// uncounted: what a model does not count is estimated, and that counts.
func uncounted(t *testing.T, p Platform, clock *Clock) {
	const limit = 6000
	m := script.Func(spends(0, script.Say(strings.Repeat("all is well ", 40))))
	s := Start(t, p, clock, Setup{Model: m, Limits: bot.Limits{TokensPerDay: limit}})
	answered := 0
	for strings.Contains(Text(s.Ask(fmt.Sprintf("question %d", answered))), "all is well") {
		if answered++; answered > 20 {
			t.Fatal("there is no end")
		}
	}
	if n := s.used("tokens"); answered == 0 || n < int64(answered)*150 || n > limit {
		t.Errorf("%d answers, %d tokens are counted", answered, n)
	}
}

// told counts who was told of the 80 %.
func (s *Stage) told() map[string]int {
	all := map[string]int{}
	for _, r := range s.Replies() {
		if strings.Contains(r.Text.Text(), "80 %") {
			all[r.To]++
			if !r.Private {
				s.T.Error("everybody is told")
			}
		}
	}
	return all
}

// awaitTold waits until somebody was told so often.
func (s *Stage) awaitTold(what string, n int) {
	s.T.Helper()
	seen := map[string]bool{}
	s.Wait(what, func(r chat.Reply) bool {
		if strings.Contains(r.Text.Text(), "80 %") {
			seen[r.ID] = true
		}
		return len(seen) >= n
	})
}

// nearLimit: at 80 % somebody is told, once a day, also over a restart.
func nearLimit(t *testing.T, p Platform, clock *Clock) {
	var tokens atomic.Int64
	tokens.Store(8000)
	m := script.Func(func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		return spends(int(tokens.Load()), script.Say("hello"))(ctx, r, on)
	})
	setup := Setup{Model: m, Limits: bot.Limits{TokensPerDay: 40_000}}
	want := p.Member
	if p.Other != "" {
		setup.Tell, want = []string{p.Other}, p.Other
	}
	s := Start(t, p, clock, setup)
	near := func(what string, n int) {
		t.Helper()
		s.awaitTold(what, n)
		if all := s.told(); all[want] != n || len(all) != 1 {
			t.Errorf("%s: told %v", what, all)
		}
	}
	for range 3 {
		s.Ask("how are you?")
	}
	if all := s.told(); len(all) != 0 {
		t.Errorf("told %v at 24,000 of 40,000", all)
	}
	s.Ask("and now?")
	tokens.Store(10)
	s.Ask("and then?") // with it reserved, more than 32,000
	near("the notice", 1)
	s.Restart()
	clock.Advance(time.Hour)
	s.Ask("still there?")
	s.Ask("and when this is done?")
	near("no second notice", 1)
	clock.Advance(24 * time.Hour)
	tokens.Store(8000)
	for range 5 {
		s.Ask("how are you today?")
	}
	near("the next day's notice", 2)
}

// nearCrash: the notice is on disk with the turn that caused it, and shown once.
func nearCrash(t *testing.T, p Platform, clock *Clock) {
	m := script.Func(spends(9000, script.Say("hello")))
	s := Start(t, p, clock, Setup{Model: m, Limits: bot.Limits{TokensPerDay: 11_000}})
	s.Ask("one")
	dead := s.KillAfter(func(c store.Commit) bool {
		for _, e := range c.Events {
			if e.Kind == "near" {
				return true
			}
		}
		return false
	})
	s.Script.Then(spends(100, script.Say("hello")))
	two := s.Tell(s.Member, "two")
	s.Await("the crash", dead)
	s.Restart()
	s.awaitTold("the notice", 1)
	s.Again(two)
	if all := s.told(); all[s.Member] != 1 {
		t.Errorf("told %v", all)
	}
}

// crashAsking: what was reserved for a request whose end nobody knows stays counted.
func crashAsking(t *testing.T, p Platform, clock *Clock) {
	hold, began, let := held(script.Say("never heard"))
	m := script.New(hold, spends(700, script.Say("hello")))
	s := Start(t, p, clock, Setup{Model: m, Limits: bot.Limits{TokensPerDay: 1_000_000, TurnsPerMemberHour: 1}})
	e := s.Tell(s.Member, "think hard")
	s.Await("the model", began)
	reserved := s.used("tokens")
	if reserved < 1000 {
		t.Errorf("%d tokens were reserved before the model was asked", reserved)
	}
	s.Kill()
	let()
	s.Restart()
	s.Done(e)
	contains(t, Text(s.Replies()[0]), "hello")
	if n := s.used("tokens"); n != reserved+700 {
		t.Errorf("%d tokens are counted; %d were reserved before the crash", n, reserved)
	}
}

// approvedAtLimit: an approved call is sent and told, though the model may no longer be asked.
func approvedAtLimit(t *testing.T, p Platform, clock *Clock) {
	shop := NewShop(t, "shop")
	m := script.New(kettles(), spends(20_000, script.Say("ready")), script.Say("never asked"))
	s := Start(t, p, clock, Setup{Model: m, Plugins: []Plugin{{Address: shop.Address, Default: true}}, Limits: bot.Limits{TokensPerDay: 20_000}})
	r := s.Ask("order two copper kettles")
	s.Act(s.Member, s.Button(r, "Approve"))
	if got := card(t, s.Now(r.ID)); got.State != chat.CardDone || shop.Count("POST") != 1 {
		t.Errorf("the card is %s after %d calls", got.State, shop.Count("POST"))
	}
	if s.Script.Left() != 1 {
		t.Error("the model was asked beyond the limit")
	}
}

// usage: a member sees their own day, an administrator the workspace's.
func usage(t *testing.T, p Platform, clock *Clock) {
	m := script.Func(spends(1500, script.Say("hello")))
	s := Start(t, p, clock, Setup{
		Model: m, Price: middleware.Price{Input: 2_500_000}, Limits: bot.Limits{TokensPerDay: 50_000, MoneyPerDay: 3_000_000, TurnsPerMemberHour: 9, Currency: "EUR"},
	})
	s.Ask("one")
	s.Ask("two")
	all := "3,000 of 50,000 tokens (3,000 read, 0 written), 0.0075 of 3.00 EUR"
	if s.Other != "" {
		s.AskAs(s.Other, "three")
		all = "3 questions, 4,500 of 50,000 tokens (4,500 read, 0 written), 0.01125 of 3.00 EUR"
		other := s.AskAs(s.Other, "/aidesk usage")
		contains(t, Text(other), "You: 1 question, 1,500 tokens (1,500 read, 0 written), 0.00375 EUR")
		lacks(t, Text(other), "This workspace")
	}
	r := s.Ask("/aidesk usage")
	contains(t, Text(r), "Today (resets at", "You: 2 questions, 3,000 tokens", "0.0075 EUR", "This workspace: ", all, "9 questions in an hour")
	if !r.Private {
		t.Error("everybody is told")
	}
	s.Restart()
	clock.Advance(24 * time.Hour)
	contains(t, Text(s.Ask("/aidesk usage")), "You: 0 questions, 0 tokens")
}
