package slack_test

import (
	"errors"
	"strings"
	"testing"

	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/adapters/slack"
	"aidesk/core/chat"
)

// TestDelete: what was deleted by its link or as the last one stays deleted when its reply
// changes; of others, and what is in direct messages, nothing is.
func TestDelete(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeSocket)
	at := s.ask(fakeslack.Ada, fakeslack.General, "hello").Place
	id := at.Thread
	posted := s.send(chat.Reply{ID: "r1", Place: at, To: fakeslack.Ada, Text: text("first")}, "")
	second := s.send(chat.Reply{ID: "r2", Place: at, To: fakeslack.Ada, Text: text("second")}, "")
	there := func() string { return shown(fakeslack.Ada, s.From(fakeslack.General)) }
	link := func(channel, ts string) string {
		return "https://slack.example/archives/" + channel + "/p" + strings.ReplaceAll(ts, ".", "") + "?thread_ts=" + id + "&cid=" + channel
	}
	_, first, _ := strings.Cut(posted, ":")
	for _, bad := range []string{"hello", link(fakeslack.General, id), link(s.DM(fakeslack.Ada), first), link("C0NOBODY", first)} {
		if err := s.adapter.Delete(t.Context(), at, bad); !errors.Is(err, chat.ErrNoMessage) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for range 2 { // as after a crash
		if err := s.adapter.Delete(t.Context(), at, link(fakeslack.General, first)); err != nil {
			t.Fatal(err)
		}
	}
	if got := there(); strings.Contains(got, "first") || !strings.Contains(got, "second") {
		t.Errorf("there is %s", got)
	}
	s.send(chat.Reply{ID: "r1", Place: at, To: fakeslack.Ada, Text: text("first, changed")}, posted)
	if got := there(); strings.Contains(got, "first") {
		t.Errorf("it came back: %s", got)
	}
	s.send(chat.Reply{ID: "r2", Place: at, To: fakeslack.Ada, Text: text("second, changed")}, second)
	if err := s.adapter.Delete(t.Context(), at, ""); err != nil {
		t.Fatal(err)
	}
	if got := there(); strings.Contains(got, "second") {
		t.Errorf("there is %s", got)
	}
	if err := s.adapter.Delete(t.Context(), at, ""); !errors.Is(err, chat.ErrNoMessage) {
		t.Errorf("nothing is left, and it says %v", err)
	}
}
