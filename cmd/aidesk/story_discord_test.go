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

// TestStoryDiscord tells the story in Discord, with a bot that is in Slack too.
func TestStoryDiscord(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"gateway", "http"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s := newDiscordStory(t, mode == "http")
			s.serve()
			tell(s.scene, s)
			s.answersInSlack()
		})
	}
}

type discordStory struct {
	*scene
	fake  *fakediscord.Discord
	slack *fakeslack.Slack
}

const here = fakediscord.General

func newDiscordStory(t *testing.T, web bool) *discordStory {
	t.Helper()
	s := &discordStory{scene: newScene(t)}
	key := ""
	fake := fakediscord.Config{}
	if web {
		key, fake.InteractionsURL = fakediscord.PublicKey, s.proxy.URL+discord.PathInteractions
	}
	s.fake = faketest.Discord(t, fake)
	stays := lodge(t, s.dir)
	s.slack = faketest.Slack(t, fakeslack.Config{App: installed(t)})
	s.config = served(t, s.dir, "socket", s.slack, s.model.URL)
	amend(t, s.config, fmt.Sprintf(`    discord: {token: %s, public_key: %q, api_base_url: %q}
    access: {channels: [%q, %q]}
    plugins: [{source: %q, default: true}]
egress: {allow_hosts: [%q]}
`, fakediscord.Token, key, s.fake.APIURL(), here, fakeslack.General, stays, strings.TrimPrefix(stays, "http://")))
	return s
}

// serve starts the program and waits until the commands are known.
func (s *discordStory) serve() {
	s.t.Helper()
	s.desk = serving(s.t, nil, s.proxy, s.config)
	faketest.Until(s.t, s.fake, "the commands", func() bool { return len(s.fake.Commands()) > 0 })
}

func (s *discordStory) users() (ada, ben string) { return fakediscord.Ada, fakediscord.Ben }

// mention lets Ada write to aidesk: in the channel, and then in the thread that the
// desk opened.
func (s *discordStory) mention(text string) {
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

// shows waits until a message of aidesk, anywhere, shows a text, and returns it.
func (s *discordStory) shows(text string) fakediscord.Message {
	s.t.Helper()
	var found fakediscord.Message
	faketest.Until(s.t, s.fake, text, func() bool {
		var all []fakediscord.Message
		for _, c := range s.fake.Channels() {
			all = append(all, s.fake.From(c.ID)...)
		}
		all = append(append(all, s.fake.Ephemerals(fakediscord.Ben)...), s.fake.Ephemerals(fakediscord.Ada)...)
		for _, m := range all {
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
func (s *discordStory) press(user string, m fakediscord.Message, label string) {
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
				s.answered(s.fake.Press(user, m.Channel, m.ID, b.ID))
				return
			}
		}
	}
	s.t.Fatalf("no button %s in %s", label, m.Components)
}

// answered waits until Discord has the answer to what was sent to the program.
func (s *discordStory) answered(r *fakediscord.Receipt, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := r.Wait(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *discordStory) formShown() {
	s.t.Helper()
	if m, ok := s.fake.Modal(fakediscord.Ada); !ok || len(m.Inputs) == 0 {
		s.t.Errorf("the form: %+v", m)
	}
}

func (s *discordStory) ask(question string) {
	s.t.Helper()
	s.answered(s.fake.Command(fakediscord.Ada, here, "aidesk", "ask", map[string]string{"question": question}))
}

func (s *discordStory) list() {
	s.t.Helper()
	s.answered(s.fake.Command(fakediscord.Ada, here, "plugins", "list", nil))
	s.checkDirect(s.shows("Disable Stays"))
}

func (s *discordStory) stop() {
	s.t.Helper()
	s.answered(s.fake.Command(fakediscord.Ada, s.thread, "aidesk", "stop", nil))
}

func (s *discordStory) checkAnswer(m fakediscord.Message) {
	s.t.Helper()
	if m.Channel != s.thread || !bytes.Contains(m.Embeds, []byte("Rue Verte Studio")) {
		s.t.Errorf("no preview in the thread: %s", m.Embeds)
	}
	if len(m.Pings) != 1 || m.Pings[0] != fakediscord.Ada {
		s.t.Errorf("it pings %v", m.Pings)
	}
}

func (s *discordStory) said() int { return len(s.fake.From(s.thread)) }

func (s *discordStory) checkOutcome(card, done fakediscord.Message, before int) {
	s.t.Helper()
	if done.ID == card.ID || s.said() != before+1 {
		s.t.Errorf("%d messages for one write, the last says %s", s.said()-before, done.Text)
	}
	if now, _ := s.fake.Message(card.Channel, card.ID); !strings.Contains(now.Text, "Stays confirmed it") || bytes.Contains(now.Components, []byte(`"Approve"`)) {
		s.t.Errorf("the card says %s", now.Text)
	}
}

func (s *discordStory) checkDirect(m fakediscord.Message) {
	s.t.Helper()
	if m.Channel != s.fake.DM(fakediscord.Ada) {
		s.t.Error("the answer is not in the direct message")
	}
}

func (s *discordStory) checkShared(m fakediscord.Message, text string) {
	s.t.Helper()
	if m.Channel != here || !strings.Contains(m.Text, text) {
		s.t.Errorf("shared in %s: %s", m.Channel, m.Text)
	}
}

func (s *discordStory) checkEnd() {}

// answersInSlack: the same bot answers in Slack.
func (s *discordStory) answersInSlack() {
	s.t.Helper()
	s.model.Then(modeltest.Text("Hello Slack."))
	if _, err := s.slack.Post(fakeslack.Ben, fakeslack.General, "<@"+fakeslack.BotUser+"> hello", ""); err != nil {
		s.t.Fatal(err)
	}
	faketest.Until(s.t, s.slack, "an answer", func() bool { return said(s.slack, "Hello Slack.") })
}
