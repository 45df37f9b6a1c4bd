package turn

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/second"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/store"
)

// cards are the Actions of a conversation, each with the card that shows it.
type cards struct {
	store        store.Store
	bot          *bot.Bot
	conversation string
	now          func() time.Time
}

// action reads an Action.
func (k cards) action(ctx context.Context, id string) (confirm.Action, error) {
	stored, err := k.store.Action(ctx, id)
	if err != nil {
		return confirm.Action{}, fmt.Errorf("reading an action: %w", err)
	}
	return confirm.Read(stored)
}

// card is the Reply that shows an Action, with its card as the Action is now. Where a plain
// line stands in for it, that tells what became of the Action.
func (k cards) card(ctx context.Context, a confirm.Action) (chat.Reply, error) {
	r, err := bot.ReadReply(ctx, k.store, a.Confirmation)
	if err != nil {
		return r, err
	}
	if r.StandIn {
		if a.Outcome.Line != "" {
			r.Text = markdown.Join(r.Text, bot.Paragraph(a.Outcome.Line))
		}
		return r, nil
	}
	if a.Line >= len(r.Cards) {
		return r, fmt.Errorf("reading a card: line %d of %d", a.Line, len(r.Cards))
	}
	r.Cards = slices.Clone(r.Cards)
	r.Cards[a.Line] = confirm.Card(a)
	return r, nil
}

// moveTo makes the commit that brings an Action to a state and shows it on its card. It
// returns the Action in that state.
func (k cards) moveTo(ctx context.Context, a confirm.Action, state confirm.State, o confirm.Outcome) (confirm.Action, store.Commit, error) {
	var c store.Commit
	a, t, err := a.To(state, o)
	if err != nil {
		return a, c, err
	}
	err = k.show(ctx, &c, a, t)
	return a, c, err
}

// show adds to c an Action in a new state, with the cards that show it, the first of which is
// its member's.
func (k cards) show(ctx context.Context, c *store.Commit, a confirm.Action, t store.Transition) error {
	r, err := k.card(ctx, a)
	if err != nil {
		return err
	}
	for _, r := range append([]chat.Reply{r}, second.Cards(a)...) {
		wanted, err := k.bot.WantedReply(k.conversation, r, a.Owner)
		if err != nil {
			return err
		}
		c.Replies = append(c.Replies, wanted)
	}
	c.Actions = append(c.Actions, t)
	c.Audits = append(c.Audits, auditAction(k.bot, k.now(), a))
	return nil
}

// auditAction is the line of the audit for an Action that is in a new state.
func auditAction(b *bot.Bot, now time.Time, a confirm.Action) store.Audit {
	l := audit.Line{
		Action: "call." + string(a.State), Actor: audit.Actor{Kind: audit.Member, ID: a.Member}, Outcome: auditOutcome[a.State],
		Targets: auditTargets(a), Call: a.ID, Digest: a.Call.Digest, Account: a.Call.Account, Grant: a.Grant, Schedule: a.Schedule,
	}
	for _, o := range a.Call.From {
		l.DataFrom = append(l.DataFrom, o.Plugin)
	}
	switch {
	case a.Lasting:
		l.Leave = "conversation"
	case a.Call.First && a.State == confirm.Executing:
		l.Leave = "operation"
	case a.Call.FirstUse != nil && a.State == confirm.Executing:
		l.Leave = "plugin"
	}
	return b.Audit(now, a.Place, l)
}

// auditTargets are what the audit says of an Action's call.
func auditTargets(a confirm.Action) []audit.Target {
	return []audit.Target{{Kind: audit.OfPlugin, ID: a.Call.Plugin, Version: a.Call.Version}, {Kind: audit.OfOperation, ID: a.Call.Operation}}
}

// auditOutcome is what the audit says of a state; where nothing stands here, that it is well.
var auditOutcome = map[confirm.State]audit.Outcome{
	confirm.Denied: audit.Refused, confirm.Expired: audit.Refused, confirm.Failed: audit.Failed, confirm.Unknown: audit.Unknown,
}

// park writes an Action with its timer, its buttons and its card in r.
func park(ctx context.Context, x *bot.Exchange, c *store.Commit, r *chat.Reply, a confirm.Action) error {
	a, err := second.Need(ctx, x, c, a)
	if err != nil {
		return err
	}
	t, err := a.Park()
	if err != nil {
		return err
	}
	c.Actions = append(c.Actions, t)
	if err := addTimer(x, c, a, chat.Key(x.Bot.Name, "expire", a.ID), a.Until); err != nil {
		return err
	}
	if a.Grant != "" { // it goes next, as if its member had pressed
		body, err := json.Marshal(bot.Event{Granted: a.ID, Chat: &chat.Event{Place: a.Place, Member: a.Member}})
		if err != nil {
			return fmt.Errorf("storing an event: %w", err)
		}
		c.Events = append(c.Events, store.Event{
			ID: chat.Key(x.Bot.Name, bot.KindGranted, a.ID), Conversation: a.Conversation, Kind: bot.KindGranted, Member: a.Owner, Time: x.Now(), Body: body,
		})
	}
	for do, button := range map[string]string{
		bot.DoApprove: a.Buttons.Approve, bot.DoAllow: a.Buttons.Allow, bot.DoCancel: a.Buttons.Cancel, bot.DoAgain: a.Buttons.Again, bot.DoEdit: a.Buttons.Edit, bot.DoCode: a.Buttons.Code,
		bot.DoRequest: a.Buttons.Request,
	} {
		if button != "" {
			stands := bot.ButtonAction{Do: do, Member: a.Member, Action: a.ID}
			if a.Login != nil {
				stands.Login = a.Login.Connection
			}
			x.Button(c, button, stands, 30*bot.Day)
		}
	}
	r.Cards = append(r.Cards, confirm.Card(a))
	return nil
}

// addTimer adds the event that an Action's time is over, or that it is looked at again.
func addTimer(x *bot.Exchange, c *store.Commit, a confirm.Action, id string, due time.Time) error {
	body, err := json.Marshal(bot.Event{Expire: a.ID, Chat: &chat.Event{Place: a.Place, Member: a.Member}})
	if err != nil {
		return fmt.Errorf("storing a timer: %w", err)
	}
	c.Events = append(c.Events, store.Event{ID: id, Conversation: a.Conversation, Kind: bot.KindExpire, Time: x.Now(), Due: due, Body: body})
	return nil
}
