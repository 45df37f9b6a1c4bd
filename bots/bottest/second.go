package bottest

import (
	"strings"
	"sync"
	"testing"
	"time"

	"aidesk/adapters/adaptertest"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/model"
	"aidesk/core/model/script"
	"aidesk/core/policy"
)

var seconds = []Behaviour{
	{"both approve", secondApproves},
	{"declined for a reason", secondDeclines},
	{"edited between", secondEdited},
	{"message changed between", secondChanged},
	{"cancelled between", secondCancelled},
	{"both press at once", secondAtOnce},
	{"restart between", secondRestart},
	{"killed at the second press", secondKilled},
	{"approver leaves", secondLeaves},
	{"by a role, which is lost", secondRole},
	{"approver named after the card", secondNamedLater},
	{"within a day", secondExpires},
	{"the one who asked alone", secondAlone},
}

// seconded is a stage on which orders need somebody else too, by default the other member.
func seconded(t *testing.T, p Platform, clock *Clock, approvers []string, steps ...script.Step) (*Stage, *Shop) {
	t.Helper()
	if p.Other == "" {
		t.Skip("there is one member on this platform")
	}
	if approvers == nil {
		approvers = []string{p.Other}
	}
	s, shop := play(t, p, clock, steps...)
	s.Rule(orderRule(shop, approvers...))
	return s, shop
}

func orderRule(shop *Shop, approvers ...string) policy.Rules {
	return policy.Rules{Operations: map[string]policy.OperationRule{policy.OperationKey(shop.Address, "placeOrder"): {Approvers: approvers}}}
}

// halfway parks an order, has the member who asked approve it, and returns their card and
// that of the other.
func halfway(t *testing.T, s *Stage, shop *Shop) (first, second chat.Reply) {
	t.Helper()
	r := asked(t, s, shop)
	if got := value(card(t, r).Details, "Second approval"); !strings.Contains(got, "who sees all of this card") {
		t.Fatalf("the first card says of the other: %q", got)
	}
	s.Act(s.Member, s.Button(r, "Approve"))
	if n := shop.Count("POST"); n != 0 {
		t.Fatalf("%d calls after the first press", n)
	}
	return s.Now(r.ID), s.other()
}

// other is the newest card of the other member that waits.
func (s *Stage) other() chat.Reply {
	s.T.Helper()
	return s.Wait("a card for the other", func(r chat.Reply) bool {
		return r.To == s.Other && r.Private && len(r.Cards) == 1 && r.Cards[0].State == chat.CardWaiting
	})
}

// line waits for a line where the request was made.
func (s *Stage) line(words string) {
	s.T.Helper()
	s.Wait("the line "+words, func(r chat.Reply) bool {
		return r.To == s.Member && len(r.Cards) == 0 && strings.Contains(r.Text.Text(), words)
	})
}

// secondApproves: the other sees all that the first saw; two presses, one call with exactly
// these bytes; both cards, a line and the audit name both.
func secondApproves(t *testing.T, p Platform, clock *Clock) {
	s, shop := seconded(t, p, clock, nil, kettles(), script.Say("ready"), script.Say("Your order is A-1."))
	first, second := halfway(t, s, shop)
	c := card(t, first)
	contains(t, c.Outcome, "It waits for the approval of", "nothing was sent so far")
	if !c.Until.Equal(clock.Now().Add(confirm.SecondLife)) {
		t.Errorf("it expires at %s", c.Until)
	}
	theirs := card(t, second)
	if _, address, body := s.Sends(s.Other, theirs); len(theirs.Values) != len(c.Values) || address != shop.Address+"/orders" || !sameJSON(t, body, `{"good":"Copper Kettle","count":2,"note":"ring twice"}`) {
		t.Errorf("the other sees less:\n%s", Text(second))
	}
	contains(t, theirs.Sentence, "asks you: Place this order with Shop?")
	for _, b := range c.Buttons {
		if b.Label == "Approve" {
			t.Error("the first card can be approved twice")
		}
	}
	s.Act(s.Other, s.Button(second, "Approve"))
	if n := shop.Count("POST"); n != 1 || !sameJSON(t, shop.Calls()[0].Body, `{"good":"Copper Kettle","count":2,"note":"ring twice"}`) {
		t.Fatalf("called %+v", shop.Calls())
	}
	for _, id := range []string{first.ID, second.ID} {
		if done := card(t, s.Now(id)); done.State != chat.CardDone || !strings.Contains(done.Outcome, " asked, ") || !strings.Contains(done.Outcome, " approved. Placed this order. Shop confirmed it.") || len(done.Buttons) != 0 {
			t.Errorf("a card became %+v", done)
		}
	}
	s.line(" approved. Placed this order. Shop confirmed it.")
	if told := outcomes(s.request()); len(told) != 1 || told[0].Status != model.OK {
		t.Errorf("the model was told %+v", told)
	}
	var who []string
	for _, a := range s.Audits() {
		who = append(who, a.Action+" "+a.Actor.ID)
		if a.Digest != s.Audits()[0].Digest || a.Target(audit.OfOperation).ID != "placeOrder" {
			t.Errorf("a line of another call: %+v", a)
		}
	}
	contains(t, strings.Join(who, ", "), "call.halfway "+s.Member, "call.seconded "+s.Other, "call.done "+s.Member)
	contains(t, s.Act(s.Other, s.Button(second, "Approve")), "already decided: done")
	if n := shop.Count("POST"); n != 1 {
		t.Errorf("%d calls after one more press", n)
	}
}

// secondDeclines: nothing is sent, and the reason is told.
func secondDeclines(t *testing.T, p Platform, clock *Clock) {
	s, shop := seconded(t, p, clock, nil, kettles(), script.Say("ready"), script.Say("as you wish"))
	first, second := halfway(t, s, shop)
	s.Press(s.Other, s.Button(second, "Decline"))
	s.Done(s.Submit(s.Other, adaptertest.Filled{Label: "Why", Value: "too many kettles"}))
	for _, id := range []string{first.ID, second.ID} {
		if c := card(t, s.Now(id)); c.State != chat.CardDenied || !strings.Contains(c.Outcome, "declined it: too many kettles. Nothing was sent.") || len(c.Buttons) != 0 {
			t.Errorf("a card became %+v", c)
		}
	}
	s.line("too many kettles")
	contains(t, s.Act(s.Other, s.Button(second, "Approve")), "already decided")
	s.Ask("and now?")
	if told := outcomes(s.request()); len(told) != 1 || told[0].Status != model.Declined || shop.Count("POST") != 0 {
		t.Errorf("the model was told %+v after %d calls", told, shop.Count("POST"))
	}
}

// secondEdited: an edit voids the first press. What both approve then is what is sent.
func secondEdited(t *testing.T, p Platform, clock *Clock) {
	if p.Fill == nil {
		t.Skip("there are no forms on this platform")
	}
	s, shop := seconded(t, p, clock, nil, kettles(), script.Say("ready"), script.Say("done"))
	first, second := halfway(t, s, shop)
	s.Press(s.Member, s.Button(first, "Edit"))
	s.Done(s.Submit(s.Member, adaptertest.Filled{Label: "Good"}, adaptertest.Filled{Label: "Count", Value: "3"}, adaptertest.Filled{Label: "Note"}))
	if c := card(t, s.Now(second.ID)); c.State != chat.CardReplaced || len(c.Buttons) != 0 {
		t.Errorf("the other's card became %+v", c)
	}
	contains(t, s.Act(s.Other, s.Button(second, "Approve")), "changed this or took it back")
	if n := shop.Count("POST"); n != 0 {
		t.Fatalf("%d calls by a press on what was edited", n)
	}
	s.Act(s.Member, s.Button(s.Now(first.ID), "Approve"))
	s.Act(s.Other, s.Button(s.other(), "Approve"))
	if calls := shop.Calls(); len(calls) != 1 || !strings.Contains(calls[0].Body, `"count":3`) {
		t.Errorf("sent %+v", calls)
	}
}

// secondChanged: so does an edit of the message that asked.
func secondChanged(t *testing.T, p Platform, clock *Clock) {
	if p.Edit == nil {
		t.Skip("messages cannot be edited on this platform")
	}
	s, shop := seconded(t, p, clock, nil, kettles(), script.Say("ready"), script.Say("four, then"))
	e := s.Tell(s.Member, "order two copper kettles")
	s.Done(e)
	first := s.Replies()[0]
	s.Act(s.Member, s.Button(first, "Approve"))
	second := s.other()
	s.Done(s.Change(s.Member, e.Message.ID, "order four"))
	for _, id := range []string{first.ID, second.ID} {
		if c := card(t, s.Now(id)); c.State != chat.CardReplaced {
			t.Errorf("a card became %+v", c)
		}
	}
	contains(t, s.Act(s.Other, s.Button(second, "Approve")), "changed this or took it back")
	if n := shop.Count("POST"); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// secondCancelled: who asked may still take it back.
func secondCancelled(t *testing.T, p Platform, clock *Clock) {
	s, shop := seconded(t, p, clock, nil, kettles(), script.Say("ready"))
	first, second := halfway(t, s, shop)
	contains(t, s.Act(s.Member, s.Button(asSeen(first, "Approve", s), "Approve")), "You approved this already; it waits for the approval of")
	s.Act(s.Member, s.Button(first, "Cancel"))
	if c := card(t, s.Now(second.ID)); c.State != chat.CardDenied || len(c.Buttons) != 0 {
		t.Errorf("the other's card became %+v", c)
	}
	contains(t, s.Act(s.Other, s.Button(second, "Approve")), "already decided: cancelled")
	if n := shop.Count("POST"); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// asSeen is the first version of a reply with a button, as somebody may still see it.
func asSeen(r chat.Reply, label string, s *Stage) chat.Reply {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	for _, old := range s.board.sends {
		if old.ID != r.ID {
			continue
		}
		for _, b := range buttons(old) {
			if b.Label == label {
				return old
			}
		}
	}
	return r
}

// secondAtOnce: who asked takes it back while the other approves: it is sent once or never,
// and both cards say which.
func secondAtOnce(t *testing.T, p Platform, clock *Clock) {
	s, shop := seconded(t, p, clock, nil, kettles(), script.Say("ready"), script.Say("done"))
	first, second := halfway(t, s, shop)
	no, yes := s.Button(first, "Cancel"), s.Button(second, "Approve")
	var both sync.WaitGroup
	for _, press := range []func(){func() { s.Press(s.Member, no) }, func() { s.Press(s.Other, yes) }, func() { s.Press(s.Other, yes) }} {
		both.Go(press)
	}
	both.Wait()
	end := s.Wait("the end", func(r chat.Reply) bool {
		return r.ID == second.ID && (r.Cards[0].State == chat.CardDenied || r.Cards[0].State == chat.CardDone)
	})
	want := 0
	if end.Cards[0].State == chat.CardDone {
		want = 1
	}
	s.Wait("the same on the first card", func(r chat.Reply) bool { return r.ID == first.ID && r.Cards[0].State == end.Cards[0].State })
	if n := shop.Count("POST"); n != want {
		t.Errorf("%d calls, and the card is %s", n, end.Cards[0].State)
	}
}

// secondRestart: the first press survives the process.
func secondRestart(t *testing.T, p Platform, clock *Clock) {
	s, shop := seconded(t, p, clock, nil, kettles(), script.Say("ready"), script.Say("done"))
	_, second := halfway(t, s, shop)
	s.Restart()
	s.Act(s.Other, s.Button(second, "Approve"))
	if n := shop.Count("POST"); n != 1 {
		t.Errorf("%d calls", n)
	}
}

// secondKilled: executing is on disk, the process dies before the first byte: it is told, and
// never sent by itself.
func secondKilled(t *testing.T, p Platform, clock *Clock) {
	s, shop := seconded(t, p, clock, nil, kettles(), script.Say("ready"), script.Say("Nobody knows."))
	first, second := halfway(t, s, shop)
	dead := s.KillAfter(becomes(confirm.Executing))
	press := s.Push(s.Other, s.Button(second, "Approve"))
	s.Await("the crash", dead)
	s.Restart()
	s.Done(press)
	for _, id := range []string{first.ID, second.ID} {
		if c := card(t, s.Now(id)); c.State != chat.CardUnknown {
			t.Errorf("a card became %+v", c)
		}
	}
	s.line("may or may not have happened")
	contains(t, s.Act(s.Other, s.Button(second, "Approve")), "already decided")
	if n := shop.Count("POST"); n != 0 {
		t.Errorf("%d calls", n)
	}
	if told := outcomes(s.request()); len(told) != 1 || told[0].Status != model.Unknown {
		t.Errorf("the model was told %+v", told)
	}
}

// secondLeaves: where nobody is left, the one who asked is told within the hour.
func secondLeaves(t *testing.T, p Platform, clock *Clock) {
	s, shop := seconded(t, p, clock, nil, kettles(), script.Say("ready"))
	first, second := halfway(t, s, shop)
	s.Leave(s.Other)
	contains(t, s.Act(s.Other, s.Button(second, "Approve")), "cannot check who you are")
	clock.Advance(time.Hour)
	s.line("Nobody is left who may approve this. Nothing was sent.")
	if c := card(t, s.Now(first.ID)); c.State != chat.CardExpired || shop.Count("POST") != 0 {
		t.Errorf("the card became %+v after %d calls", c, shop.Count("POST"))
	}
}

// secondRole: members with a role ask for the card where the request was made. Who has not the
// role gets none, who has lost it does not decide, and who asked never does.
func secondRole(t *testing.T, p Platform, clock *Clock) {
	s, shop := seconded(t, p, clock, []string{"R0APPROVERS"}, kettles(), script.Say("ready"), script.Say("done"))
	if s.Place.Direct {
		t.Skip("nobody else reads this place")
	}
	r := asked(t, s, shop)
	s.Act(s.Member, s.Button(r, "Approve"))
	look := s.Button(s.Now(r.ID), "Review")
	s.Give(s.Member, "R0APPROVERS")
	contains(t, s.Act(s.Member, look), "You asked for this")
	contains(t, s.Act(s.Other, look), "You may not approve this")
	s.Give(s.Other, "R0APPROVERS")
	s.Act(s.Other, look)
	second := s.other()
	contains(t, s.Act(s.Other, look), "You have this card already")
	s.Give(s.Other)
	contains(t, s.Act(s.Other, s.Button(second, "Approve")), "You may not approve this")
	if n := shop.Count("POST"); n != 0 {
		t.Fatalf("%d calls by one without the role", n)
	}
	s.Give(s.Other, "R0APPROVERS")
	s.Act(s.Other, s.Button(second, "Approve"))
	if n := shop.Count("POST"); n != 1 {
		t.Errorf("%d calls", n)
	}
}

// secondNamedLater: a rule that was made after the card makes a new card, so that the one who
// asks knows who will see it.
func secondNamedLater(t *testing.T, p Platform, clock *Clock) {
	if p.Other == "" {
		t.Skip("there is one member on this platform")
	}
	s, shop := play(t, p, clock, kettles(), script.Say("ready"), script.Say("done"))
	r := asked(t, s, shop)
	s.Rule(orderRule(shop, s.Other))
	contains(t, s.Act(s.Member, s.Button(r, "Approve")), "press again")
	if n := shop.Count("POST"); n != 0 {
		t.Fatalf("%d calls", n)
	}
	again := s.Now(r.ID)
	if c := card(t, again); c.State != chat.CardWaiting || value(c.Details, "Second approval") == "" {
		t.Fatalf("the card became %+v", c)
	}
	s.Act(s.Member, s.Button(again, "Approve"))
	s.Act(s.Other, s.Button(s.other(), "Approve"))
	if n := shop.Count("POST"); n != 1 {
		t.Errorf("%d calls", n)
	}
}

// secondExpires: it waits for a day, not for the time of the first press, and then is told.
func secondExpires(t *testing.T, p Platform, clock *Clock) {
	s, shop := seconded(t, p, clock, nil, kettles(), script.Say("ready"))
	first, second := halfway(t, s, shop)
	clock.Advance(confirm.Life)
	clock.Advance(2 * time.Hour)
	s.Restart()
	if c := card(t, s.Now(first.ID)); c.State != chat.CardWaiting {
		t.Errorf("after two hours the card is %s", c.State)
	}
	clock.Advance(confirm.SecondLife)
	s.line("within a day. Nothing was sent.")
	for _, id := range []string{first.ID, second.ID} {
		s.Wait("an expired card", func(r chat.Reply) bool { return r.ID == id && r.Cards[0].State == chat.CardExpired })
	}
	contains(t, s.Act(s.Other, s.Button(second, "Approve")), "expired")
	if n := shop.Count("POST"); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// secondAlone: who asked is never the second, also where nobody else is named.
func secondAlone(t *testing.T, p Platform, clock *Clock) {
	s, shop := seconded(t, p, clock, []string{p.Member}, kettles(), script.Say("ready"))
	r := asked(t, s, shop)
	contains(t, value(card(t, r).Details, "Second approval"), "nobody")
	contains(t, s.Act(s.Member, s.Button(r, "Approve")), "Nobody can be asked to approve this")
	if n := shop.Count("POST"); n != 0 {
		t.Errorf("%d calls", n)
	}
}
