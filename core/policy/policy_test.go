package policy_test

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"aidesk/core/chat"
	"aidesk/core/policy"
)

// now is when everything is asked.
var now = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

// good is a question about a read that goes.
func good() policy.Question {
	return policy.Question{
		Plugin: "Acme", ID: "acme.example", Enabled: true, Same: true, Agreed: true, Now: now,
		Operation: policy.Operation{Method: "GET", Reads: true, Hash: "h1"},
	}
}

func TestCall(t *testing.T) {
	t.Parallel()
	post := policy.Operation{Method: "POST", Hash: "h1"}
	for _, c := range []struct {
		name    string
		change  func(*policy.Question)
		verdict policy.Verdict
		rule    string
	}{
		{"a read goes", func(*policy.Question) {}, policy.Allow, "read"},
		{"a write asks", func(q *policy.Question) { q.Operation = post }, policy.Ask, "write-asks"},
		{"a consequential read asks", func(q *policy.Question) { q.Operation.Asks = true }, policy.Ask, "consequential-read-asks"},
		{"data of another plugin asks", func(q *policy.Question) { q.Carries = true }, policy.Ask, "data-boundary-asks"},
		{"the first use of a plugin asks", func(q *policy.Question) { q.FirstUse, q.Carries = true, true }, policy.Ask, "first-use-asks"},
		{"a write asks at the first use too", func(q *policy.Question) { q.FirstUse, q.Operation = true, post }, policy.Ask, "write-asks"},
		{"a rule beats the first use", func(q *policy.Question) { q.FirstUse, q.Rule.Mode = true, policy.ModeNever }, policy.Deny, "operation-never"},
		{"a write asks as one", func(q *policy.Question) { q.Carries, q.Operation = true, post }, policy.Ask, "write-asks"},
		{"a ticked POST asks at first", func(q *policy.Question) {
			q.Operation, q.Agreed, q.Carries = post, false, true
			q.Operation.Ticked = true
		}, policy.Ask, "marked-read-asks-once"},
		{"a ticked POST goes", func(q *policy.Question) { q.Operation = post; q.Operation.Ticked = true }, policy.Allow, "marked-read"},
		{"a rule ticks a POST", func(q *policy.Question) {
			q.Operation, q.Rule = post, policy.OperationRule{Mode: policy.ModeRead, Hash: "h1"}
		}, policy.Allow, "marked-read"},
		{"the pin is stale", func(q *policy.Question) {
			q.Operation, q.Rule = post, policy.OperationRule{Mode: policy.ModeRead, Hash: "h0"}
		}, policy.Ask, "write-asks"},
		{"there is no pin", func(q *policy.Question) {
			q.Operation, q.Rule = post, policy.OperationRule{Mode: policy.ModeRead}
			q.Operation.Hash = ""
		}, policy.Ask, "write-asks"},
		{"no rule makes a PUT a read", func(q *policy.Question) {
			q.Operation, q.Rule = post, policy.OperationRule{Mode: policy.ModeRead, Hash: "h1"}
			q.Operation.Method, q.Operation.Ticked = "PUT", true
		}, policy.Ask, "write-asks"},
		{"a rule takes the tick away", func(q *policy.Question) {
			q.Operation, q.Rule.Mode = post, policy.ModeAsk
			q.Operation.Ticked = true
		}, policy.Ask, "rule-asks"},
		{"a GET is made to ask", func(q *policy.Question) { q.Rule.Mode = policy.ModeAsk }, policy.Ask, "rule-asks"},
		{"also when it has changed", func(q *policy.Question) { q.Rule = policy.OperationRule{Mode: policy.ModeAsk, Hash: "h0"} }, policy.Ask, "rule-asks"},
		{"a mode of another version asks", func(q *policy.Question) { q.Rule.Mode = "later" }, policy.Ask, "rule-asks"},
		{"a GET that somebody else must approve asks", func(q *policy.Question) { q.Rule.Approvers = []string{"U2"} }, policy.Ask, "second-approver"},
		{"so does a ticked POST", func(q *policy.Question) {
			q.Operation, q.Rule.Approvers = post, []string{"U2"}
			q.Operation.Ticked = true
		}, policy.Ask, "second-approver"},
		{"never", func(q *policy.Question) { q.Rule = policy.OperationRule{Mode: policy.ModeNever, Hash: "h0"} }, policy.Deny, "operation-never"},
		{"not enabled", func(q *policy.Question) { q.Enabled = false }, policy.Deny, "plugin-not-enabled"},
		{"denied in the channel", func(q *policy.Question) { q.Closed, q.Enabled = true, false }, policy.Deny, "channel-denies-plugin"},
		{"denied to a role", func(q *policy.Question) {
			q.Member.Roles = []string{"r1", "r2"}
			q.Rules.Roles = map[string]policy.RoleRule{"r2": {Deny: []string{"acme.example"}}}
		}, policy.Deny, "role-denies-plugin"},
		{"denied to another role", func(q *policy.Question) {
			q.Member.Roles = []string{"r1"}
			q.Rules.Roles = map[string]policy.RoleRule{"r2": {Deny: []string{"acme.example"}}}
		}, policy.Allow, "read"},
		{"frozen beats enabled", func(q *policy.Question) { q.Frozen, q.Enabled = policy.FrozenAll, false }, policy.Deny, "plugin-frozen"},
		{"a write while writes are frozen", func(q *policy.Question) { q.Frozen, q.Operation = policy.FrozenWrites, post }, policy.Deny, "writes-frozen"},
		{"a consequential read too", func(q *policy.Question) { q.Frozen, q.Operation.Asks = policy.FrozenWrites, true }, policy.Deny, "writes-frozen"},
		{"a read while writes are frozen", func(q *policy.Question) { q.Frozen = policy.FrozenWrites }, policy.Allow, "read"},
		{"a read that a rule has ask", func(q *policy.Question) { q.Frozen, q.Rule.Mode = policy.FrozenWrites, policy.ModeAsk }, policy.Ask, "rule-asks"},
		{"a marked read", func(q *policy.Question) { q.Frozen, q.Operation = policy.FrozenWrites, post; q.Operation.Ticked = true }, policy.Allow, "marked-read"},
		{"changed", func(q *policy.Question) { q.Same = false; q.Operation = post }, policy.Deny, "plugin-changed"},
		{"changed at its source", func(q *policy.Question) { q.Held = true }, policy.Deny, "operation-changed"},
		{"refused at import", func(q *policy.Question) { q.Operation.Refused = true }, policy.Deny, "operation-refused"},
		{"deactivated beats all", func(q *policy.Question) { q.Member.Deactivated = true; q.Frozen = policy.FrozenAll }, policy.Deny, "member-deactivated"},
		{"a bot never reaches a card", func(q *policy.Question) { q.Member.Bot = true; q.Operation = post }, policy.Deny, "member-is-bot"},
		{"of another organisation", func(q *policy.Question) { q.Member.Stranger = true }, policy.Deny, "member-is-stranger"},
		{"a guest", func(q *policy.Question) { q.Member.Guest = true }, policy.Allow, "read"},
		{"a guest, without plugins", func(q *policy.Question) { q.Member.Guest, q.Rules.Guests = true, policy.ModeNever }, policy.Deny, "guest-denied"},
		{"a guest looks up", func(q *policy.Question) { q.Member.Guest, q.Rules.Guests = true, policy.ModeRead }, policy.Allow, "read"},
		{"a guest changes", func(q *policy.Question) {
			q.Member.Guest, q.Rules.Guests, q.Operation = true, policy.ModeRead, post
		}, policy.Deny, "guest-only-reads"},
		{"no guest", func(q *policy.Question) { q.Rules.Guests = policy.ModeNever }, policy.Allow, "read"},
		{"old enough to the second", func(q *policy.Question) { q.Rules.MinimumAge, q.Since = time.Hour, now.Add(-time.Hour) }, policy.Allow, "read"},
		{"too new", func(q *policy.Question) {
			q.Rules.MinimumAge, q.Since = time.Hour, now.Add(-time.Hour+time.Second)
		}, policy.Deny, "member-too-new"},
		{"joined in the future", func(q *policy.Question) { q.Rules.MinimumAge, q.Since = time.Hour, now.Add(time.Hour) }, policy.Deny, "member-too-new"},
		{"joined nobody knows when", func(q *policy.Question) { q.Rules.MinimumAge = time.Hour }, policy.Deny, "member-too-new"},
		{"a new administrator", func(q *policy.Question) { q.Rules.MinimumAge, q.Member.Admin = time.Hour, true }, policy.Allow, "read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			q := good()
			c.change(&q)
			d := policy.Call(q)
			if d.Verdict != c.verdict || d.Rule != c.rule {
				t.Errorf("got %s by %s, want %s by %s", d.Verdict, d.Rule, c.verdict, c.rule)
			}
			if (d.Verdict == policy.Deny) != (d.Reason != "") {
				t.Errorf("reason %q with verdict %s", d.Reason, d.Verdict)
			}
		})
	}
}

// TestTooNew: the member reads from when on, in their own zone.
func TestTooNew(t *testing.T) {
	t.Parallel()
	q := good()
	q.Member.Zone, q.Since, q.Rules.MinimumAge = "Europe/Paris", now.Add(-24*time.Hour), 72*time.Hour
	if got := policy.Call(q).Reason; !strings.Contains(got, "Wed 2 December 10:00 CET") {
		t.Error(got)
	}
}

// fact is one thing that a question may say, with the values that it may have; each sets
// the question and the words by which the specification asks for it.
type fact struct {
	name   string
	values []func(*policy.Question)
}

// the facts, all independent of each other.
func facts() []fact {
	set := func(change func(*policy.Question)) []func(*policy.Question) {
		return []func(*policy.Question){func(*policy.Question) {}, change}
	}
	return []fact{
		{"deactivated", set(func(q *policy.Question) { q.Member.Deactivated = true })},
		{"bot", set(func(q *policy.Question) { q.Member.Bot = true })},
		{"stranger", set(func(q *policy.Question) { q.Member.Stranger = true })},
		{"guest", set(func(q *policy.Question) { q.Member.Guest = true })},
		{"guests", []func(*policy.Question){
			func(*policy.Question) {}, func(q *policy.Question) { q.Rules.Guests = policy.ModeRead }, func(q *policy.Question) { q.Rules.Guests = policy.ModeNever },
		}},
		{"new", set(func(q *policy.Question) { q.Rules.MinimumAge = time.Hour })},
		{"frozen", []func(*policy.Question){
			func(*policy.Question) {}, func(q *policy.Question) { q.Frozen = policy.FrozenAll }, func(q *policy.Question) { q.Frozen = policy.FrozenWrites },
		}},
		{"closed", set(func(q *policy.Question) { q.Closed = true })},
		{"role", set(func(q *policy.Question) {
			q.Member.Roles = []string{"r"}
			q.Rules.Roles = map[string]policy.RoleRule{"r": {Deny: []string{q.ID}}}
		})},
		{"off", set(func(q *policy.Question) { q.Enabled = false })},
		{"refused", set(func(q *policy.Question) { q.Operation.Refused = true })},
		{"held", set(func(q *policy.Question) { q.Held = true })},
		{"other", set(func(q *policy.Question) { q.Same = false })},
		{"login", []func(*policy.Question){
			func(*policy.Question) {}, func(q *policy.Question) { q.Login = policy.LoginForbidden }, func(q *policy.Question) { q.Login = policy.LoginGone },
		}},
		{"method", []func(*policy.Question){
			func(*policy.Question) {},
			func(q *policy.Question) { q.Operation.Method, q.Operation.Reads = "POST", false },
			func(q *policy.Question) { q.Operation.Method, q.Operation.Reads = "DELETE", false },
		}},
		{"mode", []func(*policy.Question){
			func(*policy.Question) {},
			func(q *policy.Question) { q.Rule.Mode = policy.ModeAsk },
			func(q *policy.Question) { q.Rule = policy.OperationRule{Mode: policy.ModeRead, Hash: "h1"} },
			func(q *policy.Question) { q.Rule = policy.OperationRule{Mode: policy.ModeRead, Hash: "h0"} },
			func(q *policy.Question) { q.Rule.Mode = policy.ModeNever },
		}},
		{"ticked", set(func(q *policy.Question) { q.Operation.Ticked = true })},
		{"consequential", set(func(q *policy.Question) { q.Operation.Asks = true })},
		{"unagreed", set(func(q *policy.Question) { q.Agreed = false })},
		{"carries", set(func(q *policy.Question) { q.Carries = true })},
		{"first", set(func(q *policy.Question) { q.FirstUse = true })},
		{"granted", set(func(q *policy.Question) { // behind mode, of which it changes the rule
			q.Granted, q.Rule.Grants, q.Rule.Hash = true, true, cmp.Or(q.Rule.Hash, "h1")
		})},
	}
}

// says is a combination: which value each fact has.
type says map[string]int

// specified are the rules in the words of docs/administration.md, each with when it applies.
// Which one decides is not said here but below: the strictest verdict wins, and among rules of
// one verdict the one that stands first.
var specified = []struct {
	verdict policy.Verdict
	rule    string
	applies func(says) bool
}{
	{policy.Deny, "member-deactivated", func(s says) bool { return s["deactivated"] == 1 }},
	{policy.Deny, "member-is-bot", func(s says) bool { return s["bot"] == 1 }},
	{policy.Deny, "member-is-stranger", func(s says) bool { return s["stranger"] == 1 }},
	{policy.Deny, "guest-denied", func(s says) bool { return s["guest"] == 1 && s["guests"] == 2 }},
	{policy.Deny, "member-too-new", func(s says) bool { return s["new"] == 1 }},
	{policy.Deny, "plugin-frozen", func(s says) bool { return s["frozen"] == 1 }},
	{policy.Deny, "writes-frozen", func(s says) bool {
		return s["frozen"] == 2 && (changes(s) || s["consequential"] == 1 || s["method"] == 1 && (s["mode"] == 1 || s["mode"] == 4))
	}},
	{policy.Deny, "channel-denies-plugin", func(s says) bool { return s["closed"] == 1 }},
	{policy.Deny, "role-denies-plugin", func(s says) bool { return s["role"] == 1 }},
	{policy.Deny, "plugin-not-enabled", func(s says) bool { return s["off"] == 1 }},
	{policy.Deny, "operation-refused", func(s says) bool { return s["refused"] == 1 }},
	{policy.Deny, "plugin-changed", func(s says) bool { return s["other"] == 1 }},
	{policy.Deny, "operation-changed", func(s says) bool { return s["held"] == 1 }},
	{policy.Deny, "account-not-allowed", func(s says) bool { return s["login"] == 1 }},
	{policy.Deny, "account-gone", func(s says) bool { return s["login"] == 2 }},
	{policy.Deny, "operation-never", func(s says) bool { return s["mode"] == 4 }},
	{policy.Deny, "guest-only-reads", func(s says) bool {
		return s["guest"] == 1 && s["guests"] == 1 && (changes(s) || s["mode"] == 1 || s["consequential"] == 1)
	}},
	{policy.Granted, "grant", func(s says) bool {
		opened := s["mode"] == 0 || s["mode"] == 2 // and not for a DELETE, of which an administrator did not say so
		return s["granted"] == 1 && opened && s["method"] != 2 && (changes(s) || s["consequential"] == 1) && s["carries"] == 0 && s["first"] == 0 && s["guest"] == 0
	}},
	{policy.Ask, "write-asks", changes},
	{policy.Ask, "rule-asks", func(s says) bool { return s["mode"] == 1 }},
	{policy.Ask, "consequential-read-asks", func(s says) bool { return s["consequential"] == 1 }},
	{policy.Ask, "marked-read-asks-once", func(s says) bool { return s["method"] == 1 && s["unagreed"] == 1 }},
	{policy.Ask, "first-use-asks", func(s says) bool { return s["first"] == 1 }},
	{policy.Ask, "data-boundary-asks", func(s says) bool { return s["carries"] == 1 }},
	{policy.Allow, "marked-read", func(s says) bool { return s["method"] == 1 }},
	{policy.Allow, "read", func(says) bool { return true }},
}

// changes: a DELETE always, a POST unless exactly this one is ticked, at its registration or by
// a rule that is pinned to it.
func changes(s says) bool {
	return s["method"] == 2 || s["method"] == 1 && s["ticked"] == 0 && s["mode"] != 2
}

// decides is the rule that decides about a combination.
func decides(s says) (policy.Verdict, string) {
	strictness := map[policy.Verdict]int{policy.Deny: 0, policy.Granted: 1, policy.Ask: 2, policy.Allow: 3}
	var verdict policy.Verdict
	var rule string
	for _, r := range specified {
		if r.applies(s) && (rule == "" || strictness[r.verdict] < strictness[verdict]) {
			verdict, rule = r.verdict, r.rule
		}
	}
	return verdict, rule
}

// TestEveryCombination asks about every combination of up to five facts that are not as they
// should be, and about all that a decision between asking and allowing rests on in full.
func TestEveryCombination(t *testing.T) {
	t.Parallel()
	all := facts()
	seen := map[string]int{}
	check := func(s says) {
		q := good()
		for _, f := range all {
			f.values[s[f.name]](&q)
		}
		got := policy.Call(q)
		verdict, rule := decides(s)
		if got.Verdict != verdict || got.Rule != rule {
			t.Errorf("%v: got %s by %s, want %s by %s", s, got.Verdict, got.Rule, verdict, rule)
		}
		if again := policy.Call(q); again != got {
			t.Errorf("%v: asked twice: %v, %v", s, got, again)
		}
		if got.Denied() != (got.Reason != "") {
			t.Errorf("%v: reason %q", s, got.Reason)
		}
		seen[got.Rule]++
	}
	var vary func(s says, facts []fact, most int)
	vary = func(s says, facts []fact, most int) {
		if len(facts) == 0 || most == 0 || t.Failed() {
			check(s)
			return
		}
		f := facts[0]
		for i := range f.values {
			s[f.name] = i
			vary(s, facts[1:], most-min(i, 1))
		}
		delete(s, f.name)
	}
	vary(says{}, all, 5)
	between := slices.DeleteFunc(slices.Clone(all), func(f fact) bool {
		return !slices.Contains([]string{"guest", "guests", "method", "mode", "ticked", "consequential", "unagreed", "carries", "first", "granted", "off", "login"}, f.name)
	})
	vary(says{}, between, len(between))
	for _, r := range specified {
		if seen[r.rule] == 0 {
			t.Errorf("no combination is decided by %s", r.rule)
		}
	}
	n := 0
	for _, times := range seen {
		n += times
	}
	t.Logf("%d combinations, by %s", n, strings.ReplaceAll(fmt.Sprint(seen), "map", ""))
}

// TestRules: what rules say of members.
func TestRules(t *testing.T) {
	t.Parallel()
	r := policy.Rules{Moderators: []string{"r1", "U2"}, Roles: map[string]policy.RoleRule{
		"r1": {On: []string{"a"}, Limits: policy.Limits{TurnsPerHour: 5, TokensPerDay: 100}},
		"r2": {Limits: policy.Limits{TurnsPerHour: 3, TurnsPerDay: 7}},
	}}
	for _, c := range []struct {
		member chat.Member
		want   bool
	}{
		{chat.Member{ID: "U1"}, false},
		{chat.Member{ID: "U2"}, true},
		{chat.Member{ID: "U1", Roles: []string{"r0", "r1"}}, true},
		{chat.Member{ID: "U1", Admin: true}, true},
		{chat.Member{ID: "U2", Deactivated: true}, false},
		{chat.Member{ID: "U2", Stranger: true}, false},
		{chat.Member{ID: "U2", Bot: true}, false},
		{chat.Member{Roles: []string{"U2x"}}, false},
	} {
		if got := r.Moderates(c.member); got != c.want {
			t.Errorf("%+v moderates: %t", c.member, got)
		}
	}
	if r.Enables([]string{"r2"}, "a") || !r.Enables([]string{"r2", "r1"}, "a") {
		t.Error("what a role enables")
	}
	if got, want := r.OfMember([]string{"r2", "r1", "r9"}), (policy.Limits{TurnsPerHour: 3, TurnsPerDay: 7, TokensPerDay: 100}); got != want {
		t.Errorf("limits %+v, want %+v", got, want)
	}
	if got := cmp.Or(policy.Lower(0, 0), policy.Lower(0, 4)+policy.Lower(4, 0)+policy.Lower(4, 5)); got != 12 {
		t.Errorf("the lower bounds come to %d", got)
	}
}

// TestApproves: only somebody else who is named, or has a role that is.
func TestApproves(t *testing.T) {
	t.Parallel()
	rule := policy.OperationRule{Approvers: []string{"U2", "r1"}}
	for _, c := range []struct {
		name   string
		member chat.Member
		want   bool
	}{
		{"named", chat.Member{ID: "U2"}, true},
		{"by a role", chat.Member{ID: "U3", Roles: []string{"r0", "r1"}}, true},
		{"not named", chat.Member{ID: "U3", Roles: []string{"r0"}}, false},
		{"an administrator who is not named", chat.Member{ID: "U3", Admin: true}, false},
		{"who asked", chat.Member{ID: "U1", Roles: []string{"r1"}}, false},
		{"deactivated", chat.Member{ID: "U2", Deactivated: true}, false},
		{"of another organisation", chat.Member{ID: "U2", Stranger: true}, false},
		{"a bot", chat.Member{ID: "U2", Bot: true}, false},
		{"nobody", chat.Member{}, false},
	} {
		if got := rule.Approves(c.member, "U1"); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}

// TestGranted: a Grant is the approval only where an administrator opened exactly this
// operation for it, nothing else says that each call is asked about, and nothing denies it.
func TestGranted(t *testing.T) {
	t.Parallel()
	granted := func() policy.Question {
		q := good()
		q.Operation.Method, q.Operation.Reads = "POST", false
		q.Granted, q.Rule = true, policy.OperationRule{Grants: true, Hash: q.Operation.Hash}
		return q
	}
	for name, c := range map[string]struct {
		change  func(*policy.Question)
		verdict policy.Verdict
		rule    string
	}{
		"granted":                       {func(*policy.Question) {}, policy.Granted, "grant"},
		"no grant":                      {func(q *policy.Question) { q.Granted = false }, policy.Ask, "write-asks"},
		"not opened":                    {func(q *policy.Question) { q.Rule.Grants = false }, policy.Ask, "write-asks"},
		"opened for another":            {func(q *policy.Question) { q.Rule.Hash = "h0" }, policy.Ask, "write-asks"},
		"opened for none":               {func(q *policy.Question) { q.Rule.Hash, q.Operation.Hash = "", "" }, policy.Ask, "write-asks"},
		"each is asked about":           {func(q *policy.Question) { q.Rule.Mode = policy.ModeAsk }, policy.Ask, "write-asks"},
		"a mode of another version":     {func(q *policy.Question) { q.Rule.Mode = "later" }, policy.Ask, "write-asks"},
		"somebody else approves too":    {func(q *policy.Question) { q.Rule.Approvers = []string{"r"} }, policy.Ask, "write-asks"},
		"it may carry data":             {func(q *policy.Question) { q.Carries = true }, policy.Ask, "write-asks"},
		"the first use of the plugin":   {func(q *policy.Question) { q.FirstUse = true }, policy.Ask, "write-asks"},
		"a guest":                       {func(q *policy.Question) { q.Member.Guest = true }, policy.Ask, "write-asks"},
		"it deletes":                    {func(q *policy.Question) { q.Operation.Method = "DELETE" }, policy.Ask, "write-asks"},
		"opened although it deletes":    {func(q *policy.Question) { q.Operation.Method, q.Rule.GrantsDelete = "DELETE", true }, policy.Granted, "grant"},
		"never":                         {func(q *policy.Question) { q.Rule.Mode = policy.ModeNever }, policy.Deny, "operation-never"},
		"frozen":                        {func(q *policy.Question) { q.Frozen = policy.FrozenAll }, policy.Deny, "plugin-frozen"},
		"its writes are frozen":         {func(q *policy.Question) { q.Frozen = policy.FrozenWrites }, policy.Deny, "writes-frozen"},
		"changed":                       {func(q *policy.Question) { q.Same = false }, policy.Deny, "plugin-changed"},
		"not enabled":                   {func(q *policy.Question) { q.Enabled = false }, policy.Deny, "plugin-not-enabled"},
		"the account is gone":           {func(q *policy.Question) { q.Login = policy.LoginGone }, policy.Deny, "account-gone"},
		"deactivated":                   {func(q *policy.Question) { q.Member.Deactivated = true }, policy.Deny, "member-deactivated"},
		"a read that has consequences":  {func(q *policy.Question) { q.Operation.Reads, q.Operation.Asks = true, true }, policy.Granted, "grant"},
		"a read, for which nobody asks": {func(q *policy.Question) { q.Operation.Reads = true }, policy.Allow, "read"},
	} {
		q := granted()
		c.change(&q)
		d := policy.Call(q)
		if d.Verdict != c.verdict || d.Rule != c.rule {
			t.Errorf("%s: %s by %s, want %s by %s", name, d.Verdict, d.Rule, c.verdict, c.rule)
		}
		if d.Granted() && (d.Allowed() || d.Asks() || d.Denied()) {
			t.Errorf("%s: it is more than granted", name)
		}
	}
}

// TestDocs: the page for administrators names each rule.
func TestDocs(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/administration.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range specified {
		if !strings.Contains(string(page), "`"+r.rule+"`") {
			t.Errorf("it does not name %s", r.rule)
		}
	}
}
