package bottest

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/model"
	"aidesk/core/model/script"
	"aidesk/store"
)

var crashes = []Behaviour{
	{"restart between card and press", restart},
	{"killed before the first byte", killedBefore},
	{"killed while the call is out", killedDuring},
	{"killed before the outcome was told", killedAfter},
	{"connection torn", torn},
	{"killed in a reading turn", killedReading},
}

// restart: a card survives the process, and its press is worked by the next one.
func restart(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("ready"), script.Say("Your order is A-1."))
	r := asked(t, s, shop)
	s.Restart()
	s.Act(s.Member, s.Button(r, "Approve"))
	if n := shop.Count("POST"); n != 1 {
		t.Errorf("%d calls; want one", n)
	}
	if told := outcomes(s.request()); len(told) != 1 || told[0].Status != model.OK || !strings.Contains(told[0].Content, "A-1") {
		t.Errorf("the model was told %+v", told)
	}
	now := s.Now(r.ID)
	s.line("Your order is A-1.")
	if card(t, now).State != chat.CardDone || len(s.Replies()) != 2 {
		t.Errorf("the card is %s in %d messages", card(t, now).State, len(s.Replies()))
	}
}

// becomes says whether a commit brings an action to a state.
func becomes(state confirm.State) func(store.Commit) bool {
	return func(c store.Commit) bool {
		return slices.ContainsFunc(c.Actions, func(a store.Transition) bool { return a.Action.State == string(state) })
	}
}

// fate: what a desk does that finds an Action executing after a crash: it tells that
// nobody knows, never sends it again, and asks anew where the member wants it.
func fate(t *testing.T, s *Stage, shop *Shop, r chat.Reply, press chat.Event, sent int) {
	t.Helper()
	unknown := s.Wait("the card to become unknown", func(n chat.Reply) bool { return n.ID == r.ID && n.Cards[0].State == chat.CardUnknown })
	s.Done(press)
	c := card(t, unknown)
	plain(t, c.Outcome)
	contains(t, c.Outcome, "may or may not have happened", "Shop")
	if n := shop.Count("POST"); n != sent {
		t.Fatalf("%d calls after the restart; there were %d before", n, sent)
	}
	if told := outcomes(s.request()); len(told) != 1 || told[0].Status != model.Unknown {
		t.Errorf("the model was told %+v", told)
	}
	contains(t, s.Act(s.Member, s.Button(r, "Approve")), "already decided", "nobody knows")
	if n := shop.Count("POST"); n != sent {
		t.Fatalf("%d calls after one more press; there were %d before", n, sent)
	}

	shop.On("POST /orders", nil)
	s.Done(s.Push(s.Member, s.Button(unknown, "Send again")))
	all := s.Replies()
	anew := all[len(all)-1]
	if anew.ID == r.ID || card(t, anew).State != chat.CardWaiting {
		t.Fatalf("no new card:\n%s", Text(anew))
	}
	contains(t, card(t, anew).Sentence, "once more")
	if n := shop.Count("POST"); n != sent {
		t.Fatalf("%d calls before the new card was decided", n)
	}
	s.Act(s.Member, s.Button(anew, "Approve"))
	if n := shop.Count("POST"); n != sent+1 {
		t.Errorf("%d calls; want one more than %d", n, sent)
	}
	if got := card(t, s.Now(anew.ID)); got.State != chat.CardDone {
		t.Errorf("the new card is %s", got.State)
	}
	if got := card(t, s.Now(r.ID)); got.State != chat.CardUnknown {
		t.Errorf("the old card is %s", got.State)
	}
}

// killedBefore: executing is on disk, the process dies before the first byte.
func killedBefore(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("ready"), script.Say("Nobody knows."), script.Say("Now it is done."))
	r := asked(t, s, shop)
	dead := s.KillAfter(becomes(confirm.Executing))
	press := s.Push(s.Member, s.Button(r, "Approve"))
	s.Await("the crash", dead)
	s.Restart()
	fate(t, s, shop, r, press, 0)
}

// killedDuring: the plugin has the call, the process dies before its answer.
func killedDuring(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("ready"), script.Say("Nobody knows."), script.Say("Now it is done."))
	here, goOn := make(chan struct{}), make(chan struct{})
	shop.On("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		close(here)
		<-goOn
		Fixed(201, "application/json", `{"order":"A-1"}`)(w, r)
	})
	r := asked(t, s, shop)
	press := s.Push(s.Member, s.Button(r, "Approve"))
	s.Await("the call", here)
	s.Kill()
	close(goOn)
	s.Restart()
	fate(t, s, shop, r, press, 1)
}

// killedAfter: the outcome is on disk, the process dies before the model was asked.
func killedAfter(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("ready"), script.Say("Your order is A-1."))
	r := asked(t, s, shop)
	dead := s.KillAfter(becomes(confirm.Done))
	press := s.Push(s.Member, s.Button(r, "Approve"))
	s.Await("the crash", dead)
	s.Restart()
	s.Done(press)
	now := s.Now(r.ID)
	s.line("Your order is A-1.")
	if card(t, now).State != chat.CardDone || shop.Count("POST") != 1 || len(s.Replies()) != 2 {
		t.Errorf("the card is %s after %d calls, in %d messages", card(t, now).State, shop.Count("POST"), len(s.Replies()))
	}
	if told := outcomes(s.request()); len(told) != 1 || told[0].Status != model.OK {
		t.Errorf("the model was told %+v", told)
	}
}

// torn: the call arrived and no answer came: the process lives, the fate is the same.
func torn(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("ready"), script.Say("Nobody knows."), script.Say("Now it is done."))
	shop.On("POST /orders", Torn)
	r := asked(t, s, shop)
	fate(t, s, shop, r, s.Push(s.Member, s.Button(r, "Approve")), 1)
}

// killedReading: unfinished reading and thinking is simply redone.
func killedReading(t *testing.T, p Platform, clock *Clock) {
	hold, began, let := held(script.Say("too late"))
	s, shop := play(t, p, clock, script.Call("shop__listGoods", `{}`), hold, script.Call("shop__listGoods", `{}`), list)
	e := s.Tell(s.Member, "what do you sell?")
	s.Await("the second step", began)
	s.Kill()
	let()
	s.Restart()
	s.Done(e)
	if n := len(s.Replies()); n != 1 {
		t.Fatalf("%d replies; want one", n)
	}
	contains(t, Text(s.Replies()[0]), "Copper Kettle")
	if n := shop.Count("GET"); n != 2 {
		t.Errorf("%d reads; want one in each turn", n)
	}
}
