package turn

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/second"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/store"
)

// lookAfter is when it is looked whether one of those who were asked may still approve.
var lookAfter = []time.Duration{time.Hour, 4 * time.Hour, 12 * time.Hour}

// askSecond asks for the second approval of an Action that its member has just approved. waits
// says that the event is done with that; else the Action may go as it is returned.
func (d *decision) askSecond(ctx context.Context, a confirm.Action) (_ confirm.Action, waits bool, err error) {
	rule, err := second.Rule(ctx, d.Exchange, a)
	if err != nil {
		return a, true, err
	}
	if len(rule.Approvers) == 0 { // none is wanted any more
		a.Second = nil
		return a, false, nil
	}
	named, away := second.Approvers(ctx, d.Exchange, a, rule)
	if o := d.PlatformOutage(away); o != nil {
		return a, true, o
	}
	if !a.Second.Named(named) {
		return a, true, d.renew(ctx, a)
	}
	var asked []string
	for _, o := range named {
		if !o.Role && !o.Away {
			asked = append(asked, o.ID)
		}
	}
	if len(asked) == 0 && (!slices.ContainsFunc(named, func(o confirm.Approver) bool { return o.Role }) || a.Place.Direct || a.Private) {
		return a, true, d.Note(ctx, textNobodyToAsk)
	}
	a, t, err := a.ToHalfway(asked, d.pressed, d.Now())
	if err != nil {
		return a, true, err
	}
	var c store.Commit
	if err := d.show(ctx, &c, a, t); err != nil {
		return a, true, err
	}
	for i, due := range append(slices.Clone(lookAfter), confirm.SecondLife) {
		if err := addTimer(d.Exchange, &c, a, chat.Key(d.Bot.Name, "expire", a.ID, "second", strconv.Itoa(i)), a.Second.Since.Add(due)); err != nil {
			return a, true, err
		}
	}
	return a, true, d.Commit(c)
}

// renew replaces the card of an Action, since others must approve it than it says: its member
// decides again, knowing who will see it.
func (d *decision) renew(ctx context.Context, a confirm.Action) error {
	a.By = d.press.ID
	old, c, err := d.moveTo(ctx, a, confirm.Replaced, confirm.Outcome{Line: textRenewed})
	if err != nil {
		return err
	}
	next := confirm.Renew(old, bot.NewID, d.Now())
	var shown chat.Reply
	if err := park(ctx, d.Exchange, &c, &shown, next); err != nil {
		return err
	}
	r, err := bot.ReadReply(ctx, d.Store, old.Confirmation)
	if err != nil {
		return err
	}
	if old.Line < len(r.Cards) {
		r.Cards[old.Line] = shown.Cards[0]
	}
	wanted, err := d.Bot.WantedReply(d.Conversation, r, old.Owner)
	if err != nil {
		return err
	}
	c.Replies[0] = wanted
	if err := d.turn.save(c, nil); err != nil {
		return err
	}
	return d.Note(ctx, textRenewed)
}

// second works a press of somebody who is no part of the request: the second approval, its
// refusal for a reason, or the wish to see the card. What they may is read anew.
func (d *decision) second(ctx context.Context, p bot.ButtonAction, reason string) error {
	a, err := d.action(ctx, p.Action)
	if errors.Is(err, store.ErrNotFound) {
		return d.Note(ctx, textButtonUnknown)
	}
	if err != nil {
		return err
	}
	if a.By == d.press.ID { // this very press decided already: go on where the last commit ended
		return d.resume(ctx, a)
	}
	m, err := d.Adapter.Member(ctx, a.Place, d.presser)
	if err != nil {
		if o := d.PlatformOutage(err); o != nil {
			return o
		}
		d.Logger.WarnContext(ctx, "member cannot be read", "error", err)
		return d.Note(ctx, textCannotCheck)
	}
	rule, err := second.Rule(ctx, d.Exchange, a)
	if err != nil {
		return err
	}
	press := confirm.Press{Event: d.press.ID, Member: m.ID, At: d.press.Ingested, Yes: p.Do != bot.DoDecline}
	state, err := confirm.DecideSecond(a, press, second.MayApprove(a, rule, m))
	if refusal := (*confirm.Refusal)(nil); errors.As(err, &refusal) {
		if refusal.Late {
			if err := d.closeUnsent(ctx, a, confirm.Expired, fmt.Sprintf(textSecondExpired, a.Second.Names()), nil); err != nil {
				return err
			}
		}
		return d.Note(ctx, refusal.Reason)
	}
	if err != nil {
		return err
	}
	if p.Do == bot.DoLook {
		return d.showSecond(ctx, a, m)
	}
	m.Name = markdown.Line(m.Name, 50)
	a, d.pressed = a.Seconded(m), a.Second.Pressed // the turn goes on where its member is
	line := audit.Line{Action: "call.seconded", Actor: audit.Actor{Kind: audit.Member, ID: m.ID}, Targets: auditTargets(a), Call: a.ID, Digest: a.Call.Digest}
	if state == confirm.Denied {
		line.Action = "call.declined"
	}
	line.Targets = append(line.Targets, audit.Target{Kind: audit.OfMember, ID: a.Member})
	d.audits = append(d.audits, d.Bot.Audit(d.Now(), a.Place, line))
	if state == confirm.Denied {
		return d.closeUnsent(ctx, a, confirm.Denied, confirm.Declined(m.Name, reason), d.turn.events)
	}
	asker, err := d.Adapter.Member(ctx, a.Place, a.Member)
	if err == nil { // else it is asked for once more below, and told
		if passed := a.DatePassed(d.Now(), asker.Location()); passed != "" {
			return d.closeUnsent(ctx, a, confirm.Expired, passed, d.turn.events)
		}
	}
	return d.execute(ctx, a)
}

// showSecond sends the card to a member with a role that may approve.
func (d *decision) showSecond(ctx context.Context, a confirm.Action, m chat.Member) error {
	if slices.Contains(a.Second.Asked, m.ID) {
		return d.Note(ctx, textCardSentBefore)
	}
	if len(a.Second.Asked) >= second.MostApprovers {
		return d.Note(ctx, textEnoughAsked)
	}
	a = a.WithAsked(append(slices.Clone(a.Second.Asked), m.ID))
	t, err := a.Keep()
	if err != nil {
		return err
	}
	cards := second.Cards(a)
	wanted, err := d.Bot.WantedReply(d.Conversation, cards[len(cards)-1], a.Owner)
	if err != nil {
		return err
	}
	if err := d.turn.save(store.Commit{Actions: []store.Transition{t}, Replies: []store.Reply{wanted}}, nil); err != nil {
		return err
	}
	return d.Note(ctx, textCardSent)
}

// lookAtSecond closes an Action for which nobody is left who may give the second approval,
// long before its time is over.
func (d *decision) lookAtSecond(ctx context.Context, a confirm.Action) error {
	rule, err := second.Rule(ctx, d.Exchange, a)
	if err != nil {
		return err
	}
	left := slices.ContainsFunc(a.Second.Approvers, func(o confirm.Approver) bool { return o.Role && slices.Contains(rule.Approvers, o.ID) })
	for _, id := range a.Second.Asked {
		m, err := d.Adapter.Member(ctx, a.Place, id)
		// In doubt somebody is left: nothing is sent meanwhile.
		left = left || err == nil && second.MayApprove(a, rule, m) || err != nil && !errors.Is(err, chat.ErrNoMember)
	}
	if left {
		return d.Commit(store.Commit{})
	}
	return d.closeUnsent(ctx, a, confirm.Expired, textNobodyLeft, d.turn.events)
}

// askerTold reports whether tellAsker says what becomes of an Action.
func (d *decision) askerTold(a confirm.Action) bool {
	return a.Second != nil && !a.Second.Since.IsZero() && d.presser != a.Member
}

// tellAsker adds to c the line that says, where a request was made, what became of it, if
// somebody else decided: nobody looks at a card for hours.
func (d *decision) tellAsker(c *store.Commit, a confirm.Action) error {
	if !d.askerTold(a) {
		return nil
	}
	r := chat.Reply{ID: chat.Key("seconded", a.ID), Place: a.Place, To: a.Member, Private: a.Private && !a.Place.Direct, Answers: a.Message, Text: bot.Paragraph(a.Outcome.Line)}
	wanted, err := d.Bot.WantedReply(d.Conversation, r, a.Owner)
	c.Replies = append(c.Replies, wanted)
	return err
}

// secondUnshown notes that a card cannot be shown to one who was asked for the second approval.
// It says whether the reply was such a card. Where nobody else was asked, the Action is closed.
func (t *Turn) secondUnshown(ctx context.Context, r chat.Reply) (bool, error) {
	for _, a := range t.waiting {
		if a.State != confirm.Halfway || !slices.Contains(a.Second.Asked, r.To) || r.ID != second.ReplyID(a.ID, r.To) {
			continue
		}
		a = a.WithAsked(slices.DeleteFunc(slices.Clone(a.Second.Asked), func(id string) bool { return id == r.To }))
		if len(a.Second.Asked) == 0 && !a.Second.HasRoles() {
			d := t.decision()
			d.presser = ""
			return true, d.closeUnsent(ctx, a, confirm.Expired, textNobodyReached, t.events)
		}
		kept, err := a.Keep()
		if err != nil {
			return true, err
		}
		return true, t.Commit(store.Commit{Actions: []store.Transition{kept}})
	}
	return false, nil
}
