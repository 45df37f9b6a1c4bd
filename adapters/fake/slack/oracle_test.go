package slack_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
)

// oracles skips a test unless npm's packages are there.
func oracles(t *testing.T) {
	t.Helper()
	if os.Getenv("AIDESK_ORACLES") == "" {
		t.Skip("AIDESK_ORACLES is not set: run make test-fakes")
	}
}

// TestBolt: an app of Slack's own framework does all its work against the fake, over
// sockets and over HTTP.
func TestBolt(t *testing.T) {
	oracles(t)
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
			result(t, r, err)
			faketest.Until(t, s, "the modal", func() bool { return len(s.Views(fakeslack.Ada)) == 1 })
			view := s.Views(fakeslack.Ada)[0]
			r, err = s.Submit(fakeslack.Ada, view.ID, map[string]string{"name": "nobody"})
			result(t, r, err)
			if open := s.Views(fakeslack.Ada); len(open) != 1 || open[0].Errors["name"] != "Somebody, please." {
				t.Errorf("open are %+v", open)
			}
			r, err = s.Submit(fakeslack.Ada, view.ID, map[string]string{"name": "Bob"})
			result(t, r, err)
			if open := s.Views(fakeslack.Ada); len(open) != 0 {
				t.Errorf("open are %+v", open)
			}
			faketest.Until(t, s, "the change", func() bool {
				m, _ := s.Message(fakeslack.General, answer.TS)
				return m.Text == "Hello Bob from <@"+fakeslack.Ada+">" && m.Blocks == nil
			})
			r, err = s.Command(fakeslack.Ben, fakeslack.General, "/aidesk", "one & two")
			result(t, r, err)
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
	c := exec.CommandContext(t.Context(), "node", "app.mjs", mode)
	c.Dir = "npm"
	c.Env = append(os.Environ(), "API="+s.APIURL(), "BOT_TOKEN="+fakeslack.BotToken, "APP_TOKEN="+fakeslack.AppToken, "SIGNING_SECRET="+fakeslack.SigningSecret)
	c.Stderr = t.Output()
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatalf("%v: is node installed, and was npm ci run in the folder npm?", err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = c.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if at, ok := strings.CutPrefix(lines.Text(), "up"); ok {
			return strings.TrimSpace(at)
		}
		t.Log(lines.Text())
	}
	t.Fatal("the app did not start")
	return ""
}

// TestSchema: whatever the fake takes validates against the types that Slack
// publishes. The valid blocks are changed at random, and what is still taken is
// asked of the oracle.
func TestSchema(t *testing.T) {
	oracles(t)
	file := filepath.Join(t.TempDir(), "accepted")
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	lines := json.NewEncoder(out)
	write := func(v map[string]any) {
		if err := lines.Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	m := mutator{rand.New(rand.NewPCG(1, 2)), nil}
	valid := read[[]map[string]any](t, "testdata/blocks.json")
	modal := read[map[string]any](t, "testdata/modal.json")
	m.gather(valid)
	tried, taken := 0, 0
	for i, b := range valid {
		for n := range 3000 {
			changed := b
			if n > 0 {
				changed, _ = m.change(clone(b)).(map[string]any)
			}
			tried++
			if word, _ := check(t, surface(changed), changed); word == "" {
				taken++
				write(map[string]any{"name": fmt.Sprintf("block %d, %d", i, n), "blocks": []any{changed}})
			}
		}
	}
	for n := range 3000 {
		changed := modal
		if n > 0 {
			changed, _ = m.change(clone(modal)).(map[string]any)
		}
		text, _ := json.Marshal(changed)
		tried++
		if word, _ := checkView(text); word == "" {
			taken++
			write(map[string]any{"name": fmt.Sprintf("modal %d", n), "view": changed})
		}
	}
	t.Logf("%d of %d taken", taken, tried)
	c := exec.CommandContext(t.Context(), "node", "schema.mjs", file)
	c.Dir = "npm"
	said, err := c.CombinedOutput()
	t.Logf("%s", said)
	if err != nil {
		t.Fatalf("%v: is node installed, and was npm ci run in the folder npm?", err)
	}
}

func clone(v any) any {
	text, _ := json.Marshal(v)
	var out any
	_ = json.Unmarshal(text, &out)
	return out
}

// mutator changes trees at random; parts are what it puts in.
type mutator struct {
	*rand.Rand
	parts []any
}

// gather collects the parts of trees.
func (m *mutator) gather(blocks []map[string]any) {
	m.parts = []any{nil, true, false, 0.0, 1.0, -1.0, 2.5, "", "x", "plain_text", "mrkdwn", []any{}, map[string]any{}}
	var walk func(v any)
	walk = func(v any) {
		m.parts = append(m.parts, v)
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			for _, k := range slices.Sorted(maps.Keys(v)) {
				m.parts = append(m.parts, k)
				walk(v[k])
			}
		}
	}
	for _, b := range blocks {
		walk(clone(b))
	}
}

// change changes one place of a tree.
func (m *mutator) change(v any) any {
	part := func() any { return clone(m.parts[m.IntN(len(m.parts))]) }
	switch v := v.(type) {
	case map[string]any:
		keys := slices.Sorted(maps.Keys(v))
		if len(keys) == 0 || m.IntN(12) == 0 {
			v[fmt.Sprint(part())] = part()
			return v
		}
		k := keys[m.IntN(len(keys))]
		switch m.IntN(6) {
		case 0:
			delete(v, k)
		case 1:
			v[k] = part()
		default:
			v[k] = m.change(v[k])
		}
		return v
	case []any:
		if len(v) == 0 {
			return append(v, part())
		}
		i := m.IntN(len(v))
		switch m.IntN(6) {
		case 0:
			return slices.Delete(v, i, i+1)
		case 1:
			return slices.Insert(v, i, part())
		default:
			v[i] = m.change(v[i])
		}
		return v
	}
	return part()
}
