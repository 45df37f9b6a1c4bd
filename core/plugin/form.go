package plugin

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"aidesk/core/chat"
	"aidesk/core/openapi"
)

// formInputs is how many inputs a form may have on every platform.
const formInputs = 5

// inputName is how long an input's name may be, in bytes: what every platform takes
// as an id. A field with a longer one is asked for in the JSON.
const inputName = 80

// moreInput is the name of the input that holds, as JSON, what has no input of its own.
const moreInput = "more"

// Form is the form of an operation's arguments, filled with those given (nil: none):
// required fields first, then optional ones. The fields of a nested object are inputs
// of their own, two objects deep; what does not fit stands together as JSON in the last
// input. FormArgs reads it back.
func Form(id string, p *Plugin, o *openapi.Operation, args json.RawMessage) chat.Form {
	slots := formFields(o)
	given, err := decodeObject(args)
	if err != nil {
		given = nil // what is no object fills nothing in
	}
	f := chat.Form{ID: id, Title: p.Human(), Submit: textSubmit}
	own := ownInputs(slots, given)
	for _, s := range own {
		input := chat.Input{Name: s.name, Label: s.label(), Kind: chat.InputLine, Hint: s.hint, Choices: s.choices, Required: s.required}
		if len(s.choices) > 0 {
			input.Kind = chat.InputChoice
		}
		if v, ok := s.take(given); ok {
			input.Value = scalarText(v)
		}
		f.Inputs = append(f.Inputs, input)
	}
	if body, ok := given["body"].(map[string]any); ok && len(body) == 0 {
		delete(given, "body")
	}
	if len(own) < len(slots) || len(given) > 0 {
		input := chat.Input{Name: moreInput, Label: textMore, Kind: chat.InputText, Hint: restHint(slots, own)}
		input.Required = slices.ContainsFunc(slots, func(s formField) bool { return s.required && !s.among(own) })
		if len(given) > 0 {
			if rest, err := json.Marshal(given); err == nil {
				input.Value = string(rest)
			}
		}
		f.Inputs = append(f.Inputs, input)
	}
	return f
}

// ownInputs chooses the fields that get an input of their own. One input is kept for
// JSON if there are more fields than inputs, or values that no field holds.
func ownInputs(slots []formField, given map[string]any) []formField {
	var own []formField
	for _, s := range slots {
		if s.scalar && len(s.name) <= inputName && !s.among(own) && len(own) < formInputs {
			own = append(own, s)
		}
	}
	left := copyObject(given)
	for _, s := range own {
		s.take(left)
	}
	if body, ok := left["body"].(map[string]any); ok && len(body) == 0 {
		delete(left, "body")
	}
	if len(own) < len(slots) || len(left) > 0 {
		own = own[:min(len(own), formInputs-1)]
	}
	return own
}

// copyObject copies an object with the objects in it.
func copyObject(o map[string]any) map[string]any {
	out := make(map[string]any, len(o))
	for key, v := range o {
		if inner, ok := v.(map[string]any); ok {
			v = copyObject(inner)
		}
		out[key] = v
	}
	return out
}

// ErrMore says that the JSON of a form's last input cannot be read.
var ErrMore = errors.New(textNotObject)

// decodeObject reads one JSON object, or gives ErrMore. Its numbers keep all their digits.
func decodeObject(data []byte) (map[string]any, error) {
	if !json.Valid(data) {
		return nil, ErrMore
	}
	var object map[string]any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&object); err != nil || object == nil {
		return nil, ErrMore
	}
	return object, nil
}

// FormArgs makes an operation's arguments of its filled-in form. Values are text; the
// operation coerces them when the request is built. The JSON may name a field as the
// form does ("body.loan.note") or nest it.
func FormArgs(o *openapi.Operation, values map[string]string) (json.RawMessage, error) {
	slots := formFields(o)
	more, args := map[string]any{}, map[string]any{}
	if text := strings.TrimSpace(values[moreInput]); text != "" {
		var err error
		if more, err = decodeObject([]byte(text)); err != nil {
			return nil, err
		}
	}
	var dotted []string
	for name, v := range more {
		if path := pathOf(slots, name); len(path) > 1 {
			dotted = append(dotted, name)
		} else {
			args[name] = v
		}
	}
	for _, name := range slices.Sorted(slices.Values(dotted)) {
		if err := put(args, pathOf(slots, name), more[name]); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if name == moreInput || strings.TrimSpace(values[name]) == "" {
			continue
		}
		if err := put(args, pathOf(slots, name), values[name]); err != nil {
			return nil, err
		}
	}
	out, err := json.Marshal(args)
	if err != nil {
		return nil, fmt.Errorf("reading the form: %w", err)
	}
	return out, nil
}

// pathOf gives the keys under which the value of a named input stands. A name that the
// operation does not have is of a form that was opened before it changed.
func pathOf(slots []formField, name string) []string {
	for _, s := range slots {
		if s.name == name {
			return s.path
		}
	}
	if key, inBody := strings.CutPrefix(name, bodyPrefix); inBody {
		return []string{"body", key}
	}
	return []string{name}
}

// put sets a value in nested objects, and makes those that are missing.
func put(args map[string]any, path []string, v any) error {
	for i, key := range path[:len(path)-1] {
		inner, there := args[key]
		object, ok := inner.(map[string]any)
		switch {
		case !there:
			object = map[string]any{}
			args[key] = object
		case !ok || object == nil:
			return fmt.Errorf(textTwice, strings.Join(path[:i+1], "."))
		}
		args = object
	}
	args[path[len(path)-1]] = v
	return nil
}

// FormFaults says to a member what is wrong with the inputs of a form that was filled
// in with these values: an error of FormArgs or Call, each fault at its own input.
func FormFaults(err error, values map[string]string) []chat.Fault {
	wrong, ok := errors.AsType[*openapi.ArgumentError](err)
	if !ok {
		return []chat.Fault{{Input: moreInput, Message: err.Error() + "."}}
	}
	var faults []chat.Fault
	for _, e := range append([]*openapi.ArgumentError{wrong}, wrong.More...) {
		fault := chat.Fault{Input: inputOf(e.Field, values), Message: "This " + e.Message + "."}
		switch {
		case e.Field == "":
			fault.Message = e.Message + "."
		case fault.Input != e.Field: // the input holds more than the value that is wrong
			fault.Message = e.Field + ": " + e.Message + "."
		}
		at := slices.IndexFunc(faults, func(f chat.Fault) bool { return f.Input == fault.Input })
		if at < 0 {
			faults = append(faults, fault)
		} else if fault.Input == moreInput {
			faults[at].Message += " " + fault.Message
		}
	}
	return faults
}

// inputOf is the input in which an argument was filled in: its own, the JSON, or, for
// an object without either, the first of its fields.
func inputOf(field string, values map[string]string) string {
	if _, ok := values[field]; ok {
		return field
	}
	if _, ok := values[moreInput]; ok {
		return moreInput
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if strings.HasPrefix(name, field+".") {
			return name
		}
	}
	return moreInput
}

const (
	bodyPrefix = "body."
	// formDepth is how many nested objects have their fields as inputs.
	formDepth = 2
)

// formField is one argument that a form asks for.
type formField struct {
	name     string   // "city", "body.title" or "body.loan.amount"
	path     []string // the keys under which its value stands
	nested   int      // the last keys of the path that the label tells
	hint     string
	choices  []string
	required bool
	scalar   bool
}

// among says whether a field with this name is in a list.
func (s formField) among(list []formField) bool {
	return slices.ContainsFunc(list, func(o formField) bool { return o.name == s.name })
}

// take removes the slot's value from arguments, and the objects that it leaves empty.
func (s formField) take(args map[string]any) (any, bool) { return takeAt(args, s.path) }

func takeAt(from map[string]any, path []string) (any, bool) {
	v, ok := from[path[0]]
	inner, nested := v.(map[string]any)
	if len(path) > 1 && nested {
		if v, ok = takeAt(inner, path[1:]); ok && len(inner) == 0 {
			delete(from, path[0])
		}
		return v, ok
	}
	if !ok || nested || len(path) > 1 {
		return nil, false
	}
	if _, list := v.([]any); list || v == nil { // a line of text cannot say them
		return nil, false
	}
	delete(from, path[0])
	return v, true
}

// toolSchema is what a form needs of a tool's schema.
type toolSchema struct {
	Type        any                   `json:"type"`
	Description string                `json:"description"`
	Enum        []any                 `json:"enum"`
	Required    []string              `json:"required"`
	Properties  map[string]toolSchema `json:"properties"`
	AnyOf       []toolSchema          `json:"anyOf"`
}

// isScalar reports whether a line of text can say a value; of several types text is the
// first.
func (s toolSchema) isScalar() bool {
	if len(s.AnyOf) > 0 {
		s = s.AnyOf[0]
	}
	return slices.Contains([]any{"string", "number", "integer", "boolean"}, s.Type)
}

// formFields lists an operation's arguments: parameters and the properties of its body
// and of the objects in them, the required ones first.
func formFields(o *openapi.Operation) []formField {
	var root toolSchema
	if err := json.Unmarshal(o.Tool("x").Schema, &root); err != nil {
		return nil
	}
	var slots []formField
	var collect func(s toolSchema, in formField, depth int)
	collect = func(s toolSchema, in formField, depth int) {
		for key, p := range s.Properties {
			one := formField{hint: p.Description, path: append(slices.Clone(in.path), key), nested: in.nested + 1}
			one.name = strings.Join(one.path, ".")
			one.required = in.required && slices.Contains(s.Required, key)
			if depth < formDepth && len(p.Properties) > 0 {
				if len(one.path) == 1 && key == "body" { // the whole is no object to its reader
					one.nested = 0
					collect(p, one, depth)
				} else {
					collect(p, one, depth+1)
				}
				continue
			}
			one.scalar = p.isScalar()
			for _, e := range p.Enum {
				one.choices = append(one.choices, scalarText(e))
			}
			if p.Type == "boolean" && len(one.choices) == 0 {
				one.choices = []string{"true", "false"}
			}
			slots = append(slots, one)
		}
	}
	collect(root, formField{required: true}, 0)
	slices.SortFunc(slots, func(a, b formField) int {
		rank := map[bool]int{true: 0, false: 1}
		return cmp.Or(cmp.Compare(rank[a.required], rank[b.required]), cmp.Compare(a.name, b.name))
	})
	return slots
}

func restHint(slots, own []formField) string {
	var names []string
	for _, s := range slots[:min(len(slots), 20)] {
		if !s.among(own) {
			names = append(names, s.name)
		}
	}
	return fmt.Sprintf(textFor, strings.Join(names, ", "))
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

// label is the slot's name in plain words: "check_in" is "Check in", and "name" of
// "loan" is "Loan: name".
func (s formField) label() string {
	var parts []string
	for _, key := range s.path[len(s.path)-max(s.nested, 1):] {
		words := strings.Join(strings.FieldsFunc(key, func(r rune) bool { return r == '_' || r == '-' || r == ' ' }), " ")
		parts = append(parts, cmp.Or(words, key))
	}
	words := strings.Join(parts, ": ")
	return strings.ToUpper(words[:1]) + words[1:]
}
