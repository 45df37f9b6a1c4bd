package turn

import (
	"context"
	"errors"
	"slices"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/policy"
	"aidesk/store"
)

// shareLabel is on the button that publishes an answer.
const shareLabel = "Share"

// offerShare lets the member publish an answer in the channel where they asked for it,
// if they were answered privately because of how they asked.
func (s *step) offerShare(c *store.Commit, r *chat.Reply) {
	if s.Event.Message == nil || s.Event.Message.From == nil || r.Text.Empty() || len(r.Cards) > 0 {
		return
	}
	b := chat.Button{ID: bot.NewID(), Label: shareLabel}
	s.Button(c, b.ID, bot.ButtonAction{Do: bot.DoShare, Member: s.Event.Member, Answer: r.ID, Place: s.Event.Message.From}, bot.Day)
	r.Buttons = append(r.Buttons, b)
}

// share publishes an answer as it stands: its text, previews and small print, and none of
// the results behind it. It says who shares it.
func (s *step) share(ctx context.Context, p bot.ButtonAction, button string) error {
	member, ok, err := s.Speaker(ctx)
	if err != nil || !ok {
		return err
	}
	if d := policy.Speak(s.Bot.Access, *p.Place, member); !d.Allowed() {
		return s.Note(ctx, d.Reason)
	}
	answer, err := bot.ReadReply(ctx, s.Store, p.Answer)
	if errors.Is(err, store.ErrNotFound) {
		return s.Note(ctx, "I no longer have this answer. Ask again.")
	}
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(answer.Buttons), func(b chat.Button) bool { return b.ID == button })
	if len(left) == len(answer.Buttons) {
		return s.Note(ctx, "This is shared already.")
	}
	shown := chat.Reply{
		ID: chat.Key("shared", button), Place: *p.Place, To: s.Event.Member, Open: p.Place.Thread == "",
		Text: answer.Text, Previews: answer.Previews,
		Notes: append(slices.Clone(answer.Notes), "Shared by "+markdown.Line(member.Name, 50)+", who asked in private."),
	}
	answer.Buttons, answer.Notes = left, append(answer.Notes, "Shared.")
	var c store.Commit
	for _, r := range []chat.Reply{shown, answer} {
		wanted, err := s.Bot.Wanted(s.Conversation, r, s.Owner())
		if err != nil {
			return err
		}
		c.Replies = append(c.Replies, wanted)
	}
	return s.Commit(c)
}
