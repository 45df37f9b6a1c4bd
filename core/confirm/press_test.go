package confirm_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"aidesk/core/confirm"
	"aidesk/store"
)

// TestPresses: however often and by whomever buttons are pressed, while time goes on,
// timers fire and the process crashes, a call leaves at most once, and only after the
// approval of the one who asked, in time.
func TestPresses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stored, err := order().Park()
		if err != nil {
			t.Fatal(err)
		}
		row, now, sent, approved := stored.Action, noon, 0, false
		set := func(tr store.Transition) bool { // the store's compare-and-set
			if tr.From != row.State {
				return false
			}
			row = tr.Action
			return true
		}
		read := func() confirm.Action {
			a, err := confirm.Read(row)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		move := func(a confirm.Action, to confirm.State) bool {
			_, tr, err := a.To(to, confirm.Outcome{Line: string(to)})
			return err == nil && set(tr)
		}
		var stale []confirm.Action // what other workers read before
		t.Repeat(map[string]func(*rapid.T){
			"time passes": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(0, 1200).Draw(t, "seconds")) * time.Second)
			},
			"somebody reads": func(*rapid.T) { stale = append(stale, read()) },
			"press": func(t *rapid.T) {
				a := read()
				if len(stale) > 0 && rapid.Bool().Draw(t, "stale") {
					a = stale[rapid.IntRange(0, len(stale)-1).Draw(t, "which")]
				}
				p := confirm.Press{Member: rapid.SampledFrom([]string{"ada", "ben"}).Draw(t, "member"), At: now, Yes: rapid.Bool().Draw(t, "yes")}
				to, err := confirm.Decide(a, p)
				if err != nil {
					return
				}
				if p.Member != "ada" || !now.Before(noon.Add(confirm.Life)) {
					t.Fatalf("a press by %s at %s decides", p.Member, now)
				}
				if to == confirm.Denied {
					move(a, confirm.Denied)
					return
				}
				if move(a, confirm.Executing) {
					sent++
					approved = p.Yes
				}
			},
			"timer": func(*rapid.T) {
				if a := read(); !now.Before(a.Until) {
					move(a, confirm.Expired)
				}
			},
			"answer": func(t *rapid.T) {
				move(read(), rapid.SampledFrom([]confirm.State{confirm.Done, confirm.Failed, confirm.Unknown}).Draw(t, "end"))
			},
			"": func(t *rapid.T) {
				if sent > 1 || sent == 1 && !approved {
					t.Fatalf("sent %d times, approved: %v", sent, approved)
				}
				if a := read(); a.State == confirm.Denied && sent > 0 || a.State == confirm.Expired && sent > 0 {
					t.Fatalf("%s after it was sent", a.State)
				}
			},
		})
	})
}
