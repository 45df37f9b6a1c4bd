package terminal

import (
	"cmp"
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

// longForm is from how many inputs on a form may be sent before its end.
const longForm = 5

// openForm gets a form from the handler and asks for its first input.
func (t *dialog) openForm(ctx context.Context, o chat.Opening) error {
	form, err := t.handler.Form(ctx, o)
	if err != nil {
		return t.show(err.Error())
	}
	t.filling = &formInput{form: form, values: map[string]string{}, pending: slices.Clone(form.Inputs)}
	head := form.Title + "\n" + textLeave
	if len(form.Inputs) > longForm {
		head += " " + textRest
	}
	if err := t.show(head); err != nil {
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
	t.hide(true)
	text := ""
	if in.Hint != "" {
		text += "\n" + in.Hint
	}
	switch wants := in.Wants(); {
	case in.Kind == chat.InputMany && len(in.Labels) > 0:
		lines := []string{"", textAnyOf}
		for i, c := range in.Choices {
			lines = append(lines, fmt.Sprintf("  %s  (%s)", c, in.LabelOf(i)))
		}
		text += strings.Join(lines, "\n")
	case in.Kind == chat.InputMany:
		text += "\n" + wants + " " + textCommas
	case wants != "":
		text += "\n" + wants
	}
	if in.Value != "" && in.Kind != chat.InputSecret {
		text += "\n" + fmt.Sprintf(textEmptyLine, shownValue(in))
		if !in.Required {
			text += " " + textDash
		}
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
		t.hide(false)
		shown = "***"
	} else {
		text = strings.TrimSpace(text)
	}
	if err := t.screen.echo(shown); err != nil {
		return err
	}
	value, known := t.filling.read(in, text)
	switch {
	case text == "/"+quit || text == "/cancel":
		t.filling = nil
		if text == "/"+quit {
			return errQuit
		}
		return t.show(textFormClosed)
	case text == "/rest":
		t.filling.leaveRest()
		return t.askNext(ctx)
	case value == "" && known && in.Required:
		return t.askAgain(ctx, in.Label+textNeeded)
	case !known:
		return t.askAgain(ctx, fmt.Sprintf(textNotThat, in.Label, text))
	}
	t.filling.values[in.Name] = value
	t.filling.pending = t.filling.pending[1:]
	return t.askNext(ctx)
}

// read is the value that was typed for an input; known is false if it cannot be chosen. An
// empty line is what stands there, a dash nothing.
func (*formInput) read(in chat.Input, text string) (value string, known bool) {
	switch {
	case text == "" || in.Kind == chat.InputSecret:
		return cmp.Or(text, in.Value), true
	case text == "-" && in.Value != "" && !in.Required:
		return "", true
	case in.Kind == chat.InputMany && len(in.Choices) > 0:
		return chosen(in, text)
	case len(in.Choices) > 0:
		at := choiceAt(in, text)
		if at < 0 {
			return "", false
		}
		return in.Choices[at], true
	}
	return text, true
}

// choiceAt finds a choice by its value or by what is shown for it.
func choiceAt(in chat.Input, text string) int {
	if at := slices.Index(in.Choices, text); at >= 0 {
		return at
	}
	return slices.IndexFunc(in.Shown(), func(label string) bool { return strings.EqualFold(label, text) })
}

// chosen reads choices with commas between them. A choice may have commas itself: the
// longest that fits is taken.
func chosen(in chat.Input, text string) (value string, known bool) {
	parts := strings.Split(text, ",")
	var all []string
	for len(parts) > 0 {
		n := len(parts)
		for n > 0 && choiceAt(in, strings.TrimSpace(strings.Join(parts[:n], ","))) < 0 {
			n--
		}
		if n == 0 {
			return "", false
		}
		if one := in.Choices[choiceAt(in, strings.TrimSpace(strings.Join(parts[:n], ",")))]; !slices.Contains(all, one) {
			all = append(all, one)
		}
		parts = parts[n:]
	}
	return strings.Join(all, "\n"), true
}

// shownValue is what stands in an input, as it is shown.
func shownValue(in chat.Input) string {
	if in.Kind == chat.InputMany {
		return strings.Join(in.Chosen(), ", ")
	}
	if at := slices.Index(in.Choices, in.Value); at >= 0 {
		return in.LabelOf(at)
	}
	return in.Value
}

// leaveRest leaves what has not been asked for as it stands, but for what is needed and
// empty.
func (f *formInput) leaveRest() {
	f.pending = slices.DeleteFunc(f.pending, func(in chat.Input) bool {
		if in.Required && in.Value == "" {
			return false
		}
		f.values[in.Name] = in.Value
		return true
	})
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

// hide switches the TTY's echo off and on around a secret. An editor does so itself.
func (t *dialog) hide(on bool) {
	if t.secret() && t.editor == nil {
		t.Hide(on)
	}
}

// secret reports whether what is typed now must not be seen.
func (t *dialog) secret() bool {
	return t.filling != nil && t.filling.pending[0].Kind == chat.InputSecret
}

// prompt names the input that is asked for.
func (f *formInput) prompt() string { return markdown.Line(f.pending[0].Label, statusLimit) + ": " }

// multiline reports whether the input takes several lines.
func (f *formInput) multiline() bool { return f.pending[0].Kind == chat.InputText }
