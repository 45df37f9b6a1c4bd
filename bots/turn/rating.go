package turn

import (
	"cmp"
	"context"
	"errors"

	"aidesk/bots/bot"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/store"
)

// addRating lets the member who asked say how good an answer is, where the platform has
// buttons for that. What asks back has buttons of its own.
func (t *Turn) addRating(c *store.Commit, r *chat.Reply, a agent.Answer) {
	rater, ok := t.Adapter.(chat.Rater)
	if !ok || !rater.Rates() || t.Bot.Unrated || a.Trace.Model == "" || a.Text.Empty() || len(a.Parked) > 0 || len(a.Choices) > 0 {
		return
	}
	r.Rating = &chat.Rating{ID: bot.NewID(), Good: textGoodAnswer, Bad: textBadAnswer}
	t.Button(c, r.Rating.ID, bot.ButtonAction{Do: bot.DoRate, Member: t.Event.Member, Answer: t.ReplyID}, cmp.Or(t.Keep.Conversations, 30*bot.Day))
}

// rate keeps what a member says of an answer, and thanks them.
func (t *Turn) rate(ctx context.Context, p bot.ButtonAction, good bool, words string) error {
	var c store.Commit
	thanks := textThanks
	if !good {
		thanks = textThanksBad
	}
	switch err := t.Rate(&c, t.entries, p.Answer, good, words); {
	case errors.Is(err, bot.ErrRated):
		return t.Note(ctx, textRatedOften)
	case errors.Is(err, bot.ErrNotKept):
		return t.Note(ctx, textNotKept)
	case err != nil:
		return err
	}
	if err := t.save(c, nil); err != nil {
		return err
	}
	return t.Note(ctx, thanks)
}
