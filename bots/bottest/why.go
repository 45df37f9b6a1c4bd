package bottest

import (
	"testing"

	"aidesk/bots/bot"
	"aidesk/core/model"
	"aidesk/core/model/middleware"
	"aidesk/core/model/planner"
	"aidesk/core/model/script"
)

var whys = []Behaviour{
	{"how an answer came about", why},
	{"what others learn of it", whyOfOthers},
	{"earlier answers", whyBack},
	{"an approved call", whyApproved},
	{"a question is no command", whyNot},
	{"forgotten", whyForgotten},
	{"the built-in planner", whyPlanner},
}

// kinds asks for the goods of a kind and answers.
func kinds() []script.Step {
	return []script.Step{
		spends(1200, script.Call("shop__listGoods", `{"kind":"secret metal"}`)),
		spends(300, script.Say("We sell kettles.")),
	}
}

// why: plugins in view, what was offered, sent and returned, the rule, tokens and cost;
// to the one who asked, also after a restart.
func why(t *testing.T, p Platform, clock *Clock) {
	shop := NewShop(t, "shop")
	m := script.New(kinds()...).With(model.Info{Wire: "script", Name: "llama3.1"})
	s := Start(t, p, clock, Setup{
		Model: m, Price: middleware.Price{Input: 2_000_000}, Plugins: []Plugin{{Address: shop.Address, Default: true}}, Limits: bot.Limits{Currency: "EUR"},
	})
	contains(t, Text(s.Ask("why")), "no such answer")
	contains(t, Text(s.Ask("which kettles do you sell?")), "We sell kettles.")
	s.Restart()
	r := s.Ask("why")
	if !r.Private {
		t.Error("everybody is told")
	}
	contains(t, Text(r), "How this answer came about", "llama3.1; 1,500 tokens read, 0 written, 0.003 EUR", "Plugins in view: Shop",
		"shop__listGoods", "shop__countOrders", "shop__placeOrder", "done", "read", `"kind":"secret metal"`, "Copper Kettle")
	if len(m.Requests()) != 2 {
		t.Error("the model was asked why")
	}
}

// whyOfOthers: what was sent and returned is for the member who asked.
func whyOfOthers(t *testing.T, p Platform, clock *Clock) {
	if p.Other == "" {
		t.Skip("there is nobody else on this platform")
	}
	s, _ := play(t, p, clock, kinds()...)
	s.Ask("which kettles do you sell?")
	r := s.AskAs(s.Other, "why")
	if !r.Private || r.To != s.Other {
		t.Errorf("it is told to %s, private: %t", r.To, r.Private)
	}
	contains(t, Text(r), "Plugins in view: Shop", "shop__listGoods", "done", "read", "only to the member who asked")
	lacks(t, Text(r), "secret metal", "Copper Kettle", "which kettles")
	contains(t, Text(s.Ask("why")), "secret metal", "Copper Kettle")
}

// whyBack: answers before the last one.
func whyBack(t *testing.T, p Platform, clock *Clock) {
	s, _ := play(t, p, clock, append(kinds(), script.Say("You are welcome."))...)
	s.Ask("which kettles do you sell?")
	s.Ask("thanks")
	contains(t, Text(s.Ask("why")), "No plugin was called.")
	contains(t, Text(s.Ask("why 1")), "secret metal", "Copper Kettle")
	contains(t, Text(s.Ask("why 2")), "no such answer")
}

// whyApproved: what was parked, and what was said after it was approved.
func whyApproved(t *testing.T, p Platform, clock *Clock) {
	s, _ := play(t, p, clock, kettles(), script.Say("ready"), script.Say("It is on its way."))
	r := s.Ask("order two copper kettles")
	contains(t, Text(s.Ask("why")), "shop__placeOrder", "waits for a decision", "write-asks", "Copper Kettle")
	s.Act(s.Member, s.Button(r, "Approve"))
	contains(t, Text(s.Ask("why")), "shop__placeOrder", "by a card", "A-1")
	contains(t, Text(s.Ask("why 1")), "waits for a decision")
}

// whyNot: a question that begins like the command is asked.
func whyNot(t *testing.T, p Platform, clock *Clock) {
	m := script.Func(script.Say("Because."))
	s := Start(t, p, clock, Setup{Model: m})
	for _, text := range []string{"why?", "why not?", "why is the sky blue?", "why 10"} {
		contains(t, Text(s.Ask(text)), "Because.")
	}
}

// whyForgotten: what is forgotten with a member explains nothing any more.
func whyForgotten(t *testing.T, p Platform, clock *Clock) {
	s, _ := play(t, p, clock, kinds()...)
	s.Ask("which kettles do you sell?")
	contains(t, Text(s.Ask("why")), "secret metal")
	s.Act(s.Member, s.Button(s.Ask("/aidesk forget"), "Delete everything"))
	contains(t, Text(s.Ask("why")), "no such answer")
	if p.Other != "" {
		contains(t, Text(s.AskAs(s.Other, "why")), "no such answer")
	}
}

// whyPlanner: the planner's answers are explained too; they cost nothing.
func whyPlanner(t *testing.T, p Platform, clock *Clock) {
	shop := NewShop(t, "shop")
	s := Start(t, p, clock, Setup{Model: planner.New(), Plugins: []Plugin{{Address: shop.Address, Default: true}}})
	s.Ask("show me the goods")
	contains(t, Text(s.Ask("why")), "planner; 0 tokens read, 0 written", "shop__listGoods", "Copper Kettle")
}
