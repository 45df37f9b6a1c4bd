package bots

import (
	"context"
	"errors"
	"fmt"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/store"
)

// askForget asks once more before everything is deleted.
func (s *step) askForget() error {
	r := s.Plain(bot.Paragraph("This deletes our conversations, what waits for your decision, and what you enabled. It cannot be undone. What was already sent to a plugin or a language model is out of my hands."))
	r.Private = true
	var c store.Commit
	b := chat.Button{ID: bot.NewID(), Label: "Forget everything", Style: chat.Danger}
	s.Button(&c, b.ID, bot.ButtonAction{Do: bot.DoForget, Member: s.Event.Member}, bot.Day)
	r.Buttons = []chat.Button{b}
	return s.Reply(c, r)
}

// forget deletes what is kept of a member. The press that asks for it and the answer
// belong to nobody, so that they are not deleted with the rest.
func (s *step) forget(ctx context.Context) error {
	owner := s.Owner()
	if err := s.Store.Forget(ctx, owner); err != nil {
		return fmt.Errorf("forgetting a member: %w", err)
	}
	if err := s.Bot.Plugins.Forget(ctx, s.Event.Place, s.Event.Member); err != nil {
		return fmt.Errorf("forgetting what a member enabled: %w", err)
	}
	told, err := s.Store.Get(ctx, noticed(owner))
	if err == nil {
		err = s.Store.Delete(ctx, told.Key, told.Version)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("forgetting a notice: %w", err)
	}
	r := s.Plain(bot.Paragraph("Done. I have forgotten our conversations, what waited for you, and what you had enabled."))
	r.Private = true
	wanted, err := s.Bot.Wanted(s.Conversation, r, "")
	if err != nil {
		return err
	}
	return s.Commit(store.Commit{Replies: []store.Reply{wanted}})
}
