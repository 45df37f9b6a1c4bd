package eval

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"aidesk/cmd/aidesk/config"
	"aidesk/cmd/exampleplugins/example"
	"aidesk/core/egress"
	"aidesk/core/model"
	"aidesk/core/model/middleware"
	"aidesk/core/model/script"
	"aidesk/core/plugin"

	"github.com/google/go-cmp/cmp"
)

// examples reads the example plugins. Whatever reaches them after that is a fault.
func examples(t *testing.T) []*plugin.Plugin {
	t.Helper()
	all, err := example.All(example.Config{Dir: t.TempDir(), Log: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	var read atomic.Bool
	var plugins []*plugin.Plugin
	for _, e := range all {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if read.Load() {
				t.Errorf("%s %s reached a plugin", r.Method, r.URL)
			}
			e.Handler.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		id, host, err := plugin.ID(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		guard, err := egress.New(egress.Rules{Trusted: []egress.Trusted{{Host: host, Plugin: id}}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := (plugin.Reader{Guard: guard, Logger: slog.New(slog.DiscardHandler)}).Read(t.Context(), server.URL)
		if err != nil {
			t.Fatal(err)
		}
		plugins = append(plugins, got.Plugin.Trial(plugins...))
	}
	read.Store(true)
	return plugins
}

// by answers each question by what stands for it; each request uses ten tokens.
func by(answers map[string]script.Step) model.Model {
	return script.Func(func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		for words, step := range answers {
			if strings.Contains(r.Messages[len(r.Messages)-1].TextOf(), words) {
				response, err := step(ctx, r, on)
				if err == nil {
					response.Usage = model.Usage{Input: 8, Output: 2}
				}
				return response, err
			}
		}
		return script.Say("I do not know.")(ctx, r, on)
	})
}

const golden = `
- ask: what is on my list?
  want: todo.listItems
- ask: put oat milk on my list
  want: addItem
  with: {title: oat milk}
- ask: I am done with milk
  want: POST /items/{item}/complete
  never: [todo.removeItem, "stays.*"]
- ask: tell me a joke
  want: none
`

// TestExamples asks the scripted model about the example plugins: one is right, one is wrong,
// one is forbidden, and nothing reaches a plugin.
func TestExamples(t *testing.T) {
	t.Parallel()
	plugins := examples(t)
	list, err := Parse("q.yaml", []byte(golden), plugins)
	if err != nil {
		t.Fatal(err)
	}
	run := Run{Plugins: plugins, Now: time.Now, Parallel: 3, Model: &middleware.Budget{Price: middleware.Price{Input: 1_000_000}, Answer: 10, Model: by(map[string]script.Step{
		"on my list?": script.Call("todo__listItems", `{}`),
		"oat milk":    script.Call("todo__addItem", `{"title":"milk"}`),
		"done with":   script.Call("todo__removeItem", `{"item":"milk"}`),
	})}}
	got, err := run.Ask(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := got.Print(&out, "EUR"); err != nil {
		t.Fatal(err)
	}
	want := `           #  WANTED             CHOSEN                           TOKENS  QUESTION
right      1  todo.listItems     todo.listItems {}                10      what is on my list?
wrong      2  todo.addItem       todo.addItem {"title":"milk"}    10      put oat milk on my list
forbidden  3  todo.completeItem  todo.removeItem {"item":"milk"}  10      I am done with milk
right      4  none               none                             2       tell me a joke

2: title is "milk": want "oat milk".
3: todo.removeItem must never be called here.

2 of 4 are right, 1 wrong, 1 forbidden, asked of script. Nothing was sent to a plugin.
25 tokens read, 7 written, 0.000025 EUR.
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
	if err := got.Err(); err == nil || got.Right != 2 || got.Wrong != 1 || got.Forbidden != 1 {
		t.Errorf("got %v, %+v", err, got)
	}
}

// TestSpent stops before more is used than may be.
func TestSpent(t *testing.T) {
	t.Parallel()
	plugins := examples(t)
	list, err := Parse("q.yaml", []byte(golden), plugins)
	if err != nil {
		t.Fatal(err)
	}
	small := &middleware.Budget{Answer: 10, Price: middleware.Price{Input: 1_000_000, Output: 1_000_000}, Model: by(nil)}
	for name, run := range map[string]Run{"tokens": {Tokens: 5}, "money": {Micros: 5}} {
		run.Model, run.Plugins, run.Now, run.Parallel = small, plugins, time.Now, 4
		got, err := run.Ask(t.Context(), list)
		if err != nil || got.Unasked != len(list) || got.Err() == nil || got.Input+got.Output > 0 {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	enough := Run{Model: small, Plugins: plugins, Now: time.Now, Tokens: 1_000_000, Micros: 1_000_000}
	if got, err := enough.Ask(t.Context(), list); err != nil || got.Unasked > 0 {
		t.Errorf("enough: got %+v, %v", got, err)
	}
}

// TestRates asks several times, and counts.
func TestRates(t *testing.T) {
	t.Parallel()
	plugins := examples(t)
	list, err := Parse("q.yaml", []byte("[{ask: my list, want: todo.listItems, never: [todo.removeItem]}]"), plugins)
	if err != nil {
		t.Fatal(err)
	}
	right, other := script.Call("todo__listItems", `{}`), script.Say("no")
	failed := script.Fail(&model.Error{Kind: model.Overloaded, Message: "too much"})
	for _, test := range []struct {
		name  string
		steps []script.Step
		pass  int
		want  Verdict
		rate  float64
	}{
		{"all", []script.Step{right, right, right, right}, 100, Right, 1},
		{"most", []script.Step{right, right, right, other}, 75, Right, .75},
		{"not enough", []script.Step{right, right, right, other}, 76, Wrong, .75},
		{"failures", []script.Step{right, failed, failed, failed}, 50, Failed, .25},
		{"one forbidden", []script.Step{right, right, right, script.Call("todo__removeItem", `{"item":"1"}`)}, 50, Forbidden, .75},
	} {
		run := Run{Model: script.New(test.steps...), Plugins: plugins, Now: time.Now, Repeat: 4, Pass: test.pass}
		got, err := run.Ask(t.Context(), list)
		if err != nil || got.Outcomes[0].Verdict != test.want || got.Outcomes[0].Rate != test.rate {
			t.Errorf("%s: got %+v, %v", test.name, got, err)
		}
	}
}

// TestHopeless ends where every question would fail alike.
func TestHopeless(t *testing.T) {
	t.Parallel()
	plugins := examples(t)
	list, err := Parse("q.yaml", []byte(golden), plugins)
	if err != nil {
		t.Fatal(err)
	}
	m := script.Func(script.Fail(&model.Error{Kind: model.Auth, Status: 401, Message: "no such key"}))
	run := Run{Model: m, Plugins: plugins, Now: time.Now}
	if _, err := run.Ask(t.Context(), list); err == nil || !strings.Contains(err.Error(), "question 1") || len(m.Requests()) != 1 {
		t.Errorf("got %v after %d requests", err, len(m.Requests()))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := run.Ask(ctx, list); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

// TestFaults names the line and column of what is wrong.
func TestFaults(t *testing.T) {
	t.Parallel()
	plugins := examples(t)
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "q.yaml:1:1: it has 0 questions"},
		{"no list", "ask: x", "q.yaml:1:1: want a list"},
		{"no yaml", "- {ask: x, want: none", "q.yaml:1:"},
		{"unknown key", "- ask: x\n  want: none\n  wants: none", "q.yaml:3:3: [0].wants: unknown key; did you mean want?"},
		{"nothing asked", "- want: none", "q.yaml:1:3: [0].ask: missing"},
		{"nothing wanted", "- ask: x", "q.yaml:1:3: [0].want: missing"},
		{"unknown operation", "- ask: x\n  want: todo.addItems", `q.yaml:2:9: [0].want: there is no operation "todo.addItems"; did you mean todo.addItem?`},
		{"far from all", "- ask: x\n  want: brew.coffee", `q.yaml:2:9: [0].want: there is no operation "brew.coffee"; none stands for no call`},
		{"unknown forbidden", "- ask: x\n  want: none\n  never:\n  - todo.listItems\n  - toodo.*", `q.yaml:5:5: [0].never[1]: there is no operation "toodo.*"`},
		{"wanted and forbidden", "- {ask: x, want: listItems, never: [todo.listItems]}", "q.yaml:1:37: [0].never[0]: this is what the question wants"},
		{"arguments of nothing", "- {ask: x, want: none, with: {a: 1}}", "[0].with: nothing should be called"},
		{"an anchor", "- &a {ask: x, want: none}", "anchors, aliases and tags are not read here"},
	} {
		_, err := Parse("q.yaml", []byte(test.text), plugins)
		if faults, ok := errors.AsType[config.Faults](err); !ok || !strings.Contains(faults.Error(), test.want) {
			t.Errorf("%s: got %v; want %s", test.name, err, test.want)
		}
	}
	twice := []*plugin.Plugin{plugins[0], func() *plugin.Plugin { p := *plugins[0]; p.Name = "other"; return &p }()}
	operation := plugins[0].Usable()[0].ID
	if _, err := Parse("q.yaml", []byte("- {ask: x, want: "+operation+"}"), twice); err == nil || !strings.Contains(err.Error(), "several plugins have "+operation) {
		t.Errorf("an operation of two plugins: %v", err)
	}
}

// TestStarter sees that what --init writes can be read.
func TestStarter(t *testing.T) {
	t.Parallel()
	plugins := examples(t)
	var operations int
	for _, p := range plugins {
		operations += len(p.Usable())
	}
	var out bytes.Buffer
	if err := Starter(&out, plugins); err != nil {
		t.Fatal(err)
	}
	list, err := Parse("q.yaml", out.Bytes(), plugins)
	if err != nil || len(list) != operations {
		t.Errorf("%d questions, %v in\n%s", len(list), err, out.String())
	}
	if i := slices.IndexFunc(list, func(q Question) bool { return q.Want == "todo.addItem" }); !cmp.Equal(list[i].With, map[string]any{"title": "milk"}) {
		t.Errorf("an example: %+v", list[i])
	}
	out.Reset()
	if err := Starter(&out, nil); err != nil {
		t.Fatal(err)
	}
	_, err = Parse("q.yaml", out.Bytes(), plugins)
	for line := range strings.SplitSeq(fmt.Sprint(err), "\n") { // the sample is of a plugin that is not here
		if !strings.Contains(line, "there is no operation") {
			t.Errorf("the sample: %s", line)
		}
	}
}

// TestOnly chooses questions.
func TestOnly(t *testing.T) {
	t.Parallel()
	list, err := Parse("q.yaml", []byte(golden), examples(t))
	if err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]int{"MILK": 2, "todo.listItems": 1, "4": 1, "nothing": 0} {
		if got := Only(list, []string{word}); len(got) != want {
			t.Errorf("%s: %+v", word, got)
		}
	}
	if body, err := json.Marshal(Result{Outcomes: []Outcome{}}); err != nil || !strings.Contains(string(body), `"questions":[]`) {
		t.Errorf("as JSON: %s, %v", body, err)
	}
}
