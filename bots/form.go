package bots

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"aidesk/bots/bot"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/plugin"
	"aidesk/store"
)

// runForm begins the id of a form that a command opened: it stands for an operation
// by its name and gives nobody a right that they do not have.
const runForm = "run:"

// faultForm says to a member why a form does not open.
type faultForm string

func (f faultForm) Error() string { return string(f) }

// opened is what a form is for.
type opened struct {
	bot.ButtonAction
	plugin    *plugin.Plugin
	operation string
	args      json.RawMessage
	action    confirm.Action
}

// open finds out what a form's id stands for, and that this member may fill it in.
// The error is a faultForm where the member is told.
func (d *Desk) open(ctx context.Context, b *bot.Bot, place chat.Place, member, form string) (opened, error) {
	var o opened
	if word, ok := strings.CutPrefix(form, runForm); ok {
		o.ButtonAction = bot.ButtonAction{Do: bot.DoRun, Member: member}
		name, operation, _ := strings.Cut(word, ".")
		return o, o.resolve(ctx, b, place, name, operation)
	}
	p, _, err := bot.ReadButton(ctx, d.Store, form)
	if errors.Is(err, store.ErrNotFound) {
		return o, faultForm("I no longer know this form. Ask again.")
	}
	if err != nil {
		return o, err
	}
	if o.ButtonAction = p; p.Member != member {
		return o, faultForm("This form is for somebody else.")
	}
	switch p.Do {
	case bot.DoAdd:
		return o, nil
	case bot.DoRun:
		o.args = p.Args
		return o, o.resolve(ctx, b, place, p.Plugin, p.Operation)
	case bot.DoEdit:
		stored, err := d.Store.Action(ctx, p.Action)
		if err != nil {
			return o, faultForm("I no longer know this card. Ask again.")
		}
		if o.action, err = confirm.Read(stored); err != nil {
			return o, err
		}
		if o.action.State != confirm.Waiting {
			return o, faultForm("This is already decided. Ask again.")
		}
		o.args = o.action.Call.Args
		return o, o.resolve(ctx, b, o.action.Place, o.action.Call.Plugin, o.action.Call.Operation)
	default:
		return o, faultForm("This opens no form.")
	}
}

// resolve finds the operation among the plugins that are enabled for the member.
func (o *opened) resolve(ctx context.Context, b *bot.Bot, place chat.Place, name, operation string) error {
	on, off, err := b.Plugins.Enabled(ctx, place, o.Member)
	if err != nil {
		return err
	}
	is := func(p *plugin.Plugin) bool { return strings.EqualFold(p.Name, name) || p.ID == name }
	if slices.ContainsFunc(off, is) {
		return faultForm(fmt.Sprintf("%s is not enabled for you. Enable it with /plugins enable %s.", name, name))
	}
	at := slices.IndexFunc(on, is)
	if at < 0 {
		return faultForm(fmt.Sprintf("There is no plugin “%s” here. /plugins shows those that there are.", name))
	}
	for _, op := range on[at].Usable() {
		if strings.EqualFold(op.ID, operation) {
			o.plugin, o.operation = on[at], op.ID
			return nil
		}
	}
	return faultForm(fmt.Sprintf("%s cannot do “%s”. /plugins info %s shows what it can.", on[at].Human(), operation, on[at].Name))
}

// call makes the call that a filled-in form stands for.
func (o *opened) call(values map[string]string) (plugin.Call, error) {
	args, err := plugin.FormArgs(values)
	if err != nil {
		return plugin.Call{}, err
	}
	op, _ := o.plugin.Operation(o.operation)
	return o.plugin.Call(op, args)
}

// Form gives the form that a press or a command opens.
func (d *door) Form(ctx context.Context, o chat.Opening) (chat.Form, error) {
	form := o.Button
	if o.Command != nil {
		form = runForm + o.Command.Options[optionOperation]
	}
	what, err := d.desk.open(ctx, d.bot, o.Place, o.Member, form)
	if err != nil {
		return chat.Form{}, err
	}
	if what.Do == bot.DoAdd {
		return d.adminForm(ctx, form, *what.Plan)
	}
	op, _ := what.plugin.Operation(what.operation)
	f := plugin.Form(form, what.plugin, op, what.args)
	if what.Do == bot.DoEdit {
		f.Submit = "Show the card"
	}
	return f, nil
}

// Check judges a filled-in form as a model's arguments are judged.
func (d *door) Check(ctx context.Context, e chat.Event) ([]chat.Fault, error) {
	what, err := d.desk.open(ctx, d.bot, e.Place, e.Member, e.Filled.Form)
	if err != nil {
		return nil, err
	}
	if what.Do == bot.DoAdd {
		return d.adminCheck(ctx, *e.Filled, *what.Plan)
	}
	if _, err = what.call(e.Filled.Values); err != nil {
		return []chat.Fault{{Input: plugin.InputOf(err), Message: plugin.FaultOf(err)}}, nil
	}
	return nil, nil
}

// form works a filled-in form.
func (s *step) form(ctx context.Context) error {
	what, err := s.desk.open(ctx, s.Bot, s.Event.Place, s.Event.Member, s.Event.Filled.Form)
	if fault := faultForm(""); errors.As(err, &fault) {
		return s.Note(ctx, string(fault))
	}
	if err != nil {
		return err
	}
	if what.Do == bot.DoAdd {
		return s.register(ctx, *what.Plan)
	}
	call, err := what.call(s.Event.Filled.Values)
	if err != nil {
		return s.Note(ctx, err.Error())
	}
	if what.Do == bot.DoEdit {
		return s.edit(ctx, what, call)
	}
	return s.run(ctx, what, call)
}

// edit puts an Action with the member's values in the place of the one that waits.
func (s *step) edit(ctx context.Context, what opened, call plugin.Call) error {
	old, c, err := s.move(ctx, what.action, confirm.Replaced, confirm.Outcome{Line: "Edited: see the card with the new values."})
	if err != nil {
		return err
	}
	op, _ := what.plugin.Operation(what.operation)
	a := confirm.Edit(old, call, op.Arguments(call.Args), bot.NewID, s.Now())
	r, err := s.card(ctx, a)
	if err != nil {
		return err
	}
	c.Replies = nil
	var none chat.Reply
	if err := s.parkOne(&c, &none, a); err != nil {
		return err
	}
	return s.Reply(c, r)
}

// run makes a call that a member asked for by name. A read is sent, and the model
// tells its result; what needs an approval gets its card.
func (s *step) run(ctx context.Context, what opened, call plugin.Call) error {
	member, ok, err := s.Speaker(ctx)
	if err != nil || !ok {
		return err
	}
	op, _ := what.plugin.Operation(what.operation)
	decision := plugin.Decide([]*plugin.Plugin{what.plugin}, member, call)
	line, tool := agent.Typed(what.plugin, op, call.Args)
	switch {
	case decision.Denied():
		return s.Note(ctx, decision.Reason)
	case decision.Asks():
		a := confirm.New(call, op.Arguments(call.Args), bot.NewID, s.Now())
		a.Confirmation, a.Conversation, a.Place = s.ReplyID, s.Conversation, s.Event.Place
		a.Member, a.Name, a.Owner = member.ID, member.Name, s.Bot.Owner(s.Event.Place, member.ID)
		a.CallID, a.Tool = a.ID, tool
		return s.answer(ctx, store.Commit{}, agent.Answer{Entries: agent.Asked(member.Name, line), Parked: []confirm.Action{a}})
	}
	if over := s.count(ctx); over != nil {
		return s.overLimit(ctx, member, line, over)
	}
	s.Progress(ctx, "asking "+what.plugin.Human()+"…")
	defer s.Progress(ctx, "")
	got, err := s.Bot.Plugins.Send(ctx, what.plugin, call)
	if err != nil {
		return s.Note(ctx, err.Error()+".")
	}
	var c store.Commit
	if err := s.entries(&c, agent.Ran(member.Name, line, tool, call, got)...); err != nil {
		return err
	}
	s.work.Entries = append(s.work.Entries, c.Entries...)
	answer, err := s.ask(ctx, member, agent.Turn{Links: got.Links})
	if err != nil {
		told, ok := agent.Fault(err)
		if over := s.limited(); over != nil {
			told, err = s.limitLine(member, over)
			ok = err == nil
		}
		if !ok {
			return err
		}
		s.settleUsage(&c)
		return s.Say(c, told)
	}
	return s.answer(ctx, c, answer)
}
