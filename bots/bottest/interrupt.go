package bottest

import (
	"strings"
	"testing"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/model"
	"aidesk/core/model/script"
)

var interrupts = []Behaviour{
	{"stop while the model hangs", stop},
	{"stop with nothing to stop", stopNothing},
	{"stop while the turn waits for its place", stopWaiting},
	{"stop ends what was said before it", stopQueued},
	{"cancel while another turn hangs", cancelNow},
	{"message edited while it is worked", edited},
	{"message deleted while it is worked", deleted},
	{"message edited before its turn", editedQueued},
	{"message edited whose card waits", editedCard},
	{"message edited so that it is for the desk", editedIn},
}

// soon is how late an interruption may be noticed.
const soon = time.Second

// stop: the turn ends at once, says so, and the next message is answered.
func stop(t *testing.T, p Platform, clock *Clock) {
	hang, began := once(script.Hang())
	s, _ := play(t, p, clock, hang, script.Say("here I am"))
	asked := s.Tell(s.Member, "think hard")
	s.Await("the model", began)
	begun := time.Now()
	stopped := s.Tell(s.Member, "/aidesk stop")
	s.Done(asked)
	if took := time.Since(begun); took > soon {
		t.Errorf("it took %s", took)
	}
	s.Done(stopped)
	if all := s.Replies(); len(all) != 1 || all[0].Text.Text() != "Stopped." {
		t.Errorf("%d replies, the last: %s", len(all), Text(all[len(all)-1]))
	}
	contains(t, Text(s.Ask("hello?")), "here I am")
}

// stopNothing: who stops nothing is told.
func stopNothing(t *testing.T, p Platform, clock *Clock) {
	s, _ := play(t, p, clock)
	contains(t, Text(s.Ask("stop")), "Nothing is running here.")
}

// stopWaiting: a turn that waits because others run can be stopped too.
func stopWaiting(t *testing.T, p Platform, clock *Clock) {
	if p.Other == "" || p.Thread == nil {
		t.Skip("there is only one conversation on this platform")
	}
	hang, began := once(script.Hang())
	shop := NewShop(t, "shop")
	s := Start(t, p, clock, Setup{Model: script.New(hang, script.Say("never asked")), Plugins: []Plugin{{Address: shop.Address, Default: true}}, Limits: bot.Limits{TurnsAtOnce: 1}})
	first := s.Tell(s.Member, "think hard")
	s.Await("the model", began)
	waiting := s.TellIn(s.Other, "T1", "me too")
	halt := s.TellIn(s.Other, "T1", "/aidesk stop")
	s.Done(waiting)
	s.Done(halt)
	if n := len(s.Script.Requests()); n != 1 {
		t.Errorf("the model was asked %d times; the second turn was stopped before", n)
	}
	s.Done(s.Tell(s.Member, "/aidesk stop"))
	s.Done(first)
}

// stopQueued: a stop also ends a message that came before it and was not begun.
func stopQueued(t *testing.T, p Platform, clock *Clock) {
	hold, began, let := held(script.Say("first"))
	s, _ := play(t, p, clock, hold, script.Say("never asked"))
	one := s.Tell(s.Member, "one?")
	s.Await("the model", began)
	two := s.Tell(s.Member, "two?")
	halt := s.Tell(s.Member, "/aidesk stop")
	s.Done(one)
	let()
	s.Done(two)
	s.Done(halt)
	if n := len(s.Script.Requests()); n != 1 {
		t.Errorf("the model was asked %d times; want once", n)
	}
}

// cancelNow: a cancel is decided while a turn runs, and told when its event comes up.
func cancelNow(t *testing.T, p Platform, clock *Clock) {
	hold, began, let := held(script.Say("thought about it"))
	s, shop := play(t, p, clock, kettles(), script.Say("ready"), hold, script.Say("I know"))
	r := asked(t, s, shop)
	other := s.Tell(s.Member, "think hard")
	s.Await("the model", began)
	begun := time.Now()
	cancel := s.Push(s.Member, s.Button(r, "Cancel"))
	s.Wait("the card to be cancelled", func(n chat.Reply) bool { return n.ID == r.ID && n.Cards[0].State == chat.CardDenied })
	if took := time.Since(begun); took > soon {
		t.Errorf("it took %s", took)
	}
	let()
	s.Done(other)
	s.Done(cancel)
	all := s.Replies()
	contains(t, Text(all[len(all)-1]), "thought about it")
	s.Ask("and now?")
	if told := outcomes(s.request()); len(told) != 1 || told[0].Status != model.Declined {
		t.Errorf("the model was told %+v", told)
	}
	if n := shop.Count("POST"); n != 0 {
		t.Errorf("%d calls were sent", n)
	}
}

// edited: the turn begins anew with the message as it reads now.
func edited(t *testing.T, p Platform, clock *Clock) {
	if p.Edit == nil {
		t.Skip("messages cannot be edited on this platform")
	}
	hang, began := once(script.Hang())
	s, _ := play(t, p, clock, hang, script.Say("blue it is"))
	asked := s.Tell(s.Member, "paint it red")
	s.Await("the model", began)
	s.Done(s.Change(s.Member, asked.Message.ID, "paint it blue"))
	s.Done(asked)
	messages := s.request().Messages
	if last := messages[len(messages)-1]; last.TextOf() != "paint it blue" {
		t.Errorf("asked %q", last.TextOf())
	}
	if all := s.Replies(); len(all) != 1 || all[0].Text.Text() != "blue it is" {
		t.Errorf("%d replies", len(all))
	}
}

// deleted: the turn ends without a word.
func deleted(t *testing.T, p Platform, clock *Clock) {
	if p.Delete == nil {
		t.Skip("messages cannot be deleted on this platform")
	}
	hang, began := once(script.Hang())
	s, _ := play(t, p, clock, hang, script.Say("here I am"))
	asked := s.Tell(s.Member, "never mind")
	s.Await("the model", began)
	s.Done(s.Change(s.Member, asked.Message.ID, ""))
	s.Done(asked)
	if all := s.Replies(); len(all) != 0 {
		t.Errorf("%d replies to a deleted message: %s", len(all), Text(all[0]))
	}
	contains(t, Text(s.Ask("hello?")), "here I am")
}

// editedQueued: what waits for its turn is asked as it reads then, once.
func editedQueued(t *testing.T, p Platform, clock *Clock) {
	if p.Edit == nil {
		t.Skip("messages cannot be edited on this platform")
	}
	hold, began, let := held(script.Say("first"))
	s, _ := play(t, p, clock, hold, script.Say("second"))
	one := s.Tell(s.Member, "one?")
	s.Await("the model", began)
	two := s.Tell(s.Member, "paint it red")
	change := s.Change(s.Member, two.Message.ID, "paint it blue")
	let()
	s.Done(one)
	s.Done(two)
	s.Done(change)
	messages := s.request().Messages
	if last := messages[len(messages)-1]; last.TextOf() != "paint it blue" || len(s.Script.Requests()) != 2 {
		t.Errorf("asked %q as request %d", last.TextOf(), len(s.Script.Requests()))
	}
}

// editedCard: a card whose question was changed is void.
func editedCard(t *testing.T, p Platform, clock *Clock) {
	if p.Edit == nil {
		t.Skip("messages cannot be edited on this platform")
	}
	s, shop := play(t, p, clock, kettles(), script.Say("ready"),
		script.Call("shop__placeOrder", `{"body":{"good":"Copper Kettle","count":3}}`), script.Say("ready"), script.Say("on its way"))
	e := s.Tell(s.Member, "order two copper kettles")
	s.Done(e)
	r := s.Replies()[0]
	s.Done(s.Change(s.Member, e.Message.ID, "order three copper kettles"))
	c := card(t, s.Now(r.ID))
	if c.State != chat.CardReplaced || len(c.Buttons) != 0 {
		t.Errorf("the card became %+v", c)
	}
	contains(t, c.Outcome, "You changed the message")
	contains(t, s.Act(s.Member, s.Button(r, "Approve")), "changed the message")
	if n := shop.Count("POST"); n != 0 {
		t.Errorf("%d calls were sent", n)
	}
	messages := s.Script.Requests()[2].Messages
	if told := outcomes(s.Script.Requests()[2]); len(told) != 1 || told[0].Status != model.Replaced || messages[len(messages)-1].TextOf() != "order three copper kettles" {
		t.Errorf("the model was told %+v and asked %q", told, messages[len(messages)-1].TextOf())
	}
	all := s.Replies()
	s.Act(s.Member, s.Button(all[len(all)-1], "Approve"))
	if sent := shop.Calls(); len(sent) != 1 || !strings.Contains(sent[0].Body, `"count":3`) {
		t.Errorf("sent %+v", sent)
	}
}

// editedIn: a message to which the mention of the desk is added is a question, once,
// however the platform tells of the edit.
func editedIn(t *testing.T, p Platform, clock *Clock) {
	if p.Aside == nil {
		t.Skip("everything is meant for the desk on this platform")
	}
	s, _ := play(t, p, clock, script.Say("here I am"), script.Say("still here"))
	id := s.Aside(s.Member, "where is it?")
	e := s.Change(s.Member, id, "where is it?")
	if e.Change == nil || e.Change.First == nil {
		t.Fatalf("told by %+v", e)
	}
	s.Done(*e.Change.First)
	if all := s.Replies(); len(all) != 1 || all[0].Text.Text() != "here I am" {
		t.Fatalf("%d replies", len(all))
	}
	if err := s.Receive(e); err != nil { // the same edit, told once more
		t.Fatal(err)
	}
	contains(t, Text(s.Ask("and now?")), "still here")
	if n := len(s.Script.Requests()); n != 2 {
		t.Errorf("%d requests", n)
	}
}
