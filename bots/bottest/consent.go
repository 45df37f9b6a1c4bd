package bottest

import (
	"encoding/json"
	"testing"

	"aidesk/core/chat"
	"aidesk/core/model"
	"aidesk/core/model/script"
	"aidesk/core/plugin"
)

var consents = []Behaviour{
	{"the first use of a plugin asks once", firstUse},
	{"a card counts as the first use", firstUseOnCard},
	{"calls that wait for one agreement", firstUseOnce},
	{"an agreement is taken back", withdrawn},
}

// strange is a stage with a shop that everybody has enabled and nobody answers for.
func strange(t *testing.T, p Platform, clock *Clock, steps ...script.Step) (*Stage, *Shop) {
	t.Helper()
	shop := NewShop(t, "shop")
	return Start(t, p, clock, Setup{Model: script.New(steps...), FirstUse: plugin.FirstUseAsk, Plugins: []Plugin{{Address: shop.Address, Default: true}}}), shop
}

// metal is a read that has words of the member.
func metal() script.Step { return script.Call("shop__listGoods", `{"kind":"metal"}`) }

// asksUse checks that a reply asks whether the shop may have words of the member, and that
// it had none so far.
func asksUse(t *testing.T, r chat.Reply, shop *Shop, calls int) {
	t.Helper()
	card(t, r)
	contains(t, Text(r), "the first time that Shop would get something of yours; I ask you this once.", "metal",
		"Goes to", shop.Address, "May get later", "count, good, kind, note", "Terms", "http://"+shop.Address+"/pages/legal")
	if n := len(shop.Calls()); n != calls {
		t.Errorf("%d calls before the press; want %d", n, calls)
	}
}

// firstUse: nothing of the member's leaves before they agreed to host, terms and fields; what
// has no words of theirs goes; after it no read asks, also after a restart.
func firstUse(t *testing.T, p Platform, clock *Clock) {
	s, shop := strange(t, p, clock, script.Call("shop__countOrders", `{}`), script.Say("None."),
		metal(), script.Say("I ask first."), list, metal(), list, metal(), script.Say("ready"))
	contains(t, Text(s.Ask("how many orders?")), "None.")
	r := s.Ask("which metal goods?")
	asksUse(t, r, shop, 1)
	contains(t, card(t, r).Sentence, "Send this to Shop: list the goods?")
	s.Act(s.Member, s.Button(r, "Approve"))
	contains(t, Text(s.Now(r.ID)), "Shop answered.")
	s.line("Copper Kettle")
	if a := s.Audits(); a[1].Action != "call.executing" || a[1].Leave != "plugin" {
		t.Errorf("the audit says %v", a)
	}
	s.Restart()
	if r := s.Ask("and again?"); len(r.Cards) != 0 || len(shop.Calls()) != 3 {
		t.Errorf("%d cards, %d calls", len(r.Cards), len(shop.Calls()))
	}
	if p.Other == "" {
		return
	}
	if r := s.AskAs(s.Other, "which metal goods?"); len(r.Cards) != 1 || len(shop.Calls()) != 3 {
		t.Errorf("another member's first use: %d cards, %d calls", len(r.Cards), len(shop.Calls()))
	}
}

// firstUseOnCard: the card of a write says the same, so that reads after it do not ask.
func firstUseOnCard(t *testing.T, p Platform, clock *Clock) {
	s, shop := strange(t, p, clock, kettles(), script.Say("I prepared it."), script.Say("Ordered."), metal(), list)
	r := s.Ask("order two copper kettles")
	contains(t, card(t, r).Sentence, "Place this order with Shop?", "the first time that Shop would get something of yours")
	contains(t, Text(r), "May get later", "count, good, kind, note")
	s.Act(s.Member, s.Button(r, "Approve"))
	if r := s.Ask("which metal goods?"); len(r.Cards) != 0 || shop.Count("GET") != 1 {
		t.Errorf("%d cards, %d reads", len(r.Cards), shop.Count("GET"))
	}
}

// firstUseOnce: one question is enough for all calls that a turn wishes, and for those of the
// next one.
func firstUseOnce(t *testing.T, p Platform, clock *Clock) {
	read := func(kind string) model.Part {
		return model.Part{Call: &model.ToolCall{ID: kind, Name: "shop__listGoods", Args: json.RawMessage(`{"kind":"` + kind + `"}`)}}
	}
	both := script.Answer(read("metal"), read("wood"))
	s, shop := strange(t, p, clock, both, script.Say("I ask first."), script.Call("shop__listGoods", `{"kind":"wool"}`), script.Say("You were asked."))
	asksUse(t, s.Ask("which metal and wooden goods?"), shop, 0)
	if r := s.Ask("and of wool?"); len(r.Cards) != 0 || len(shop.Calls()) != 0 {
		t.Errorf("%d more cards, %d calls", len(r.Cards), len(shop.Calls()))
	}
}

// withdrawn: with the button of /aidesk privacy and with /plugins disable, the next use asks.
func withdrawn(t *testing.T, p Platform, clock *Clock) {
	s, shop := strange(t, p, clock, metal(), script.Say("I ask first."), list,
		metal(), script.Say("I ask first."), list, metal(), script.Say("I ask first."))
	agree := func(calls int) {
		t.Helper()
		r := s.Ask("which metal goods?")
		asksUse(t, r, shop, calls)
		s.Act(s.Member, s.Button(r, "Approve"))
	}
	lacks(t, Text(s.Ask("/aidesk privacy")), "you agreed")
	agree(0)
	told := s.Ask("/aidesk privacy")
	contains(t, Text(told), "Shop ("+shop.Address+"): you agreed that it has words of yours.")
	contains(t, s.Act(s.Member, s.Button(told, "Withdraw: Shop")), "Shop has no more words of yours until you agree again.")
	lacks(t, Text(s.Ask("/aidesk privacy")), "you agreed")
	agree(1)
	s.Ask("/plugins disable shop")
	s.Ask("/plugins enable shop")
	asksUse(t, s.Ask("which metal goods?"), shop, 2)
}
