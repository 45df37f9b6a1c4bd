package command

import (
	"context"
	"errors"

	"aidesk/bots/bot"
	"aidesk/bots/privacy"
	"aidesk/core/chat"
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
	text, action := textForgotten, "member.forgotten"
	err := privacy.Forget(ctx, privacy.Member{Bot: x.Bot, Store: x.Store, Place: x.Event.Place, ID: x.Event.Member}, x.Now())
	if errors.Is(err, privacy.ErrHeld) {
		text, action, err = textForgetHeld, "member.held", nil
	}
	if err != nil {
		return err
	}
	return sayToNobody(x, text, x.Audit(action))
}

// sayToNobody answers the event in private with a line that belongs to nobody, so that it is not
// deleted with what is kept of its member.
func sayToNobody(x *bot.Exchange, line string, audits []store.Audit) error {
	r := x.NewReply(bot.Paragraph(line))
	r.Private = true
	wanted, err := x.Bot.WantedReply(x.Conversation, r, "")
	if err != nil {
		return err
	}
	return x.Commit(store.Commit{Replies: []store.Reply{wanted}, Audits: audits})
}
