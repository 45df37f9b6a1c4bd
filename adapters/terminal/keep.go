package terminal

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"aidesk/core/chat"
)

// keptName is under which name the board is kept.
const keptName = "board"

// remembered is how many replies that need no decision the board holds, so that
// their updates say only what is new.
const remembered = 50

// load reads the board that the last run kept.
func load(ctx context.Context, k chat.Keeper) (*board, error) {
	b := &board{Numbers: map[int]slot{}}
	data, err := k.Kept(ctx, keptName)
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

// save keeps what a restart needs: the numbers, and the replies that wait.
func (b *board) save(ctx context.Context, k chat.Keeper) error {
	kept := *b
	kept.Replies = slices.DeleteFunc(slices.Clone(b.Replies), func(r chat.Reply) bool { return !open(r) })
	data, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("keep the terminal's numbers: %w", err)
	}
	if err := k.Keep(ctx, keptName, data); err != nil {
		return fmt.Errorf("keep the terminal's numbers: %w", err)
	}
	return nil
}

// hold makes r the last version of its reply, with numbers for its buttons, and
// keeps what a restart needs of it. When that fails nothing has changed.
func (b *board) hold(ctx context.Context, k chat.Keeper, r chat.Reply, now time.Time) error {
	before, had := b.reply(r.ID)
	b.put(r)
	b.number(r, now)
	if !open(before) && !open(r) && len(buttons(r)) == 0 {
		return nil
	}
	err := b.save(ctx, k)
	if err != nil {
		b.undo(r.ID, before, had)
	}
	return err
}

// undo puts back the version before, if there was one. Numbers stay: the same
// reply gets them again.
func (b *board) undo(id string, before chat.Reply, had bool) {
	if had {
		b.put(before)
		return
	}
	b.Replies = slices.DeleteFunc(b.Replies, func(r chat.Reply) bool { return r.ID == id })
}

// reply is the version of a reply that stands on the screen.
func (b *board) reply(id string) (chat.Reply, bool) {
	if i := b.index(id); i >= 0 {
		return b.Replies[i], true
	}
	return chat.Reply{}, false
}

func (b *board) index(id string) int {
	return slices.IndexFunc(b.Replies, func(r chat.Reply) bool { return r.ID == id })
}

// put makes r the last version of its reply, and forgets the oldest replies that
// need no decision.
func (b *board) put(r chat.Reply) {
	if i := b.index(r.ID); i >= 0 {
		b.Replies[i] = r
	} else {
		b.Replies = append(b.Replies, r)
	}
	closed := 0
	for _, r := range slices.Backward(b.Replies) {
		if !open(r) {
			closed++
		}
	}
	b.Replies = slices.DeleteFunc(b.Replies, func(r chat.Reply) bool {
		if open(r) {
			return false
		}
		closed--
		return closed >= remembered
	})
}

// waiting are the replies whose cards still wait for a decision, each with those
// cards alone.
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

// open reports whether a reply has a card whose end is still to come.
func open(r chat.Reply) bool {
	return slices.ContainsFunc(r.Cards, func(c chat.Card) bool {
		return c.State == chat.CardWaiting || c.State == chat.CardWorking
	})
}
