package render

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// The limits of a modal, in UTF-16 units.
const (
	maxModalTitle = 45
	maxModalLabel = 45
	maxModalHint  = 100
	maxInput      = 4_000
	maxInputs     = 5
)

// The prefixes of the custom_id of a form and of its fields. Discord returns nothing
// else about where a form was opened.
const (
	formPrefix        = "m:" // the id of the form follows
	storedFormPrefix  = "k:" // the key of an id that is too long follows
	fieldPrefix       = "v:"
	secretFieldPrefix = "s:" // the value is a secret
	emptyFormField    = "n:" // Discord requires a field
)

// Modal is the body of a form.
type Modal struct {
	CustomID   string                 `json:"custom_id"`
	Title      string                 `json:"title"`
	Components []discordgo.ActionsRow `json:"components"`
}

// FormID returns the custom_id for the id of a form. If the id is too long for that, key
// is what it must be stored under.
func FormID(id string) (custom, key string) {
	if utf16Len(formPrefix+id) <= maxCustomID {
		return formPrefix + id, ""
	}
	sum := sha256.Sum256([]byte(id))
	key = hex.EncodeToString(sum[:])
	return storedFormPrefix + key, key
}

// ParseFormID returns the id of the form with a custom_id, or the key under which the id
// was stored; neither if it is not the custom_id of a form.
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

// ParseField returns the name of the input with a custom_id, and whether its value is a
// secret.
func ParseField(custom string) (name string, secret, ok bool) {
	if name, ok = strings.CutPrefix(custom, fieldPrefix); ok {
		return name, false, true
	}
	name, ok = strings.CutPrefix(custom, secretFieldPrefix)
	return name, ok, ok
}

// Form returns a form as a modal, without its custom_id.
func Form(f chat.Form) (Modal, error) {
	m := Modal{Title: cmp.Or(markdown.Line(f.Title, maxModalTitle/2), "…")}
	if utf16Len(f.Title) <= maxModalTitle {
		m.Title = cmp.Or(markdown.Line(f.Title, maxModalTitle), "…")
	}
	if len(f.Inputs) > maxInputs {
		return m, errors.New("it has too many fields")
	}
	add := func(in discordgo.TextInput) {
		m.Components = append(m.Components, discordgo.ActionsRow{Components: []discordgo.MessageComponent{in}})
	}
	for _, in := range f.Inputs {
		field, err := modalField(in)
		if err != nil {
			return m, err
		}
		add(field)
	}
	if len(f.Inputs) == 0 {
		add(discordgo.TextInput{CustomID: emptyFormField, Label: textNothingToFill, Style: discordgo.TextInputShort, MaxLength: 1})
	}
	return m, nil
}

// modalField returns one input as a field of a modal.
func modalField(in chat.Input) (discordgo.TextInput, error) {
	label := markdown.Line(cmp.Or(in.Label, in.Name), maxModalLabel)
	out := discordgo.TextInput{CustomID: fieldPrefix + in.Name, Label: label, Style: discordgo.TextInputShort, Required: in.Required, MaxLength: maxInput, Value: in.Value}
	hint := in.Hint
	switch in.Kind {
	case chat.InputSecret:
		out.CustomID, out.Value = secretFieldPrefix+in.Name, ""
	case chat.InputText:
		out.Style = discordgo.TextInputParagraph
	case chat.InputChoice:
		hint = textOneOf + strings.Join(in.Choices, ", ") + ". " + hint
	case chat.InputLine:
		if strings.Contains(in.Value, "\n") {
			out.Style = discordgo.TextInputParagraph
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
		return out, fmt.Errorf(textTooLong, label, maxInput)
	}
	return out, nil
}
