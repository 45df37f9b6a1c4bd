package bottest

import (
	"errors"
	"testing"

	"aidesk/adapters/adaptertest"
	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/model/script"
)

var ratings = []Behaviour{
	{"a good answer", rateGood},
	{"a bad answer, in words", rateBad},
	{"by others", rateOthers},
	{"what is not rated", rateNot},
	{"after a restart", rateLater},
	{"an answer that is forgotten", rateForgotten},
}

// rated starts a desk, asks, and returns the answer with its thumbs.
func rated(t *testing.T, p Platform, clock *Clock, steps ...script.Step) (*Stage, chat.Reply) {
	t.Helper()
	if p.Rate == nil {
		t.Skip("nothing can be rated on this platform")
	}
	s, _ := play(t, p, clock, steps...)
	r := s.Ask("which kettles do you sell?")
	if r.Rating == nil {
		t.Fatalf("no thumbs below:\n%s", Text(r))
	}
	return s, r
}

// good presses the thumb up and returns what is shown for it.
func (s *Stage) good(member string, r chat.Reply) string {
	s.T.Helper()
	mark := s.Mark()
	s.Done(s.event("the desk to receive a rating", func() { s.Rate(member, *r.Rating, true) }))
	return s.Since(mark)
}

// bad presses the thumb down, says why, and returns what is shown for it.
func (s *Stage) bad(member string, r chat.Reply, words string) string {
	s.T.Helper()
	mark := s.Mark()
	s.Rate(member, *r.Rating, false)
	s.Done(s.Submit(member, adaptertest.Filled{Label: "In your words", Value: words}))
	return s.Since(mark)
}

// rateGood: one press is kept with the answer, in its words once however often it is said.
func rateGood(t *testing.T, p Platform, clock *Clock) {
	s, r := rated(t, p, clock, kinds()...)
	contains(t, s.good(s.Member, r), "Thank you")
	contains(t, s.good(s.Member, r), "Thank you")
	contains(t, Text(s.Ask("why")), "Rated good by 1 and bad by 0.")
	if shown := s.Now(r.ID); shown.Rating == nil || Text(shown) != Text(r) {
		t.Errorf("the answer changed:\n%s", Text(shown))
	}
}

// rateBad: the form takes words and does without; the last that a member says holds. None of
// it reaches the model.
func rateBad(t *testing.T, p Platform, clock *Clock) {
	s, r := rated(t, p, clock, append(kinds(), script.Say("Two."))...)
	s.good(s.Member, r)
	contains(t, s.bad(s.Member, r, "we sell <!channel> teapots, *too*"), "Thank you")
	why := s.Ask("why")
	contains(t, Text(why), "Rated good by 0 and bad by 1.", "You wrote: we sell <!channel> teapots, *too*")
	if !why.Private {
		t.Error("everybody reads what a member wrote")
	}
	contains(t, s.bad(s.Member, r, ""), "Thank you")
	lacks(t, Text(s.Ask("why")), "teapots")
	s.Ask("how many are there?")
	for _, m := range s.request().Messages {
		for _, part := range m.Parts {
			lacks(t, part.Text, "teapots", "rating")
		}
	}
	contains(t, Text(s.Ask("why 1")), "Rated good by 0 and bad by 1.")
}

// rateOthers: only who asked says how good the answer is.
func rateOthers(t *testing.T, p Platform, clock *Clock) {
	s, r := rated(t, p, clock, kinds()...)
	lacks(t, s.good(s.Other, r), "Thank you")
	lacks(t, Text(s.Ask("why")), "Rated")
}

// rateNot: commands, errors and questions of aidesk's own have no thumbs.
func rateNot(t *testing.T, p Platform, clock *Clock) {
	s, _ := play(t, p, clock, kettles(), script.Say("ready"), script.Say("It is on its way."), script.Fail(errors.New("no")))
	for _, said := range []string{"/aidesk help", "/plugins list", "order two copper kettles", "why"} {
		if r := s.Ask(said); r.Rating != nil {
			t.Errorf("%s has thumbs", said)
		}
	}
	if p.Rate == nil {
		for _, r := range s.Replies() {
			if r.Rating != nil {
				t.Errorf("thumbs where there are none:\n%s", Text(r))
			}
		}
	}
}

// rateLater: the thumbs outlive the process, and the answer's day.
func rateLater(t *testing.T, p Platform, clock *Clock) {
	s, r := rated(t, p, clock, kinds()...)
	s.Restart()
	clock.Advance(3 * bot.Day)
	contains(t, s.good(s.Member, r), "Thank you")
	contains(t, Text(s.Ask("why")), "Rated good by 1 and bad by 0.")
}

// rateForgotten: with what a member said goes what they said of it.
func rateForgotten(t *testing.T, p Platform, clock *Clock) {
	s, r := rated(t, p, clock, kinds()...)
	s.good(s.Member, r)
	s.Act(s.Member, s.Button(s.Ask("/aidesk forget"), "Delete everything"))
	lacks(t, s.good(s.Member, r), "Thank you")
}
