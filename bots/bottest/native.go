package bottest

import (
	"strings"
	"testing"

	"aidesk/core/chat"
	"aidesk/core/model/script"
)

// natives are what a platform has of its own for an app that people talk with.
var natives = []Behaviour{
	{"the platform's own stop", nativeStop},
	{"the direct message is opened", greeting},
	{"questions are proposed", proposed},
}

// nativeStop: it ends the turn as the command does.
func nativeStop(t *testing.T, p Platform, clock *Clock) {
	if p.Stop == nil {
		t.Skip("the platform has no button that stops")
	}
	hang, began := once(script.Hang())
	s, _ := play(t, p, clock, hang, script.Say("here I am"))
	asked := s.Tell(s.Member, "think hard")
	s.Await("the model", began)
	s.Done(s.event("a stop", func() { s.Stop(s.Member) }))
	s.Done(asked)
	if all := s.Replies(); len(all) != 1 || all[0].Text.Text() != "Stopped." {
		t.Errorf("%d replies, the last: %s", len(all), Text(all[len(all)-1]))
	}
	contains(t, Text(s.Ask("hello?")), "here I am")
}

// talk opens a member's direct message and returns what is posted there because of it.
func (s *Stage) talk(member string) (posted []chat.Reply) {
	s.T.Helper()
	before := s.count(func() int { return len(s.board.sends) })
	s.Done(s.event("a visit", func() { s.Talk(member) }))
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	return append(posted, s.board.sends[before:]...)
}

// greeting: who opens it is greeted once, and told once what everybody is told once.
func greeting(t *testing.T, p Platform, clock *Clock) {
	if p.Talk == nil {
		t.Skip("the platform does not tell")
	}
	s, _ := play(t, p, clock, script.Say("here I am"))
	posted := s.talk(s.Member)
	if len(posted) != 1 || !posted[0].Place.Direct || posted[0].Place.Thread != "" {
		t.Fatalf("%d greetings: %+v", len(posted), posted)
	}
	contains(t, Text(posted[0]), "Hello!", "nothing is sent until you press Approve", "Conversations are kept")
	s.Restart()
	if again := s.talk(s.Member); len(again) > 0 {
		t.Errorf("greeted again: %s", Text(again[0]))
	}
	lacks(t, Text(s.Ask("hello?")), "Conversations are kept")
	if other := s.talk(s.Other); len(other) != 1 {
		t.Errorf("another is greeted %d times", len(other))
	}
}

// proposed: they are what the plugins that the member has enabled understand, and asked as
// they stand.
func proposed(t *testing.T, p Platform, clock *Clock) {
	if p.Talk == nil {
		t.Skip("the platform does not tell")
	}
	s, _ := play(t, p, clock)
	until := func(member string, is func(questions []string) bool) []string {
		t.Helper()
		s.talk(member)
		var questions []string
		s.board.until(t, "questions", func() bool {
			questions = s.Prompts(member)
			return is(questions)
		})
		return questions
	}
	questions := until(s.Member, func(q []string) bool { return len(q) > 1 })
	if len(questions) > chat.MaxPrompts {
		t.Errorf("%d questions: %q", len(questions), questions)
	}
	for _, q := range questions {
		if strings.ContainsAny(q, "‹\n") {
			t.Errorf("nobody can ask %q", q)
		}
	}
	s.Ask("/plugins disable shop")
	until(s.Member, func(q []string) bool { return len(q) == 1 && q[0] == "What can you do?" })
	until(s.Other, func(q []string) bool { return len(q) > 1 })
}
