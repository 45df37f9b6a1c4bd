package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"aidesk/adapters/discord"
	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/core/model/modeltest"
)

// TestDiscordStory is the main job in Discord, with the program as a process of its own,
// at Slack too at the same time: a question with previews; a write that only its asker
// can approve, over a kill -9, once and in one message; and what works while a turn of
// the same thread hangs.
func TestDiscordStory(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"gateway", "http"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s := newTale(t, mode == "http")
			s.question()
			s.write()
			s.share()
			s.hang()
			s.slack()
		})
	}
}

// tale is a Discord with the desk, a model and a plugin.
type tale struct {
	t      *testing.T
	fake   *fakediscord.Discord
	model  *modeltest.Server
	proxy  *proxy
	desk   *server
	beside *fakeslack.Slack
	dir    string
	config string
	thread string
}

const here = fakediscord.General

func newTale(t *testing.T, web bool) *tale {
	t.Helper()
	s := &tale{t: t, dir: t.TempDir(), proxy: newProxy(t), model: modeltest.NewChat(t)}
	key := ""
	fake := fakediscord.Config{}
	if web {
		key, fake.InteractionsURL = fakediscord.PublicKey, s.proxy.URL+discord.PathInteractions
	}
	s.fake = faketest.Discord(t, fake)
	stays := lodge(t, s.dir)
	s.beside = faketest.Slack(t, fakeslack.Config{App: installed(t)})
	s.config = served(t, s.dir, "socket", s.beside, s.model.URL)
	amend(t, s.config, fmt.Sprintf(`    discord: {token: %s, public_key: %q, api_base_url: %q}
    access: {channels: [%q, %q]}
    plugins: [{source: %q, default: true}]
egress: {allow_hosts: [%q]}
`, fakediscord.Token, key, s.fake.APIURL(), here, fakeslack.General, stays, strings.TrimPrefix(stays, "http://")))
	s.serve()
	return s
}

// serve starts the program and waits until the commands are known.
func (s *tale) serve() {
	s.t.Helper()
	s.desk = serving(s.t, nil, s.proxy, s.config)
	faketest.Until(s.t, s.fake, "the commands", func() bool { return len(s.fake.Commands()) > 0 })
}

// mention lets Ada write to the desk: in the channel, and then in the thread that the
// desk opened.
func (s *tale) mention(text string) {
	s.t.Helper()
	channel := here
	if s.thread != "" {
		channel = s.thread
	}
	id, err := s.fake.Post(fakediscord.Ada, channel, "<@"+fakediscord.BotUser+"> "+text, fakediscord.PostOptions{})
	if err != nil {
		s.t.Fatal(err)
	}
	if s.thread == "" {
		s.thread = id
	}
}

// shows waits until a message of the desk, anywhere, shows a text, and returns it.
func (s *tale) shows(text string) fakediscord.Message {
	s.t.Helper()
	var found fakediscord.Message
	faketest.Until(s.t, s.fake, text, func() bool {
		var all []fakediscord.Message
		for _, c := range s.fake.Channels() {
			all = append(all, s.fake.From(c.ID)...)
		}
		for _, m := range append(all, s.fake.Ephemerals(fakediscord.Ben)...) {
			if strings.Contains(m.Text, text) || bytes.Contains(m.Components, asJSON(text)) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// press lets a user press the button with a label in a message, and waits until Discord
// has its answer.
func (s *tale) press(user string, m fakediscord.Message, label string) fakediscord.Answer {
	s.t.Helper()
	var rows []struct {
		Components []struct {
			Label string `json:"label"`
			ID    string `json:"custom_id"`
		} `json:"components"`
	}
	if err := json.Unmarshal(m.Components, &rows); err != nil {
		s.t.Fatal(err)
	}
	for _, row := range rows {
		for _, b := range row.Components {
			if b.Label == label {
				return s.answered(s.fake.Press(user, m.Channel, m.ID, b.ID))
			}
		}
	}
	s.t.Fatalf("no button %s in %s", label, m.Components)
	return fakediscord.Answer{}
}

func (s *tale) answered(r *fakediscord.Receipt, err error) fakediscord.Answer {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	a, err := r.Wait(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

func (s *tale) posts() int { return count(s.t, s.dir, "plugins.log", `"method":"POST"`) }

// question is answered from the plugin, with a preview, in a thread that pings the asker.
func (s *tale) question() {
	s.model.Then(modeltest.Call([2]string{"stays__searchStays", `{"city":"Paris"}`}), modeltest.Text("Try the Canal Loft."))
	s.mention("where can I stay in Paris?")
	answer := s.shows("Try the Canal Loft.")
	if answer.Channel != s.thread || !bytes.Contains(answer.Embeds, []byte("Rue Verte Studio")) {
		s.t.Errorf("no preview in the thread: %s", answer.Embeds)
	}
	if len(answer.Pings) != 1 || answer.Pings[0] != fakediscord.Ada {
		s.t.Errorf("it pings %v", answer.Pings)
	}
	if typing := s.fake.Typings(); len(typing) == 0 || typing[0].Channel != s.thread {
		s.t.Errorf("no sign of life in the thread: %v", typing)
	}
}

// write asks, refuses another member, survives kill -9 and is sent once.
func (s *tale) write() {
	s.model.Then(modeltest.Call([2]string{"stays__bookStay", booking}), modeltest.Text("I prepared it."))
	s.mention("book it")
	card := s.shows("Approve")
	before := len(s.fake.From(s.thread))
	s.press(fakediscord.Ben, card, "Approve")
	s.shows("can decide this")
	s.desk.kill()
	if n := s.posts(); n != 0 {
		s.t.Fatalf("%d requests before the approval", n)
	}
	s.model.Then(modeltest.Text("It is booked."))
	s.serve()
	s.press(fakediscord.Ada, card, "Approve")
	done := s.shows("It is booked.")
	if n := s.posts(); n != 1 {
		s.t.Errorf("%d requests, want 1", n)
	}
	if done.ID != card.ID && len(s.fake.From(s.thread)) != before {
		s.t.Errorf("a second message for one write: %s", done.Text)
	}
	if now, _ := s.fake.Message(card.Channel, card.ID); bytes.Contains(now.Components, []byte(`"Approve"`)) {
		s.t.Error("the buttons of the card are still there")
	}
}

// share: a question by command is answered in the direct message, from where the member
// publishes the answer in the channel.
func (s *tale) share() {
	s.model.Then(modeltest.Text("Paris is lovely."))
	s.answered(s.fake.Command(fakediscord.Ada, here, "aidesk", "ask", map[string]string{"question": "how is Paris?"}))
	answer := s.shows("Paris is lovely.")
	if answer.Channel != s.fake.DM(fakediscord.Ada) {
		s.t.Error("the answer is not in the direct message")
	}
	s.press(fakediscord.Ada, answer, "Share")
	shown := s.shows("who asked in private")
	if shown.Channel != here || !strings.Contains(shown.Text, "Paris is lovely.") {
		s.t.Errorf("shared in %s: %s", shown.Channel, shown.Text)
	}
}

// slack: the same desk answers at Slack.
func (s *tale) slack() {
	s.model.Then(modeltest.Text("Hello Slack."))
	if _, err := s.beside.Post(fakeslack.Ben, fakeslack.General, "<@"+fakeslack.BotUser+"> hello", ""); err != nil {
		s.t.Fatal(err)
	}
	faketest.Until(s.t, s.beside, "an answer", func() bool { return said(s.beside, "Hello Slack.") })
}

// hang: while the model hangs in the thread, the form of a card opens, a Cancel, a
// command and a stop take effect at once.
func (s *tale) hang() {
	s.model.Then(modeltest.Call([2]string{"stays__bookStay", strings.Replace(booking, "12-05", "12-20", 1)}), modeltest.Text("Another one."))
	s.mention("and once more")
	card := s.shows("2026-12-20")
	s.model.Then(modeltest.Hang(modeltest.Chunk(map[string]any{"content": "Let me"}, "")))
	asked := len(s.model.Queries())
	s.mention("think hard")
	awaitAsked(s.t, s.model, asked+1)
	quick(s.t, "the form", func() {
		s.press(fakediscord.Ada, card, "Edit")
		if m, ok := s.fake.Modal(fakediscord.Ada); !ok || len(m.Inputs) == 0 {
			s.t.Errorf("the form: %+v", m)
		}
	})
	quick(s.t, "the command", func() {
		s.answered(s.fake.Command(fakediscord.Ada, here, "plugins", "list", nil))
		if m := s.shows("Disable Stays"); m.Channel != s.fake.DM(fakediscord.Ada) {
			s.t.Error("the list is not in the direct message")
		}
	})
	quick(s.t, "the cancel", func() {
		s.press(fakediscord.Ada, card, "Cancel")
		s.shows("You cancelled it.")
	})
	quick(s.t, "the stop", func() {
		s.answered(s.fake.Command(fakediscord.Ada, s.thread, "aidesk", "stop", nil))
		s.shows("Stopped.")
	})
	s.model.Then(modeltest.Text("Here I am."))
	s.mention("still there?")
	s.shows("Here I am.")
	if n := s.posts(); n != 1 {
		s.t.Errorf("%d requests at the end, want 1", n)
	}
}
