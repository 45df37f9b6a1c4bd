package bots_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/bottest"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/model/script"
	"aidesk/core/policy"
)

// picky is a platform that refuses what it does not like.
type picky struct {
	chat.Adapter
	room   *bottest.Room
	mu     sync.Mutex
	judge  func(chat.Reply) error // nil: it likes everything
	judged chan chat.Reply        // what was refused
	ends   map[string]int         // of turns, by outcome
}

// observe counts how turns ended.
func (p *picky) observe(o bot.Observation) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if o.What == bot.TurnEnded {
		p.ends[o.Label]++
	}
}

// set changes what it likes.
func (p *picky) set(judge func(chat.Reply) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.judge = judge
}

// Send sends what it likes.
func (p *picky) Send(ctx context.Context, r chat.Reply, posted string) (string, error) {
	p.mu.Lock()
	judge := p.judge
	p.mu.Unlock()
	if judge != nil {
		if err := judge(r); err != nil {
			p.judged <- r
			return "", err
		}
	}
	return p.Adapter.Send(ctx, r, posted)
}

// Find asks the platform.
func (p *picky) Find(ctx context.Context, r chat.Reply, posted string, since time.Time) (string, bool, error) {
	return p.Adapter.(chat.Finder).Find(ctx, r, posted, since)
}

// pickyStage is a stage at a picky platform, with a shop. A restart keeps what it likes.
func pickyStage(t *testing.T, m *script.Model) (*bottest.Stage, *bottest.Shop, *picky) {
	t.Helper()
	clock := bottest.NewClock()
	room, shop := bottest.NewRoom(clock), bottest.NewShop(t, "shop")
	p := room.Platform()
	platform := &picky{room: room, judged: make(chan chat.Reply, 1000), ends: map[string]int{}}
	open := p.Open
	p.Open = func() chat.Adapter { platform.Adapter = open(); return platform }
	return bottest.Start(t, p, clock, bottest.Setup{Model: m, Observe: platform.observe, Plugins: []bottest.Plugin{{Address: shop.Address, Default: true}}}), shop, platform
}

const noAnswer = "I could not show my answer here."

// says finds a reply whose text has words in it.
func says(words string) func(chat.Reply) bool {
	return func(r chat.Reply) bool { return strings.Contains(bottest.Text(r), words) }
}

// bad refuses replies with "bad" in them, and with err.
func bad(err error) func(chat.Reply) error {
	return func(r chat.Reply) error {
		if strings.Contains(bottest.Text(r), "bad") {
			return err
		}
		return nil
	}
}

// TestUnshown: what the platform never takes ends in a plain line, and what it takes even
// less is let go; the conversation goes on.
func TestUnshown(t *testing.T) {
	t.Parallel()
	for name, judge := range map[string]func(chat.Reply) error{
		"refused": bad(fmt.Errorf("%w: invalid_blocks", chat.ErrRefused)),
		"a crash of the adapter": func(r chat.Reply) error {
			if strings.Contains(bottest.Text(r), "bad") {
				panic("a table without columns")
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _, platform := pickyStage(t, script.New(script.Say("a bad answer"), script.Say("a good one")))
			platform.set(judge)
			s.Tell(s.Member, "hello?")
			r := s.Wait("a plain line", says(noAnswer))
			if len(r.Buttons)+len(r.Previews)+len(r.Rows)+len(r.Files) != 0 || r.Answers == "" {
				t.Errorf("in its place stands %+v", r)
			}
			s.Ask("and now?")
			platform.mu.Lock()
			defer platform.mu.Unlock()
			if !strings.Contains(s.Log(), "a reply cannot be shown") || platform.ends["unshown"] != 1 {
				t.Errorf("the log does not say so, or nobody counted it: %v", platform.ends)
			}
		})
	}
	t.Run("a crash of the adapter after it arrived", func(t *testing.T) {
		t.Parallel()
		s, _, platform := pickyStage(t, script.New(script.Say("a bad answer"), script.Say("a good one")))
		platform.set(func(r chat.Reply) error {
			if bad(chat.ErrRefused)(r) != nil {
				if _, err := platform.Adapter.Send(t.Context(), r, ""); err != nil {
					t.Error(err)
				}
				panic("after it arrived")
			}
			return nil
		})
		s.Tell(s.Member, "hello?")
		s.Wait("a plain line", says(noAnswer))
		if shown := platform.room.Shown(); strings.Contains(shown, "bad") || strings.Count(shown, noAnswer) != 1 {
			t.Errorf("shown:\n%s", shown)
		}
	})
	t.Run("the plain line as well", func(t *testing.T) {
		t.Parallel()
		s, _, platform := pickyStage(t, script.New(script.Say("a bad answer"), script.Say("a good one")))
		platform.set(func(r chat.Reply) error {
			if r.StandIn || bad(chat.ErrRefused)(r) != nil {
				return chat.ErrRefused
			}
			return nil
		})
		s.Tell(s.Member, "hello?")
		for _, standIn := range []bool{false, true} {
			if r := <-platform.judged; r.StandIn != standIn {
				t.Errorf("refused: %+v", r)
			}
		}
		s.Ask("and now?")
		if len(s.Replies()) != 1 || !strings.Contains(s.Log(), "not even a plain line can be shown") {
			t.Errorf("%d replies; the log:\n%s", len(s.Replies()), s.Log())
		}
	})
}

// TestUnshownCard: a card that cannot be shown asks nothing, and nothing can be approved.
func TestUnshownCard(t *testing.T) {
	t.Parallel()
	order := script.Call("shop__placeOrder", `{"body":{"good":"Copper Kettle","count":2}}`)
	for _, why := range []error{chat.ErrRefused, chat.ErrGone} {
		t.Run(why.Error(), func(t *testing.T) {
			t.Parallel()
			s, shop, platform := pickyStage(t, script.New(order, script.Say("I prepared it."), script.Say("a good one")))
			platform.set(func(r chat.Reply) error {
				if len(r.Cards) > 0 {
					return why
				}
				return nil
			})
			s.Tell(s.Member, "order kettles")
			unseen := <-platform.judged
			s.Wait("a plain line", says("so nothing was sent"))
			if got := s.Act(s.Member, s.Button(unseen, "Approve")); !strings.Contains(got, "expired") || shop.Count("POST") != 0 {
				t.Errorf("a press on what was never shown: %q and %d calls", got, shop.Count("POST"))
			}
			if a := s.Audits()[0]; a.Action != "call.expired" || a.Target(audit.OfOperation).ID != "placeOrder" {
				t.Errorf("the audit says %v", a)
			}
			s.Clock.Advance(time.Hour) // its timer
			s.Ask("and now?")
			requests := s.Script.Requests()
			if told, _ := json.Marshal(requests[len(requests)-1].Messages); !strings.Contains(string(told), "could not show here") {
				t.Errorf("the model is told %s", told)
			}
		})
	}
}

// TestUnshownOutcome: where the card of a call that was sent cannot be shown any more, the
// line in its place says what became of the call.
func TestUnshownOutcome(t *testing.T) {
	t.Parallel()
	s, shop, platform := pickyStage(t, script.New(
		script.Call("shop__placeOrder", `{"body":{"good":"Copper Kettle","count":2}}`), script.Say("I prepared it."), script.Say("Your order is A-1."), script.Say("Hello.")))
	asked := s.Ask("order kettles")
	platform.set(func(r chat.Reply) error {
		if len(r.Cards) > 0 {
			return chat.ErrRefused
		}
		return nil
	})
	s.Push(s.Member, s.Button(asked, "Approve"))
	s.Wait("the outcome in plain words", says("Shop confirmed it."))
	if shop.Count("POST") != 1 {
		t.Errorf("%d calls", shop.Count("POST"))
	}
	s.Ask("and now?")
}

// twoAnswers is a bad answer, and good ones after it.
func twoAnswers() *script.Model {
	m := script.Func(script.Say("a good one"))
	m.Then(script.Say("a bad answer"))
	return m
}

// TestFailsAgain: a reply that fails while others arrive is given up after a few tries.
func TestFailsAgain(t *testing.T) {
	t.Parallel()
	s, _, platform := pickyStage(t, twoAnswers())
	platform.set(bad(errWire))
	s.Tell(s.Member, "hello?")
	for i := range 5 {
		s.Undelivered()
		if i == 2 {
			s.Restart()
		}
		s.Done(s.TellIn(s.Member, "T1", "and here?"))
		s.Clock.Advance(5 * time.Minute)
	}
	s.Undelivered() // the last try may still be on its way
	s.Clock.Advance(time.Minute)
	s.Wait("a plain line", says(noAnswer))
	if n := len(platform.judged); n != 6 {
		t.Errorf("tried %d times", n)
	}
	s.Ask("and now?")
}

// TestOutage: what fails because the platform is away arrives when it is back, hours later.
func TestOutage(t *testing.T) {
	t.Parallel()
	s, _, platform := pickyStage(t, twoAnswers())
	away := func(chat.Reply) error { return errWire }
	platform.set(away)
	s.Tell(s.Member, "hello?")
	s.Undelivered()
	s.TellIn(s.Member, "T1", "and here?")
	for range 2 * 12 {
		s.Undelivered()
		s.Clock.Advance(5 * time.Minute)
	}
	platform.set(nil)
	s.Clock.Advance(5 * time.Minute)
	s.Wait("the first answer", says("a bad answer"))
	s.Wait("the second answer", says("a good one"))
	if i := len(s.Replies()); i != 2 {
		t.Errorf("%d replies", i)
	}
}

// TestDay: what is put off for a day is given up, and so is the line in its place.
func TestDay(t *testing.T) {
	t.Parallel()
	s, _, platform := pickyStage(t, twoAnswers())
	judge := bad(&chat.Later{After: time.Hour, Reason: "the token was revoked"})
	platform.set(func(r chat.Reply) error {
		if r.StandIn {
			return judge(chat.Reply{Text: bot.Paragraph("bad")})
		}
		return judge(r)
	})
	s.Tell(s.Member, "hello?")
	for range 24 {
		s.Undelivered()
		s.Clock.Advance(time.Hour)
	}
	for range 24 { // the line
		s.Undelivered()
		s.Clock.Advance(time.Hour)
	}
	s.Ask("and now?")
	if n := len(platform.judged); n != 50 || len(s.Replies()) != 1 {
		t.Errorf("tried %d times, and %d replies", n, len(s.Replies()))
	}
}

// TestDeadly: a reply that takes the process with it, each time, is not sent a sixth time.
func TestDeadly(t *testing.T) {
	t.Parallel()
	s, _, _ := pickyStage(t, twoAnswers())
	s.KillOnDelivery()
	s.Tell(s.Member, "hello?")
	for i := range 5 {
		s.Undelivered()
		s.Restart()
		if i < 4 {
			s.KillOnDelivery()
		}
	}
	s.Wait("a plain line", says(noAnswer))
	if now := s.Replies(); len(now) != 1 {
		t.Errorf("%d replies", len(now))
	}
	s.Ask("and now?")
}

// TestSecondUnshown: where the card cannot be shown to the only one who may give the second
// approval, the one who asked is told at once, and nothing is sent. Where their own card is
// what cannot be shown, it can be approved by nobody.
func TestSecondUnshown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		refuse func(chat.Reply) bool
		want   string
	}{
		"theirs":    {func(r chat.Reply) bool { return r.To == "ben" }, "I could not show this to anybody who may approve it. Nothing was sent."},
		"the first": {func(r chat.Reply) bool { return r.To == "ada" && strings.Contains(bottest.Text(r), "It waits for") }, "I could not show here what I wanted to ask you"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			order := script.Call("shop__placeOrder", `{"body":{"good":"Copper Kettle","count":2}}`)
			s, shop, platform := pickyStage(t, script.New(order, script.Say("ready")))
			s.Rule(policy.Rules{Operations: map[string]policy.OperationRule{policy.OperationKey(shop.Address, "placeOrder"): {Approvers: []string{"ben"}}}})
			r := s.Ask("order two kettles")
			platform.set(func(r chat.Reply) error {
				if c.refuse(r) && len(r.Cards) > 0 {
					return chat.ErrGone
				}
				return nil
			})
			s.Push("ada", s.Button(r, "Approve"))
			s.Wait("the line", func(r chat.Reply) bool { return r.To == "ada" && strings.Contains(bottest.Text(r), c.want) })
			for _, shown := range s.Replies() {
				for _, b := range shown.Cards {
					for _, b := range b.Buttons {
						if shown.To == "ben" && b.Label == "Approve" {
							s.Wait("the end of their card", func(n chat.Reply) bool { return n.ID == shown.ID && n.Cards[0].State == chat.CardExpired })
						}
					}
				}
			}
			if n := shop.Count("POST"); n > 0 {
				t.Errorf("%d calls", n)
			}
		})
	}
}
