package bots_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"

	"aidesk/bots/bottest"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/model"
	"aidesk/core/model/script"
)

// TestSameInstant presses Approve at the instant at which the card expires, from two sides at
// once: either wins, nothing is sent after an expiry, and what is approved is sent once.
// AIDESK_INSTANTS is how often; a second press and a Cancel come as well.
func TestSameInstant(t *testing.T) {
	t.Parallel()
	rounds, err := strconv.Atoi(cmp.Or(os.Getenv("AIDESK_INSTANTS"), "100"))
	if err != nil {
		t.Fatal(err)
	}
	ends := map[chat.CardState]int{}
	for begun := 0; begun < rounds; begun += 200 { // a stage remembers all that was shown
		sameInstant(t, min(200, rounds-begun), ends)
	}
	t.Logf("%d rounds: %v", rounds, ends)
	if rounds >= 100 && len(ends) < 2 {
		t.Errorf("one side always won, so this shows little: %v", ends)
	}
}

// sameInstant plays some rounds on a stage, and counts how the cards end.
func sameInstant(t *testing.T, rounds int, ends map[chat.CardState]int) {
	clock := bottest.NewClock()
	shop := bottest.NewShop(t, "shop")
	m := script.Func(func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		switch r.Messages[len(r.Messages)-1].Role {
		case model.User:
			return script.Call("shop__placeOrder", `{"body":{"good":"Oak Ladder","count":1}}`)(ctx, r, on)
		case model.ToolRole:
			return script.Say("ready")(ctx, r, on)
		default:
			return script.Say("it is done")(ctx, r, on)
		}
	})
	s := bottest.Start(t, bottest.NewRoom(clock).Platform(), clock, bottest.Setup{Model: m, Plugins: []bottest.Plugin{{Address: shop.Address, Default: true}}})
	for i := range rounds {
		asked := s.TellIn(s.Member, fmt.Sprint("T", i), "order a ladder")
		s.Done(asked)
		ofThis := func(r chat.Reply) bool { return r.Answers == asked.Message.ID && len(r.Cards) == 1 }
		card := s.Wait("the card", ofThis)
		button := func(label string) chat.Event {
			e := asked
			b := s.Button(card, label)
			e.ID, e.Message, e.Press = fmt.Sprint("p:", i, label, b.ID), nil, &chat.Press{Button: b.ID, Posted: "x"}
			return e
		}
		clock.Advance(confirm.Life - 1)
		before := shop.Count("POST")
		var at sync.WaitGroup
		presses := []chat.Event{button("Approve"), button("Approve")}
		presses[1].ID += " again"
		if i%3 == 1 {
			presses = append(presses, button("Cancel"))
		}
		if i%2 == 0 {
			at.Go(func() { clock.Advance(1) })
		}
		for n, p := range presses {
			at.Go(func() {
				if err := s.Receive(p); err != nil {
					t.Error(err)
				}
				if i%2 == 1 && n == 0 { // the press came in time, and is not worked yet
					clock.Advance(1)
				}
			})
		}
		at.Wait()
		for _, p := range presses {
			s.Done(p)
		}
		end := s.Wait("the decision", func(r chat.Reply) bool {
			return ofThis(r) && r.Cards[0].State != chat.CardWaiting && r.Cards[0].State != chat.CardWorking
		})
		state := end.Cards[0].State
		ends[state]++
		if sent, want := shop.Count("POST")-before, map[bool]int{true: 1}[state == chat.CardDone]; sent != want {
			t.Fatalf("round %d: the card is %s after %d calls", i, state, sent)
		}
	}
	s.Close()
}
