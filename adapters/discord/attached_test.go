package discord_test

import (
	"errors"
	"strings"
	"testing"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/core/chat"
)

// TestAttached: files come as what Discord says of them, also those of a message that a
// member answers, and are read from where Discord keeps them, without the bot's token.
func TestAttached(t *testing.T) {
	t.Parallel()
	s := play(t, gateway, func(s *stage) { s.config.MessageContent, s.fake.Intents = true, fakediscord.IntentContent })
	files := []fakediscord.File{{Name: "plan.png", Type: "image/png", Content: []byte("\x89PNG\r\n\x1a\nplan")}}
	before, err := s.Post(fakediscord.Ben, fakediscord.General, "", fakediscord.PostOptions{Attachments: files})
	s.must(err)
	_, err = s.Post(fakediscord.Ada, fakediscord.General, mention+"what is this?", fakediscord.PostOptions{ReplyTo: before})
	s.must(err)
	m := s.next().Message
	if m == nil || m.About != "A message with a file." || len(m.Files) != 1 || !m.Files[0].About || m.Files[0].Type != "image/png" || m.Files[0].Size != 12 {
		t.Fatalf("got %+v", m)
	}
	f := m.Files[0]
	download := func(f chat.Attachment, limit int64, want string, wrong error) {
		t.Helper()
		data, err := s.adapter.Download(t.Context(), chat.Place{}, f, limit)
		if string(data) != want || !errors.Is(err, wrong) {
			t.Errorf("got %q, %v; want %q, %v", data, err, want, wrong)
		}
	}
	download(f, 12, string(files[0].Content), nil)
	download(f, 11, "", chat.ErrTooLarge)
	gone := f
	gone.URL = strings.ReplaceAll(f.URL, f.ID, "1")
	download(gone, 12, "", chat.ErrGone)
	elsewhere := f
	elsewhere.URL = "https://elsewhere.example/a.png"
	if _, err := s.adapter.Download(t.Context(), chat.Place{}, elsewhere, 12); err == nil || !strings.Contains(err.Error(), "not where the messenger keeps files") {
		t.Errorf("elsewhere: %v", err)
	}
}
