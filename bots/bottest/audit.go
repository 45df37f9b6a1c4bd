package bottest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/model/script"
	"aidesk/store"
	"aidesk/store/chain"
)

// Audit are the behaviours about what the audit keeps and answers.
var Audit = []Behaviour{
	{"what an auditor asks is answered", auditAnswers},
	{"the audit has pages", auditPages},
	{"the audit is for administrators", auditAdmins},
	{"the audit forgets names and stays whole", auditForgets},
}

// auditAnswers: ten questions about what was done, by others who administer as well.
func auditAnswers(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("ready"), script.Say("done"), kettles(), script.Say("ready"), kettles(), script.Say("ready"), script.Say("failed"))
	s.Act(s.Member, s.Button(asked(t, s, shop), "Approve"))
	s.Act(s.Member, s.Button(s.Ask("again"), "Cancel"))
	shop.On("POST /orders", Fixed(500, "application/json", `{}`))
	r := s.Ask("once more")
	s.Act(s.Member, s.Button(r, "Approve"))
	s.Ask("/plugins disable shop")
	s.Ask("/plugins-admin threads off")
	month := clock.Now().Format("January")
	for _, c := range []struct {
		question     string
		has, hasNone []string
	}{
		{"who sent what to Shop in " + month + "?", []string{"2 lines", "sent placeOrder at Shop", "failed"}, []string{"threads", "approved", "did not send"}},
		{"what did I do today", []string{"7 lines", "approved placeOrder at Shop", "no longer lets me read threads"}, nil},
		{"refused", []string{"1 line", "did not send placeOrder at Shop", "refused"}, nil},
		{"by plugin shop", []string{"placeOrder at Shop"}, []string{"threads"}},
		{"failed calls this week", []string{"1 line", "sent placeOrder at Shop", "failed"}, nil},
		{"who approved what", []string{"2 lines", "approved placeOrder"}, nil},
		{"what changed last year", []string{"The audit has no such line."}, nil},
		{"which rules changed since yesterday", []string{"The audit has no such line."}, nil},
		{"plugin gone.example", []string{"The audit has no such line."}, nil},
		{"what was changed here since yesterday", []string{"1 line", "no longer lets me read threads"}, []string{"placeOrder"}},
		{"exports", []string{"The audit has no such line."}, nil},
		{"what did Zebediah send to Shopp", []string{"I know nothing and nobody called “zebediah shopp”", "Did you mean: ", "Shop"}, nil},
	} {
		text := Text(s.Ask("/plugins-admin audit " + c.question))
		for _, w := range c.has {
			if !strings.Contains(text, w) {
				t.Errorf("%s: %q is missing in:\n%s", c.question, w, text)
			}
		}
		lacks(t, text, append(c.hasNone, "U0", "Copper Kettle", "ring twice")...)
	}
}

// auditPages: the newest lines come first, and a button shows those before them.
func auditPages(t *testing.T, p Platform, clock *Clock) {
	s, _ := play(t, p, clock)
	scope := chat.Key("desk") + "/" + s.Place.Scope()
	var lines []store.Audit
	for i := range 30 {
		at := clock.Now().Add(time.Duration(i-60) * time.Minute)
		l := audit.Line{Time: at, Action: "plugin.default", Actor: audit.Actor{Kind: audit.Member, ID: "gone"}, Outcome: audit.OK, Targets: []audit.Target{{Kind: audit.OfPlugin, ID: fmt.Sprintf("p%d.example", i)}}}
		lines = append(lines, store.Audit{Scope: scope, Time: at, Body: l.Encode(), Member: scope + "/gone", Names: map[string]string{scope + "/gone": "Gone Girl"}})
	}
	if err := s.Store.AppendAudits(t.Context(), lines...); err != nil {
		t.Fatal(err)
	}
	r := s.Ask("/plugins-admin audit what did Gone do")
	contains(t, Text(r), "30 lines", "p29.example", "p18.example", "Gone Girl changed the default of")
	lacks(t, Text(r), "p17.example")
	page := s.Act(s.Member, s.Button(r, "Older"))
	contains(t, page, "p17.example", "p6.example")
	lacks(t, page, "p18.example", "p5.example")
	older := s.Replies()
	page = s.Act(s.Member, s.Button(older[len(older)-1], "Older"))
	contains(t, page, "p5.example", "p0.example")
	lacks(t, page, "p6.example", "[Older]")
}

// auditAdmins: who administers nothing is refused, and that is in the audit.
func auditAdmins(t *testing.T, p Platform, clock *Clock) {
	s, _ := play(t, p, clock)
	if s.Other == "" {
		t.Skip("nobody else is here")
	}
	contains(t, Text(s.AskAs(s.Other, "/plugins-admin audit")), "administrators")
	text := Text(s.Ask("/plugins-admin audit refused"))
	contains(t, text, "1 line", "wanted to use a command of administrators", "refused", "plugins-admin audit")
}

// auditForgets: a forgotten member has no name any more in what is kept, and every line stands.
func auditForgets(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("ready"), script.Say("done"))
	s.Act(s.Member, s.Button(asked(t, s, shop), "Approve"))
	named := func() (n int) {
		if err := s.Store.Audits(t.Context(), chat.Key("desk")+"/"+s.Place.Scope(), func(a store.Audit) bool { n += len(a.Names); return true }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if named() == 0 {
		t.Fatal("nobody has a name in the audit")
	}
	s.Act(s.Member, s.Button(s.Ask("/aidesk forget"), "Delete everything"))
	if n := named(); n != 0 {
		t.Errorf("%d names are left", n)
	}
	keys, err := audit.Keys(t.Context(), s.Store, s.secrets)
	if err != nil {
		t.Fatal(err)
	}
	heads, err := s.Store.AuditHeads(t.Context())
	if err != nil || len(heads) != 1 {
		t.Fatal(heads, err)
	}
	done, err := chain.Verify(t.Context(), s.Store, keys, heads[0], nil)
	if err != nil || done.Signed != done.Lines || done.Lines < 3 {
		t.Errorf("%+v, %v", done, err)
	}
}
