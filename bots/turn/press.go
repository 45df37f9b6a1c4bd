package turn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"aidesk/bots/bot"
	"aidesk/bots/command"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/store"
)

// press works a press of a button.
func (s *step) press(ctx context.Context) error {
	p, b, err := bot.ReadButton(ctx, s.Store, s.Event.Press.Button)
	if errors.Is(err, store.ErrNotFound) {
		return s.Note(ctx, "I no longer know this button. Ask again.")
	}
	if err != nil {
		return err
	}
	switch {
	case p.Do == bot.DoApprove || p.Do == bot.DoAllow || p.Do == bot.DoCancel || p.Do == bot.DoAgain:
		return s.decide(ctx, p)
	case p.Member != "" && p.Member != s.Event.Member:
		return s.Note(ctx, "This button is for somebody else.")
	case !s.events[0].Ingested.Before(b.Until):
		return s.Note(ctx, "This button is too old. Ask again.")
	case p.Do == bot.DoSay:
		s.Event.Message = &chat.Message{Text: p.Say}
		return s.message(ctx)
	case p.Do == bot.DoShare:
		return s.share(ctx, p, b.ID)
	case p.Do == bot.DoForget:
		return command.Forget(ctx, &s.Exchange)
	case p.Do == bot.DoSwitch:
		return command.Switch(ctx, &s.Exchange, p)
	case p.Do == bot.DoEdit || p.Do == bot.DoRun || p.Do == bot.DoAdd:
		return s.Note(ctx, "This button opens a form.")
	default:
		return fmt.Errorf("a button does %q", p.Do)
	}
}

// park writes the Actions of a turn with their timers, buttons and cards.
func (s *step) park(c *store.Commit, r *chat.Reply, a agent.Answer) error {
	for _, action := range a.Parked {
		action.Message = bot.MessageID(s.Event)
		if err := s.parkOne(c, r, action); err != nil {
			return err
		}
	}
	return nil
}

func (s *step) parkOne(c *store.Commit, r *chat.Reply, a confirm.Action) error {
	t, err := a.Park()
	if err != nil {
		return err
	}
	body, err := json.Marshal(bot.Event{Expire: a.ID, Chat: &chat.Event{Place: a.Place, Member: a.Member}})
	if err != nil {
		return fmt.Errorf("storing a timer: %w", err)
	}
	c.Actions = append(c.Actions, t)
	c.Events = append(c.Events, store.Event{
		ID: chat.Key(s.Bot.Name, "expire", a.ID), Conversation: a.Conversation, Kind: bot.KindExpire,
		Time: s.Now(), Due: a.Until, Body: body,
	})
	for do, button := range map[string]string{
		bot.DoApprove: a.Buttons.Approve, bot.DoAllow: a.Buttons.Allow, bot.DoCancel: a.Buttons.Cancel, bot.DoAgain: a.Buttons.Again, bot.DoEdit: a.Buttons.Edit,
	} {
		if button != "" {
			s.Button(c, button, bot.ButtonAction{Do: do, Member: a.Member, Action: a.ID}, 30*bot.Day)
		}
	}
	r.Cards = append(r.Cards, confirm.Card(a))
	return nil
}

// decide works a press on a card.
func (s *step) decide(ctx context.Context, p bot.ButtonAction) error {
	a, err := s.action(ctx, p.Action)
	if err != nil {
		return err
	}
	if a.By == s.events[0].ID { // this very press decided already: go on where the last commit ended
		return s.resume(ctx, a)
	}
	if p.Do == bot.DoAgain {
		return s.again(ctx, a)
	}
	state, err := confirm.Decide(a, confirm.Press{Event: s.events[0].ID, Member: s.Event.Member, At: s.events[0].Ingested, Yes: p.Do != bot.DoCancel})
	if refusal := (*confirm.Refusal)(nil); errors.As(err, &refusal) {
		if refusal.Late {
			if err := s.close(ctx, a, confirm.Expired, expiredLine, nil); err != nil {
				return err
			}
		}
		return s.Note(ctx, refusal.Reason)
	}
	if err != nil {
		return err
	}
	if state == confirm.Denied {
		return s.close(ctx, a, confirm.Denied, cancelledLine, s.events)
	}
	a.Lasting = p.Do == bot.DoAllow
	return s.execute(ctx, a)
}

// action reads an Action.
func (s *step) action(ctx context.Context, id string) (confirm.Action, error) {
	stored, err := s.Store.Action(ctx, id)
	if err != nil {
		return confirm.Action{}, fmt.Errorf("reading an action: %w", err)
	}
	return confirm.Read(stored)
}

// card is the Reply of an Action's Confirmation with the card as it is now.
func (j *job) card(ctx context.Context, a confirm.Action) (chat.Reply, error) {
	r, err := bot.ReadReply(ctx, j.pool.Store, a.Confirmation)
	if err != nil {
		return r, err
	}
	if a.Line >= len(r.Cards) {
		return r, fmt.Errorf("reading a card: line %d of %d", a.Line, len(r.Cards))
	}
	r.Cards = slices.Clone(r.Cards)
	r.Cards[a.Line] = confirm.Card(a)
	return r, nil
}

// move is the commit that brings an Action to a state, its card with it.
func (j *job) move(ctx context.Context, a confirm.Action, state confirm.State, o confirm.Outcome) (confirm.Action, store.Commit, error) {
	var c store.Commit
	a, t, err := a.To(state, o)
	if err != nil {
		return a, c, err
	}
	r, err := j.card(ctx, a)
	if err != nil {
		return a, c, err
	}
	wanted, err := j.bot.Wanted(j.lease.Conversation, r, a.Owner)
	if err != nil {
		return a, c, err
	}
	c.Actions, c.Replies = []store.Transition{t}, []store.Reply{wanted}
	audit := map[string]string{
		"what": string(state), "member": a.Member, "plugin": a.Call.Plugin, "operation": a.Call.Operation, "action": a.ID, "digest": a.Call.Digest,
	}
	var from []string
	for _, o := range a.Call.From {
		from = append(from, o.Plugin)
	}
	if len(from) > 0 {
		audit["data_from"] = strings.Join(from, " ")
	}
	if a.Lasting {
		audit["leave"] = "conversation"
	}
	c.Audits = []store.Audit{j.bot.Audit(j.pool.Now(), a.Place, audit)}
	return a, c, nil
}

// cancelNow decides a Cancel while a turn of the conversation runs. Its outcome is
// told to the model when the event comes up.
func (j *job) cancelNow(ctx context.Context, e store.Event, press chat.Event) error {
	p, _, err := bot.ReadButton(ctx, j.pool.Store, press.Press.Button)
	if err != nil || p.Do != bot.DoCancel {
		return err
	}
	stored, err := j.pool.Store.Action(ctx, p.Action)
	if err != nil {
		return err
	}
	a, err := confirm.Read(stored)
	if err != nil {
		return err
	}
	if _, err := confirm.Decide(a, confirm.Press{Event: e.ID, Member: press.Member, At: e.Ingested}); err != nil {
		return nil //nolint:nilerr // the presser is told when the event comes up
	}
	a.By = e.ID
	_, c, err := j.move(ctx, a, confirm.Denied, confirm.Outcome{Line: cancelledLine})
	if err != nil {
		return err
	}
	if err := j.write(c, nil, nil); err != nil && !errors.Is(err, store.ErrConflict) {
		return err
	}
	return nil
}
