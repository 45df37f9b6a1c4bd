package slack_test

import (
	"slices"
	"testing"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/adapters/slack"
	"aidesk/core/chat"
)

// TestStopped: Slack's own button stops what is asked in the thread below which it stands, or
// in the direct message where that is no thread.
func TestStopped(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		thread := s.ask(fakeslack.Ada, fakeslack.General, "hello").Place
		dm := s.DM(fakeslack.Ben)
		first := s.post(fakeslack.Ben, dm, "hello", "")
		direct := s.desk.Next(s.t).Place
		s.post(fakeslack.Ben, dm, "and now?", first)
		below := s.desk.Next(s.t).Place
		last := s.post(fakeslack.Ben, dm, "once more", "")
		s.desk.Next(s.t)
		for _, c := range []struct {
			member, ts string
			at         chat.Place
		}{{fakeslack.Ada, thread.Thread, thread}, {fakeslack.Ben, last, direct}, {fakeslack.Ben, first, below}} { // below the first message the thread, too
			if err := s.Stop(c.member, c.at.Channel, c.ts); err == nil {
				s.t.Error("there is a button while nothing is done")
			}
			if err := s.adapter.Type(s.t.Context(), c.at, chat.Progress{To: c.member, Text: "working…"}); err != nil {
				s.t.Fatal(err)
			}
			faketest.Until(s.t, s, "the status", func() bool { return s.Status(c.at.Channel, c.ts) != "" })
			if err := s.Stop(c.member, c.at.Channel, c.ts); err != nil {
				s.t.Fatal(err)
			}
			same(s.t, s.desk.Next(s.t), chat.Event{Place: c.at, Member: c.member, Command: &chat.Command{Name: "aidesk", Verb: "stop"}})
		}
	})
}

// TestPrompt: what is proposed stands in the direct message, at most four questions, and
// nowhere else.
func TestPrompt(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP)
	at := chat.Place{Platform: "slack", Workspace: fakeslack.TeamID, Channel: s.DM(fakeslack.Ben), Direct: true}
	if err := s.adapter.Prompt(t.Context(), at, []string{"a?", "b?", "c?", "d?", "e?"}); err != nil {
		t.Fatal(err)
	}
	if got := s.Prompts(fakeslack.Ben); len(got) != 4 || !slices.Contains(got, fakeslack.Prompt{Title: "b?", Message: "b?"}) {
		t.Errorf("proposed: %+v", got)
	}
	if got := s.Prompts(fakeslack.Ada); len(got) > 0 {
		t.Errorf("proposed to another: %+v", got)
	}
	for _, wrong := range []struct {
		at        chat.Place
		questions []string
	}{{place(fakeslack.General, ""), []string{"a?"}}, {at, nil}, {at, []string{""}}} {
		if err := s.adapter.Prompt(t.Context(), wrong.at, wrong.questions); err == nil {
			t.Errorf("%q in %s: no error", wrong.questions, wrong.at.Channel)
		}
	}
}

// TestTitle: a thread of a direct message has a name; what is in no thread has none.
func TestTitle(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP)
	dm := s.DM(fakeslack.Ben)
	first := s.post(fakeslack.Ben, dm, "hello", "")
	at := s.desk.Next(t).Place
	if err := s.adapter.Title(t.Context(), at, "hello"); err != nil {
		t.Fatal(err)
	}
	if got := s.Title(dm, first); got != "" {
		t.Errorf("what is in no thread is called %q", got)
	}
	at.Thread = first
	if err := s.adapter.Title(t.Context(), at, "hello"); err != nil {
		t.Fatal(err)
	}
	if got := s.Title(dm, first); got != "hello" {
		t.Errorf("it is called %q", got)
	}
}
