package bottest

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"aidesk/core/chat"
	"aidesk/core/model"
	"aidesk/core/model/script"
)

var freezes = []Behaviour{
	{"frozen while a read is in flight and a write waits", frozenMidTurn},
	{"frozen writes", frozenWrites},
	{"everything frozen", frozenEverything},
	{"freeze with bad words", frozenBadly},
}

// goods is a read.
func goods() script.Step { return script.Call("shop__listGoods", `{}`) }

// results are the results of reads that a request tells.
func results(r model.Request) []model.ToolResult {
	var all []model.ToolResult
	for _, m := range r.Messages {
		for _, p := range m.Parts {
			if p.Result != nil && m.Role == model.ToolRole {
				all = append(all, *p.Result)
			}
		}
	}
	return all
}

// frozenMidTurn: the read ends at once and is not tried again, what the model wishes then is
// denied, and the card can be approved when the plugin is no longer frozen.
func frozenMidTurn(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, kettles(), script.Say("ready"), goods(), goods(), script.Say("The shop is frozen."), script.Say("done"))
	r := asked(t, s, shop)
	slow, began := Slow(t)
	cut := make(chan struct{}, 2)
	shop.On("GET /goods", func(w http.ResponseWriter, r *http.Request) {
		slow(w, r)
		cut <- struct{}{}
	})
	listed := s.Tell(s.Member, "which goods are there?")
	s.Await("the read", began)
	frozen := s.Tell(s.Member, "/plugins-admin freeze shop")
	s.Done(frozen)
	begun := time.Now()
	s.Await("the read to be ended", cut)
	if took := time.Since(begun); took > soon {
		t.Errorf("it took %s", took)
	}
	s.Done(listed)
	told := results(s.request())
	if n := len(told); n < 2 || told[n-2].Status != model.Failed || told[n-1].Status != model.Denied {
		t.Fatalf("the model was told %+v", told)
	}
	contains(t, told[len(told)-2].Content, "frozen by an administrator")
	contains(t, told[len(told)-1].Content, "frozen by an administrator")
	if n := shop.Count("GET"); n != 1 {
		t.Errorf("%d reads were sent", n)
	}

	approve := s.Button(r, "Approve")
	refused := s.Act(s.Member, approve)
	plain(t, refused)
	contains(t, refused, "Shop is frozen by an administrator.", "Nothing was sent.", "press again")
	s.Restart()
	contains(t, s.Act(s.Member, approve), "frozen by an administrator")
	if c := card(t, s.Now(r.ID)); c.State != chat.CardWaiting || shop.Count("POST") != 0 {
		t.Fatalf("the card is %s after %d calls", c.State, shop.Count("POST"))
	}
	contains(t, Text(s.Ask("/plugins-admin unfreeze shop")), "Shop is no longer frozen.")
	s.Act(s.Member, approve)
	if c := card(t, s.Now(r.ID)); c.State != chat.CardDone || shop.Count("POST") != 1 {
		t.Errorf("the card is %s after %d calls", c.State, shop.Count("POST"))
	}
	var done []string
	for _, a := range s.Audits() {
		done = append(done, a.Action)
	}
	want(t, done, "call.done", "call.executing", "plugin.unfrozen", "plugin.frozen")
}

// want compares lists of words.
func want(t testing.TB, got []string, words ...string) {
	t.Helper()
	if !slices.Equal(got, words) {
		t.Errorf("%q; want %q", got, words)
	}
}

// frozenWrites: reads go on.
func frozenWrites(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, goods(), script.Say("many"), kettles(), script.Say("I may not."))
	contains(t, Text(s.Ask("/plugins-admin freeze shop writes")), "Shop may still be read; what changes something is frozen.")
	contains(t, Text(s.Ask("/plugins-admin freeze shop writes")), "What changes something at Shop is frozen already.")
	contains(t, state(t, s, "shop"), "changes are frozen")
	contains(t, Text(s.Ask("which goods are there?")), "many")
	if r := s.Ask("order two"); len(r.Cards) != 0 {
		t.Errorf("a card asks:\n%s", Text(r))
	}
	if got, posts := shop.Count("GET"), shop.Count("POST"); got != 1 || posts != 0 {
		t.Errorf("%d reads and %d writes were sent", got, posts)
	}
}

// frozenEverything: of each plugin, until everything goes again; what was frozen by itself stays
// so, and all of it outlives the process.
func frozenEverything(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock, goods(), script.Say("I may not."), goods(), script.Say("I may not yet."), goods(), script.Say("many"))
	s.Ask("/plugins-admin freeze shop")
	contains(t, Text(s.Ask("/plugins-admin freeze all")), "Everything is frozen")
	contains(t, Text(s.Ask("/plugins-admin freeze all")), "Everything is frozen already.")
	s.Restart()
	s.Ask("which goods are there?")
	contains(t, Text(s.Ask("/plugins-admin unfreeze shop")), "Shop is no longer frozen.", "But everything is frozen")
	s.Ask("/plugins-admin freeze shop")
	contains(t, Text(s.Ask("/plugins-admin unfreeze all")), "Everything is no longer frozen.", "still are")
	s.Ask("which goods are there?")
	if n := shop.Count("GET"); n != 0 {
		t.Errorf("%d reads were sent", n)
	}
	s.Ask("/plugins-admin unfreeze shop")
	contains(t, Text(s.Ask("which goods are there?")), "many")
}

// frozenBadly: each mistake is answered with one plain line.
func frozenBadly(t *testing.T, p Platform, clock *Clock) {
	s, _ := play(t, p, clock)
	for line, words := range map[string]string{
		"/plugins-admin freeze shup":   "There is no plugin “shup” here. There are: shop.",
		"/plugins-admin unfreeze shop": "Shop is not frozen.",
		"/plugins-admin unfreeze all":  "Everything is not frozen.",
	} {
		got := Text(s.Ask(line))
		plain(t, got)
		contains(t, got, words)
	}
	if s.Other != "" {
		contains(t, Text(s.AskAs(s.Other, "/plugins-admin freeze shop")), "administrators and moderators")
		contains(t, Text(s.AskAs(s.Other, "/plugins-admin unfreeze shop")), "for administrators")
		contains(t, state(t, s, "shop"), "on")
	}
}
