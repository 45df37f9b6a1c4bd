package discord

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// What Discord takes in a modal, in UTF-16 units.
const (
	maxModalTitle = 45
	maxModalLabel = 45
	maxModalHint  = 100
	maxInput      = 4_000
	maxInputs     = 5
)

// How the id of a form begins, and those of its fields. Discord keeps nothing else of
// where a form was opened.
const (
	formNamed  = "m:" // the form's own id follows
	formKept   = "k:" // the id is too long; it is kept under this
	fieldPlain = "v:"
	fieldHush  = "s:" // what is filled in is a secret
	fieldNone  = "n:" // only there because Discord wants a field

	typeInput   = 4
	inputLine   = 1
	inputText   = 2
	formTime    = 2 * time.Second // so that the member can be told in time that it failed
	mostDrafts  = 1_000
	buttonRetry = "Correct it"
)

// modal is a form as Discord shows it.
type modal struct {
	CustomID   string     `json:"custom_id"`
	Title      string     `json:"title"`
	Components []modalRow `json:"components"`
}

type modalRow struct {
	Type       int          `json:"type"`
	Components []modalInput `json:"components"`
}

type modalInput struct {
	Type        int    `json:"type"`
	CustomID    string `json:"custom_id"`
	Label       string `json:"label"`
	Style       int    `json:"style"`
	Required    bool   `json:"required"`
	MaxLength   int    `json:"max_length"`
	Value       string `json:"value,omitempty"`
	Placeholder string `json:"placeholder,omitempty"`
}

// drafts are forms with a fault in them: Discord shows none in a form, so the member
// opens it again with what they had written. Secrets are not among it.
type drafts struct {
	mu sync.Mutex
	by map[string]map[string]string // by member and form
}

func (d *drafts) keep(member, form string, values map[string]string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.by) >= mostDrafts {
		clear(d.by)
	}
	d.by[chat.Key(member, form)] = values
}

func (d *drafts) take(member, form string) map[string]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	values := d.by[chat.Key(member, form)]
	delete(d.by, chat.Key(member, form))
	return values
}

// opening is the form of a press or a command, or says why there is none.
func (in incoming) opening(ctx context.Context, i interaction, o chat.Opening) *response {
	ctx, cancel := context.WithTimeout(ctx, formTime)
	defer cancel()
	f, err := in.desk.Form(ctx, o)
	if err != nil {
		return passing(sentence(err))
	}
	for n, value := range in.drafts.take(o.Member, f.ID) {
		if at := slices.IndexFunc(f.Inputs, func(i chat.Input) bool { return i.Name == n }); at >= 0 {
			f.Inputs[at].Value = value
		}
	}
	m, err := modalOf(f)
	if err == nil {
		m.CustomID, err = in.formID(ctx, f.ID, i, o.Place)
	}
	if err != nil {
		in.Logger.WarnContext(ctx, "a form cannot be shown", "form", f.Title, "error", err)
		return passing("This form does not fit into Discord: " + err.Error() + ".")
	}
	return &response{Type: respondForm, Data: m}
}

// formID is a form's id as Discord takes it.
func (in incoming) formID(ctx context.Context, id string, i interaction, place chat.Place) (string, error) {
	if i.Guild == "" {
		id = marked(id, place.Workspace)
	}
	if units(formNamed+id) <= idLimit {
		return formNamed + id, nil
	}
	sum := sha256.Sum256([]byte(id))
	short := hex.EncodeToString(sum[:])
	return formKept + short, in.forms.Keep(ctx, short, id)
}

// formOf is the form's own id, and the server if it was opened in a direct message.
func (in incoming) formOf(ctx context.Context, custom string) (form, server string, err error) {
	id, named := strings.CutPrefix(custom, formNamed)
	if !named {
		if short, ok := strings.CutPrefix(custom, formKept); ok {
			id, err = in.forms.Kept(ctx, short)
		} else {
			id = ""
		}
	}
	form, server = unmarked(id)
	return form, server, err
}

// sentence is an error of the desk's, which is one.
func sentence(err error) string {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return "That took too long. Please try again."
	}
	return markdown.Line(err.Error(), contentLimit/2)
}

// modalOf is a form as Discord shows it, without its id.
func modalOf(f chat.Form) (modal, error) {
	m := modal{Title: cmp.Or(markdown.Line(f.Title, maxModalTitle/2), "…")}
	if units(f.Title) <= maxModalTitle {
		m.Title = cmp.Or(markdown.Line(f.Title, maxModalTitle), "…")
	}
	if len(f.Inputs) > maxInputs {
		return m, errors.New("it has too many fields")
	}
	add := func(in modalInput) {
		in.Type = typeInput
		m.Components = append(m.Components, modalRow{Type: typeRow, Components: []modalInput{in}})
	}
	for _, in := range f.Inputs {
		field, err := modalField(in)
		if err != nil {
			return m, err
		}
		add(field)
	}
	if len(f.Inputs) == 0 {
		add(modalInput{CustomID: fieldNone, Label: "There is nothing to fill in", Style: inputLine, MaxLength: 1})
	}
	return m, nil
}

// modalField is one input.
func modalField(in chat.Input) (modalInput, error) {
	label := markdown.Line(cmp.Or(in.Label, in.Name), maxModalLabel)
	out := modalInput{CustomID: fieldPlain + in.Name, Label: label, Style: inputLine, Required: in.Required, MaxLength: maxInput, Value: in.Value}
	hint := in.Hint
	switch in.Kind {
	case chat.InputSecret:
		out.CustomID, out.Value = fieldHush+in.Name, ""
	case chat.InputText:
		out.Style = inputText
	case chat.InputChoice:
		hint = "One of: " + strings.Join(in.Choices, ", ") + ". " + hint
	case chat.InputLine:
		if strings.Contains(in.Value, "\n") {
			out.Style = inputText
		}
	}
	out.Placeholder = markdown.Line(hint, maxModalHint)
	for units(out.Label) > maxModalLabel || units(out.Placeholder) > maxModalHint {
		out.Label, out.Placeholder = markdown.Line(out.Label, maxModalLabel/2), markdown.Line(out.Placeholder, maxModalHint/2)
	}
	switch {
	case in.Name == "" || units(out.CustomID) > idLimit:
		return out, fmt.Errorf("the name of “%s” is too long", markdown.Line(label, maxModalLabel))
	case units(out.Value) > maxInput:
		return out, fmt.Errorf("“%s” is longer than %d characters", label, maxInput)
	}
	return out, nil
}

// submission takes a form that was filled in. The answer says so, or what is wrong with
// it.
func (in incoming) submission(ctx context.Context, i interaction) (*response, error) {
	form, server, err := in.formOf(ctx, i.Data.CustomID)
	if err != nil {
		return nil, err
	}
	if form == "" {
		return passing("I no longer know this form. Ask again."), nil
	}
	place, fault, err := in.around(ctx, i, server)
	if err != nil {
		return nil, err
	}
	if fault != "" {
		return passing(fault), nil
	}
	e := in.event("f", i, place)
	e.Filled = &chat.Submitted{Form: form, Values: map[string]string{}}
	gather(i.Data.Components, e.Filled)
	faults, err := in.desk.Check(ctx, e)
	if err != nil {
		return passing(sentence(err)), nil
	}
	if len(faults) > 0 {
		return in.objection(i, e, faults), nil
	}
	if err := in.receive(ctx, e); err != nil {
		return nil, err
	}
	switch {
	case i.Message == nil && i.Guild == "":
		return passing("One moment."), nil
	case i.Message == nil:
		return leading("I answer in our direct message:", address("", place.Channel, "")), nil
	case i.Message.Flags&ephemeral != 0: // it was open for a correction
		return &response{Type: respondUpdate, Data: asideOf("Thank you.", "")}, nil
	}
	return &response{Type: respondNothing}, nil
}

// gather collects what was filled in.
func gather(all []filled, into *chat.Submitted) {
	for _, c := range all {
		name, plain := strings.CutPrefix(c.CustomID, fieldPlain)
		if !plain {
			if name, plain = strings.CutPrefix(c.CustomID, fieldHush); plain {
				into.Secret = append(into.Secret, name)
			}
		}
		if plain {
			into.Values[name] = c.Value
			if c.Value == "" && len(c.Values) > 0 {
				into.Values[name] = strings.Join(c.Values, ", ")
			}
		}
		gather(c.Components, into)
		if c.Component != nil {
			gather([]filled{*c.Component}, into)
		}
	}
}

// objection says what is wrong with a form, and offers to open it again with what was
// filled in.
func (in incoming) objection(i interaction, e chat.Event, faults []chat.Fault) *response {
	draft := maps.Clone(e.Filled.Values)
	for _, secret := range e.Filled.Secret {
		delete(draft, secret)
	}
	in.drafts.keep(e.Member, e.Filled.Form, draft)
	var lines []string
	for _, f := range faults {
		line := f.Message
		if f.Input != "" {
			line = f.Input + ": " + line
		}
		lines = append(lines, markdown.Line(line, contentLimit/maxInputs/2))
	}
	data := asideOf(strings.Join(lines, "\n"), "")
	b, err := button(chat.Button{ID: e.Filled.Form, Label: buttonRetry, Style: chat.Primary, Form: true})
	if i.Guild == "" && err == nil {
		b, err = button(chat.Button{ID: marked(e.Filled.Form, e.Place.Workspace), Label: buttonRetry, Style: chat.Primary, Form: true})
	}
	if err == nil {
		data.Components = []ActionsRow{{Type: typeRow, Components: []Button{b}}}
	}
	if i.Message != nil && i.Message.Flags&ephemeral != 0 {
		return &response{Type: respondUpdate, Data: data}
	}
	return &response{Type: respondMessage, Data: data}
}
