package slack_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/adapters/slack"
	"aidesk/core/chat"
)

// picture is a file that a member attaches.
var picture = fakeslack.File{Name: "Plan of May.png", Type: "image/png", Content: []byte("\x89PNG\r\n\x1a\nplan")}

// TestAttached: files come as what Slack says of them, and are read with the app's token
// from where Slack keeps them.
func TestAttached(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeSocket)
	_, err := s.PostFiles(fakeslack.Ada, fakeslack.General, "<@"+fakeslack.BotUser+">", "", picture, fakeslack.File{Name: "notes.txt", Content: []byte("ten chairs")})
	if err != nil {
		t.Fatal(err)
	}
	e := s.desk.Next(t)
	if e.Message == nil || e.Message.Text != "" || len(e.Message.Files) != 2 {
		t.Fatalf("got %+v", e.Message)
	}
	f := e.Message.Files[0]
	if f.Name != picture.Name || f.Type != "image/png" || f.Size != 12 || f.About || f.ID == "" {
		t.Errorf("got %+v", f)
	}
	download := func(f chat.Attachment, limit int64, want string, wrong error) {
		t.Helper()
		data, err := s.adapter.Download(t.Context(), chat.Place{}, f, limit)
		if string(data) != want || !errors.Is(err, wrong) {
			t.Errorf("%s: got %q, %v; want %q, %v", f.Name, data, err, want, wrong)
		}
	}
	download(f, 12, string(picture.Content), nil)
	download(f, 11, "", chat.ErrTooLarge)
	lied := f
	lied.Size = 0
	download(lied, 11, "", chat.ErrTooLarge)
	gone := f
	gone.URL = strings.ReplaceAll(f.URL, f.ID, "F0")
	download(gone, 12, "", chat.ErrGone)
	download(chat.Attachment{ID: "F0"}, 12, "", chat.ErrGone)
	if last := s.Requests("file"); last[0].Token != fakeslack.BotToken {
		t.Errorf("the token is %q", last[0].Token)
	}

	elsewhere := f
	elsewhere.URL = "https://elsewhere.example/a.png"
	if _, err := s.adapter.Download(t.Context(), chat.Place{}, elsewhere, 12); err == nil || !strings.Contains(err.Error(), "not where the messenger keeps files") {
		t.Errorf("elsewhere: %v", err)
	}
	s.Fail("file", fakeslack.Fault{Status: http.StatusTooManyRequests})
	if later, ok := errors.AsType[*chat.Later](second(s.adapter.Download(t.Context(), chat.Place{}, f, 12))); !ok || later.After != time.Second {
		t.Errorf("too many: %v", later)
	}
	s.Fail("file", fakeslack.Fault{Status: http.StatusFound})
	download(f, 12, "", chat.ErrNoAccess)

	s.SetScopes("app_mentions:read", "users:read")
	download(f, 12, "", chat.ErrNoAccess) // Slack answers with the page where people log in
	download(chat.Attachment{ID: f.ID}, 12, "", chat.ErrNoAccess)
}

// TestAttachedShared: of a file in a channel that is shared with another organisation Slack
// first tells no more than its id.
func TestAttachedShared(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeSocket)
	for _, c := range s.Channels() {
		if c.ID == fakeslack.General {
			c.ExtShared = true
			s.SetChannel(c)
		}
	}
	_, err := s.PostFiles(fakeslack.Ada, fakeslack.General, "<@"+fakeslack.BotUser+"> look", "", picture)
	if err != nil {
		t.Fatal(err)
	}
	f := s.desk.Next(t).Message.Files[0]
	if f.Name != "a file" || f.URL != "" {
		t.Errorf("got %+v", f)
	}
	if data, err := s.adapter.Download(t.Context(), chat.Place{}, f, 12); string(data) != string(picture.Content) {
		t.Errorf("got %q, %v", data, err)
	}
}

// TestAttachedBehind: what a member points at has files too.
func TestAttachedBehind(t *testing.T) {
	t.Parallel()
	s := play(t, slack.ModeSocket)
	ts, err := s.PostFiles(fakeslack.Ben, fakeslack.General, "", "", picture)
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := s.MessageShortcut(fakeslack.Ada, fakeslack.General, ts, "ask_about_message")
	s.done(receipt, err)
	m := s.desk.Next(t).Message
	if m == nil || m.About != "A message with a file." || len(m.Files) != 1 || !m.Files[0].About || m.ByApp {
		t.Errorf("got %+v", m)
	}
}

// second is the error of two results.
func second(_ []byte, err error) error { return err }
