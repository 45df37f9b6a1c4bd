package bottest

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"aidesk/core/chat"
	"aidesk/core/model"
	"aidesk/core/model/script"
)

// Behaviour is one thing that a desk does, as a test.
type Behaviour struct {
	Name string
	Test func(t *testing.T, p Platform, clock *Clock)
}

// Run plays every behaviour on a platform of its own, side by side.
func Run(t *testing.T, platform func(t *testing.T, clock *Clock) Platform) {
	for _, group := range []struct {
		name string
		all  []Behaviour
	}{
		{"answer", answers},
		{"stream", streams},
		{"write", writes},
		{"second", seconds},
		{"crash", crashes},
		{"interrupt", interrupts},
		{"fault", faults},
		{"outage", outages},
		{"command", commands},
		{"freeze", freezes},
		{"drift", drifts},
		{"page", pages},
		{"form", forms},
		{"flow", flows},
		{"attach", attachments},
		{"above", Above},
		{"money", money},
		{"rules", rules},
		{"audit", Audit},
		{"why", whys},
		{"rate", ratings},
		{"native", natives},
		{"schedule", schedules},
		{"grant", Grants},
		{"consent", consents},
		{"retract", retracts},
	} {
		t.Run(group.name, func(t *testing.T) { Play(t, group.all, platform) })
	}
}

// Play plays some behaviours, each on a platform of its own, side by side.
func Play(t *testing.T, all []Behaviour, platform func(t *testing.T, clock *Clock) Platform) {
	for _, b := range all {
		t.Run(b.Name, func(t *testing.T) {
			t.Parallel()
			clock := NewClock()
			b.Test(t, platform(t, clock), clock)
		})
	}
}

// play is a stage with one shop that everybody has enabled, and a script.
func play(t *testing.T, p Platform, clock *Clock, steps ...script.Step) (*Stage, *Shop) {
	t.Helper()
	shop := NewShop(t, "shop")
	return Start(t, p, clock, Setup{Model: script.New(steps...), Plugins: []Plugin{{Address: shop.Address, Default: true}}}), shop
}

// kettles is a call with effect.
func kettles() script.Step {
	return script.Call("shop__placeOrder", `{"body":{"good":"Copper Kettle","count":2,"note":"ring twice"}}`)
}

// once signals that a request has begun and then does the step.
func once(step script.Step) (script.Step, <-chan struct{}) {
	began := make(chan struct{})
	return func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		close(began)
		return step(ctx, r, on)
	}, began
}

// held does the step only when it is let go, or when the request is cancelled.
func held(step script.Step) (held script.Step, began <-chan struct{}, let func()) {
	gate := make(chan struct{})
	held, began = once(func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		select {
		case <-gate:
			return step(ctx, r, on)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	})
	return held, began, func() { close(gate) }
}

// outcomes are the results that a request tells as outcomes.
func outcomes(r model.Request) []model.ToolResult {
	var all []model.ToolResult
	for _, m := range r.Messages {
		if m.Role == model.Outcome {
			all = append(all, *m.Parts[0].Result)
		}
	}
	return all
}

// request is the last request to the script.
func (s *Stage) request() model.Request {
	s.T.Helper()
	all := s.Script.Requests()
	if len(all) == 0 {
		s.T.Fatal("the model was not asked")
	}
	return all[len(all)-1]
}

// contains checks that a text has all words.
func contains(t testing.TB, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%q is missing in:\n%s", w, text)
		}
	}
}

// lacks checks that a text has none of the words.
func lacks(t testing.TB, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(text, w) {
			t.Errorf("%q stands in:\n%s", w, text)
		}
	}
}

// plain checks that a text for a member is one line without the entrails of a program.
func plain(t testing.TB, text string) {
	t.Helper()
	text = strings.TrimSpace(text)
	if text == "" || strings.Contains(text, "\n") {
		t.Errorf("not one line: %q", text)
	}
	lacks(t, text, "goroutine", "panic", ".go:", "0x", "context canceled", "EOF", "dial tcp", "model:")
}

// card is the only card of a reply.
func card(t testing.TB, r chat.Reply) chat.Card {
	t.Helper()
	if len(r.Cards) != 1 {
		t.Fatalf("%d cards; want one:\n%s", len(r.Cards), Text(r))
	}
	return r.Cards[0]
}

// value finds a labelled value.
func value(fields []chat.Field, label string) string {
	for _, f := range fields {
		if f.Label == label {
			return f.Value
		}
	}
	return ""
}

// sameJSON says whether two texts are the same JSON.
func sameJSON(t testing.TB, a, b string) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal([]byte(a), &x); err != nil {
		t.Errorf("%q is not JSON: %v", a, err)
	}
	if err := json.Unmarshal([]byte(b), &y); err != nil {
		t.Errorf("%q is not JSON: %v", b, err)
	}
	p, _ := json.Marshal(x)
	q, _ := json.Marshal(y)
	return string(p) == string(q)
}
