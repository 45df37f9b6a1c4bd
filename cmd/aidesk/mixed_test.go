package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
)

// TestMixed: a thousand events of every kind, known or not, whole or broken, some
// delivered twice. Each is acknowledged; every question among them is answered, once, in
// its own thread; and the program lives.
func TestMixed(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"socket", "http"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			proxy := newProxy(t)
			fake := fakeSlackIn(t, mode, proxy)
			path := served(t, t.TempDir(), mode, fake, "")
			raise(t, path)
			desk := serving(t, fake, proxy, path)

			const all, every, atOnce = 1000, 10, 50
			odd := oddities(t)
			var receipts []*fakeslack.Receipt
			var names []string
			settle := func() {
				for i, r := range receipts {
					if _, err := r.Wait(t.Context()); err != nil {
						t.Errorf("%s: %v", names[i], err)
					}
				}
				receipts, names = nil, nil
			}
			threads := map[string]string{}
			for i := range all {
				if i%every == 0 {
					text := fmt.Sprintf("question %d", i)
					ts, err := fake.Post(fakeslack.Ben, fakeslack.General, "<@"+fakeslack.BotUser+"> "+text, "")
					if err != nil {
						t.Fatal(err)
					}
					threads[ts] = text
					continue
				}
				o := odd[i%len(odd)]
				receipts, names = append(receipts, fake.Inject(o.kind, o.payload)), append(names, o.name)
				if len(receipts) == atOnce {
					settle()
				}
			}
			settle()
			answers := func() map[string]int {
				n := map[string]int{}
				for _, m := range fake.From(fakeslack.General) {
					if !m.Deleted && m.To == "" {
						n[m.Thread]++
					}
				}
				return n
			}
			faketest.Until(t, fake, "an answer to each question", func() bool {
				n := answers()
				for ts := range threads {
					if n[ts] == 0 {
						return false
					}
				}
				return true
			})
			desk.terminate()
			for ts, n := range answers() {
				if threads[ts] != "" && n != 1 {
					t.Errorf("%q was answered %d times", threads[ts], n)
				}
			}
			if log := desk.out.String(); strings.Contains(log, "crashed") || strings.Contains(log, "panic") {
				t.Errorf("the log:\n%s", log)
			}
		})
	}
}

// raise lifts the limits of a configuration out of the way.
func raise(t *testing.T, path string) {
	t.Helper()
	amend(t, path, "limits: {turns_per_member_hour: 100000, turns_at_once: 100, tokens_per_day: 1000000000}\n")
}

// oddity is a payload that is no question.
type oddity struct {
	name    string
	kind    fakeslack.Kind
	payload []byte
}

// oddities are events of unknown types, with unknown blocks and of the wrong shape, and
// the recorded ones where there are some.
func oddities(t *testing.T) []oddity {
	t.Helper()
	event := func(name, event string) oddity {
		return oddity{name, fakeslack.Events, fmt.Appendf(nil, `{"type":"event_callback","team_id":%q,"api_app_id":"A1","event_id":"Ev-%s","event":%s}`, fakeslack.TeamID, name, event)}
	}
	said := func(name, more string) oddity {
		return event(name, fmt.Sprintf(`{"type":"message","channel":%q,"user":%q,"ts":"1700000000.000100","text":"not for the desk"%s}`, fakeslack.General, fakeslack.Ben, more))
	}
	all := []oddity{
		event("unknown", `{"type":"teapot_boiled","who":{"deep":[1,2,{"x":null}]}}`),
		event("text", `"an event is no text"`),
		event("list", `[{"type":"message"}]`),
		event("nothing", `null`),
		event("empty", `{}`),
		event("numbers", `{"type":7,"channel":["C1"],"user":{"id":1},"ts":12.5}`),
		said("blocks", `,"blocks":[{"type":"hologram","elements":[{"type":"ray"}]},7,null]`),
		said("subtype", `,"subtype":"teapot"`),
		said("bot", `,"bot_id":"B9"`),
		said("joined", `,"subtype":"channel_join"`),
		said("long", `,"text":"`+strings.Repeat("x", 100_000)+`"`),
		{"unknown callback", fakeslack.Events, []byte(`{"type":"teapot"}`)},
		{"limited", fakeslack.Events, []byte(`{"type":"app_rate_limited","minute_rate_limited":1}`)},
		{"unknown interaction", fakeslack.Interactive, []byte(`{"type":"teapot","user":{"id":"U1"}}`)},
		{"unknown action", fakeslack.Interactive, fmt.Appendf(nil, `{"type":"block_actions","team":{"id":%q},"user":{"id":%q},"actions":[{"type":"hologram","action_id":"x"}]}`, fakeslack.TeamID, fakeslack.Ben)},
		{"an action without anything", fakeslack.Interactive, []byte(`{"type":"block_actions","actions":[null,7]}`)},
	}
	corpora := os.Getenv("AIDESK_CORPORA")
	if corpora == "" {
		return all
	}
	for folder, kind := range map[string]fakeslack.Kind{"events": fakeslack.Events, "interactions": fakeslack.Interactive} {
		files, err := filepath.Glob(filepath.Join(corpora, "slack", folder, "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no samples in %s: %v", folder, err)
		}
		for _, f := range files {
			if strings.Contains(f, "SlashCommand") { // typed by nobody it has no form; commands are played elsewhere
				continue
			}
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, oddity{filepath.Base(f), kind, data})
		}
	}
	return all
}
