package bottest

import (
	"testing"

	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/model"
	"aidesk/core/model/script"
)

var flows = []Behaviour{
	{"data of another plugin, approved once", flowOnce},
	{"data of another plugin, allowed", flowAllowed},
	{"data of another plugin, refused", flowRefused},
	{"data of another plugin, no answer", flowUnanswered},
	{"data of another plugin, killed while it is out", flowKilled},
}

// across is a stage with two shops whose model reads the first and then, with what it
// read, the second: the reply has a card for that.
func across(t *testing.T, p Platform, clock *Clock, steps ...script.Step) (s *Stage, bazaar *Shop, r chat.Reply) {
	t.Helper()
	shop := NewShop(t, "shop")
	bazaar = NewShop(t, "bazaar")
	m := script.New(append([]script.Step{
		script.Call("shop__listGoods", `{}`), script.Call("bazaar__listGoods", `{"kind":"Copper Kettle"}`), script.Say("May I?"),
	}, steps...)...)
	s = Start(t, p, clock, Setup{Model: m, Plugins: []Plugin{{Address: shop.Address, Default: true}, {Address: bazaar.Address, Default: true}}})
	r = s.Ask("is the kettle cheaper at the bazaar?")
	c := card(t, r)
	if c.State != chat.CardWaiting || c.Sentence != "Let Bazaar have data from Shop: list the goods?" {
		t.Errorf("the card is %s and says %q", c.State, c.Sentence)
	}
	if got := value(c.Values, "Kind"); got != "Copper Kettle" {
		t.Errorf("it would ask for %q", got)
	}
	if n := len(bazaar.Calls()); n != 0 {
		t.Fatalf("%d calls before the press", n)
	}
	return s, bazaar, r
}

// flowOnce: the read is sent, its result goes to the model, and the next one asks again.
func flowOnce(t *testing.T, p Platform, clock *Clock) {
	s, bazaar, r := across(t, p, clock, script.Call("bazaar__countOrders", `{}`), script.Say("And this?"))
	s.Restart()
	s.Act(s.Member, s.Button(r, "Approve"))
	if n := len(bazaar.Calls()); n != 1 {
		t.Errorf("%d calls; want one", n)
	}
	if told := outcomes(s.request()); len(told) != 1 || told[0].Status != model.OK || told[0].Plugins[0] != bazaar.Address {
		t.Errorf("the model was told %+v", told)
	}
	if c := card(t, s.Now(r.ID)); c.State != chat.CardDone || c.Outcome != "Bazaar answered." {
		t.Errorf("the card is %s: %q", c.State, c.Outcome)
	}
	all := s.Replies()
	if next := all[len(all)-1]; next.ID == r.ID || card(t, next).State != chat.CardWaiting {
		t.Errorf("the next one does not ask:\n%s", Text(next))
	}
}

// flowAllowed: after one press reads of the kind go by themselves in this
// conversation, and nowhere else.
func flowAllowed(t *testing.T, p Platform, clock *Clock) {
	s, bazaar, r := across(t, p, clock,
		script.Call("bazaar__countOrders", `{}`), script.Say("There are some."),
		script.Call("bazaar__listGoods", `{}`), script.Say("Still there."),
		script.Call("shop__listGoods", `{}`), script.Call("bazaar__listGoods", `{}`), script.Say("May I here?"))
	s.Act(s.Member, s.Button(r, "Allow in this conversation"))
	if n := len(bazaar.Calls()); n != 2 {
		t.Errorf("%d calls; want the one of the card and the next", n)
	}
	s.line("There are some.")
	if a := s.Audits()[0]; a.Action != "call.done" || len(a.DataFrom) == 0 || a.Leave != "conversation" {
		t.Errorf("the audit says %v", a)
	}
	s.Restart()
	if again := s.Ask("and now?"); len(again.Cards) != 0 || len(bazaar.Calls()) != 3 {
		t.Errorf("%d calls and %d cards in a later turn", len(bazaar.Calls()), len(again.Cards))
	}
	if p.Thread == nil {
		return
	}
	s.Done(s.TellIn(s.Member, "T9", "and here?"))
	if n := len(bazaar.Calls()); n != 3 {
		t.Errorf("%d calls: leave was taken for another conversation", n)
	}
}

// flowRefused: nothing is sent, and the model learns it.
func flowRefused(t *testing.T, p Platform, clock *Clock) {
	s, bazaar, r := across(t, p, clock, script.Say("As you wish."))
	s.Act(s.Member, s.Button(r, "Cancel"))
	s.Ask("well then")
	if told := outcomes(s.request()); len(told) != 1 || told[0].Status != model.Declined || len(told[0].Plugins) != 0 {
		t.Errorf("the model was told %+v", told)
	}
	if n := len(bazaar.Calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// flowUnanswered: a read that gets no answer says that nothing changed.
func flowUnanswered(t *testing.T, p Platform, clock *Clock) {
	s, bazaar, r := across(t, p, clock, script.Say("It does not answer."))
	bazaar.On("GET /goods", Torn)
	s.Act(s.Member, s.Button(r, "Approve"))
	c := card(t, s.Now(r.ID))
	plain(t, c.Outcome)
	lacks(t, c.Outcome, "may or may not")
}

// flowKilled: a process that dies with the read on its way does not send it again.
func flowKilled(t *testing.T, p Platform, clock *Clock) {
	s, bazaar, r := across(t, p, clock, script.Say("Nobody knows."))
	dead := s.KillAfter(becomes(confirm.Executing))
	press := s.Push(s.Member, s.Button(r, "Approve"))
	s.Await("the crash", dead)
	s.Restart()
	s.Done(press)
	c := card(t, s.Now(r.ID))
	contains(t, c.Outcome, "Nothing was changed")
	if c.State != chat.CardUnknown || len(bazaar.Calls()) != 0 {
		t.Errorf("the card is %s after %d calls", c.State, len(bazaar.Calls()))
	}
}
