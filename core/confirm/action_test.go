package confirm_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// ids makes ids that can be read.
func ids() func() string {
	n := 0
	return func() string { n++; return "id" + string(rune('0'+n)) }
}

// order is an Action that waits for Ada.
func order() confirm.Action {
	c := plugin.Call{
		Plugin: "shop.example", Human: "Shop", Version: "v1", Operation: "order", Summary: "Place an order.", Write: true, Unsafe: true,
		Args:    json.RawMessage(`{"good":"kettle"}`),
		Request: openapi.Request{Method: "POST", URL: "https://shop.example/api/orders?dry=no", Body: []byte(`{"good":"kettle"}`), Media: "application/json"},
		Digest:  "d1",
	}
	a := confirm.New(c, []openapi.Argument{{Label: "Good", Value: "kettle"}}, ids(), noon.Add(confirm.Life))
	a.Confirmation, a.Conversation, a.Member, a.Name, a.Owner = "r1", "c1", "ada", "Ada", "desk/test/W1/ada"
	return a
}

var states = []confirm.State{
	confirm.Waiting, confirm.Approved, confirm.Denied, confirm.Expired, confirm.Replaced,
	confirm.Executing, confirm.Done, confirm.Failed, confirm.Unknown,
}

// TestTo tries every state after every other. What may follow is what the package
// comment says; an approval may be passed through in one step.
func TestTo(t *testing.T) {
	follow := map[confirm.State][]confirm.State{
		confirm.Waiting:   {confirm.Approved, confirm.Denied, confirm.Expired, confirm.Replaced, confirm.Executing},
		confirm.Approved:  {confirm.Executing, confirm.Denied, confirm.Expired},
		confirm.Executing: {confirm.Done, confirm.Failed, confirm.Unknown},
	}
	for _, from := range states {
		if got, want := from.Final(), len(follow[from]) == 0; got != want {
			t.Errorf("%s is final: %v", from, got)
		}
		for _, to := range states {
			may := false
			for _, s := range follow[from] {
				may = may || s == to
			}
			a := order()
			a.State = from
			got, set, err := a.To(to, confirm.Outcome{Line: "so it went"})
			if !may {
				if !errors.Is(err, confirm.ErrTransition) || got.State != from {
					t.Errorf("%s after %s: %v, now %s", to, from, err, got.State)
				}
				continue
			}
			if err != nil || got.State != to || got.Outcome.Line != "so it went" || a.State != from {
				t.Errorf("%s after %s: %v, now %s", to, from, err, got.State)
			}
			if set.From != string(from) || set.Action.State != string(to) || set.Action.Final != to.Final() ||
				set.Action.ID != a.ID || set.Action.Conversation != "c1" || set.Action.Member != a.Owner || !set.Action.Until.Equal(a.Until) {
				t.Errorf("%s after %s is stored as %+v", to, from, set)
			}
			back, err := confirm.Read(set.Action)
			if err != nil || back.State != to || back.Call.Digest != "d1" || string(back.Call.Request.Body) != `{"good":"kettle"}` {
				t.Errorf("%s after %s reads back as %+v, %v", to, from, back, err)
			}
		}
	}
}

// TestPark creates: it must not exist yet.
func TestPark(t *testing.T) {
	set, err := order().Park()
	if err != nil || set.From != "" || set.Action.State != "waiting" || set.Action.Final || !set.Action.Until.Equal(noon.Add(15*time.Minute)) {
		t.Errorf("parked as %+v, %v", set, err)
	}
}

// TestDecide tries every state, presser, time and answer.
func TestDecide(t *testing.T) {
	for _, state := range states {
		for _, member := range []string{"ada", "ben", ""} {
			for _, at := range []time.Duration{-time.Hour, 0, confirm.Life - 1, confirm.Life, confirm.Life + time.Hour} {
				for _, yes := range []bool{true, false} {
					a := order()
					a.State = state
					got, err := confirm.Decide(a, confirm.Press{Event: "p1", Member: member, At: noon.Add(at), Yes: yes})
					if member == "ada" && state == confirm.Waiting && at < confirm.Life {
						want := confirm.Denied
						if yes {
							want = confirm.Approved
						}
						if got != want || err != nil {
							t.Errorf("%v at %s: %s, %v; want %s", yes, at, got, err, want)
						}
						continue
					}
					refusal, ok := errors.AsType[*confirm.Refusal](err)
					if !ok || got != "" || refusal.Reason == "" {
						t.Fatalf("%s, %q at %s: %q, %v; want a refusal", state, member, at, got, err)
					}
					if late := member == "ada" && state == confirm.Waiting; refusal.Late != late {
						t.Errorf("%s, %q at %s: late %v", state, member, at, refusal.Late)
					}
				}
			}
		}
	}
}

// TestSame finds the same question to the same member while it waits.
func TestSame(t *testing.T) {
	a := order()
	other, done := order(), order()
	other.Call.Digest, done.State = "d2", confirm.Done
	a.Call.From = []plugin.Origin{{Plugin: "scores.example", Human: "Scores"}}
	silent := order()
	for _, test := range []struct {
		name    string
		waiting []confirm.Action
		member  string
		want    bool
	}{
		{"none", nil, "ada", false},
		{"the same", []confirm.Action{other, a}, "ada", true},
		{"of somebody else", []confirm.Action{a}, "ben", false},
		{"with other values", []confirm.Action{other}, "ada", false},
		{"decided", []confirm.Action{done}, "ada", false},
		{"that says less of whose data", []confirm.Action{silent}, "ada", false},
	} {
		got, ok := confirm.Same(test.waiting, test.member, a.Call)
		if ok != test.want || ok && got.ID != a.ID {
			t.Errorf("%s: %v, %s", test.name, ok, got.ID)
		}
	}
}

// TestSuccessors: a new Action is another one, with the same right to decide and the
// same bytes, or with those that the member wrote.
func TestSuccessors(t *testing.T) {
	old := order()
	old.State, old.By, old.Outcome, old.Message = confirm.Unknown, "p1", confirm.Outcome{Line: "lost"}, "m1"
	old.Call.From = []plugin.Origin{{Plugin: "scores.example", Human: "Scores"}}
	later := noon.Add(time.Hour)
	next := func() string { return "new" }
	again := confirm.Again(old, "r2", next, later)
	if again.ID == old.ID || again.Buttons.Approve == old.Buttons.Approve || again.Replaces != old.ID || again.Confirmation != "r2" || again.Edited {
		t.Errorf("again: %+v", again)
	}
	edited := confirm.Edit(old, plugin.Call{Digest: "d2"}, nil, next, later)
	if edited.ID == old.ID || edited.Confirmation != "r1" || edited.Call.Digest != "d2" || !edited.Edited {
		t.Errorf("edited: %+v", edited)
	}
	if again.Call.Digest != old.Call.Digest {
		t.Errorf("again sends %s", again.Call.Digest)
	}
	for _, a := range []confirm.Action{again, edited} {
		if len(a.Call.From) != 1 || a.Buttons.Allow == "" == !a.Call.Write {
			t.Errorf("a successor may carry %v and has the buttons %+v", a.Call.From, a.Buttons)
		}
		if a.State != confirm.Waiting || a.By != "" || a.Outcome.Line != "" || !a.Until.Equal(later.Add(confirm.Life)) ||
			a.Member != "ada" || a.Name != "Ada" || a.Owner != old.Owner || a.Conversation != "c1" || a.Message != "m1" {
			t.Errorf("a successor is %+v", a)
		}
	}
}

// TestAudience says who reads along.
func TestAudience(t *testing.T) {
	if got := confirm.Audience(chat.Place{Direct: true}); got.Text != "visible to only you" {
		t.Errorf("in a direct message: %q", got)
	}
	if got := confirm.Audience(chat.Place{Channel: "C1"}); got.Text != "visible to everyone in" || got.Channel != "C1" {
		t.Errorf("in a channel: %q", got)
	}
}
