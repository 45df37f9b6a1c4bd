package terminal

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"aidesk/core/chat"
)

// board is what is on the screen and may still be needed: the replies that can change, and
// which button each number presses. It is stored, to survive a restart. Its owner locks it.
type board struct {
	Run     int64        `json:"run"` // counts the runs of this terminal, by its clock
	Numbers map[int]slot `json:"numbers"`
	Replies []chat.Reply `json:"replies"` // oldest first, each in its last version
}

// slot is the button that a number presses.
type slot struct {
	Button string `json:"button"`
	Reply  string `json:"reply"`          // the reply with the button
	Form   bool   `json:"form,omitempty"` // it opens a form
	Card   bool   `json:"card,omitempty"` // it is on a card

	since time.Time // when the number was taken from another button
}

// changeGrace is how long after a number has moved to another button a member may still
// have meant the old one.
const changeGrace = 400 * time.Millisecond

// number gives every button of a reply its number.
//
// A button that has one keeps it. In a newer version of a list, a new button
// takes the number of one that has gone. Every other new button takes the next of
// the lowest consecutive numbers that are free; free are all numbers but those of
// cards that wait for a decision and those of this very reply. So the number of a
// decided card goes on pressing that card, until a later message takes it.
func (b *board) number(r chat.Reply, now time.Time) {
	var fresh []chat.Button
	gone := b.removedNumbers(r)
	for _, button := range Buttons(r) {
		if n := b.numberOf(button.ID); n > 0 {
			b.Numbers[n] = slot{button.ID, r.ID, button.Form, onCard(r, button), b.Numbers[n].since}
			continue
		}
		if len(gone) > 0 && !onCard(r, button) {
			b.assign(gone[0], button, r, now)
			gone = gone[1:]
			continue
		}
		fresh = append(fresh, button)
	}
	next := b.freeNumbers(r, len(fresh))
	for i, button := range fresh {
		b.assign(next+i, button, r, now)
	}
}

// removedNumbers are the numbers of those buttons of a reply's lists that its new version
// does not have.
func (b *board) removedNumbers(r chat.Reply) []int {
	var out []int
	for n, s := range b.Numbers {
		stays := slices.ContainsFunc(Buttons(r), func(o chat.Button) bool { return o.ID == s.Button })
		if s.Reply == r.ID && !s.Card && !stays {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// freeNumbers is the first of count consecutive free numbers.
func (b *board) freeNumbers(r chat.Reply, count int) int {
	first := 1
	for n := first; n < first+count; n++ {
		if s, taken := b.Numbers[n]; taken && (s.Reply == r.ID || b.waits(s)) {
			first = n + 1
		}
	}
	return first
}

// waits reports whether a button is on a card that waits for a decision.
func (b *board) waits(s slot) bool {
	r, ok := b.reply(s.Reply)
	return ok && slices.ContainsFunc(r.Cards, func(c chat.Card) bool {
		return c.State == chat.CardWaiting && slices.ContainsFunc(c.Buttons, s.is)
	})
}

func (b *board) assign(n int, button chat.Button, r chat.Reply, now time.Time) {
	s := slot{Button: button.ID, Reply: r.ID, Form: button.Form, Card: onCard(r, button)}
	if _, taken := b.Numbers[n]; taken {
		s.since = now
	}
	b.Numbers[n] = s
}

// numberOf is the number of a button, or 0.
func (b *board) numberOf(button string) int {
	for n, s := range b.Numbers {
		if s.Button == button {
			return n
		}
	}
	return 0
}

func (s slot) is(b chat.Button) bool { return b.ID == s.Button }

// tooSoon reports whether a line typed at this moment may have meant the button that had
// the number before.
func (s slot) tooSoon(at time.Time) bool {
	return !s.since.IsZero() && at.Sub(s.since) < changeGrace
}

func onCard(r chat.Reply, b chat.Button) bool {
	return slices.ContainsFunc(r.Cards, func(c chat.Card) bool {
		return slices.ContainsFunc(c.Buttons, func(o chat.Button) bool { return o.ID == b.ID })
	})
}

// storedName is the name under which the board is stored.
const storedName = "board"

// maxClosed is how many replies that need no decision the board keeps, so that their
// updates can be shown as changes.
const maxClosed = 50

// load reads the board that the last run stored.
func load(ctx context.Context, k chat.Keeper) (*board, error) {
	b := &board{Numbers: map[int]slot{}}
	data, err := k.Kept(ctx, storedName)
	if err != nil {
		return nil, fmt.Errorf("read what the terminal kept: %w", err)
	}
	if data == nil {
		return b, nil
	}
	if err := json.Unmarshal(data, b); err != nil {
		return nil, fmt.Errorf("read what the terminal kept: %w", err)
	}
	return b, nil
}

// save stores what a restart needs: the numbers, and the undecided replies.
func (b *board) save(ctx context.Context, k chat.Keeper) error {
	kept := *b
	kept.Replies = slices.DeleteFunc(slices.Clone(b.Replies), func(r chat.Reply) bool { return !undecided(r) })
	data, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("keep the terminal's numbers: %w", err)
	}
	if err := k.Keep(ctx, storedName, data); err != nil {
		return fmt.Errorf("keep the terminal's numbers: %w", err)
	}
	return nil
}

// update puts a new version of a reply on the board, gives its buttons numbers, and stores
// what a restart needs of it. If that fails, nothing has changed.
func (b *board) update(ctx context.Context, k chat.Keeper, r chat.Reply, now time.Time) error {
	before, had := b.reply(r.ID)
	b.put(r)
	b.number(r, now)
	if !undecided(before) && !undecided(r) && len(Buttons(r)) == 0 {
		return nil
	}
	err := b.save(ctx, k)
	if err != nil {
		b.undo(r.ID, before, had)
	}
	return err
}

// undo puts back the version before, if there was one. The numbers stay: the same reply
// gets them again.
func (b *board) undo(id string, before chat.Reply, had bool) {
	if had {
		b.put(before)
		return
	}
	b.Replies = slices.DeleteFunc(b.Replies, func(r chat.Reply) bool { return r.ID == id })
}

// reply is the version of a reply that is on the screen.
func (b *board) reply(id string) (chat.Reply, bool) {
	if i := b.index(id); i >= 0 {
		return b.Replies[i], true
	}
	return chat.Reply{}, false
}

func (b *board) index(id string) int {
	return slices.IndexFunc(b.Replies, func(r chat.Reply) bool { return r.ID == id })
}

// put stores r as the last version of its reply, and forgets the oldest replies that need
// no decision.
func (b *board) put(r chat.Reply) {
	if i := b.index(r.ID); i >= 0 {
		b.Replies[i] = r
	} else {
		b.Replies = append(b.Replies, r)
	}
	closed := 0
	for _, r := range slices.Backward(b.Replies) {
		if !undecided(r) {
			closed++
		}
	}
	b.Replies = slices.DeleteFunc(b.Replies, func(r chat.Reply) bool {
		if undecided(r) {
			return false
		}
		closed--
		return closed >= maxClosed
	})
}

// waiting are the replies with cards that wait for a decision, each with those cards only.
func (b *board) waiting(now time.Time) []chat.Reply {
	var out []chat.Reply
	for _, r := range b.Replies {
		cards := slices.DeleteFunc(slices.Clone(r.Cards), func(c chat.Card) bool {
			return c.State != chat.CardWaiting || !c.Until.IsZero() && !c.Until.After(now)
		})
		if len(cards) > 0 {
			out = append(out, chat.Reply{ID: r.ID, Cards: cards})
		}
	}
	return out
}

// undecided reports whether a reply has a card that waits or is being executed.
func undecided(r chat.Reply) bool {
	return slices.ContainsFunc(r.Cards, func(c chat.Card) bool {
		return c.State == chat.CardWaiting || c.State == chat.CardWorking
	})
}
