package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
)

// TestStorySlack tells the story in Slack.
func TestStorySlack(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"socket", "http"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s := newSlackStory(t, mode)
			s.serve()
			tell(s.scene, s)
		})
	}
}

type slackStory struct {
	*scene
	fake *fakeslack.Slack
}

func newSlackStory(t *testing.T, mode string) *slackStory {
	t.Helper()
	s := &slackStory{scene: newScene(t)}
	s.fake = fakeSlackIn(t, mode, s.proxy)
	stays := lodge(t, s.dir)
	s.config = served(t, s.dir, mode, s.fake, s.model.URL)
	amend(t, s.config, fmt.Sprintf("    plugins: [{source: %q, default: true}]\negress: {allow_hosts: [%q]}\n", stays, strings.TrimPrefix(stays, "http://")))
	return s
}

func (s *slackStory) serve() {
	s.t.Helper()
	s.desk = serving(s.t, s.fake, s.proxy, s.config)
}

func (s *slackStory) users() (ada, ben string) { return fakeslack.Ada, fakeslack.Ben }

func (s *slackStory) mention(text string) {
	s.t.Helper()
	ts, err := s.fake.Post(fakeslack.Ada, fakeslack.General, "<@"+fakeslack.BotUser+"> "+text, s.thread)
	if err != nil {
		s.t.Fatal(err)
	}
	if s.thread == "" {
		s.thread = ts
	}
}

func (s *slackStory) shows(text string) fakeslack.Message {
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

func (s *slackStory) press(user string, m fakeslack.Message, label string) {
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

func (s *slackStory) formShown() {
	s.t.Helper()
	faketest.Until(s.t, s.fake, "the form", func() bool { return len(s.fake.Views(fakeslack.Ada)) == 1 })
}

func (s *slackStory) command(name, text string) {
	s.t.Helper()
	if _, err := s.fake.Command(fakeslack.Ada, fakeslack.General, name, text); err != nil {
		s.t.Fatal(err)
	}
}

func (s *slackStory) ask(question string) {
	s.t.Helper()
	s.command("/aidesk", "ask "+question)
}

func (s *slackStory) list() {
	s.t.Helper()
	s.command("/plugins", "list")
	s.shows("Disable Stays")
}

func (s *slackStory) stop() {
	s.t.Helper()
	s.mention("stop")
}

func (s *slackStory) checkAnswer(m fakeslack.Message) {
	s.t.Helper()
	if m.Thread != s.thread || !bytes.Contains(m.Blocks, []byte("Rue Verte Studio")) {
		s.t.Errorf("no preview in the thread: %s", m.Blocks)
	}
}

func (s *slackStory) said() int { return len(s.fake.From(fakeslack.General)) }

func (s *slackStory) checkOutcome(card, done fakeslack.Message, before int) {
	s.t.Helper()
	if now, _ := s.fake.Message(card.Channel, card.TS); !strings.Contains(now.Text, "Stays confirmed it") || bytes.Contains(now.Blocks, []byte(`"Approve"`)) {
		s.t.Errorf("the card says %s", now.Text)
	}
	for _, m := range s.fake.From(fakeslack.General)[before:] {
		if m.To == "" && !m.Deleted && (m.TS != done.TS || m.Thread != card.Thread) {
			s.t.Errorf("another message for one write: %s", m.Text)
		}
	}
}

func (s *slackStory) checkDirect(m fakeslack.Message) {
	s.t.Helper()
	if m.Channel != s.fake.DM(fakeslack.Ada) {
		s.t.Error("the answer is not in the direct message")
	}
}

func (s *slackStory) checkShared(m fakeslack.Message, text string) {
	s.t.Helper()
	if m.Channel != fakeslack.General || m.Thread != "" || !bytes.Contains(m.Blocks, []byte(text)) {
		s.t.Errorf("shared in %s: %s", m.Channel, m.Blocks)
	}
}

func (s *slackStory) checkEnd() {
	s.t.Helper()
	for _, d := range s.fake.Deliveries() {
		if !d.Acked && d.Reason != "" {
			s.t.Errorf("not acknowledged in time: %s", d.Reason)
		}
	}
}
