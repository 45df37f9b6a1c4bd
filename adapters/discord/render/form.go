package render

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

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
	maxOptions    = 25  // of a menu
	maxBoxes      = 10  // of a group
	maxOption     = 100 // of an option's label and value
	maxMenus      = 100 // menus for one input; ours
)

// The prefixes of the custom_id of a form and of its fields. Discord returns nothing
// else about where a form was opened.
const (
	formPrefix        = "m:" // the id of the form follows
	storedFormPrefix  = "k:" // the key of an id that is too long follows
	fieldPrefix       = "v:"
	partPrefix        = "w:" // the number of the part and ":" follow
	secretFieldPrefix = "s:" // the value is a secret
	emptyFormField    = "n:" // Discord requires a field
)

// Modal is the body of a form.
type Modal struct {
	CustomID   string  `json:"custom_id"`
	Title      string  `json:"title"`
	Components []label `json:"components"`
}

// label is the component around each field, which discordgo does not have.
type label struct {
	Type        int    `json:"type"`
	Label       string `json:"label"`
	Description string `json:"description,omitempty"`
	Component   field  `json:"component"`
}

// field is a text input, a menu or a group of boxes.
type field struct {
	Type      int      `json:"type"`
	CustomID  string   `json:"custom_id"`
	Style     int      `json:"style,omitempty"` // of a text input
	MaxLength int      `json:"max_length,omitempty"`
	Value     string   `json:"value,omitempty"`
	Options   []option `json:"options,omitempty"`
	MinValues *int     `json:"min_values,omitempty"`
	MaxValues int      `json:"max_values,omitempty"`
	Required  bool     `json:"required"`
}

// option is a choice of a menu, or a box.
type option struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	Default bool   `json:"default,omitempty"`
}

// The types and styles of the components of a modal.
const (
	typeSelect    = 3
	typeTextInput = 4
	typeLabel     = 18
	typeBoxes     = 22

	styleShort     = 1
	styleParagraph = 2
)

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
// secret. Several fields may have parts of the value of one input.
func ParseField(custom string) (name string, secret, ok bool) {
	if name, ok = strings.CutPrefix(custom, fieldPrefix); ok {
		return name, false, true
	}
	if rest, part := strings.CutPrefix(custom, partPrefix); part {
		_, name, ok = strings.Cut(rest, ":")
		return name, false, ok
	}
	name, ok = strings.CutPrefix(custom, secretFieldPrefix)
	return name, ok, ok
}

// Form returns a page of a form as a modal, without its custom_id. The first page is 1.
func Form(f chat.Form, number int) (Modal, Page, error) {
	fields, err := formFields(f)
	if err != nil {
		return Modal{}, Page{}, err
	}
	if len(fields) == 0 {
		empty := field{Type: typeTextInput, CustomID: emptyFormField, Style: styleShort, MaxLength: 1}
		fields = []label{{Type: typeLabel, Label: textNothingToFill, Component: empty}}
	}
	p := Page{Number: number, Of: (len(fields) + maxInputs - 1) / maxInputs}
	if number > p.Of {
		return Modal{}, p, errors.New(textFewerPages)
	}
	rest := fields[min(number*maxInputs, len(fields)):]
	p.Optional = !slices.ContainsFunc(rest, func(l label) bool { return l.Component.Required && l.Component.value() == "" })
	m := Modal{Components: onPage(fields, number)}
	suffix := ""
	if p.Of > 1 {
		suffix = fmt.Sprintf(textPage, number, p.Of)
	}
	m.Title = cmp.Or(cut(f.Title, maxModalTitle-utf16Len(suffix)), "…") + suffix
	return m, p, nil
}

// Initial returns what stands in the fields of a page before anybody filled them in, by the
// names of their inputs.
func Initial(f chat.Form, number int) (map[string]string, error) {
	fields, err := formFields(f)
	values := map[string]string{}
	for _, l := range onPage(fields, number) {
		if name, _, ok := ParseField(l.Component.CustomID); ok {
			values[name] = JoinParts(values[name], l.Component.value())
		}
	}
	return values, err
}

// PageOf returns the page that has the input with a name, or the first.
func PageOf(f chat.Form, name string) int {
	fields, _ := formFields(f)
	at := slices.IndexFunc(fields, func(l label) bool {
		n, _, _ := ParseField(l.Component.CustomID)
		return n == name
	})
	return max(at, 0)/maxInputs + 1
}

// JoinParts joins the parts of the value of one input.
func JoinParts(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n" + b
}

func onPage(fields []label, number int) []label {
	return fields[min((number-1)*maxInputs, len(fields)):min(number*maxInputs, len(fields))]
}

// formFields returns all fields of a form.
func formFields(f chat.Form) ([]label, error) {
	var fields []label
	for _, in := range f.Inputs {
		some, err := modalFields(in)
		if err != nil {
			return nil, err
		}
		fields = append(fields, some...)
	}
	return fields, nil
}

// value is what stands in a field at first.
func (f field) value() string {
	value := f.Value
	for _, o := range f.Options {
		if o.Default {
			value = JoinParts(value, o.Value)
		}
	}
	return value
}

// cut shortens a text to so many UTF-16 units, in one line.
func cut(text string, most int) string {
	if line := markdown.Line(text, most); utf16Len(line) <= most {
		return line
	}
	return markdown.Line(text, most/2)
}

// modalFields returns an input as fields of a modal: one, or several where there is more to
// choose from than a menu has.
func modalFields(in chat.Input) ([]label, error) {
	name := cut(cmp.Or(in.Label, in.Name), maxModalLabel)
	hint := in.Hint
	if full := markdown.Line(in.Label, maxInput); full != name && in.Label != "" { // it is cut
		hint = full + ". " + hint
	}
	switch {
	case in.Name == "" || utf16Len(partPrefix+"00:"+in.Name) > maxCustomID:
		return nil, fmt.Errorf("the name of “%s” is too long", name)
	case utf16Len(in.Value) > maxInput:
		return nil, fmt.Errorf(textTooLong, name, maxInput)
	case choosable(in):
		return choiceFields(in, name, hint), nil
	}
	c := field{Type: typeTextInput, CustomID: fieldPrefix + in.Name, Style: styleShort, MaxLength: maxInput, Value: in.Value, Required: in.Required}
	wants := in.Wants()
	switch in.Kind {
	case chat.InputSecret:
		c.CustomID, c.Value = secretFieldPrefix+in.Name, ""
	case chat.InputMany:
		wants = textOnePerLine + " " + wants
		c.Style = styleParagraph
	case chat.InputText:
		c.Style = styleParagraph
	case chat.InputLine, chat.InputNumber, chat.InputDate, chat.InputDateTime, chat.InputChoice:
		if strings.Contains(in.Value, "\n") {
			c.Style = styleParagraph
		}
	}
	return []label{{Type: typeLabel, Label: name, Description: cut(strings.TrimSpace(wants+" "+hint), maxModalHint), Component: c}}, nil
}

// choosable reports whether Discord can list the choices of an input, all of them and
// unchanged where they have no labels.
func choosable(in chat.Input) bool {
	most := maxOptions
	if in.Kind == chat.InputMany {
		most *= maxMenus
	}
	if len(in.Choices) == 0 || len(in.Choices) > most {
		return false
	}
	for i, c := range in.Choices {
		shown := in.LabelOf(i)
		if c == "" || utf16Len(c) > maxOption || cut(shown, maxOption) == "" || shown == c && cut(c, maxOption) != c {
			return false
		}
	}
	return true
}

// choiceFields lists the choices of an input: as boxes to tick if there are few, else as
// menus.
func choiceFields(in chat.Input, name, hint string) []label {
	var all []option
	for i, c := range in.Choices {
		all = append(all, option{Label: cut(in.LabelOf(i), maxOption), Value: c, Default: slices.Contains(in.Chosen(), c)})
	}
	var out []label
	for some := range slices.Chunk(all, maxOptions) {
		l := label{Type: typeLabel, Label: name, Description: cut(hint, maxModalHint)}
		l.Component = field{Type: typeSelect, CustomID: fieldPrefix + in.Name, Options: some, MaxValues: 1, Required: in.Required}
		if in.Kind == chat.InputMany {
			l.Component.MaxValues = len(some)
		}
		if in.Kind == chat.InputMany && len(all) <= maxBoxes {
			l.Component.Type = typeBoxes
		}
		if len(all) > maxOptions { // one of the parts may be empty
			first := len(out)*maxOptions + 1
			l.Component.CustomID = fmt.Sprintf("%s%d:%s", partPrefix, len(out), in.Name)
			l.Component.Required = false
			part := fmt.Sprintf(textPart, first, first+len(some)-1, len(all))
			l.Label = cut(name, maxModalLabel-utf16Len(part)) + part
		}
		if !l.Component.Required {
			l.Component.MinValues = new(int)
		}
		out = append(out, l)
	}
	return out
}
