package terminal

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// formInput is a form that is being filled in, input by input.
type formInput struct {
	form    chat.Form
	values  map[string]string
	pending []chat.Input // what is still to be asked, the next one first
}

// openForm gets a form from the handler and asks for its first input.
func (t *dialog) openForm(ctx context.Context, o chat.Opening) error {
	form, err := t.handler.Form(ctx, o)
	if err != nil {
		return t.show(err.Error())
	}
	t.filling = &formInput{form: form, values: map[string]string{}, pending: slices.Clone(form.Inputs)}
	if err := t.show(form.Title + "\nType /cancel to leave the form."); err != nil {
		return err
	}
	return t.askNext(ctx)
}

// askNext asks for the next input, or submits the form if there is none left.
func (t *dialog) askNext(ctx context.Context) error {
	if len(t.filling.pending) == 0 {
		return t.submit(ctx)
	}
	in := t.filling.pending[0]
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
	return t.show(in.Label + text)
}

// fillIn takes the text that was typed for an input.
func (t *dialog) fillIn(ctx context.Context, text string) error {
	in := t.filling.pending[0]
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
		t.filling = nil
		if text == "/quit" {
			return errQuit
		}
		return t.show(textFormClosed)
	case text == "" && in.Required:
		return t.askAgain(ctx, in.Label+textNeeded)
	case text != "" && len(in.Choices) > 0 && !slices.Contains(in.Choices, text):
		return t.askAgain(ctx, fmt.Sprintf("%s must be one of: %s.", in.Label, strings.Join(in.Choices, ", ")))
	}
	t.filling.values[in.Name] = text
	t.filling.pending = t.filling.pending[1:]
	return t.askNext(ctx)
}

// askAgain says what is wrong with an input and asks for it again.
func (t *dialog) askAgain(ctx context.Context, fault string) error {
	if err := t.show(fault); err != nil {
		return err
	}
	return t.askNext(ctx)
}

// submit lets the handler check the form, and asks again for the inputs with a fault.
func (t *dialog) submit(ctx context.Context) error {
	f := t.filling
	filled := &chat.Submitted{Form: f.form.ID, Values: f.values}
	for _, in := range f.form.Inputs {
		if in.Kind == chat.InputSecret {
			filled.Secret = append(filled.Secret, in.Name)
		}
	}
	e := t.event("f")
	e.Filled = filled
	faults, err := t.handler.Check(ctx, e)
	if err != nil {
		t.filling = nil
		return t.show(err.Error())
	}
	if len(faults) == 0 {
		t.filling = nil
		return t.receive(ctx, e)
	}
	for _, fault := range faults {
		if err := t.show(fault.Message); err != nil {
			return err
		}
	}
	for _, in := range f.form.Inputs {
		if slices.ContainsFunc(faults, func(o chat.Fault) bool { return o.Input == in.Name }) {
			f.pending = append(f.pending, in)
		}
	}
	if len(f.pending) == 0 { // it objects to the form as a whole
		t.filling = nil
		return nil
	}
	return t.askNext(ctx)
}

// secret reports whether what is typed now must not be seen.
func (t *dialog) secret() bool {
	return t.filling != nil && t.filling.pending[0].Kind == chat.InputSecret
}

// prompt names the input that is asked for.
func (f *formInput) prompt() string { return markdown.Line(f.pending[0].Label, statusLimit) + ": " }

// multiline reports whether the input takes several lines.
func (f *formInput) multiline() bool { return f.pending[0].Kind == chat.InputText }
