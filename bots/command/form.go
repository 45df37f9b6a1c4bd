package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"aidesk/bots/admin"
	"aidesk/bots/admin/rule"
	"aidesk/bots/bot"
	"aidesk/bots/grants"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
	"aidesk/store"
)

// runForm begins the id of a form that a command opened: it stands for an operation
// by its name and gives nobody a right that they do not have.
const runForm = "run:"

// Form is what a form stands for.
type Form struct {
	Button    bot.ButtonAction // by which it is opened
	Plugin    *plugin.Plugin
	Operation string
	Action    confirm.Action // whose values are edited; none: a new call
	args      json.RawMessage
}

// FindForm finds out what a form's id stands for, and that this member may fill it in.
// The error is a bot.FormFault where the member is told.
func FindForm(ctx context.Context, s store.Store, b *bot.Bot, place chat.Place, member, form string) (Form, error) {
	var f Form
	if word, ok := strings.CutPrefix(form, runForm); ok {
		f.Button = bot.ButtonAction{Do: bot.DoRun, Member: member}
		name, operation, _ := strings.Cut(word, ".")
		err := f.resolve(ctx, b, place, name, operation)
		return f, err
	}
	p, _, err := bot.ReadButton(ctx, s, form)
	if errors.Is(err, store.ErrNotFound) {
		return f, bot.FormFault(textFormUnknown)
	}
	if err != nil {
		return f, err
	}
	if f.Button = p; p.Member != member && p.Do != bot.DoDecline { // who may decline is judged with the Action
		return f, bot.FormFault(textFormOthers)
	}
	switch p.Do {
	case bot.DoAdd, bot.DoRules, bot.DoRate:
		return f, nil
	case bot.DoRun:
		f.args = p.Args
		err = f.resolve(ctx, b, place, p.Plugin, p.Operation)
		return f, err
	case bot.DoLoosen:
		f.Action, err = readAction(ctx, s, p.Action)
		return f, err
	case bot.DoCode, bot.DoLogin:
		err := f.findLogin(ctx, s, b, place)
		return f, err
	case bot.DoDecline:
		return f, nil
	case bot.DoEdit:
		if f.Action, err = readAction(ctx, s, p.Action); err != nil {
			return f, err
		}
		if !f.Action.State.Open() {
			return f, bot.FormFault(textCardDecided)
		}
		f.args = f.Action.Call.Args
		err = f.resolve(ctx, b, f.Action.Place, f.Action.Call.Plugin, f.Action.Call.Operation)
		return f, err
	default:
		return f, bot.FormFault(textNoForm)
	}
}

// readAction reads the Action of a card.
func readAction(ctx context.Context, s store.Store, id string) (confirm.Action, error) {
	stored, err := s.Action(ctx, id)
	if err != nil {
		return confirm.Action{}, bot.FormFault(textCardUnknown)
	}
	return confirm.Read(stored)
}

// findLogin finds the plugin that a form ends a login at, and the Action that waits for it, if
// one does.
func (f *Form) findLogin(ctx context.Context, s store.Store, b *bot.Bot, place chat.Place) error {
	id := f.Button.Plugin
	if f.Button.Action != "" {
		var err error
		if f.Action, err = readAction(ctx, s, f.Button.Action); err != nil {
			return err
		}
		id, place = f.Action.Call.Plugin, f.Action.Place
	}
	var err error
	if f.Plugin, err = b.Plugins.Find(ctx, place, id); errors.Is(err, store.ErrNotFound) {
		return bot.FormFault(fmt.Sprintf(textFormNoSuchPlugin, id))
	}
	return err
}

// resolve finds the operation among the plugins that are enabled for the member.
func (f *Form) resolve(ctx context.Context, b *bot.Bot, place chat.Place, name, operation string) error {
	on, off, err := b.Plugins.Enabled(ctx, place, f.Button.Member)
	if err != nil {
		return err
	}
	is := func(p *plugin.Plugin) bool { return strings.EqualFold(p.Name, name) || p.ID == name }
	if slices.ContainsFunc(off, is) {
		return bot.FormFault(fmt.Sprintf(textFormNotEnabled, name, name))
	}
	at := slices.IndexFunc(on, is)
	if at < 0 {
		return bot.FormFault(fmt.Sprintf(textFormNoSuchPlugin, name))
	}
	if usable := on[at].Usable(); operation == "" && len(usable) > 0 {
		return bot.FormFault(fmt.Sprintf(textWhichOperation, on[at].Name+"."+usable[0].ID))
	}
	for _, op := range on[at].Usable() {
		if strings.EqualFold(op.ID, operation) {
			f.Plugin, f.Operation = on[at], op.ID
			return nil
		}
	}
	return bot.FormFault(fmt.Sprintf(textNoOperation, on[at].Human(), operation, on[at].Name))
}

// Call makes the call that a filled-in form stands for.
func (f *Form) Call(values map[string]string) (plugin.Call, error) {
	op, _ := f.Plugin.Operation(f.Operation)
	args, err := plugin.FormArgs(op, values)
	if err != nil {
		return plugin.Call{}, err
	}
	return f.Plugin.Call(op, args)
}

// OpenForm gives the form that a press or a command opens.
func OpenForm(ctx context.Context, s store.Store, b *bot.Bot, o chat.Opening) (chat.Form, error) {
	id := o.Button
	if o.Command != nil {
		id = runForm + o.Command.Options[optionOperation]
	}
	f, err := FindForm(ctx, s, b, o.Place, o.Member, id)
	if err != nil {
		return chat.Form{}, err
	}
	if f.Button.Do == bot.DoCode {
		return loginForm(id, f), nil
	}
	if f.Button.Do == bot.DoLogin {
		return admin.LoginForm(ctx, b, o.Place, id, f.Plugin, f.Button)
	}
	if f.Button.Do == bot.DoLoosen {
		return grants.Form(ctx, b, id, f.Action)
	}
	if f.Button.Do == bot.DoRules {
		return rule.Form(ctx, b, o.Place, id, f.Button)
	}
	if f.Button.Do == bot.DoAdd {
		return admin.AddForm(ctx, b, id, *f.Button.Plan)
	}
	if f.Button.Do == bot.DoDecline {
		return declineForm(id), nil
	}
	if f.Button.Do == bot.DoRate {
		return ratingForm(id), nil
	}
	op, _ := f.Plugin.Operation(f.Operation)
	form := plugin.Form(id, f.Plugin, op, f.args)
	if f.Button.Do == bot.DoEdit {
		form.Submit = textShowCard
	}
	return form, nil
}

// inputReason is the input of the forms that ask why.
const inputReason = "reason"

// declineForm asks why somebody does not give the second approval.
func declineForm(id string) chat.Form {
	return chat.Form{ID: id, Title: textDeclineTitle, Submit: textDeclineSubmit, Inputs: []chat.Input{
		{Name: inputReason, Label: textDeclineReason, Kind: chat.InputText, Hint: textDeclineHint, Required: true},
	}}
}

// ratingForm asks what is wrong with an answer. It needs no words.
func ratingForm(id string) chat.Form {
	return chat.Form{ID: id, Title: textRateTitle, Submit: textRateSubmit, Inputs: []chat.Input{
		{Name: inputReason, Label: textRateReason, Kind: chat.InputText, Hint: textRateHint},
	}}
}

// Reason is why somebody declined, or what they say of an answer, in one line of at most so
// many characters.
func Reason(values map[string]string, most int) string {
	return markdown.Line(markdown.Visible(values[inputReason]), most)
}

// CheckForm judges a filled-in form as a model's arguments are judged.
func CheckForm(ctx context.Context, s store.Store, b *bot.Bot, e chat.Event) ([]chat.Fault, error) {
	f, err := FindForm(ctx, s, b, e.Place, e.Member, e.Filled.Form)
	if err != nil {
		return nil, err
	}
	if f.Button.Do == bot.DoCode || f.Button.Do == bot.DoDecline || f.Button.Do == bot.DoRate { // judged when it is worked, so that a try is counted once
		return nil, nil
	}
	if f.Button.Do == bot.DoLogin {
		return admin.CheckLogin(ctx, b, e, f.Plugin, f.Button)
	}
	if f.Button.Do == bot.DoLoosen {
		return grants.Check(ctx, b, f.Action, e.Filled.Values)
	}
	if f.Button.Do == bot.DoRules {
		return rule.Check(ctx, b, e, f.Button)
	}
	if f.Button.Do == bot.DoAdd {
		return admin.CheckAdd(ctx, b, *e.Filled, *f.Button.Plan)
	}
	if _, err = f.Call(e.Filled.Values); err != nil {
		return plugin.FormFaults(err, e.Filled.Values), nil
	}
	return nil, nil
}
