package terminal

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// filling is a form that is being filled in, one line per input.
type filling struct {
	form   chat.Form
	values map[string]string
	ask    []chat.Input // what is still to be asked, the next one first
}

// open asks the desk for a form and its first input of the member.
func (t *talk) open(ctx context.Context, o chat.Opening) error {
	form, err := t.desk.Form(ctx, o)
	if err != nil {
		return t.tell(err.Error())
	}
	t.form = &filling{form: form, values: map[string]string{}, ask: slices.Clone(form.Inputs)}
	if err := t.tell(form.Title + "\nType /cancel to leave the form."); err != nil {
		return err
	}
	return t.next(ctx)
}

// next asks for the next input, or submits when there is none left.
func (t *talk) next(ctx context.Context) error {
	if len(t.form.ask) == 0 {
		return t.submit(ctx)
	}
	in := t.form.ask[0]
	if t.secret() {
		t.Hide(true)
	}
	text := ""
	if in.Hint != "" {
		text += "\n" + in.Hint
	}
	if len(in.Choices) > 0 {
		text += "\nOne of: " + strings.Join(in.Choices, ", ")
	}
	if in.Value != "" && in.Kind != chat.InputSecret {
		text += "\nAn empty line means: " + in.Value
	}
	if text == "" && t.Interactive { // the prompt says it
		return nil
	}
	return t.tell(in.Label + text)
}

// fillIn takes the text typed for the input that was asked for.
func (t *talk) fillIn(ctx context.Context, text string) error {
	in := t.form.ask[0]
	shown := text
	if t.secret() {
		t.Hide(false)
		shown = "***"
	} else {
		text = strings.TrimSpace(text)
	}
	if err := t.screen.echo(shown); err != nil {
		return err
	}
	if text == "" {
		text = in.Value
	}
	switch {
	case text == "/quit" || text == "/cancel":
		t.form = nil
		if text == "/quit" {
			return errQuit
		}
		return t.tell("The form is closed; nothing was sent.")
	case text == "" && in.Required:
		return t.again(ctx, in.Label+" is needed.")
	case text != "" && len(in.Choices) > 0 && !slices.Contains(in.Choices, text):
		return t.again(ctx, fmt.Sprintf("%s must be one of: %s.", in.Label, strings.Join(in.Choices, ", ")))
	}
	t.form.values[in.Name] = text
	t.form.ask = t.form.ask[1:]
	return t.next(ctx)
}

// again says what is wrong with an input and asks for it once more.
func (t *talk) again(ctx context.Context, fault string) error {
	if err := t.tell(fault); err != nil {
		return err
	}
	return t.next(ctx)
}

// submit lets the desk judge the form. What it objects to is asked again.
func (t *talk) submit(ctx context.Context) error {
	f := t.form
	filled := &chat.Submitted{Form: f.form.ID, Values: f.values}
	for _, in := range f.form.Inputs {
		if in.Kind == chat.InputSecret {
			filled.Secret = append(filled.Secret, in.Name)
		}
	}
	e := t.event("f")
	e.Filled = filled
	faults, err := t.desk.Check(ctx, e)
	if err != nil {
		t.form = nil
		return t.tell(err.Error())
	}
	if len(faults) == 0 {
		t.form = nil
		return t.receive(ctx, e)
	}
	for _, fault := range faults {
		if err := t.tell(fault.Message); err != nil {
			return err
		}
	}
	for _, in := range f.form.Inputs {
		if slices.ContainsFunc(faults, func(o chat.Fault) bool { return o.Input == in.Name }) {
			f.ask = append(f.ask, in)
		}
	}
	if len(f.ask) == 0 { // it objects to the form as a whole
		t.form = nil
		return nil
	}
	return t.next(ctx)
}

// secret reports whether what is typed now must not be seen.
func (t *talk) secret() bool { return t.form != nil && t.form.ask[0].Kind == chat.InputSecret }

// prompt names the input that is asked for.
func (f *filling) prompt() string { return markdown.Line(f.ask[0].Label, statusLimit) + ": " }

// several reports whether the input takes several lines.
func (f *filling) several() bool { return f.ask[0].Kind == chat.InputText }
