package confirm_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
	"aidesk/store"
)

// seconded is an Action of Ada's that Ben, or all with a role, must approve too.
func seconded() confirm.Action {
	return order().NeedsSecond([]confirm.Approver{{ID: "ben", Name: "Ben"}, {ID: "r1", Name: "@finance", Role: true}}, ids())
}

// halfway is one that Ada has approved.
func halfway(t testing.TB) confirm.Action {
	t.Helper()
	a, set, err := seconded().ToHalfway([]string{"ben"}, chat.Place{Channel: "C1"}, noon)
	if err != nil || set.From != "waiting" || set.Action.State != "halfway" || set.Action.Final || !set.Action.Until.Equal(noon.Add(confirm.SecondLife)) {
		t.Fatalf("halfway: %+v, %v", set, err)
	}
	return a
}

// TestSecondTo: there is no way to executing but over the approval of both, on one digest.
func TestSecondTo(t *testing.T) {
	t.Parallel()
	ben := chat.Member{ID: "ben", Name: "Ben"}
	for name, c := range map[string]struct {
		a  confirm.Action
		to confirm.State
		ok bool
	}{
		"sent after one press":         {seconded(), confirm.Executing, false},
		"approved after one press":     {seconded(), confirm.Approved, false},
		"halfway without a first":      {seconded(), confirm.Halfway, false},
		"halfway where none is wanted": {order(), confirm.Halfway, false},
		"sent without a second":        {halfway(t), confirm.Executing, false},
		"sent by the one who asked":    {halfway(t).Seconded(chat.Member{ID: "ada"}), confirm.Executing, false},
		"sent":                         {halfway(t).Seconded(ben), confirm.Executing, true},
		"approved":                     {halfway(t).Seconded(ben), confirm.Approved, true},
		"other bytes": {func() confirm.Action {
			a := halfway(t).Seconded(ben)
			a.Call.Digest = "d2"
			return a
		}(), confirm.Executing, false},
		"seconded before it was first": {seconded().Seconded(ben), confirm.Executing, false},
		"denied":                       {halfway(t), confirm.Denied, true},
		"expired":                      {halfway(t), confirm.Expired, true},
		"replaced":                     {halfway(t), confirm.Replaced, true},
		"back":                         {halfway(t), confirm.Waiting, false},
		"done at once":                 {halfway(t).Seconded(ben), confirm.Done, false},
	} {
		_, _, err := c.a.To(c.to, confirm.Outcome{})
		if (err == nil) != c.ok || err != nil && !errors.Is(err, confirm.ErrTransition) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDecideSecond tries every state, presser, right, time and answer.
func TestDecideSecond(t *testing.T) {
	t.Parallel()
	for _, state := range append(slices.Clone(states), confirm.Halfway) {
		for _, member := range []string{"ada", "ben", "cyd"} {
			for _, may := range []bool{true, false} {
				for _, at := range []time.Duration{0, confirm.Life, confirm.SecondLife - 1, confirm.SecondLife} {
					for _, yes := range []bool{true, false} {
						a := halfway(t)
						a.State = state
						got, err := confirm.DecideSecond(a, confirm.Press{Member: member, At: noon.Add(at), Yes: yes}, may)
						open := member != "ada" && may && state == confirm.Halfway
						if open && at < confirm.SecondLife {
							want := confirm.Denied
							if yes {
								want = confirm.Approved
							}
							if err != nil || got != want {
								t.Errorf("%s at %s: %s, %v", member, at, got, err)
							}
							continue
						}
						refusal, ok := errors.AsType[*confirm.Refusal](err)
						if !ok || got != "" || refusal.Reason == "" || refusal.Late != open {
							t.Fatalf("%s, %s, %v at %s: %q, %v", state, member, may, at, got, err)
						}
					}
				}
			}
		}
	}
	if _, err := confirm.DecideSecond(order(), confirm.Press{Member: "ben", At: noon, Yes: true}, true); err == nil {
		t.Error("a second approves what needs none")
	}
}

// TestSecondCards: the first card says who else will see it, and theirs shows all of it; what
// an own account says stays with its member.
func TestSecondCards(t *testing.T) {
	t.Parallel()
	label := func(fields []chat.Field, name string) string {
		for _, f := range fields {
			if f.Label == name {
				return f.Value
			}
		}
		return ""
	}
	own := halfway(t)
	own.Call.Own, own.Private, own.Call.Label = true, true, "ada@shop.example"
	first, theirs := confirm.Card(seconded()), confirm.SecondCard(own)
	if got := label(first.Details, "Second approval"); got != "Ben or @finance, who sees all of this card" {
		t.Errorf("the first card says %q", got)
	}
	if diff := cmp.Diff([]chat.Fact{
		{Text: "POST to shop.example/api/orders?dry=no"},
		{Text: "account: ada@shop.example"},
		{Text: "visible to only Ada, and those who approve it"},
		{Text: "only Ben or @finance can press"},
	}, theirs.Facts); diff != "" {
		t.Errorf("the small print (-want +got):\n%s", diff)
	}
	if theirs.Sentence != "Ada asks you: Place this order with Shop?" || len(theirs.Values) != 1 || len(theirs.Details) != 0 {
		t.Errorf("their card is %+v", theirs)
	}
	var labels []string
	for _, b := range append(confirm.Card(halfway(t)).Buttons, theirs.Buttons...) {
		labels = append(labels, b.Label)
	}
	if got := strings.Join(labels, " "); got != "Cancel Review Edit Show the request Approve Decline Show the request" {
		t.Errorf("the buttons are %s", got)
	}
	for _, b := range confirm.Card(own).Buttons {
		if b.Label == "Review" {
			t.Error("a card that nobody else reads has a button for others")
		}
	}
	own.State, own.Outcome = confirm.Failed, confirm.Outcome{Line: "Ada, Ben: your balance is 3."}
	if got := confirm.SecondCard(own).Outcome; strings.Contains(got, "balance") || got == "" {
		t.Errorf("they read %q", got)
	}
	own.State = confirm.Replaced
	if got := confirm.SecondCard(own); len(got.Buttons) > 0 || !strings.HasPrefix(got.Outcome, "Ada changed this") {
		t.Errorf("what was edited is %+v", got)
	}
	if got := label(confirm.Card(order().NeedsSecond(nil, ids())).Details, "Second approval"); !strings.HasPrefix(got, "nobody") {
		t.Errorf("with nobody it says %q", got)
	}
	carrying := order()
	carrying.Call.Write, carrying.Call.From = false, []plugin.Origin{{Plugin: "scores.example", Human: "Scores"}}
	carrying.Buttons.Allow = "allow"
	for _, b := range confirm.Card(carrying.NeedsSecond(nil, ids())).Buttons {
		if b.ID == "allow" {
			t.Error("one press gives leave for more")
		}
	}
	if a := seconded(); !a.Second.Named([]confirm.Approver{{ID: "ben"}}) || a.Second.Named([]confirm.Approver{{ID: "cyd"}}) || order().Second.Named(nil) {
		t.Error("who is named is told wrong")
	}
}

// TestDatePassed: what was still to come at the first press, and is over at the second.
func TestDatePassed(t *testing.T) {
	t.Parallel()
	auckland := time.FixedZone("NZDT", 13*3600)
	for _, c := range []struct {
		value string
		after time.Duration
		zone  *time.Location
		want  bool
	}{
		{"2026-11-23", time.Hour, time.UTC, false},
		{"2026-11-23", 13 * time.Hour, time.UTC, true},
		{"2026-11-23", 13 * time.Hour, auckland, false}, // it was over there before the first press
		{"2026-11-24", 24 * time.Hour, auckland, true},
		{"2026-11-22", time.Hour, time.UTC, false}, // meant so
		{"2026-11-23T13:00:00Z", 2 * time.Hour, time.UTC, true},
		{"2026-11-23T13:00:00Z", 30 * time.Minute, time.UTC, false},
		{"2026", 23 * time.Hour, time.UTC, false},
		{"kettle", 23 * time.Hour, time.UTC, false},
	} {
		a := halfway(t)
		a.Arguments = []openapi.Argument{{Label: "Good", Value: "kettle"}, {Label: "From", Value: c.value}}
		got := a.DatePassed(noon.Add(c.after), c.zone)
		if (got != "") != c.want || c.want && !strings.HasPrefix(got, "“From” is "+c.value) {
			t.Errorf("%s after %s: %q", c.value, c.after, got)
		}
	}
	if got := order().DatePassed(noon, time.UTC); got != "" {
		t.Error(got)
	}
}

// TestSecondPresses: whoever presses, in whatever order and from whatever was read before,
// while time goes on and values are edited, a call leaves at most once, and only after its
// member and then another approved this digest, each in time.
func TestSecondPresses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		stored, err := seconded().Park()
		if err != nil {
			t.Fatal(err)
		}
		row, now, sent := stored.Action, noon, 0
		first, second := time.Time{}, time.Time{}
		set := func(tr store.Transition, err error) bool {
			if err != nil || tr.From != row.State {
				return false
			}
			row = tr.Action
			return true
		}
		var known []confirm.Action // what workers read, now or before
		read := func(t *rapid.T) confirm.Action {
			a, err := confirm.Read(row)
			if err != nil {
				t.Fatal(err)
			}
			known = append(known, a)
			return known[rapid.IntRange(0, len(known)-1).Draw(t, "which")]
		}
		t.Repeat(map[string]func(*rapid.T){
			"time passes": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(0, 8*3600).Draw(t, "seconds")) * time.Second)
			},
			"the first presses": func(t *rapid.T) {
				a := read(t)
				to, err := confirm.Decide(a, confirm.Press{Member: rapid.SampledFrom([]string{"ada", "ben"}).Draw(t, "member"), At: now, Yes: rapid.Bool().Draw(t, "yes")})
				switch {
				case err != nil:
				case to == confirm.Denied:
					_, tr, err := a.To(confirm.Denied, confirm.Outcome{Line: "no"})
					set(tr, err)
				default:
					_, tr, err := a.To(confirm.Executing, confirm.Outcome{})
					if set(tr, err) {
						t.Fatal("it is sent after the first press")
					}
					if _, tr, err = a.ToHalfway([]string{"ben"}, chat.Place{}, now); set(tr, err) {
						first = now
					}
				}
			},
			"the second presses": func(t *rapid.T) {
				a, who := read(t), rapid.SampledFrom([]string{"ada", "ben", "cyd"}).Draw(t, "member")
				to, err := confirm.DecideSecond(a, confirm.Press{Member: who, At: now, Yes: rapid.Bool().Draw(t, "yes")}, who != "cyd" || rapid.Bool().Draw(t, "may"))
				if err != nil {
					return
				}
				if to == confirm.Approved {
					to = confirm.Executing
				}
				_, tr, err := a.Seconded(chat.Member{ID: who, Name: who}).To(to, confirm.Outcome{Line: "so"})
				if set(tr, err) && to == confirm.Executing {
					sent, second = sent+1, now
					if who == "ada" {
						t.Fatal("the same member twice")
					}
				}
			},
			"an edit": func(t *rapid.T) {
				_, tr, err := read(t).To(confirm.Replaced, confirm.Outcome{Line: "edited"})
				set(tr, err)
			},
			"": func(t *rapid.T) {
				if sent > 1 || sent == 1 && (first.IsZero() || second.Before(first) || second.Sub(first) >= confirm.SecondLife) {
					t.Fatalf("sent %d times; approved at %s and %s", sent, first, second)
				}
				if s := confirm.State(row.State); sent > 0 && (s == confirm.Denied || s == confirm.Replaced) {
					t.Fatalf("%s after it was sent", s)
				}
			},
		})
	})
}
