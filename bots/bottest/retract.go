package bottest

import (
	"strings"
	"testing"

	"aidesk/core/model"
	"aidesk/core/model/script"
)

var retracts = []Behaviour{
	{"a deleted question is no longer kept", retracted},
	{"a deleted question, after a restart", retractedLater},
	{"a question deleted while it is worked", retractedAtWork},
	{"one of several questions is deleted", retractedPart},
	{"what a button would ask is no longer kept", retractedButton},
	{"what is held is forgotten when the hold ends", isHeld},
}

// retract deletes a message at the platform, and waits until the desk is done with that.
func (s *Stage) retract(message string) {
	s.T.Helper()
	if s.Delete == nil {
		s.T.Skip("messages cannot be deleted on this platform")
	}
	if e := s.Change(s.Member, message, ""); !e.Change.Aside { // else it was done when it was received
		s.Done(e)
	}
}

// reads says whether a request has words.
func reads(r model.Request, words string) bool {
	for _, m := range r.Messages {
		if strings.Contains(m.TextOf(), words) {
			return true
		}
	}
	return false
}

// retracted: the model does not see the words again; the answer stays, and so does what
// others said.
func retracted(t *testing.T, p Platform, clock *Clock) {
	s, _ := play(t, p, clock, script.Say("noted"), script.Say("blue"), script.Say("kept"))
	e := s.Tell(s.Member, "my code is kiwi-7391")
	s.Done(e)
	s.Ask("my colour is blue")
	s.retract(e.Message.ID)
	s.Ask("what do you know?")
	r := s.request()
	if reads(r, "kiwi") {
		t.Errorf("the model reads it again: %+v", r.Messages)
	}
	if !reads(r, "noted") || !reads(r, "my colour is blue") {
		t.Errorf("too much is gone: %+v", r.Messages)
	}
	if n := len(s.Replies()); n != 3 {
		t.Errorf("%d replies; the answer stays", n)
	}
}

// retractedLater: also a message that the adapter does not remember.
func retractedLater(t *testing.T, p Platform, clock *Clock) {
	s, _ := play(t, p, clock, script.Say("noted"), script.Say("I am"), script.Say("nothing"))
	e := s.Tell(s.Member, "my code is kiwi-7391")
	s.Done(e)
	s.Restart()
	s.Ask("are you back?") // what is deleted while nobody is connected, no platform tells later
	s.retract(e.Message.ID)
	s.Ask("what do you know?")
	if r := s.request(); reads(r, "kiwi") {
		t.Errorf("the model reads it again: %+v", r.Messages)
	}
}

// retractedAtWork: a turn that the deletion ends leaves nothing of it.
func retractedAtWork(t *testing.T, p Platform, clock *Clock) {
	hang, began := once(script.Hang())
	s, _ := play(t, p, clock, hang, script.Say("nothing"))
	e := s.Tell(s.Member, "my code is kiwi-7391")
	s.Await("the model", began)
	s.retract(e.Message.ID)
	s.Done(e)
	s.Ask("what do you know?")
	if r := s.request(); reads(r, "kiwi") {
		t.Errorf("the model reads it: %+v", r.Messages)
	}
}

// retractedPart: questions that were asked as one go together.
func retractedPart(t *testing.T, p Platform, clock *Clock) {
	hold, began, let := held(script.Say("first"))
	s, _ := play(t, p, clock, hold, script.Say("both"), script.Say("nothing"))
	one := s.Tell(s.Member, "one?")
	s.Await("the first turn", began)
	two, three := s.Tell(s.Member, "my code is kiwi-7391"), s.Tell(s.Member, "and what is yours?")
	let()
	s.Done(one)
	s.Done(two)
	s.Done(three)
	s.retract(three.Message.ID)
	s.retract(two.Message.ID)
	s.Ask("what do you know?")
	if r := s.request(); reads(r, "kiwi") || !reads(r, "one?") {
		t.Errorf("the model reads %+v", r.Messages)
	}
}

// retractedButton: a button that would ask it again is void.
func retractedButton(t *testing.T, p Platform, clock *Clock) {
	shop := NewShop(t, "shop")
	s := Start(t, p, clock, Setup{Model: script.New(script.Say("I do not know.")), Plugins: []Plugin{{Address: shop.Address}}})
	e := s.Tell(s.Member, "show me the goods")
	s.Done(e)
	offer := s.Button(s.Replies()[0], "Enable Shop")
	s.retract(e.Message.ID)
	s.Act(s.Member, offer)
	if n := len(s.Script.Requests()); n != 1 {
		t.Errorf("the model was asked %d times", n)
	}
	if n := len(shop.Calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// isHeld: who is held is told so when they want to be forgotten, and is when the hold ends.
func isHeld(t *testing.T, p Platform, clock *Clock) {
	if p.Place.Platform != "slack" && p.Place.Platform != "discord" {
		t.Skip("members have no ids of a platform here")
	}
	m := script.Func(script.Say("noted"))
	s := Start(t, p, clock, Setup{Model: m})
	s.Ask("my code is kiwi-7391")
	contains(t, Text(s.Ask("/plugins-admin hold")), "Nothing must be kept")
	contains(t, Text(s.Ask("/plugins-admin hold nonsense on")), "is no member or channel")
	contains(t, Text(s.Ask("/plugins-admin hold "+s.Member)), "on or off")
	contains(t, Text(s.Ask("/plugins-admin hold "+s.Member+" on")), "Held:")
	contains(t, s.Act(s.Member, s.Button(s.Ask("/aidesk forget"), "Delete everything")), "must keep what I have of you by law")
	s.Ask("what do you know?")
	if r := s.request(); !reads(r, "kiwi") {
		t.Errorf("it was forgotten: %+v", r.Messages)
	}
	contains(t, Text(s.Ask("/plugins-admin hold")), "asked to be forgotten: 1")
	s.Restart()
	contains(t, Text(s.Ask("/plugins-admin hold "+s.Member+" off")), "unless something else holds them: 1")
	s.Ask("what do you know?")
	if r := s.request(); reads(r, "kiwi") {
		t.Errorf("it was not forgotten: %+v", r.Messages)
	}
}
