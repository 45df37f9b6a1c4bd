package slack_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
)

// TestBolt: an app of Slack's own framework does all its work against the fake, over
// sockets and over HTTP.
func TestBolt(t *testing.T) {
	faketest.NeedOracles(t)
	for _, mode := range []string{"socket", "http"} {
		t.Run(mode, func(t *testing.T) {
			s := start(t, fakeslack.Config{})
			if at := bolt(t, s, mode); mode == "http" {
				s.SetApp(fakeslack.DefaultApp().WithHTTP(at))
				if err := s.Verify(t.Context()); err != nil {
					t.Error(err)
				}
				if err := s.CheckSSL(t.Context()); err != nil {
					t.Error(err)
				}
			} else {
				faketest.Until(t, s, "a socket", func() bool { return s.Sockets() == 1 })
			}
			ts, err := s.Post(fakeslack.Ada, fakeslack.General, s.Typed("@aidesk hello"), "")
			if err != nil {
				t.Fatal(err)
			}
			faketest.Until(t, s, "the answer", func() bool { return len(s.From(fakeslack.General)) == 1 })
			answer := s.From(fakeslack.General)[0]
			if answer.Thread != ts || answer.Shown() != "[Ask]" {
				t.Errorf("the answer is %+v", answer)
			}
			r, err := s.Press(fakeslack.Ada, fakeslack.General, answer.TS, "ask")
			faketest.Result(t, r, err)
			faketest.Until(t, s, "the modal", func() bool { return len(s.Views(fakeslack.Ada)) == 1 })
			view := s.Views(fakeslack.Ada)[0]
			r, err = s.Submit(fakeslack.Ada, view.ID, map[string]string{"name": "nobody"})
			faketest.Result(t, r, err)
			if open := s.Views(fakeslack.Ada); len(open) != 1 || open[0].Errors["name"] != "Somebody, please." {
				t.Errorf("open are %+v", open)
			}
			r, err = s.Submit(fakeslack.Ada, view.ID, map[string]string{"name": "Bob"})
			faketest.Result(t, r, err)
			if open := s.Views(fakeslack.Ada); len(open) != 0 {
				t.Errorf("open are %+v", open)
			}
			faketest.Until(t, s, "the change", func() bool {
				m, _ := s.Message(fakeslack.General, answer.TS)
				return m.Text == "Hello Bob from <@"+fakeslack.Ada+">" && m.Blocks == nil
			})
			r, err = s.Command(fakeslack.Ben, fakeslack.General, "/aidesk", "one & two")
			faketest.Result(t, r, err)
			faketest.Until(t, s, "the response", func() bool { return len(s.From(fakeslack.General)) == 3 })
			to := map[string]string{} // the two may come in any order
			for _, m := range s.From(fakeslack.General)[1:] {
				to[m.Text] = m.To
			}
			if diff := cmp.Diff(map[string]string{"Wait, ben": fakeslack.Ben, "You said one & two": ""}, to); diff != "" {
				t.Errorf("shown to whom (-want +got):\n%s", diff)
			}
			faketest.Idle(t, s)
			for _, d := range s.Deliveries() {
				if !d.Acked || d.Attempt > 0 {
					t.Errorf("delivery %+v", d)
				}
			}
		})
	}
}

// bolt starts the app, and returns its address in HTTP mode.
func bolt(t *testing.T, s *fakeslack.Slack, mode string) string {
	t.Helper()
	return faketest.App(t, []string{
		"API=" + s.APIURL(), "BOT_TOKEN=" + fakeslack.BotToken, "APP_TOKEN=" + fakeslack.AppToken, "SIGNING_SECRET=" + fakeslack.SigningSecret,
	}, mode)
}

// TestSchema: whatever the fake takes validates against the types that Slack
// publishes. The valid blocks are changed at random, and what is still taken is
// asked of the oracle.
func TestSchema(t *testing.T) {
	faketest.NeedOracles(t)
	changed := &faketest.Oracle{Script: "schema.mjs"}
	valid := read[[]map[string]any](t, "testdata/blocks.json")
	modal := read[map[string]any](t, "testdata/modal.json")
	var trees []any
	for _, b := range valid {
		trees = append(trees, b)
	}
	m := faketest.NewMutator(trees, "plain_text", "mrkdwn")
	tried, taken := 0, 0
	for i, b := range valid {
		for n := range 3000 {
			block := b
			if n > 0 {
				block, _ = m.Change(faketest.Clone(b)).(map[string]any)
			}
			tried++
			if word, _ := check(t, surface(block), block); word == "" {
				taken++
				changed.Add(t, map[string]any{"name": fmt.Sprintf("block %d, %d", i, n), "blocks": []any{block}})
			}
		}
	}
	for n := range 3000 {
		view := modal
		if n > 0 {
			view, _ = m.Change(faketest.Clone(modal)).(map[string]any)
		}
		text, _ := json.Marshal(view)
		tried++
		if word, _ := checkView(text); word == "" {
			taken++
			changed.Add(t, map[string]any{"name": fmt.Sprintf("modal %d", n), "view": view})
		}
	}
	t.Logf("%d of %d taken", taken, tried)
	printed, err := changed.Judge()
	t.Logf("%s", printed)
	if err != nil {
		t.Fatalf("%v: is node installed, and was npm ci run in the folder npm?", err)
	}
}
