package main

import (
	"strings"
	"testing"
)

// TestEdit changes the values on a card: the form is the operation's own, wrong values
// are refused, and the edited call takes the place of the one that waited.
func TestEdit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, "demo", "--data", dir)
	p.say("book Canal Loft for 2 nights from 2026-12-05")
	p.wait("[3] Edit")
	p.say("3")
	p.wait("Stay")
	p.say("")
	p.wait("Nights")
	p.say("3")
	p.wait("From")
	p.say("soon")
	p.wait("Guests")
	p.say("")
	p.wait("This must be a date such as")
	p.say("2026-12-20")
	card := p.wait("[5] Approve")
	for _, part := range []string{"Nights  3", "2026-12-20", "Canal Loft"} {
		if !strings.Contains(card, part) {
			t.Errorf("the card lacks %q:\n%s", part, card)
		}
	}
	p.say("1")
	p.wait("You edited this; use the newer card.")
	p.say("5")
	p.wait("Booked this stay. Stays confirmed it")
	p.end()
	if n := count(t, dir, "plugins.log", `"method":"POST"`); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	if n := count(t, dir, "plugins.log", `\"nights\":3`); n == 0 {
		t.Error("the request is not the edited one")
	}
}
