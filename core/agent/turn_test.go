package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"aidesk/bots/bottest"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/egress"
	"aidesk/core/model"
	"aidesk/core/model/script"
	"aidesk/core/plugin"
	"aidesk/store/bolt"
)

// bench is an agent with one shop.
type bench struct {
	*agent.Agent
	shop   *bottest.Shop
	script *script.Model
	turn   agent.Turn
}

// toolset makes a bench; on says whether the shop is enabled.
func toolset(t *testing.T, on bool, steps ...script.Step) *bench {
	t.Helper()
	return setWith(t, nil, on, steps...)
}

// setWith is set with more plugins.
func setWith(t *testing.T, more []plugin.Configured, on bool, steps ...script.Step) *bench {
	t.Helper()
	shop := bottest.NewShop(t, "shop")
	rules := egress.Rules{Trusted: []egress.Trusted{{Host: shop.Address, Plugin: shop.Address}}}
	for _, c := range more {
		host := strings.TrimPrefix(c.Source, "http://")
		rules.Trusted = append(rules.Trusted, egress.Trusted{Host: host, Plugin: host})
	}
	guard, err := egress.New(rules)
	if err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(filepath.Join(t.TempDir(), "desk.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	logger := slog.New(slog.DiscardHandler)
	r := &plugin.Registry{Bot: "desk", Records: db, Guard: guard, Logger: logger, Now: time.Now}
	if err := r.Configure(t.Context(), append(more, plugin.Configured{Source: "http://" + shop.Address, Default: on})); err != nil {
		t.Fatal(err)
	}
	m := script.New(steps...)
	n := 0
	return &bench{
		Agent:  &agent.Agent{Model: m, Plugins: r, Persona: "You are the desk of a test.", Now: bottest.NewClock().Now, Logger: logger},
		shop:   shop,
		script: m,
		turn: agent.Turn{
			Conversation: "c1", Place: chat.Place{Platform: "test", Workspace: "W1", Channel: "C1"}, Question: "what do you sell?",
			Member: chat.Member{ID: "ada", Name: "Ada", Zone: "Europe/Paris", Locale: "en-GB"}, Owner: "desk/test/W1/ada",
			Confirmation: "r1", NewID: func() string { n++; return fmt.Sprintf("id%d", n) },
		},
	}
}

// run works the turn.
func (b *bench) run(t *testing.T) agent.Answer {
	t.Helper()
	a, err := b.Run(t.Context(), b.turn)
	if err != nil {
		t.Fatal(err)
	}
	b.paired(t, a)
	return a
}

// paired checks that in what is kept of a turn each call is answered once, right
// after it was made.
func (b *bench) paired(t *testing.T, a agent.Answer) {
	t.Helper()
	for i, e := range a.Entries {
		calls := e.Message.CallsOf()
		if len(calls) == 0 {
			continue
		}
		if i+1 == len(a.Entries) {
			t.Fatalf("the turn ends with calls: %+v", calls)
		}
		results := a.Entries[i+1].Message.Parts
		if len(results) != len(calls) {
			t.Fatalf("%d calls and %d results", len(calls), len(results))
		}
		for j, c := range calls {
			if r := results[j].Result; r == nil || r.CallID != c.ID || r.Status == "" {
				t.Errorf("call %s got %+v", c.ID, r)
			}
		}
	}
}

// results are the results of a turn's calls.
func results(a agent.Answer) []model.ToolResult {
	var all []model.ToolResult
	for _, e := range a.Entries {
		for _, p := range e.Message.Parts {
			if p.Result != nil {
				all = append(all, *p.Result)
			}
		}
	}
	return all
}

func part(name, args string) model.Part {
	return model.Part{Call: &model.ToolCall{Name: name, Args: json.RawMessage(args)}}
}

const write = `{"body":{"good":"kettle","count":1}}`

// TestCalls: a call that cannot be made is answered, and nothing leaves.
func TestCalls(t *testing.T) {
	tests := []struct {
		name   string
		call   model.Part
		status model.Status
		says   string
		sent   int
		parked int
	}{
		{"a read", part("shop__listGoods", `{}`), model.OK, "Copper Kettle", 1, 0},
		{"unknown tool", part("shop__burnDown", `{}`), model.Failed, "There is no tool", 0, 0},
		{"a tool by its typed name", part("shop.listGoods", `{}`), model.Failed, "There is no tool", 0, 0},
		{"no JSON", model.Part{Call: &model.ToolCall{Name: "shop__listGoods", Args: json.RawMessage(`{}`), Invalid: "{kind: metal"}}, model.Failed, "not a JSON object", 0, 0},
		{"a list for arguments", part("shop__listGoods", `[1]`), model.Failed, "not a JSON object", 0, 0},
		{"a required value missing", part("shop__placeOrder", `{"body":{"good":"kettle"}}`), model.Failed, "count", 0, 0},
		{"out of range", part("shop__placeOrder", `{"body":{"good":"kettle","count":100}}`), model.Failed, "count", 0, 0},
		{"unknown field", part("shop__placeOrder", `{"body":{"good":"kettle","count":1,"admin":true}}`), model.Failed, "admin", 0, 0},
		{"a write", part("shop__placeOrder", write), model.Waiting, "decides", 0, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := toolset(t, true, script.Answer(test.call), script.Say("so it is"))
			a := b.run(t)
			got := results(a)
			if len(got) != 1 || got[0].Status != test.status || !strings.Contains(got[0].Content, test.says) {
				t.Errorf("the result is %+v", got)
			}
			if n := len(b.shop.Calls()); n != test.sent || len(a.Parked) != test.parked {
				t.Errorf("%d sent and %d parked", n, len(a.Parked))
			}
			if a.Text.Text() != "so it is" {
				t.Errorf("it said %q", a.Text.Text())
			}
		})
	}
}

// TestParked: what waits holds exactly what would be sent, and for whom.
func TestParked(t *testing.T) {
	b := toolset(t, true, script.Answer(part("shop__placeOrder", write), part("shop__listGoods", `{}`), part("shop__placeOrder", write),
		part("shop__placeOrder", `{"body":{"good":"ladder","count":2}}`)), script.Say("ready"))
	a := b.run(t)
	if len(a.Parked) != 2 {
		t.Fatalf("%d parked; the same question is asked once", len(a.Parked))
	}
	for i, p := range a.Parked {
		if p.State != confirm.Waiting || p.Member != "ada" || p.Name != "Ada" || p.Owner != b.turn.Owner || p.Confirmation != "r1" || p.Line != i ||
			p.Conversation != "c1" || p.Tool != "shop__placeOrder" || p.CallID == "" || p.Call.Digest == "" || !p.Until.Equal(b.Now().Add(confirm.Life)) {
			t.Errorf("parked %+v", p)
		}
	}
	if body := string(a.Parked[0].Call.Request.Body); !strings.Contains(body, "kettle") {
		t.Errorf("it would send %s", body)
	}
	if n := len(b.shop.Calls()); n != 1 {
		t.Errorf("%d calls; want the read alone", n)
	}

	b.turn.Waiting = a.Parked
	b.script.Then(script.Answer(part("shop__placeOrder", write)), script.Say("it waits"))
	again := b.run(t)
	if len(again.Parked) != 0 || results(again)[0].Status != model.Waiting || !strings.Contains(results(again)[0].Content, "already") {
		t.Errorf("parked %+v after %+v", again.Parked, results(again))
	}
	b.turn.Member.ID = "ben" // for whom it does not wait
	b.script.Then(script.Answer(part("shop__placeOrder", write)), script.Say("ready"))
	if other := b.run(t); len(other.Parked) != 1 {
		t.Errorf("%d parked for another member", len(other.Parked))
	}
}

// TestLimits: whatever a model does, a turn ends, and says why in one line.
func TestLimits(t *testing.T) {
	n := 0
	reads := func(each int) script.Step { // different ones, so many in each step
		return func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
			var parts []model.Part
			for range each {
				n++
				parts = append(parts, part("shop__listGoods", fmt.Sprintf(`{"kind":"k%d"}`, n)))
			}
			return script.Answer(parts...)(ctx, r, on)
		}
	}
	tests := []struct {
		name   string
		step   script.Step
		limits agent.Limits
		api    http.HandlerFunc
		steps  int
		calls  int // at most
		says   string
	}{
		{"steps", reads(1), agent.Limits{}, nil, 8, 8, "8 steps"},
		{"fewer steps", reads(1), agent.Limits{Steps: 3}, nil, 3, 3, "3 steps"},
		{"calls", reads(10), agent.Limits{}, nil, 2, 16, "16 requests"},
		{"calls in one step", reads(20), agent.Limits{}, nil, 1, 16, "16 requests"},
		{"the same again", script.Call("shop__listGoods", `{"kind":"k"}`), agent.Limits{}, nil, 3, 2, "the same thing"},
		{"failures", reads(1), agent.Limits{}, bottest.Fixed(404, "application/json", `{"error":"no such kind"}`), 3, 3, "failed several times"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := toolset(t, true)
			b.Model, b.Limits = script.Func(test.step), test.limits
			if test.api != nil {
				b.shop.On("GET /goods", test.api)
			}
			a := b.run(t)
			text := a.Text.Text()
			if !strings.Contains(text, test.says) || strings.Contains(text, "\n") {
				t.Errorf("it said %q; want %q", text, test.says)
			}
			if got := len(b.Model.(*script.Model).Requests()); got != test.steps {
				t.Errorf("%d requests to the model; want %d", got, test.steps)
			}
			if got := len(b.shop.Calls()); got > test.calls {
				t.Errorf("%d calls; want at most %d", got, test.calls)
			}
		})
	}
}

// TestTime: a turn that takes too long ends with a line, a request that does with the
// model's failure, and a turn that is stopped with the cause.
func TestTime(t *testing.T) {
	b := toolset(t, true, script.Hang())
	b.Limits.Time = 20 * time.Millisecond
	if text := b.run(t).Text.Text(); !strings.Contains(text, "took too long") {
		t.Errorf("it said %q", text)
	}

	b = toolset(t, true, script.Hang())
	b.Limits.Step = 20 * time.Millisecond
	_, err := b.Run(t.Context(), b.turn)
	if line, ok := agent.ErrorLine(err); !ok || !strings.Contains(line, "busy") {
		t.Errorf("a request without an answer: %q, %v", line, err)
	}

	stop := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	b = toolset(t, true, func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		cancel(stop)
		return script.Hang()(ctx, r, on)
	})
	if _, err := b.Run(ctx, b.turn); !errors.Is(err, stop) {
		t.Errorf("a stopped turn ended with %v", err)
	}
}

// TestSideBySide: reads of one step are made at the same time, and answered in the
// order of their calls.
func TestSideBySide(t *testing.T) {
	const many = 4
	b := toolset(t, true, script.Answer(part("shop__listGoods", `{"kind":"0"}`), part("shop__listGoods", `{"kind":"1"}`),
		part("shop__listGoods", `{"kind":"2"}`), part("shop__listGoods", `{"kind":"3"}`)), script.Say("all"))
	var here sync.WaitGroup
	here.Add(many)
	b.shop.On("GET /goods", func(w http.ResponseWriter, r *http.Request) {
		here.Done()
		here.Wait() // for the others
		bottest.Fixed(200, "application/json", `{"kind":"`+r.URL.Query().Get("kind")+`"}`)(w, r)
	})
	for i, r := range results(b.run(t)) {
		if want := fmt.Sprintf(`{"kind":"%d"}`, i); r.Content != want {
			t.Errorf("result %d is %s; want %s", i, r.Content, want)
		}
	}
}

// TestFault: the caller tells a model's failure from others.
func TestFault(t *testing.T) {
	if line, ok := agent.ErrorLine(errors.New("disk")); ok || line != "" {
		t.Errorf("a disk is no model: %q", line)
	}
	for _, kind := range []model.Kind{model.Auth, model.Rate, model.Overloaded, model.Context, model.BadRequest, model.Refused, model.Truncated, model.Network, model.Protocol, "new"} {
		b := toolset(t, true, script.Fail(&model.Error{Kind: kind, Message: "sk-secret"}))
		_, err := b.Run(t.Context(), b.turn)
		if line, ok := agent.ErrorLine(err); !ok || line == "" || strings.Contains(line, "secret") || strings.Contains(line, "\n") {
			t.Errorf("%s: %q, %v", kind, line, err)
		}
	}
}

// TestDisabled: nothing of a plugin that is off can be called, and its examples tell
// who knows the question.
func TestDisabled(t *testing.T) {
	b := toolset(t, false, script.Call("shop__listGoods", `{}`), script.Say("I cannot"))
	b.turn.Question = "show me the goods"
	a := b.run(t)
	if len(b.shop.Calls()) != 0 || results(a)[0].Status != model.Failed {
		t.Errorf("%d calls, %+v", len(b.shop.Calls()), results(a))
	}
	if a.Disabled == nil || a.Disabled.Name != "shop" {
		t.Errorf("no word about the plugin that knows: %+v", a.Disabled)
	}
	b.turn.Question = "sing"
	b.script.Then(script.Say("la"))
	if a := b.run(t); a.Disabled != nil {
		t.Errorf("%s knows a song", a.Disabled.Name)
	}
}
