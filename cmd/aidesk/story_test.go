package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/cmd/exampleplugins/example"
	"aidesk/core/model/modeltest"
)

// TestStory is the main job in Slack, with the program as a process of its own: a
// question with previews; a write that only its asker can approve, over a kill -9, once
// and in one message; and what works while a turn of the same thread hangs.
func TestStory(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"socket", "http"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s := newStory(t, mode)
			s.question()
			s.write()
			s.share()
			s.hang()
		})
	}
}

// story is a Slack with the desk, a model and a plugin.
type story struct {
	t      *testing.T
	fake   *fakeslack.Slack
	model  *modeltest.Server
	proxy  *proxy
	desk   *server
	dir    string
	config string
	thread string
}

func newStory(t *testing.T, mode string) *story {
	t.Helper()
	s := &story{t: t, dir: t.TempDir(), proxy: newProxy(t), model: modeltest.NewChat(t)}
	app := installed(t)
	if mode == "http" {
		app = app.WithHTTP(s.proxy.URL)
	}
	s.fake = faketest.Slack(t, fakeslack.Config{App: app})
	stays := lodge(t, s.dir)
	s.config = served(t, s.dir, mode, s.fake, s.model.URL)
	amend(t, s.config, fmt.Sprintf("    plugins: [{source: %q, default: true}]\negress: {allow_hosts: [%q]}\n", stays, strings.TrimPrefix(stays, "http://")))
	s.desk = serving(t, s.fake, s.proxy, s.config)
	return s
}

// lodge starts the plugin Stays, which logs the calls that it gets into plugins.log of a
// folder, and returns its address.
func lodge(t *testing.T, dir string) string {
	t.Helper()
	log, err := os.Create(filepath.Join(dir, "plugins.log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	plugins, err := example.All(example.Config{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	stays := httptest.NewServer(plugins[0].Handler)
	t.Cleanup(stays.Close)
	return stays.URL
}

// amend writes more to the end of a configuration.
func amend(t *testing.T, path, more string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(text, more...), 0o600); err != nil {
		t.Fatal(err)
	}
}

// mention lets Ada write to the desk in the story's thread.
func (s *story) mention(text string) {
	s.t.Helper()
	ts, err := s.fake.Post(fakeslack.Ada, fakeslack.General, "<@"+fakeslack.BotUser+"> "+text, s.thread)
	if err != nil {
		s.t.Fatal(err)
	}
	if s.thread == "" {
		s.thread = ts
	}
}

// shows waits until a message of the desk, anywhere, shows a text, and returns it.
func (s *story) shows(text string) fakeslack.Message {
	s.t.Helper()
	var found fakeslack.Message
	faketest.Until(s.t, s.fake, text, func() bool {
		for _, c := range s.fake.Channels() {
			for _, m := range s.fake.From(c.ID) {
				if !m.Deleted && (strings.Contains(m.Text, text) || bytes.Contains(m.Blocks, asJSON(text))) {
					found = m
					return true
				}
			}
		}
		return false
	})
	return found
}

func asJSON(text string) []byte {
	out, err := json.Marshal(text)
	if err != nil {
		return nil
	}
	return out[1 : len(out)-1]
}

// press lets a user press the button with a label in a message.
func (s *story) press(user string, m fakeslack.Message, label string) {
	s.t.Helper()
	id := ""
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			if text, ok := v["text"].(map[string]any); ok && v["type"] == "button" && text["text"] == label {
				id, _ = v["action_id"].(string)
			}
			for _, x := range v {
				walk(x)
			}
		}
	}
	var blocks any
	if err := json.Unmarshal(m.Blocks, &blocks); err != nil {
		s.t.Fatal(err)
	}
	walk(blocks)
	if _, err := s.fake.Press(user, m.Channel, m.TS, id); err != nil {
		s.t.Fatalf("pressing %s: %v", label, err)
	}
}

func (s *story) posts() int { return count(s.t, s.dir, "plugins.log", `"method":"POST"`) }

// question is answered from the plugin, with a preview.
func (s *story) question() {
	s.model.Then(modeltest.Call([2]string{"stays__searchStays", `{"city":"Paris"}`}), modeltest.Text("Try the Canal Loft."))
	s.mention("where can I stay in Paris?")
	answer := s.shows("Try the Canal Loft.")
	if answer.Thread != s.thread || !bytes.Contains(answer.Blocks, []byte("Rue Verte Studio")) {
		s.t.Errorf("no preview in the thread: %s", answer.Blocks)
	}
}

// write asks, refuses another member, survives kill -9 and is sent once.
func (s *story) write() {
	s.model.Then(modeltest.Call([2]string{"stays__bookStay", booking}), modeltest.Text("I prepared it."))
	s.mention("book it")
	card := s.shows("Approve")
	before := len(s.fake.From(fakeslack.General))
	s.press(fakeslack.Ben, card, "Approve")
	s.shows("can decide this")
	s.desk.kill()
	if n := s.posts(); n != 0 {
		s.t.Fatalf("%d requests before the approval", n)
	}
	s.model.Then(modeltest.Text("It is booked."))
	s.desk = serving(s.t, s.fake, s.proxy, s.config)
	s.press(fakeslack.Ada, card, "Approve")
	done := s.shows("It is booked.")
	if n := s.posts(); n != 1 {
		s.t.Errorf("%d requests, want 1", n)
	}
	if done.TS != card.TS || bytes.Contains(done.Blocks, []byte(`"Approve"`)) {
		s.t.Error("the outcome is not on the card, or its buttons are still there")
	}
	for _, m := range s.fake.From(fakeslack.General)[before:] {
		if m.To == "" && !m.Deleted {
			s.t.Errorf("a second message for one write: %s", m.Text)
		}
	}
}

// share: a question by command is answered in the direct message, from where the member
// publishes the answer in the channel.
func (s *story) share() {
	s.model.Then(modeltest.Text("Paris is lovely."))
	if _, err := s.fake.Command(fakeslack.Ada, fakeslack.General, "/aidesk", "ask how is Paris?"); err != nil {
		s.t.Fatal(err)
	}
	answer := s.shows("Paris is lovely.")
	if answer.Channel != s.fake.DM(fakeslack.Ada) {
		s.t.Error("the answer is not in the direct message")
	}
	s.press(fakeslack.Ada, answer, "Share")
	shown := s.shows("who asked in private")
	if shown.Channel != fakeslack.General || shown.Thread != "" || !bytes.Contains(shown.Blocks, []byte("Paris is lovely.")) {
		s.t.Errorf("shared in %s: %s", shown.Channel, shown.Blocks)
	}
}

// awaitAsked waits until the model has been asked so often.
func awaitAsked(t *testing.T, m *modeltest.Server, times int) {
	t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	patience := time.After(20 * time.Second)
	for len(m.Queries()) < times {
		select {
		case <-ticker.C:
		case <-patience:
			t.Fatalf("the model was asked %d times, want %d", len(m.Queries()), times)
		}
	}
}

// soonEnough is how late something may take effect while a turn hangs.
const soonEnough = time.Second

// quick does something that must take effect at once.
func quick(t *testing.T, what string, do func()) {
	t.Helper()
	begun := time.Now()
	do()
	if took := time.Since(begun); took > soonEnough {
		t.Errorf("%s took %s", what, took)
	}
}

// hang: while the model hangs in the thread, the form of a card opens, a Cancel, a
// command and a stop take effect at once.
func (s *story) hang() {
	s.model.Then(modeltest.Call([2]string{"stays__bookStay", strings.Replace(booking, "12-05", "12-20", 1)}), modeltest.Text("Another one."))
	s.mention("and once more")
	card := s.shows("2026-12-20")
	s.model.Then(modeltest.Hang(modeltest.Chunk(map[string]any{"content": "Let me"}, "")))
	asked := len(s.model.Queries())
	s.mention("think hard")
	awaitAsked(s.t, s.model, asked+1)
	quick(s.t, "the form", func() {
		s.press(fakeslack.Ada, card, "Edit")
		faketest.Until(s.t, s.fake, "the form", func() bool { return len(s.fake.Views(fakeslack.Ada)) == 1 })
	})
	quick(s.t, "the command", func() {
		if _, err := s.fake.Command(fakeslack.Ada, fakeslack.General, "/plugins", "list"); err != nil {
			s.t.Fatal(err)
		}
		s.shows("Disable Stays")
	})
	quick(s.t, "the cancel", func() {
		s.press(fakeslack.Ada, card, "Cancel")
		s.shows("You cancelled it.")
	})
	quick(s.t, "the stop", func() {
		s.mention("stop")
		s.shows("Stopped.")
	})
	s.model.Then(modeltest.Text("Here I am."))
	s.mention("still there?")
	s.shows("Here I am.")
	if n := s.posts(); n != 1 {
		s.t.Errorf("%d requests at the end, want 1", n)
	}
	for _, d := range s.fake.Deliveries() {
		if !d.Acked && d.Reason != "" {
			s.t.Errorf("not acknowledged in time: %s", d.Reason)
		}
	}
}
