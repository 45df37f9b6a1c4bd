package slack_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/adapters/slack"
	"aidesk/core/chat"
)

// TestStatus: below a thread, and below what was asked directly, stands what aidesk
// does; then it does not.
func TestStatus(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP)
	thread := s.ask(fakeslack.Ada, fakeslack.General, "hello").Place
	dm := s.DM(fakeslack.Ben)
	ts := s.post(fakeslack.Ben, dm, "hello", "")
	direct := s.desk.Next(t).Place
	for place, at := range map[chat.Place]string{thread: thread.Thread, direct: ts} {
		for _, c := range []struct{ say, want string }{{"working…", "is working…"}, {"asking a plugin…", "is asking a plugin…"}, {"", ""}} {
			if err := s.adapter.Type(t.Context(), place, chat.Progress{To: fakeslack.Ada, Text: c.say}); err != nil {
				t.Fatal(err)
			}
			faketest.Until(t, s, "the status "+c.want, func() bool { return s.Status(place.Channel, at) == c.want })
		}
	}
	s.Fail("assistant.threads.setStatus", fakeslack.Fault{Error: "unknown_method"})
	if err := s.adapter.Type(t.Context(), thread, chat.Progress{Text: "working…"}); err != nil {
		t.Errorf("where there is no status: %v", err)
	}
	faketest.Until(t, s, "the status to be tried", func() bool { return len(s.Requests("assistant.threads.setStatus")) == 7 })
	s.stop() // ends it, and Slack knows
	if got := s.Status(thread.Channel, thread.Thread); got != "" {
		t.Errorf("after the end: %q", got)
	}
}

// TestStatusRefreshed: a status is renewed before Slack takes it away.
func TestStatusRefreshed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		wire := &ears{}
		a, err := slack.New(slack.Config{BotToken: "xoxb-1", AppToken: "xapp-1", Client: wire.client()})
		if err != nil {
			t.Fatal(err)
		}
		at := place("C1", "1700000000.000100")
		if err := a.Type(t.Context(), at, chat.Progress{Text: "working…"}); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			synctest.Wait()
			time.Sleep(time.Minute)
		}
		synctest.Wait()
		if n := wire.calls("assistant.threads.setStatus"); n < 6 || n > 10 {
			t.Errorf("shown %d times in ten minutes", n)
		}
		if err := a.Type(t.Context(), at, chat.Progress{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := wire.calls("assistant.threads.setStatus"); n > 11 {
			t.Errorf("shown %d times", n)
		}
	})
}

// TestBusy: messages go out at once until Slack says that a channel is too busy; then
// they go out one a second.
func TestBusy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		wire := &ears{busy: 4}
		a, err := slack.New(slack.Config{BotToken: "xoxb-1", AppToken: "xapp-1", Client: wire.client()})
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		var took []time.Duration
		for len(took) < 8 {
			_, err := a.Send(t.Context(), chat.Reply{ID: "r", Place: place("C1", "1700000000.000100"), Text: text("hi")}, "")
			if later, ok := errors.AsType[*chat.Later](err); ok {
				time.Sleep(later.After)
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			took = append(took, time.Since(begun))
		}
		want := []time.Duration{0, 0, 0, 0, 2 * time.Second, 3 * time.Second, 4 * time.Second, 5 * time.Second}
		if diff := cmp.Diff(want, took); diff != "" {
			t.Errorf("times (-want +got):\n%s", diff)
		}
	})
}

// failsMember is the error of a look-up.
func (s *stage) failsMember(id string) error {
	_, err := s.adapter.Member(s.t.Context(), chat.Place{}, id)
	return err
}

// TestMember: who somebody is, as Slack says it; doubt is an error.
func TestMember(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP)
	for id, want := range map[string]chat.Member{
		fakeslack.Ada:     {ID: fakeslack.Ada, Name: "ada", Zone: "Europe/Brussels", Locale: "en-GB", Admin: true},
		fakeslack.Ben:     {ID: fakeslack.Ben, Name: "ben", Zone: "America/New_York", Locale: "en-US"},
		fakeslack.Gus:     {ID: fakeslack.Gus, Name: "gus", Zone: "Europe/Brussels", Locale: "fr-FR", Guest: true},
		fakeslack.Sue:     {ID: fakeslack.Sue, Name: "sue", Zone: "Asia/Tokyo", Locale: "ja-JP", Stranger: true},
		fakeslack.Del:     {ID: fakeslack.Del, Name: "del", Deactivated: true},
		fakeslack.BotUser: {ID: fakeslack.BotUser, Name: "aidesk", Bot: true},
	} {
		got, err := s.adapter.Member(t.Context(), chat.Place{}, id)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", id, err, diff)
		}
	}
	before := len(s.Requests("users.info"))
	if _, err := s.adapter.Member(t.Context(), chat.Place{}, fakeslack.Ada); err != nil || len(s.Requests("users.info")) != before {
		t.Errorf("asked again within a minute: %v", err)
	}
	s.Fail("users.info", fakeslack.Fault{Status: 500})
	s.SetUser(fakeslack.User{ID: "U0000000ED", Name: "ed", Team: "T000OTHER"})
	later, fault := (*chat.Later)(nil), s.failsMember("U0000000ED")
	if !errors.As(fault, &later) {
		t.Errorf("a fault of Slack's is %v; want to ask later", fault)
	}
	if fault := s.failsMember("U000000NO"); fault == nil || errors.As(fault, &later) {
		t.Errorf("nobody is %v; asking later helps nothing", fault)
	}
	for workspace, nobody := range map[string]bool{fakeslack.TeamID: true, "T000OTHER": false} { // this token knows nobody of another
		if _, err := s.adapter.Member(t.Context(), chat.Place{Workspace: workspace}, "U000000NO"); errors.Is(err, chat.ErrNoMember) != nobody {
			t.Errorf("nobody in %s is %v", workspace, err)
		}
	}
	s.Fail("users.info", fakeslack.Fault{Status: 500})
	if _, err := s.adapter.Member(t.Context(), chat.Place{Workspace: fakeslack.TeamID}, "U000000NO"); err == nil || errors.Is(err, chat.ErrNoMember) {
		t.Errorf("a fault of Slack's says that nobody is there: %v", err)
	}
	if name, back := s.adapter.Workplace(chat.Place{Workspace: fakeslack.TeamID, Channel: "C1"}); name == "" || back != "https://slack.com/app_redirect?channel=C1&team="+fakeslack.TeamID {
		t.Errorf("the workplace is %q, %q", name, back)
	}
	s.Fail("users.info", fakeslack.Fault{Status: 500})
	if m, err := s.adapter.Member(t.Context(), chat.Place{}, "U0000000ED"); err == nil {
		t.Errorf("in doubt: %+v", m)
	}
	if m, err := s.adapter.Member(t.Context(), chat.Place{}, "U0000000ED"); err != nil || !m.Stranger {
		t.Errorf("of another team: %+v, %v", m, err)
	}
}

// TestAdmins: the admins of the configuration replace those of the workspace.
func TestAdmins(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP, func(s *stage) { s.config.Admins = []string{fakeslack.Ben} })
	for id, want := range map[string]bool{fakeslack.Ada: false, fakeslack.Ben: true} {
		if m, err := s.adapter.Member(t.Context(), chat.Place{}, id); err != nil || m.Admin != want {
			t.Errorf("%s: admin %v, %v", id, m.Admin, err)
		}
	}
}

// TestGroups: user groups are roles, and may administer; who is in them is asked anew
// after a minute, and a group that cannot be read is doubt.
func TestGroups(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP, func(s *stage) {
		s.config.Admins, s.config.Groups = []string{"S0ADMINS"}, []string{"S0DESK", "S0ADMINS"}
	})
	s.SetGroup("S0ADMINS", fakeslack.Ben)
	s.SetGroup("S0DESK", fakeslack.Ada, fakeslack.Ben)
	for id, want := range map[string]chat.Member{
		fakeslack.Ada: {ID: fakeslack.Ada, Name: "ada", Zone: "Europe/Brussels", Locale: "en-GB", Roles: []string{"S0DESK"}},
		fakeslack.Ben: {ID: fakeslack.Ben, Name: "ben", Zone: "America/New_York", Locale: "en-US", Roles: []string{"S0DESK", "S0ADMINS"}, Admin: true},
	} {
		got, err := s.adapter.Member(t.Context(), chat.Place{}, id)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", id, err, diff)
		}
	}
	if n := len(s.Requests("usergroups.users.list")); n != 2 {
		t.Errorf("the groups were asked for %d times within a minute, want once each", n)
	}
	s = play(t, slack.ModeHTTP, func(s *stage) { s.config.Groups = []string{"S000GONE"} })
	if m, err := s.adapter.Member(t.Context(), chat.Place{}, fakeslack.Ada); err == nil {
		t.Errorf("in doubt: %+v", m)
	}
}

// TestNote: a note on a message is seen by its author alone.
func TestNote(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP)
	e := s.ask(fakeslack.Ben, fakeslack.General, "hello")
	if err := s.adapter.Note(t.Context(), e, text("a note")); err != nil {
		t.Fatal(err)
	}
	s.notes(fakeslack.Ben, fakeslack.General, "a note")
	e.Token = "https://evil.example/response"
	e.Place.Channel = fakeslack.Quiet
	if err := s.adapter.Note(t.Context(), e, text("a note")); err == nil {
		t.Error("a note was shown where the app is not")
	}
}
