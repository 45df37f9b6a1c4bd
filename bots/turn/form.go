package turn

import (
	"context"
	"errors"
	"fmt"

	"aidesk/bots/admin"
	"aidesk/bots/admin/rule"
	"aidesk/bots/bot"
	"aidesk/bots/command"
	"aidesk/bots/grants"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/plugin"
	"aidesk/store"
)

// maxDeclined is how many characters are shown of why somebody declined.
const maxDeclined = 300

// form works a filled-in form by what it was opened for.
func (t *Turn) form(ctx context.Context) error {
	what, err := command.FindForm(ctx, t.Store, t.Bot, t.Event.Place, t.Event.Member, t.Event.Filled.Form)
	if fault := bot.FormFault(""); errors.As(err, &fault) {
		return t.Note(ctx, string(fault))
	}
	if err != nil {
		return err
	}
	if what.Button.Do == bot.DoCode {
		return t.connect(ctx, what)
	}
	if what.Button.Do == bot.DoLogin {
		return admin.SetLogin(ctx, &t.Exchange, what.Plugin, what.Button)
	}
	if what.Button.Do == bot.DoRules {
		return rule.Set(ctx, &t.Exchange, what.Button)
	}
	if what.Button.Do == bot.DoAdd {
		return admin.Register(ctx, &t.Exchange, *what.Button.Plan)
	}
	if what.Button.Do == bot.DoLoosen {
		return grants.Propose(ctx, &t.Exchange, what.Action)
	}
	if what.Button.Do == bot.DoDecline {
		return t.decision().second(ctx, what.Button, command.Reason(t.Event.Filled.Values, maxDeclined))
	}
	if what.Button.Do == bot.DoRate {
		return t.rate(ctx, what.Button, false, command.Reason(t.Event.Filled.Values, bot.MaxRatingWords))
	}
	call, err := what.Call(t.Event.Filled.Values)
	if err != nil {
		return t.Note(ctx, err.Error())
	}
	if what.Button.Do == bot.DoEdit {
		return t.edit(ctx, what, call)
	}
	return t.run(ctx, what, call)
}

// edit replaces an Action that waits by one with the values of the form.
func (t *Turn) edit(ctx context.Context, what command.Form, call plugin.Call) error {
	op, _ := what.Plugin.Operation(what.Operation)
	arguments := op.Arguments(call.Args)
	if err := confirm.Fits(call, arguments); err != nil {
		return t.Note(ctx, fmt.Sprintf(textNotAsked, err))
	}
	member, ok, err := t.Speaker(ctx)
	if err != nil || !ok {
		return err
	}
	missing, err := t.Bot.Plugins.Bind(ctx, what.Action.Place, member, what.Plugin, op, &call)
	if err != nil {
		return err
	}
	if missing {
		return t.Note(ctx, fmt.Sprintf(textConnectFirst, what.Plugin.Human()))
	}
	old, c, err := t.worker.cards.moveTo(ctx, what.Action, confirm.Replaced, confirm.Outcome{Line: textEdited})
	if err != nil {
		return err
	}
	a := confirm.Edit(old, call, arguments, bot.NewID, t.Now())
	r, err := t.worker.cards.card(ctx, a)
	if err != nil {
		return err
	}
	c.Replies = c.Replies[1:] // the card is shown once, as it becomes
	var none chat.Reply
	if err := park(ctx, &t.Exchange, &c, &none, a); err != nil {
		return err
	}
	return t.Reply(c, r)
}

// run makes the call of an operation that a member chose by name. A read is sent at once,
// and the model words its result; a call that needs an approval gets a card.
func (t *Turn) run(ctx context.Context, what command.Form, call plugin.Call) error {
	member, ok, err := t.Speaker(ctx)
	if err != nil || !ok {
		return err
	}
	op, _ := what.Plugin.Operation(what.Operation)
	agreed, err := t.Bot.Plugins.Agreed(ctx, t.Event.Place, member.ID)
	if err != nil {
		return err
	}
	call.First, call.FirstUse = agreed.First(what.Plugin, op), agreed.FirstUse(what.Plugin, call)
	missing, err := t.Bot.Plugins.Bind(ctx, t.Event.Place, member, what.Plugin, op, &call)
	if err != nil {
		return err
	}
	decision, _, err := t.Bot.Plugins.Judge(ctx, plugin.Ask{Place: t.Event.Place, Member: member, Call: call, Bound: true})
	if err != nil {
		return err
	}
	line, tool := agent.Typed(what.Plugin, op, call.Args)
	switch {
	case decision.Denied():
		return t.Note(ctx, decision.Reason)
	case missing:
		return t.runAfterLogin(ctx, member, what.Plugin, call, line, tool)
	case decision.Asks():
		arguments := op.Arguments(call.Args)
		if err := confirm.Fits(call, arguments); err != nil {
			return t.Note(ctx, fmt.Sprintf(textNotAsked, err))
		}
		a := confirm.New(call, arguments, bot.NewID, t.Now().Add(confirm.Life))
		a.Confirmation, a.Conversation, a.Place = t.ReplyID, t.Conversation, t.Event.Place
		a.Member, a.Name, a.Owner = member.ID, member.Name, t.Bot.Owner(t.Event.Place, member.ID)
		a.CallID, a.Tool = a.ID, tool
		return t.answer(ctx, store.Commit{}, agent.Answer{Entries: agent.FormEntries(member.Name, line), Parked: []confirm.Action{a}})
	}
	if over := t.count(ctx, member); over != nil {
		return t.overLimit(ctx, member, line, over)
	}
	t.Progress(ctx, fmt.Sprintf(textAsking, what.Plugin.Human()))
	defer t.Progress(ctx, "")
	got, err := t.Bot.Plugins.Send(ctx, t.Event.Place, what.Plugin, call)
	if err != nil {
		return t.Note(ctx, err.Error()+".")
	}
	t.quota.called(what.Plugin.ID)
	var c store.Commit
	if err := appendEntries(&c, t.Owner(), agent.CommandEntries(member.Name, t.Owner(), line, tool, call, got)...); err != nil {
		return err
	}
	t.work.Entries = append(t.work.Entries, c.Entries...)
	answer, err := t.ask(ctx, member, agent.Turn{Links: got.Links})
	if err != nil {
		told, ok := agent.ErrorLine(err)
		if over := t.quota.limitReached(); over != nil {
			told, err = t.quota.limitText(member, over)
			ok = err == nil
		}
		if !ok {
			return err
		}
		t.quota.settle(&c)
		return t.Say(c, told)
	}
	return t.answer(ctx, c, answer)
}
