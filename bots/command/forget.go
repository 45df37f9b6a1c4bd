package command

import (
	"context"
	"errors"
	"fmt"

	"aidesk/bots/bot"
	"aidesk/bots/schedule"
	"aidesk/core/chat"
	"aidesk/core/grant"
	"aidesk/store"
)

// confirmForget asks once more before everything is deleted.
func confirmForget(x *bot.Exchange) error {
	r := x.NewReply(bot.Paragraph(textForget))
	r.Private = true
	var c store.Commit
	b := chat.Button{ID: bot.NewID(), Label: textForgetAll, Style: chat.Danger}
	x.Button(&c, b.ID, bot.ButtonAction{Do: bot.DoForget, Member: x.Event.Member}, bot.Day)
	r.Buttons = []chat.Button{b}
	return x.Reply(c, r)
}

// Forget deletes what is kept of a member. The press that asks for it and the answer
// belong to nobody, so that they are not deleted with the rest.
func Forget(ctx context.Context, x *bot.Exchange) error {
	owner := x.Owner()
	x.Bot.ForgetName(x.Event.Place, x.Event.Member)
	if err := x.Store.Forget(ctx, owner); err != nil {
		return fmt.Errorf("forgetting a member: %w", err)
	}
	if err := x.Bot.Plugins.Forget(ctx, x.Event.Place, x.Event.Member); err != nil {
		return fmt.Errorf("forgetting what a member enabled: %w", err)
	}
	if err := grant.Forget(ctx, x.Store, owner); err != nil {
		return fmt.Errorf("forgetting a member's grants: %w", err)
	}
	if l := x.Bot.Logins; l != nil {
		scope := x.Bot.Scope(x.Event.Place)
		if err := errors.Join(l.Forget(ctx, scope, owner), l.Accounts.Forget(ctx, scope, owner)); err != nil {
			return fmt.Errorf("forgetting a member's accounts: %w", err)
		}
	}
	if err := schedule.Forget(ctx, x.Store, owner); err != nil {
		return err
	}
	told, err := x.Store.Get(ctx, noticeKey(owner))
	if err == nil {
		err = x.Store.Delete(ctx, told.Key, told.Version)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("forgetting a notice: %w", err)
	}
	r := x.NewReply(bot.Paragraph(textForgotten))
	r.Private = true
	wanted, err := x.Bot.WantedReply(x.Conversation, r, "")
	if err != nil {
		return err
	}
	return x.Commit(store.Commit{Replies: []store.Reply{wanted}, Audits: x.Audit("member.forgotten")})
}
