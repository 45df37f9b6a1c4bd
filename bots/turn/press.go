package turn

import (
	"context"
	"errors"
	"fmt"

	"aidesk/bots/admin"
	"aidesk/bots/admin/registry"
	"aidesk/bots/bot"
	"aidesk/bots/command"
	"aidesk/bots/grants"
	"aidesk/bots/schedule"
	"aidesk/bots/second"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/store"
)

// press works a press of a button by what the button stands for.
func (t *Turn) press(ctx context.Context) error {
	p, b, err := bot.ReadButton(ctx, t.Store, t.Event.Press.Button)
	if errors.Is(err, store.ErrNotFound) {
		return t.Note(ctx, textButtonUnknown)
	}
	if err != nil {
		return err
	}
	if p.List == bot.HomeList {
		t.RefreshHome()
	}
	switch {
	case p.Do == bot.DoApprove || p.Do == bot.DoAllow || p.Do == bot.DoCancel || p.Do == bot.DoAgain:
		return t.decision().decide(ctx, p)
	case p.Do == bot.DoRequest:
		return t.decision().showRequest(ctx, p)
	case p.Do == bot.DoSecond || p.Do == bot.DoLook:
		return t.decision().second(ctx, p, "")
	case p.Member != "" && p.Member != t.Event.Member:
		return t.Note(ctx, textButtonOthers)
	case !t.events[0].Ingested.Before(b.Until):
		return t.Note(ctx, textButtonOld)
	case p.Do == bot.DoSay:
		t.Sources = b.Sources
		t.Event.Message = &chat.Message{Text: p.Say}
		return t.message(ctx)
	case p.Do == bot.DoAsk: // nobody sees there what was asked
		t.notes = []string{fmt.Sprintf(textAskedHome, p.Say)}
		t.Event.Place, t.Event.Message = *p.Place, &chat.Message{Text: p.Say}
		return t.message(ctx)
	case p.Do == bot.DoShare:
		return share(ctx, &t.Exchange, p, b.ID)
	case p.Do == bot.DoRate:
		return t.rate(ctx, p, true, "")
	case p.Do == bot.DoForget:
		return command.Forget(ctx, &t.Exchange)
	case p.Do == bot.DoReview:
		return registry.Approve(ctx, &t.Exchange, *p.Plan)
	case p.Do == bot.DoSchedule:
		return schedule.Press(ctx, &t.Exchange, p)
	case p.Do == bot.DoAudit:
		return admin.OlderAudit(ctx, &t.Exchange, p)
	case p.Do == bot.DoWaiting:
		return registry.PressReview(ctx, &t.Exchange, p)
	case p.Do == bot.DoRemove:
		return registry.PressRemove(ctx, &t.Exchange, p)
	case p.Do == bot.DoFreeze:
		return registry.PressFreeze(ctx, &t.Exchange, p)
	case p.Do == bot.DoRevoke:
		return admin.Revoke(ctx, &t.Exchange, p)
	case p.Do == bot.DoDisconnect:
		return command.Disconnect(ctx, &t.Exchange, p.Plugin)
	case p.Do == bot.DoWithdraw:
		return command.Withdraw(ctx, &t.Exchange, p)
	case p.Do == bot.DoSwitch && p.Say != "":
		t.Sources = b.Sources
		return t.enableAndAsk(ctx, p)
	case p.Do == bot.DoSwitch:
		return command.Switch(ctx, &t.Exchange, p)
	case p.Do == bot.DoGrant:
		return grants.Make(ctx, &t.Exchange, p, t.events[0].ID)
	case p.Do == bot.DoUngrant:
		return grants.Revoke(ctx, &t.Exchange, p)
	case p.Do == bot.DoOpen:
		return grants.OpenDeleting(ctx, &t.Exchange, p)
	case p.Do == bot.DoEdit || p.Do == bot.DoRun || p.Do == bot.DoAdd || p.Do == bot.DoCode || p.Do == bot.DoLogin || p.Do == bot.DoLoosen || p.Do == bot.DoRules || p.Do == bot.DoDecline:
		return t.Note(ctx, textButtonForm)
	default:
		return fmt.Errorf("a button does %q", p.Do)
	}
}

// enableAndAsk enables a plugin and asks the question again with which it was offered.
func (t *Turn) enableAndAsk(ctx context.Context, p bot.ButtonAction) error {
	c, said, err := command.Enable(ctx, &t.Exchange, p)
	if err != nil || said == "" {
		return err
	}
	if err := t.save(c, nil); err != nil {
		return err
	}
	t.notes, t.Event.Message = []string{said}, &chat.Message{Text: p.Say}
	return t.message(ctx)
}

// decision is a press on a card, and all that follows from it.
type decision struct {
	*bot.Exchange
	cards

	press   store.Event
	presser string        // who pressed; empty: nobody, a timer went off
	pressed chat.Place    // where
	turn    *Turn         // which goes on with the outcome
	audits  []store.Audit // of what came before, for the first commit
	member  chat.Member   // whose Action it is, once they were read
}

// decision makes the decision of the event that is worked.
func (t *Turn) decision() *decision {
	return &decision{Exchange: &t.Exchange, cards: t.worker.cards, press: t.events[0], presser: t.Event.Member, pressed: t.Event.Place, turn: t}
}

// decide works the press: it is refused, cancels the Action, or has it carried out.
func (d *decision) decide(ctx context.Context, p bot.ButtonAction) error {
	a, err := d.action(ctx, p.Action)
	if err != nil {
		return err
	}
	if a.By == d.press.ID { // this very press decided already: go on where the last commit ended
		return d.resume(ctx, a)
	}
	if p.Do == bot.DoAgain {
		return d.askAgain(ctx, a)
	}
	state, err := confirm.Decide(a, confirm.Press{Event: d.press.ID, Member: d.Event.Member, At: d.press.Ingested, Yes: p.Do != bot.DoCancel})
	if refusal := (*confirm.Refusal)(nil); errors.As(err, &refusal) {
		if refusal.Late {
			if err := d.closeUnsent(ctx, a, confirm.Expired, textExpired, nil); err != nil {
				return err
			}
		}
		return d.Note(ctx, refusal.Reason)
	}
	if err != nil {
		return err
	}
	if state == confirm.Denied {
		return d.closeUnsent(ctx, a, confirm.Denied, cancelledBy(a), d.turn.events)
	}
	a.Lasting = p.Do == bot.DoAllow
	return d.execute(ctx, a)
}

// cancelledBy says that the member of an Action cancelled it; others read who that is.
func cancelledBy(a confirm.Action) string {
	if a.Place.Direct || a.Private || a.Name == "" {
		return textCancelled
	}
	return fmt.Sprintf(textCancelledBy, markdown.Line(a.Name, 50))
}

// showRequest shows in private all that an Action's call sends, to those who may decide about it.
func (d *decision) showRequest(ctx context.Context, p bot.ButtonAction) error {
	a, err := d.action(ctx, p.Action)
	if errors.Is(err, store.ErrNotFound) {
		return d.Note(ctx, textButtonUnknown)
	}
	if err != nil {
		return err
	}
	if a.Member != d.presser {
		m, err := d.Adapter.Member(ctx, a.Place, d.presser)
		if err != nil {
			if o := d.PlatformOutage(err); o != nil {
				return o
			}
			return d.Note(ctx, textCannotCheck)
		}
		rule, err := second.Rule(ctx, d.Exchange, a)
		if err != nil {
			return err
		}
		if a.Second == nil || !second.MayApprove(a, rule, m) {
			return d.Note(ctx, textNotYours)
		}
	}
	r := d.NewReply(markdown.New(markdown.Code("", markdown.Visible(confirm.Request(a)))))
	r.Private = true
	wanted, err := d.Bot.WantedReply(d.Conversation, r, a.Owner) // it goes with what is forgotten of who asked
	if err != nil {
		return err
	}
	return d.Commit(store.Commit{Replies: []store.Reply{wanted}})
}
