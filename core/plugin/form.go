package plugin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"aidesk/core/chat"
	"aidesk/core/openapi"
)

// inputName is how long an input's name may be, in bytes: what every platform takes
// as an id. A field with a longer one is asked for in the JSON.
const inputName = 80

// moreInput is the name of the input that holds, as JSON, what has no input of its own.
const moreInput = "more"

// Form is the form of an operation's arguments, filled with those given (nil: none):
// required fields first, then optional ones, in the order of the document. The fields of a
// nested object are inputs of their own, two objects deep; what does not fit stands
// together as JSON in the last input. FormArgs reads it back.
func Form(id string, p *Plugin, o *openapi.Operation, args json.RawMessage) chat.Form {
	fields, _ := formFields(o)
	given, err := decodeObject(args)
	if err != nil {
		given = nil // what is no object fills nothing in
	}
	f := chat.Form{ID: id, Title: p.Human(), Submit: textSubmit}
	own := ownInputs(fields, given)
	for _, s := range own {
		input := s.input
		if text, ok := s.take(given); ok {
			input.Value = text
			if input.Kind == chat.InputLine && strings.Contains(text, "\n") {
				input.Kind = chat.InputText
			}
		}
		f.Inputs = append(f.Inputs, input)
	}
	dropEmptyBody(given, fields)
	if len(own) < len(fields) || len(given) > 0 {
		input := chat.Input{Name: moreInput, Label: textMore, Kind: chat.InputText, Hint: restHint(fields, own)}
		input.Required = slices.ContainsFunc(fields, func(s formField) bool { return s.input.Required && !s.among(own) })
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
func ownInputs(fields []formField, given map[string]any) []formField {
	var own []formField
	for _, s := range fields {
		if s.input.Kind != "" && len(s.input.Name) <= inputName && len(own) < chat.MaxInputs {
			own = append(own, s)
		}
	}
	left := copyObject(given)
	for _, s := range own {
		s.take(left)
	}
	dropEmptyBody(left, fields)
	if len(own) < len(fields) || len(left) > 0 {
		own = own[:min(len(own), chat.MaxInputs-1)]
	}
	return own
}

// dropEmptyBody removes what is left of a body whose fields were taken. A body that is
// itself a field, because its document does not say what is in it, stays.
func dropEmptyBody(args map[string]any, fields []formField) {
	body, ok := args["body"].(map[string]any)
	whole := slices.ContainsFunc(fields, func(s formField) bool { return s.input.Name == "body" })
	if ok && len(body) == 0 && !whole {
		delete(args, "body")
	}
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
// form does ("body.loan.note") or nest it, and may not contradict a field.
func FormArgs(o *openapi.Operation, values map[string]string) (json.RawMessage, error) {
	fields, objects := formFields(o)
	more, args := map[string]any{}, map[string]any{}
	if text := strings.TrimSpace(values[moreInput]); text != "" {
		var err error
		if more, err = decodeObject([]byte(text)); err != nil {
			return nil, err
		}
	}
	var dotted []string
	for name, v := range more {
		if path := fieldOf(fields, name).path; len(path) > 1 {
			dotted = append(dotted, name)
		} else {
			args[name] = v
		}
	}
	for _, name := range slices.Sorted(slices.Values(dotted)) {
		if err := put(args, fieldOf(fields, name).path, more[name]); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if name == moreInput || strings.TrimSpace(values[name]) == "" {
			continue
		}
		s := fieldOf(fields, name)
		if there, ok := at(args, s.path); ok {
			if text, _ := s.text(there); text != values[name] {
				return nil, fmt.Errorf(textBoth, name)
			}
			continue
		}
		if err := put(args, s.path, s.value(values[name])); err != nil {
			return nil, err
		}
	}
	for _, o := range objects {
		if _, there := at(args, o.path); there || !o.always && !within(args, o.path) {
			continue
		}
		if err := put(args, o.path, map[string]any{}); err != nil {
			return nil, err
		}
	}
	out, err := json.Marshal(args)
	if err != nil {
		return nil, fmt.Errorf("reading the form: %w", err)
	}
	return out, nil
}

// at finds the value at a path of nested objects.
func at(args map[string]any, path []string) (any, bool) {
	for _, key := range path[:len(path)-1] {
		args, _ = args[key].(map[string]any)
	}
	v, ok := args[path[len(path)-1]]
	return v, ok
}

// within reports whether the object around a path is there.
func within(args map[string]any, path []string) bool {
	around, _ := at(args, path[:len(path)-1])
	_, ok := around.(map[string]any)
	return ok
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
		fault := chat.Fault{Input: inputOf(e.Field, values), Message: fmt.Sprintf(textFault, e.Message)}
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

// inputOf is the input in which an argument was filled in: its own, that of the list it
// stands in, the JSON, or, for an object without either, the first of its fields.
func inputOf(field string, values map[string]string) string {
	for name := field; name != ""; name = name[:max(strings.LastIndexAny(name, ".["), 0)] {
		if _, ok := values[name]; ok && name != moreInput {
			return name
		}
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
