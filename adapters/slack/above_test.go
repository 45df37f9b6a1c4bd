package slack_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/adapters/slack"
	"aidesk/core/chat"

	"github.com/google/go-cmp/cmp"
)

// TestHistory: what was said in a thread before a message, by whom, without aidesk's own
// words and what came later.
func TestHistory(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP)
	root := s.post(fakeslack.Ben, fakeslack.General, "*one* by <@"+fakeslack.Ada+">", "")
	if _, err := s.PostFiles(fakeslack.Ada, fakeslack.General, "two", root, fakeslack.File{Name: "plan.png", Content: []byte("x")}); err != nil {
		t.Fatal(err)
	}
	at := chat.Place{Platform: "slack", Workspace: fakeslack.TeamID, Channel: fakeslack.General, Thread: root}
	s.send(chat.Reply{ID: "r1", Place: at, Text: text("an answer")}, "")
	asked := s.post(fakeslack.Ada, fakeslack.General, "three", root)
	s.post(fakeslack.Ben, fakeslack.General, "four", root)
	want := chat.History{Messages: []chat.Earlier{
		{Member: fakeslack.Ben, Name: "ben", Text: "*one* by @" + fakeslack.Ada, Names: []string{"@" + fakeslack.Ada}},
		{Member: fakeslack.Ada, Name: "ada", Text: "two\n\n(with the file plan.png)"},
	}}
	got, err := s.adapter.History(t.Context(), at, asked, 30)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	want.Messages, want.More = want.Messages[1:], true
	got, err = s.adapter.History(t.Context(), at, asked, 1)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("the newest: %v (-want +got):\n%s", err, diff)
	}
	s.SetScopes("chat:write", "users:read")
	if _, err := s.adapter.History(t.Context(), at, asked, 30); !errors.Is(err, chat.ErrNoAccess) {
		t.Errorf("without the scope: %v", err)
	}
	s.SetScopes("channels:history", "users:read")
	s.Fail("conversations.replies", fakeslack.Fault{Status: 429, RetryAfter: 7e9})
	_, err = s.adapter.History(t.Context(), at, asked, 30)
	if later, ok := errors.AsType[*chat.Later](err); !ok || later.After.Seconds() != 7 {
		t.Errorf("at the rate limit: %v", err)
	}
}

// TestHistoryOfApps: an alert is read with all that it shows, by the name of its app.
func TestHistoryOfApps(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP)
	root, err := s.Alert(fakeslack.General, "Alerts", "the disk is full", map[string]any{"title": "host-7", "text": "97 %"})
	if err != nil {
		t.Fatal(err)
	}
	at := chat.Place{Platform: "slack", Workspace: fakeslack.TeamID, Channel: fakeslack.General, Thread: root}
	got, err := s.adapter.History(t.Context(), at, "9999999999.000000", 30)
	want := chat.History{Messages: []chat.Earlier{{Member: fakeslack.OtherBotID, Name: "Alerts", App: true, Text: "the disk is full\n\nhost-7\n97 %"}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// TestHistorySold: to an app that is sold outside of its directory Slack gives the first 15
// messages of a thread, and says nothing of the rest for a minute. That is told, not waited
// for.
func TestHistorySold(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeHTTP, func(s *stage) { s.app.Sold = true })
	root := s.post(fakeslack.Ben, fakeslack.General, "0", "")
	for i := range 20 {
		s.post(fakeslack.Ben, fakeslack.General, strconv.Itoa(i+1), root)
	}
	at := chat.Place{Platform: "slack", Workspace: fakeslack.TeamID, Channel: fakeslack.General, Thread: root}
	got, err := s.adapter.History(t.Context(), at, "9999999999.000000", 30)
	var said []string
	for _, m := range got.Messages {
		said = append(said, m.Text)
	}
	if err != nil || !got.Cut || strings.Join(said, " ") != "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14" {
		t.Errorf("got %q, cut %v, %v", said, got.Cut, err)
	}
	if later, ok := errors.AsType[*chat.Later](third(s.adapter.History(t.Context(), at, "9", 30))); !ok {
		t.Errorf("within the minute: %v", later)
	}
}

// third is the error of two results.
func third(_ chat.History, err error) error { return err }
