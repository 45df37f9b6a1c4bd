package terminal

import (
	"slices"
	"time"

	"aidesk/core/chat"
)

// board is what stands on the screen and may still be needed: the replies that
// can change, and which button each number presses. It survives a restart, see
// keep.go. Its owner locks it.
type board struct {
	Run     int64        `json:"run"` // counts the runs of this terminal, by its clock
	Numbers map[int]slot `json:"numbers"`
	Replies []chat.Reply `json:"replies"` // oldest first, each in its last version
}

// slot is what a number presses.
type slot struct {
	Button string `json:"button"`
	Reply  string `json:"reply"`          // whose message it stands in
	Form   bool   `json:"form,omitempty"` // it opens a form
	Card   bool   `json:"card,omitempty"` // it stands on a card

	since time.Time // when the number was taken from another button
}

// quick is how soon after a number has changed its meaning a member may have
// typed it for the old one.
const quick = 400 * time.Millisecond

// number gives every button of a reply its number.
//
// A button that has one keeps it. In a newer version of a list, a new button
// takes the number of one that has gone. Every other new button takes the next of
// the lowest consecutive numbers that are free; free are all numbers but those of
// cards that wait for a decision and those of this very reply. So the number of a
// decided card goes on pressing that card, until a later message takes it.
func (b *board) number(r chat.Reply, now time.Time) {
	var fresh []chat.Button
	gone := b.gone(r)
	for _, button := range buttons(r) {
		if n := b.find(button.ID); n > 0 {
			b.Numbers[n] = slot{button.ID, r.ID, button.Form, onCard(r, button), b.Numbers[n].since}
			continue
		}
		if len(gone) > 0 && !onCard(r, button) {
			b.take(gone[0], button, r, now)
			gone = gone[1:]
			continue
		}
		fresh = append(fresh, button)
	}
	next := b.room(r, len(fresh))
	for i, button := range fresh {
		b.take(next+i, button, r, now)
	}
}

// gone are the numbers of earlier buttons of a reply's lists that its new version
// does not have.
func (b *board) gone(r chat.Reply) []int {
	var out []int
	for n, s := range b.Numbers {
		stays := slices.ContainsFunc(buttons(r), func(o chat.Button) bool { return o.ID == s.Button })
		if s.Reply == r.ID && !s.Card && !stays {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// room is the first of count free consecutive numbers.
func (b *board) room(r chat.Reply, count int) int {
	first := 1
	for n := first; n < first+count; n++ {
		if s, taken := b.Numbers[n]; taken && (s.Reply == r.ID || b.waits(s)) {
			first = n + 1
		}
	}
	return first
}

// waits reports whether a button stands on a card that waits for a decision.
func (b *board) waits(s slot) bool {
	r, ok := b.reply(s.Reply)
	return ok && slices.ContainsFunc(r.Cards, func(c chat.Card) bool {
		return c.State == chat.CardWaiting && slices.ContainsFunc(c.Buttons, s.is)
	})
}

func (b *board) take(n int, button chat.Button, r chat.Reply, now time.Time) {
	s := slot{Button: button.ID, Reply: r.ID, Form: button.Form, Card: onCard(r, button)}
	if _, taken := b.Numbers[n]; taken {
		s.since = now
	}
	b.Numbers[n] = s
}

// find is the number of a button, or 0.
func (b *board) find(button string) int {
	for n, s := range b.Numbers {
		if s.Button == button {
			return n
		}
	}
	return 0
}

func (s slot) is(b chat.Button) bool { return b.ID == s.Button }

// hasty reports whether a line that came at this moment may have meant the button
// that had the number before.
func (s slot) hasty(at time.Time) bool {
	return !s.since.IsZero() && at.Sub(s.since) < quick
}

func onCard(r chat.Reply, b chat.Button) bool {
	return slices.ContainsFunc(r.Cards, func(c chat.Card) bool {
		return slices.ContainsFunc(c.Buttons, func(o chat.Button) bool { return o.ID == b.ID })
	})
}
