package render

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

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
	formPrefix        = "m:" // the form's own id follows
	storedFormPrefix  = "k:" // the id is too long; it is kept under this
	fieldPrefix       = "v:"
	secretFieldPrefix = "s:" // what is filled in is a secret
	emptyFormField    = "n:" // only there because Discord wants a field

	typeInput = 4
	inputLine = 1
	inputText = 2
)

// Modal is a form as Discord shows it.
type Modal struct {
	CustomID   string     `json:"custom_id"`
	Title      string     `json:"title"`
	Components []ModalRow `json:"components"`
}

type ModalRow struct {
	Type       int          `json:"type"`
	Components []ModalInput `json:"components"`
}

type ModalInput struct {
	Type        int    `json:"type"`
	CustomID    string `json:"custom_id"`
	Label       string `json:"label"`
	Style       int    `json:"style"`
	Required    bool   `json:"required"`
	MaxLength   int    `json:"max_length"`
	Value       string `json:"value,omitempty"`
	Placeholder string `json:"placeholder,omitempty"`
}

// FormID is a form's id as Discord takes it. Where that is too long, key is what the id
// must be kept under.
func FormID(id string) (custom, key string) {
	if utf16Len(formPrefix+id) <= maxCustomID {
		return formPrefix + id, ""
	}
	sum := sha256.Sum256([]byte(id))
	key = hex.EncodeToString(sum[:])
	return storedFormPrefix + key, key
}

// ParseFormID is the id of a form by its custom_id, or the key under which the id was
// kept; neither, for what is no form's.
func ParseFormID(custom string) (id, key string) {
	if id, ok := strings.CutPrefix(custom, formPrefix); ok {
		return id, ""
	}
	key, _ = strings.CutPrefix(custom, storedFormPrefix)
	if key == custom {
		return "", ""
	}
	return "", key
}

// ParseField is the name of an input by the custom_id of its field, and whether what is
// filled in is a secret.
func ParseField(custom string) (name string, secret, ok bool) {
	if name, ok = strings.CutPrefix(custom, fieldPrefix); ok {
		return name, false, true
	}
	name, ok = strings.CutPrefix(custom, secretFieldPrefix)
	return name, ok, ok
}

// Form is a form as Discord shows it, without its id.
func Form(f chat.Form) (Modal, error) {
	m := Modal{Title: cmp.Or(markdown.Line(f.Title, maxModalTitle/2), "…")}
	if utf16Len(f.Title) <= maxModalTitle {
		m.Title = cmp.Or(markdown.Line(f.Title, maxModalTitle), "…")
	}
	if len(f.Inputs) > maxInputs {
		return m, errors.New("it has too many fields")
	}
	add := func(in ModalInput) {
		in.Type = typeInput
		m.Components = append(m.Components, ModalRow{Type: typeRow, Components: []ModalInput{in}})
	}
	for _, in := range f.Inputs {
		field, err := modalField(in)
		if err != nil {
			return m, err
		}
		add(field)
	}
	if len(f.Inputs) == 0 {
		add(ModalInput{CustomID: emptyFormField, Label: "There is nothing to fill in", Style: inputLine, MaxLength: 1})
	}
	return m, nil
}

// modalField is one input.
func modalField(in chat.Input) (ModalInput, error) {
	label := markdown.Line(cmp.Or(in.Label, in.Name), maxModalLabel)
	out := ModalInput{CustomID: fieldPrefix + in.Name, Label: label, Style: inputLine, Required: in.Required, MaxLength: maxInput, Value: in.Value}
	hint := in.Hint
	switch in.Kind {
	case chat.InputSecret:
		out.CustomID, out.Value = secretFieldPrefix+in.Name, ""
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
	for utf16Len(out.Label) > maxModalLabel || utf16Len(out.Placeholder) > maxModalHint {
		out.Label, out.Placeholder = markdown.Line(out.Label, maxModalLabel/2), markdown.Line(out.Placeholder, maxModalHint/2)
	}
	switch {
	case in.Name == "" || utf16Len(out.CustomID) > maxCustomID:
		return out, fmt.Errorf("the name of “%s” is too long", markdown.Line(label, maxModalLabel))
	case utf16Len(out.Value) > maxInput:
		return out, fmt.Errorf("“%s” is longer than %d characters", label, maxInput)
	}
	return out, nil
}
