package bots

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/store"
)

// estimate is what a turn is taken to use in tokens before it is known.
const estimate = 2000

// reserve counts the turn against the limits, before anything is spent. A redone
// turn is not counted again.
func (s *step) reserve(ctx context.Context) error {
	s.reserved = estimate
	if s.events[0].Tries > 1 {
		return nil
	}
	now := s.desk.Now()
	return s.desk.Store.Reserve(context.WithoutCancel(ctx),
		store.Count{
			Key: "turns/" + s.bot.owner(s.chat.Place, s.chat.Member) + now.UTC().Format("/2006-01-02T15"), N: int64(len(s.events)),
			Limit: int64(s.bot.Limits.TurnsPerMemberHour), Until: now.Add(2 * time.Hour),
		},
		store.Count{Key: s.tokens(now), N: estimate, Limit: int64(s.bot.Limits.TokensPerDay), Until: now.Add(2 * day)},
	)
}

func (s *step) tokens(now time.Time) string {
	return "tokens/" + s.bot.scope(s.chat.Place) + now.UTC().Format("/2006-01-02")
}

// settleUsage writes what the turn really used.
func (s *step) settleUsage(c *store.Commit, a agent.Answer) {
	used := int64(a.Usage.Input + a.Usage.Output)
	if used != s.reserved {
		c.Counts = append(c.Counts, store.Count{Key: s.tokens(s.desk.Now()), N: used - s.reserved})
	}
	if used == 0 {
		return
	}
	c.Usages = append(c.Usages, store.Usage{
		Scope: s.bot.scope(s.chat.Place), Member: s.bot.owner(s.chat.Place, s.chat.Member), Model: s.bot.Agent.Model.Info().Name,
		Time: s.desk.Now(), Input: a.Usage.Input, Output: a.Usage.Output,
	})
}

// overLimit says that a limit is reached, once an hour and to the member alone.
func (s *step) overLimit(ctx context.Context, err error) error {
	var limit *store.Limit
	if !errors.As(err, &limit) {
		return fmt.Errorf("counting the turn: %w", err)
	}
	now := s.desk.Now()
	told := s.desk.Store.Reserve(ctx, store.Count{
		Key: "told/" + s.bot.owner(s.chat.Place, s.chat.Member) + now.UTC().Format("/2006-01-02T15"), N: 1, Limit: 1, Until: now.Add(2 * time.Hour),
	})
	if errors.Is(told, store.ErrLimit) {
		return s.commit(store.Commit{})
	}
	if told != nil {
		return fmt.Errorf("counting the notice: %w", told)
	}
	line := fmt.Sprintf("You have asked %d times within this hour, which is the limit here. I answer again at the full hour.", s.bot.Limits.TurnsPerMemberHour)
	if limit.Key == s.tokens(now) {
		line = "This workspace has used what it may use of the language model today. I answer again tomorrow."
	}
	r := s.plain(paragraph(line))
	r.Private = true
	return s.reply(store.Commit{}, r)
}

// slot waits until fewer than the allowed number of turns run in the workspace.
func (b *Bot) slot(ctx context.Context, d *Desk, p chat.Place) (release func(), err error) {
	if b.Limits.TurnsAtOnce == 0 {
		return func() {}, nil
	}
	d.mu.Lock()
	slots := d.slots[b.scope(p)]
	if slots == nil {
		slots = make(chan struct{}, b.Limits.TurnsAtOnce)
		d.slots[b.scope(p)] = slots
	}
	d.mu.Unlock()
	select {
	case slots <- struct{}{}:
		return func() { <-slots }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
