package turn

import (
	"context"
	"errors"
	"fmt"

	"aidesk/bots/bot"
	"aidesk/bots/command"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
	"aidesk/store"
)

// askLogin begins the login that an Action waits for, and writes the Action with its card,
// which goes to its member alone.
func (t *Turn) askLogin(ctx context.Context, c *store.Commit, a confirm.Action) error {
	on, _, err := t.Bot.Plugins.Enabled(ctx, a.Place, a.Member)
	if err != nil {
		return err
	}
	p := pluginOf(on, a.Call)
	if p == nil {
		return fmt.Errorf("beginning a login: %s is not enabled", a.Call.Plugin)
	}
	begun, link, err := command.BeginLogin(ctx, &t.Exchange, p, chat.Member{ID: a.Member, Name: a.Name})
	if err != nil {
		return err
	}
	a.Login = &confirm.Login{Connection: begun.ID, Link: link, Host: command.LoginHost(p)}
	r := chat.Reply{
		ID: chat.Key(t.ReplyID, "login", a.ID), Place: a.Place, To: a.Member, Private: true, Answers: bot.MessageID(t.Event),
		Text: bot.Paragraph(fmt.Sprintf(textWantsLogin, markdown.Line(p.Human(), 50))),
	}
	a.Confirmation, a.Line = r.ID, 0
	if err := park(ctx, &t.Exchange, c, &r, a); err != nil {
		return err
	}
	wanted, err := t.Bot.WantedReply(t.Conversation, r, t.Owner())
	c.Replies = append(c.Replies, wanted)
	return err
}

// connect ends a login with what its member typed, and goes on with the call that waited for
// it: a read is sent, and a call with effect gets a card that names the account.
func (t *Turn) connect(ctx context.Context, what command.Form) error {
	connected, refused, err := command.FinishLogin(ctx, &t.Exchange, what)
	if err != nil || refused != "" {
		if err == nil {
			err = t.Note(ctx, refused)
		}
		return err
	}
	if what.Button.Action == "" {
		return t.ReplyPrivately(store.Commit{Audits: connected.Audits}, bot.Paragraph(connected.Said))
	}
	d := t.decision()
	a, err := d.action(ctx, what.Button.Action)
	if errors.Is(err, store.ErrNotFound) || err == nil && a.State != confirm.Waiting && a.By != d.press.ID {
		return t.ReplyPrivately(store.Commit{Audits: connected.Audits}, bot.Paragraph(connected.Said))
	}
	if err != nil {
		return err
	}
	if a.By == d.press.ID { // this very form went on already: go on where the last commit ended
		return d.resume(ctx, a)
	}
	d.audits = connected.Audits
	t.Event.Place = a.Place
	member, ok, err := t.Speaker(ctx)
	if err != nil || !ok {
		return err
	}
	on, _, err := t.Bot.Plugins.Enabled(ctx, a.Place, a.Member)
	if err != nil {
		return err
	}
	p := pluginOf(on, a.Call)
	o, missing := (*openapi.Operation)(nil), true
	if p != nil && p.Version == a.Call.Version {
		o, _ = p.Operation(a.Call.Operation)
	}
	if o != nil {
		if missing, err = t.Bot.Plugins.Bind(ctx, a.Place, member, p, o, &a.Call); err != nil {
			return err
		}
	}
	if missing {
		return d.closeUnsent(ctx, a, confirm.Replaced, textConnectedAskAgain, t.events)
	}
	may, _, err := t.Bot.Plugins.Judge(ctx, plugin.Ask{Place: a.Place, Member: member, Call: a.Call, Enabled: on, Bound: true})
	if err != nil {
		return err
	}
	switch {
	case may.Denied():
		return d.closeUnsent(ctx, a, confirm.Denied, may.Reason+textNothingSent, t.events)
	case may.Asks():
		return t.askWithAccount(ctx, d, a, o.Arguments(a.Call.Args), connected)
	}
	return d.execute(ctx, a)
}

// askWithAccount asks about a call with effect once its account is connected, on a card of its
// own: where the question was asked, or for its member alone if its values are theirs. The
// Action that waited for the login is replaced.
func (t *Turn) askWithAccount(ctx context.Context, d *decision, a confirm.Action, arguments []openapi.Argument, connected command.Connected) error {
	if err := confirm.Fits(a.Call, arguments); err != nil {
		return d.closeUnsent(ctx, a, confirm.Denied, fmt.Sprintf(textNotAsked, err), t.events)
	}
	a.By = t.events[0].ID
	old, c, err := t.worker.cards.moveTo(ctx, a, confirm.Replaced, confirm.Outcome{Line: connected.Said})
	if err != nil {
		return err
	}
	c.Audits = append(c.Audits, connected.Audits...)
	r := t.NewReply(markdown.New())
	if a.Private && !r.Place.Direct {
		t.makePrivate(&r)
	}
	next := confirm.AfterLogin(old, arguments, r.ID, bot.NewID, t.Now())
	if err := park(ctx, &t.Exchange, &c, &r, next); err != nil {
		return err
	}
	return t.Reply(c, r)
}

// runAfterLogin parks the call of an operation that a member chose by name until they have
// connected the account that it needs.
func (t *Turn) runAfterLogin(ctx context.Context, m chat.Member, p *plugin.Plugin, call plugin.Call, line, tool string) error {
	why, err := command.NoLogin(ctx, &t.Exchange, p)
	if err != nil {
		return err
	}
	if why != "" {
		return t.Note(ctx, command.CannotConnect(p, why))
	}
	a := confirm.NewLogin(call, bot.NewID, t.Now())
	a.Conversation, a.Place, a.Member, a.Name, a.Owner = t.Conversation, t.Event.Place, m.ID, m.Name, t.Bot.Owner(t.Event.Place, m.ID)
	a.CallID, a.Tool = a.ID, tool
	return t.answer(ctx, store.Commit{}, agent.Answer{
		Text:    markdown.New(markdown.Paragraph(markdown.Text(fmt.Sprintf(textConnectFirst, p.Human())))),
		Entries: agent.FormEntries(m.Name, line), Parked: []confirm.Action{a},
	})
}
