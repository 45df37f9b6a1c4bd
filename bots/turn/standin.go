package turn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"aidesk/bots/bot"
	"aidesk/bots/second"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/store"
)

// standIn puts a plain line in the place of a reply that cannot be shown. What its cards
// ask is void, since nobody can approve what they do not see; what became of calls that were
// decided before is told in the line.
func (t *Turn) standIn(ctx context.Context) error {
	id := t.first.Unshown
	stored, err := t.Store.Reply(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && stored.Version != t.first.Version {
		return t.Commit(store.Commit{}) // it was forgotten, or another version is wanted by now
	}
	if err != nil {
		return err
	}
	var r chat.Reply
	if err := json.Unmarshal(stored.Body, &r); err != nil {
		return fmt.Errorf("reading a reply: %w", err)
	}
	observeTurn(t.Observe, outcomeUnshown, 0)
	if asked, err := t.secondUnshown(ctx, r); asked || err != nil {
		return err
	}
	text := textUnshown
	var c store.Commit
	for _, a := range t.waiting {
		if a.Confirmation != id || !a.State.Open() {
			continue
		}
		text = textUnshownCard
		a, void, err := a.To(confirm.Expired, confirm.Outcome{Line: textUnshownCard})
		if err != nil {
			return err
		}
		c.Actions = append(c.Actions, void)
		for _, r := range second.Cards(a) {
			wanted, err := t.Bot.WantedReply(t.Conversation, r, a.Owner)
			if err != nil {
				return err
			}
			c.Replies = append(c.Replies, wanted)
		}
		c.Audits = append(c.Audits, auditAction(t.Bot, t.Now(), a))
		if err := appendEntries(&c, a.Owner, agent.OutcomeEntry(a)); err != nil {
			return err
		}
	}
	shown := chat.Reply{ID: r.ID, Place: r.Place, To: r.To, Private: r.Private, Open: r.Open, Answers: r.Answers, StandIn: true}
	shown.Text = bot.Paragraph(text)
	for _, card := range r.Cards {
		if card.Outcome != "" {
			shown.Text = markdown.Join(shown.Text, bot.Paragraph(card.Outcome))
		}
	}
	return t.Reply(c, shown)
}
