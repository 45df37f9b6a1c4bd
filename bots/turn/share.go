package turn

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/policy"
	"aidesk/store"
)

// addShareButton lets the member publish an answer in the channel where they asked for it,
// if they were answered privately because of how they asked.
func addShareButton(x *bot.Exchange, c *store.Commit, r *chat.Reply) {
	if x.Event.Message == nil || x.Event.Message.From == nil {
		return
	}
	shareButton(x, c, r, x.Event.Message.From)
}

// shareButton lets the member publish an answer in a place. One with a card is not for others.
func shareButton(x *bot.Exchange, c *store.Commit, r *chat.Reply, place *chat.Place) {
	if r.Text.Empty() || len(r.Cards) > 0 {
		return
	}
	b := chat.Button{ID: bot.NewID(), Label: textShare}
	x.Button(c, b.ID, bot.ButtonAction{Do: bot.DoShare, Member: x.Event.Member, Answer: r.ID, Place: place}, bot.Day)
	r.Buttons = append(r.Buttons, b)
}

// makePrivate makes a Reply of its member's alone of one that would stand in a channel: what
// their own account gave is theirs.
func (t *Turn) makePrivate(r *chat.Reply) {
	r.ID, r.Private = chat.Key(t.ReplyID, "private"), true
	r.Notes = append(r.Notes, textPrivateHere)
}

// tellPrivately says in the channel, in one line, that a member was answered in private, who
// may share the answer there.
func (t *Turn) tellPrivately(c *store.Commit, r *chat.Reply) error {
	shareButton(&t.Exchange, c, r, new(r.Place))
	said := textPrivatelyNoName
	if m, err := t.Adapter.Member(context.WithoutCancel(t.worker.commitCtx), r.Place, t.Event.Member); err == nil {
		said = fmt.Sprintf(textPrivately, markdown.Line(m.Name, 50))
	}
	line := t.NewReply(bot.Paragraph(said))
	wanted, err := t.Bot.WantedReply(t.Conversation, line, t.Owner())
	c.Replies = append(c.Replies, wanted)
	return err
}

// share publishes an answer where it was asked for: its text, previews and notes, but none
// of the results behind it. It names the member who shares it.
func share(ctx context.Context, x *bot.Exchange, p bot.ButtonAction, button string) error {
	member, ok, err := x.Speaker(ctx)
	if err != nil || !ok {
		return err
	}
	if d := policy.Speak(x.Bot.Access, *p.Place, member); !d.Allowed() {
		return x.Note(ctx, d.Reason)
	}
	answer, err := bot.ReadReply(ctx, x.Store, p.Answer)
	if errors.Is(err, store.ErrNotFound) {
		return x.Note(ctx, textShareGone)
	}
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(answer.Buttons), func(b chat.Button) bool { return b.ID == button })
	if len(left) == len(answer.Buttons) {
		return x.Note(ctx, textSharedTwice)
	}
	notes := slices.DeleteFunc(slices.Clone(answer.Notes), func(n string) bool { return n == textPrivateHere }) // now others see it
	shown := chat.Reply{
		ID: chat.Key("shared", button), Place: *p.Place, To: x.Event.Member, Open: p.Place.Thread == "",
		Text: answer.Text, Previews: answer.Previews,
		Notes: append(notes, fmt.Sprintf(textSharedBy, markdown.Line(member.Name, 50))),
	}
	answer.Buttons, answer.Notes = left, append(answer.Notes, textShared)
	var c store.Commit
	for _, r := range []chat.Reply{shown, answer} {
		wanted, err := x.Bot.WantedReply(x.Conversation, r, x.Owner())
		if err != nil {
			return err
		}
		c.Replies = append(c.Replies, wanted)
	}
	return x.Commit(c)
}
