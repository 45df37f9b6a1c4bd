package wiretest

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	fakediscord "aidesk/adapters/fake/discord"
	fakeslack "aidesk/adapters/fake/slack"
)

// Line is one message.
type Line struct {
	Name     string          `json:"name"`     // of the test
	Platform string          `json:"platform"` // "slack", "discord"
	Body     json.RawMessage `json:"body"`     // as the platform tells of it
	Reading  string          `json:"reading"`  // what a reader sees, without white space
}

// folder is where messages are kept; empty: nowhere.
func folder() string { return os.Getenv("AIDESK_WIRE") }

// keep writes lines into a file of their own.
func keep(t testing.TB, lines []Line) {
	t.Helper()
	if len(lines) == 0 {
		return
	}
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	for _, l := range lines {
		if err := encoder.Encode(l); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(folder(), 0o750); err != nil {
		t.Fatal(err)
	}
	f, err := os.CreateTemp(folder(), "*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(out.String()); err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

// Slack keeps all messages that the app wrote into a fake, in all their versions, when the
// test ends.
func Slack(t testing.TB, s *fakeslack.Slack) {
	t.Helper()
	if folder() == "" {
		return
	}
	t.Cleanup(func() {
		var lines []Line
		for _, c := range s.Channels() {
			for _, m := range s.Messages(c.ID) {
				if m.User != s.Team.BotUser {
					continue
				}
				for i, v := range m.Versions {
					body, err := json.Marshal(map[string]any{"text": v.Text, "blocks": v.Blocks})
					if err != nil {
						t.Fatal(err)
					}
					lines = append(lines, slackLine(t, fmt.Sprintf("%s, version %d of %s", t.Name(), i+1, m.TS), body))
				}
			}
		}
		keep(t, lines)
	})
}

// Discord keeps all messages that the application wrote into a fake, in all their versions,
// when the test ends.
func Discord(t testing.TB, d *fakediscord.Discord) {
	t.Helper()
	if folder() == "" {
		return
	}
	t.Cleanup(func() {
		var lines []Line
		for _, c := range d.Channels() {
			for _, m := range d.Messages(c.ID) {
				if m.User != fakediscord.BotUser {
					continue
				}
				for i, v := range m.Versions {
					body, err := json.Marshal(map[string]any{"content": v.Text, "embeds": list(v.Embeds), "components": list(v.Components), "attachments": []any{}})
					if err != nil {
						t.Fatal(err)
					}
					lines = append(lines, discordLine(t, fmt.Sprintf("%s, version %d of %s", t.Name(), i+1, m.ID), body))
				}
			}
		}
		keep(t, lines)
	})
}

// list is a JSON list, never null.
func list(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("[]")
	}
	return raw
}
