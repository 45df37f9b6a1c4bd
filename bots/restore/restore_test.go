package restore_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"aidesk/bots/restore"
	"aidesk/core/agent"
	"aidesk/core/confirm"
	"aidesk/core/model"
	"aidesk/core/plugin"
	"aidesk/store"
)

// TestClose ends an Action from each state in which it is not final.
func TestClose(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct{ from, to, line string }{
		{"waiting", "replaced", "no longer valid. It may have been approved and sent before; check Shop"},
		{"approved", "executing unknown", "may or may not have happened. Check Shop"},
		{"executing", "unknown", "may or may not have happened. Check Shop"},
	} {
		a := confirm.Action{
			ID: "a", Conversation: "desk/slack/T1/C1/1", Member: "U1", Owner: "desk/slack/T1/U1", State: confirm.State(c.from), CallID: "call",
			Call: plugin.Call{Plugin: "shop.example", Human: "Shop", Operation: "order", Digest: "d"},
		}
		body, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		got, err := restore.Close(store.Action{ID: "a", Conversation: a.Conversation, State: c.from, Body: body}, now)
		if err != nil {
			t.Fatal(err)
		}
		var states []string
		from := c.from
		for _, tr := range got.Actions {
			if tr.From != from {
				t.Errorf("%s: from %s", c.from, tr.From)
			}
			from = tr.Action.State
			states = append(states, from)
		}
		last := got.Actions[len(got.Actions)-1].Action
		closed, err := confirm.Read(last)
		if err != nil || strings.Join(states, " ") != c.to || !last.Final || closed.State != confirm.State(last.State) || !strings.Contains(closed.Outcome.Line, c.line) {
			t.Errorf("%s: %v, %+v, %v", c.from, states, closed.Outcome, err)
		}
		_, err = confirm.Decide(closed, confirm.Press{Member: "U1", At: now, Yes: true})
		if err == nil || strings.Contains(err.Error(), "Nothing was sent") || strings.Contains(err.Error(), "nothing was sent") {
			t.Errorf("%s: a press: %v", c.from, err)
		}
		entry, err := agent.ReadEntry(got.Entries[0].Body)
		if err != nil || got.Entries[0].Member != a.Owner {
			t.Fatal(err)
		}
		if r := entry.Message.Parts[0].Result; r.CallID != "call" || r.Status != model.Unknown || r.Content != closed.Outcome.Line {
			t.Errorf("%s: the model reads %+v", c.from, r)
		}
		if l := got.Audits[0]; l.Scope != "desk/slack/T1" || !l.Time.Equal(now) || !strings.Contains(string(l.Body), `"reason":"restored"`) || !strings.Contains(string(l.Body), last.State) {
			t.Errorf("%s: the audit %s %s", c.from, l.Scope, l.Body)
		}
	}
	done, err := json.Marshal(confirm.Action{ID: "a", State: confirm.Done})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := restore.Close(store.Action{ID: "a", State: "done", Body: done}, now); err == nil {
		t.Error("a final one was closed again")
	}
}
