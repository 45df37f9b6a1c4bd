package discord_test

import (
	"errors"
	"strings"
	"testing"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/core/chat"
)

// TestDelete: what was deleted by its link or as the last one stays deleted when its reply
// changes; messages of others, and those of another server, are not.
func TestDelete(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	id := s.post(fakediscord.Ada, fakediscord.General, mention+"hello")
	at := s.next().Place
	posted := s.send(chat.Reply{ID: "r1", Place: at, To: fakediscord.Ada, Text: text("first")}, "")
	second := s.send(chat.Reply{ID: "r2", Place: at, To: fakediscord.Ada, Text: text("second")}, "")
	there := func() string {
		var all []string
		for _, m := range s.From(id) {
			all = append(all, m.Text)
		}
		return strings.Join(all, "\n")
	}
	channel, first, _ := strings.Cut(posted, ":")
	link := func(server, channel, id string) string {
		return "https://discord.com/channels/" + server + "/" + channel + "/" + id
	}
	for _, bad := range []string{
		"hello", link(fakediscord.GuildID, fakediscord.General, id), link(fakediscord.Other, channel, first), link(fakediscord.GuildID, "99", first), link(fakediscord.GuildID, channel, "99"),
	} {
		if err := s.adapter.Delete(t.Context(), at, bad); !errors.Is(err, chat.ErrNoMessage) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for range 2 { // as after a crash
		s.must(s.adapter.Delete(t.Context(), at, link(fakediscord.GuildID, channel, first)))
	}
	if got := there(); strings.Contains(got, "first") || !strings.Contains(got, "second") {
		t.Errorf("there is %s", got)
	}
	s.send(chat.Reply{ID: "r1", Place: at, To: fakediscord.Ada, Text: text("first, changed")}, posted)
	if got := there(); strings.Contains(got, "first") {
		t.Errorf("it came back: %s", got)
	}
	s.send(chat.Reply{ID: "r2", Place: at, To: fakediscord.Ada, Text: text("second, changed")}, second)
	s.must(s.adapter.Delete(t.Context(), at, ""))
	if got := there(); strings.Contains(got, "second") {
		t.Errorf("there is %s", got)
	}
	if err := s.adapter.Delete(t.Context(), at, ""); !errors.Is(err, chat.ErrNoMessage) {
		t.Errorf("nothing is left, and it says %v", err)
	}
}
