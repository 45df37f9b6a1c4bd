package plugin_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"aidesk/core/chat"
	"aidesk/core/grant"
	"aidesk/core/plugin"
	"aidesk/core/policy"
)

// TestUseGrant: a grant covers the very bytes that were built of the values that it bounds, as
// long as administrators keep the operation open for it.
func TestUseGrant(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	_, r, p, _, write := ready(t)
	r.Now = func() time.Time { return now }
	o, _ := p.Operation(write.Operation)
	member := chat.Member{ID: "ada"}
	owner := r.Owner(place, member.ID)
	leaves, err := o.Leaves(write.Args)
	if err != nil {
		t.Fatal(err)
	}
	g := grant.Grant{
		ID: "g1", Owner: owner, Member: "ada", Plugin: p.ID, Operation: o.ID, Hash: o.Hash, Place: place,
		Count: 5, PerDay: 5, Made: now, Until: now.Add(time.Hour), Press: "press",
	}
	for _, l := range leaves {
		c, err := grant.Bound(l, grant.Exactly, "")
		if err != nil {
			t.Fatal(err)
		}
		g.Conditions = append(g.Conditions, c)
	}
	record, err := grant.New(g)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Records.Put(t.Context(), record); err != nil {
		t.Fatal(err)
	}
	approved := write
	approved.FirstUse = plugin.Agreed{}.FirstUse(p, write)
	if record, changed, err := r.Agree(t.Context(), place, member.ID, p, approved); err != nil || changed {
		if _, err = r.Records.Put(t.Context(), record); err != nil {
			t.Fatal(err)
		}
	}
	open := func(change func(*policy.OperationRule)) {
		t.Helper()
		record, err := r.ChangeRules(t.Context(), place, func(rules *policy.Rules) {
			rule := policy.OperationRule{Grants: true, Hash: o.Hash}
			change(&rule)
			rules.Operations = map[string]policy.OperationRule{policy.OperationKey(p.ID, o.ID): rule}
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Records.Put(t.Context(), record); err != nil {
			t.Fatal(err)
		}
	}
	ask := plugin.Ask{Place: place, Member: member, Call: write, Grant: "g1", Enabled: []*plugin.Plugin{p}}
	covers := func(a plugin.Ask) bool {
		t.Helper()
		_, record, covers, err := r.UseGrant(t.Context(), a, p)
		if err != nil || covers != strings.Contains(string(record.Value), `"used":{"count":1`) {
			t.Errorf("%v, %s", err, record.Value)
		}
		d, _, err := r.Judge(t.Context(), a)
		if err != nil || d.Granted() != covers || d.Allowed() {
			t.Errorf("judged %+v, %v", d, err)
		}
		return covers
	}
	if covers(ask) {
		t.Error("it covers what nobody opened")
	}
	open(func(*policy.OperationRule) {})
	if !covers(ask) {
		t.Error("it does not cover the call that it was made of")
	}
	for name, change := range map[string]func(*plugin.Ask){
		"another member":        func(a *plugin.Ask) { a.Member.ID = "ben" },
		"another workspace":     func(a *plugin.Ask) { a.Place.Workspace += "2" },
		"another channel":       func(a *plugin.Ask) { a.Place.Channel += "2" },
		"another grant":         func(a *plugin.Ask) { a.Grant = "g2" },
		"a path for a grant":    func(a *plugin.Ask) { a.Grant = "../" + a.Grant },
		"a schedule":            func(a *plugin.Ask) { a.Schedule = "s1" },
		"other bytes":           func(a *plugin.Ask) { a.Call.Request.Body = []byte(`{"n":2}`) },
		"another address":       func(a *plugin.Ask) { a.Call.Request.URL += "?all=1" },
		"another method":        func(a *plugin.Ask) { a.Call.Request.Method = "PUT" },
		"other arguments":       func(a *plugin.Ask) { a.Call.Args = json.RawMessage(`{"body":{"n":2}}`) },
		"an account":            func(a *plugin.Ask) { a.Call.Account = "account/x" },
		"another version":       func(a *plugin.Ask) { a.Call.Version = "v0" },
		"another plugin's data": func(a *plugin.Ask) { a.Call.From = []plugin.Origin{{Plugin: "b.example"}} },
	} {
		a := ask
		change(&a)
		_, _, got, err := r.UseGrant(t.Context(), a, p)
		d, _, judged := r.Judge(t.Context(), a)
		if got || err != nil || judged != nil || d.Granted() || d.Allowed() {
			t.Errorf("%s: it covers it (%v, %+v), %v, %v", name, got, d, err, judged)
		}
	}
	for name, change := range map[string]func(*policy.OperationRule){
		"closed":            func(r *policy.OperationRule) { r.Grants = false },
		"another operation": func(r *policy.OperationRule) { r.Hash = "h" },
		"a second approver": func(r *policy.OperationRule) { r.Approvers = []string{"boss"} },
	} {
		open(change)
		if covers(ask) {
			t.Errorf("%s: it covers the call", name)
		}
		id, fallen, err := r.FindGrant(t.Context(), ask, p)
		if id != "" || err != nil || len(fallen) != 1 {
			t.Errorf("%s: found %q, %d fallen, %v", name, id, len(fallen), err)
		}
	}
}
