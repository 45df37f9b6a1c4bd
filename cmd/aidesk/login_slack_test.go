package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
)

// What the stories of logins need of the fake Slack.
const (
	slackGeneral = fakeslack.General
	slackBot     = fakeslack.BotUser
)

// slackLogins is Slack in a story of logins.
type slackLogins struct {
	*fakeslack.Slack

	t      *testing.T
	thread string
}

func newSlackLogins(t *testing.T) loginMessenger {
	t.Helper()
	return &slackLogins{t: t, Slack: faketest.Slack(t, fakeslack.Config{App: installed(t)})}
}

func (m *slackLogins) bot() string {
	return fmt.Sprintf("    slack: {mode: socket, bot_token: %s, app_token: %s, api_base_url: %q}\n", fakeslack.BotToken, fakeslack.AppToken, m.APIURL())
}

func (m *slackLogins) known() {
	m.t.Helper()
	faketest.Until(m.t, m.Slack, "the connection", func() bool { return m.Sockets() > 0 })
}

func (m *slackLogins) users() (ada, ben string) { return fakeslack.Ada, fakeslack.Ben }

func (m *slackLogins) mention(user, text string) {
	m.t.Helper()
	ts, err := m.Post(user, fakeslack.General, "<@"+m.Team.BotUser+"> "+text, m.thread)
	if err != nil {
		m.t.Fatal(err)
	}
	if m.thread == "" {
		m.thread = ts
	}
}

// leave begins another thread with the next message.
func (m *slackLogins) leave() { m.thread = "" }

func (m *slackLogins) all() []shown {
	var all []shown
	for _, c := range m.Channels() {
		for _, one := range m.From(c.ID) {
			all = append(all, shown{place: c.ID, id: one.TS, thread: one.Thread, to: one.To, text: one.Shown(), raw: one.Text + string(one.Blocks)})
		}
	}
	return all
}

func (m *slackLogins) inThread(one shown) bool {
	return one.place == fakeslack.General && one.thread == m.thread
}

func (m *slackLogins) inDirect(one shown, user string) bool { return one.place == m.DM(user) }

func (m *slackLogins) dm(user string) string { return m.DM(user) }

func (m *slackLogins) press(user string, one shown, label string) error {
	now, ok := m.Message(one.place, one.id)
	if !ok {
		return fmt.Errorf("there is no message %s", one.id)
	}
	var blocks any
	if err := json.Unmarshal(now.Blocks, &blocks); err != nil {
		return err
	}
	id := slackButton(blocks, label)
	if id == "" {
		return fmt.Errorf("there is no button %s", label)
	}
	_, err := m.Press(user, one.place, one.id, id)
	return err
}

// slackButton is the action of the first button with a label.
func slackButton(v any, label string) (id string) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			if id = slackButton(x, label); id != "" {
				return id
			}
		}
	case map[string]any:
		if text, ok := v["text"].(map[string]any); ok && v["type"] == "button" && text["text"] == label {
			id, _ = v["action_id"].(string)
			return id
		}
		for _, x := range v {
			if id = slackButton(x, label); id != "" {
				return id
			}
		}
	}
	return ""
}

func (m *slackLogins) fill(user, label, value string) []string {
	m.t.Helper()
	return m.fillAll(user, []string{label}, []string{value})
}

func (m *slackLogins) fillAll(user string, labels, values []string) []string {
	m.t.Helper()
	return faketest.FillSlack(m.t, m.Slack, user, answersTo(labels, values))
}

func (m *slackLogins) command(user, name, text string) {
	m.t.Helper()
	if _, err := m.Command(user, fakeslack.General, "/"+name, text); err != nil {
		m.t.Fatal(err)
	}
}

func (m *slackLogins) sent() string {
	var all bytes.Buffer
	for _, r := range m.Requests() {
		_ = json.NewEncoder(&all).Encode(r.Args)
	}
	for _, d := range m.Deliveries() {
		all.Write(d.Answer)
	}
	return all.String()
}
