package plugin

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"aidesk/core/chat"
	"aidesk/core/openapi"
)

const (
	bodyPrefix = "body."
	// formDepth is how many nested objects have their fields as inputs.
	formDepth = 2
	// restNames is how many characters of names the hint of the JSON has.
	restNames = 1_000
)

// formField is one argument that a form asks for.
type formField struct {
	input   chat.Input // empty; without a kind where only JSON can hold the value
	path    []string   // the keys under which its value stands
	list    bool       // the value is a list with one entry a line
	textual bool       // the value is a text, and nothing else
}

// neededObject is an object that is sent though no field of it is filled in: always, or if the
// object around it is sent.
type neededObject struct {
	path   []string
	always bool
}

// formFields lists an operation's arguments: parameters and the properties of its body and
// of the objects in them, the required ones first; and the objects that must be sent even if
// none of their fields is filled in.
func formFields(o *openapi.Operation) (fields []formField, objects []neededObject) {
	names := map[string]int{moreInput: 1}
	var collect func(in openapi.Input, path []string, nested int, required bool)
	collect = func(in openapi.Input, path []string, nested int, required bool) {
		needed := in.Required
		required = required && needed
		body := len(path) == 1 && path[0] == "body"
		if len(in.Inputs) > 0 && nested < formDepth {
			if needed && !slices.ContainsFunc(in.Inputs, func(i openapi.Input) bool { return i.Required }) {
				objects = append(objects, neededObject{path, required})
			}
			if !body { // the whole is no object to its reader
				nested++
			}
			for _, inner := range in.Inputs {
				collect(inner, append(slices.Clone(path), inner.Name), nested, required)
			}
			return
		}
		f := newField(in, path, nested)
		f.input.Required = required
		f.input.Name = strings.Join(path, ".")
		if names[f.input.Name]++; names[f.input.Name] > 1 { // a parameter may have a dot in its name
			f.input.Name = fmt.Sprintf("%s~%d", f.input.Name, names[f.input.Name])
		}
		fields = append(fields, f)
	}
	for _, in := range o.Inputs() {
		collect(in, []string{in.Name}, 0, true)
	}
	slices.SortStableFunc(fields, func(a, b formField) int {
		rank := map[bool]int{true: 0, false: 1}
		return cmp.Compare(rank[a.input.Required], rank[b.input.Required])
	})
	return fields, objects
}

// newField makes a field of an argument, by its type.
func newField(in openapi.Input, path []string, nested int) formField {
	f := formField{path: path, textual: in.Type == "string" && len(in.Enum) == 0}
	f.input.Label, f.input.Hint = fieldLabel(path, nested), in.Text
	one := in
	if in.Type == "array" && in.Entry != nil {
		one, f.list = *in.Entry, true
		f.textual = false
	}
	kind := map[string]chat.InputKind{
		"string": chat.InputLine, "number": chat.InputNumber, "integer": chat.InputNumber, "boolean": chat.InputChoice,
	}[one.Type]
	switch {
	case kind == "" || slices.ContainsFunc(one.Enum, func(e string) bool { return strings.ContainsAny(e, "\r\n") }): // only JSON
	case f.list && len(one.Enum) > 0:
		f.input.Kind, f.input.Choices = chat.InputMany, one.Enum
	case f.list:
		f.input.Kind = chat.InputText
		f.input.Hint = strings.TrimSpace(f.input.Hint + " " + textOnePerLine)
	case len(one.Enum) > 0:
		f.input.Kind, f.input.Choices = chat.InputChoice, one.Enum
	case one.Type == "boolean":
		f.input.Kind, f.input.Choices, f.input.Labels = kind, []string{"true", "false"}, []string{textYes, textNo}
	case one.Format == "date":
		f.input.Kind = chat.InputDate
	case one.Format == "date-time":
		f.input.Kind = chat.InputDateTime
	case kind == chat.InputNumber:
		f.input.Kind, f.input.Whole, f.input.Min, f.input.Max = kind, one.Type == "integer", one.Min, one.Max
	case len(path) == 1 && path[0] == "body": // a body that is a text
		f.input.Kind = chat.InputText
	default:
		f.input.Kind = kind
	}
	return f
}

// fieldLabel is a field's name in plain words: "check_in" is "Check in", and "name" of
// "loan" is "Loan: name".
func fieldLabel(path []string, nested int) string {
	// The field itself, and the objects around it, but not "body".
	shown := path[len(path)-min(nested+1, len(path)):]
	if len(path) == 1 {
		shown = path
	}
	var parts []string
	for _, key := range shown {
		words := strings.Join(strings.FieldsFunc(key, func(r rune) bool { return r == '_' || r == '-' || r == ' ' }), " ")
		parts = append(parts, cmp.Or(words, key))
	}
	words := strings.Join(parts, ": ")
	first, n := utf8.DecodeRuneInString(words)
	if n == 0 {
		return words
	}
	return string(unicode.ToUpper(first)) + words[n:]
}

// among says whether a field is in a list.
func (s formField) among(list []formField) bool {
	return slices.ContainsFunc(list, func(o formField) bool { return o.input.Name == s.input.Name })
}

// fieldOf is the field with a name. A name that the operation does not have is of a form that
// was opened before it changed.
func fieldOf(fields []formField, name string) formField {
	for _, s := range fields {
		if s.input.Name == name {
			return s
		}
	}
	if key, inBody := strings.CutPrefix(name, bodyPrefix); inBody {
		return formField{path: []string{"body", key}}
	}
	return formField{path: []string{name}}
}

// value is what a text that was filled in stands for.
func (s formField) value(text string) any {
	if !s.list {
		return text
	}
	var list []any
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// text is the text that stands for a value in the field's input; ok is false if none does
// exactly, so that an edit without a change changes nothing.
func (s formField) text(v any) (text string, ok bool) {
	if list, isList := v.([]any); isList && s.list {
		var lines []string
		for _, entry := range list {
			line := scalarText(entry)
			if !isScalar(entry) || line != strings.TrimSpace(line) || line == "" || strings.ContainsAny(line, "\r\n") || !s.offers(line) {
				return "", false
			}
			lines = append(lines, line)
		}
		return strings.Join(lines, "\n"), len(lines) > 0
	}
	_, isText := v.(string)
	text = scalarText(v)
	return text, isScalar(v) && !s.list && strings.TrimSpace(text) != "" && s.offers(text) && (isText || !s.textual)
}

// offers says whether a value can be chosen, where there are choices.
func (s formField) offers(text string) bool {
	return len(s.input.Choices) == 0 || slices.Contains(s.input.Choices, text)
}

// take removes the field's value from arguments, and the objects that it leaves empty, and
// returns the text that stands for it. What no text stands for stays.
func (s formField) take(args map[string]any) (string, bool) { return s.takeAt(args, s.path) }

func (s formField) takeAt(from map[string]any, path []string) (string, bool) {
	v, ok := from[path[0]]
	if !ok {
		return "", false
	}
	if len(path) > 1 {
		inner, _ := v.(map[string]any)
		text, ok := s.takeAt(inner, path[1:])
		if ok && len(inner) == 0 {
			delete(from, path[0])
		}
		return text, ok
	}
	text, ok := s.text(v)
	if ok {
		delete(from, path[0])
	}
	return text, ok
}

// restHint names what the JSON is for.
func restHint(fields, own []formField) string {
	var names []string
	size, left := 0, 0
	for _, s := range fields {
		switch {
		case s.among(own):
		case size > restNames:
			left++
		default:
			names = append(names, s.input.Name)
			size += len(s.input.Name)
		}
	}
	hint := fmt.Sprintf(textFor, strings.Join(names, ", "))
	if left > 0 {
		hint += fmt.Sprintf(textForMore, left)
	}
	return hint
}

// isScalar says whether a value is neither a list nor an object nor null.
func isScalar(v any) bool {
	switch v.(type) {
	case string, bool, json.Number:
		return true
	}
	return false
}

// scalarText is a scalar as a person writes it.
func scalarText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	out, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(out)
}
