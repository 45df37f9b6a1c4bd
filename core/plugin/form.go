package plugin

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"aidesk/core/chat"
	"aidesk/core/openapi"
)

// formInputs is how many inputs a form may have on every platform.
const formInputs = 5

// moreInput is the name of the input that holds, as JSON, what has no input of its own.
const moreInput = "more"

// Form is the form of an operation's arguments, filled with those given (nil: none):
// required scalars first, then optional ones; what does not fit stands together as
// JSON in the last input. FormArgs reads it back.
func Form(id string, p *Plugin, o *openapi.Operation, args json.RawMessage) chat.Form {
	slots := formFields(o)
	given := map[string]any{}
	_ = json.Unmarshal(args, &given) // what is no object fills nothing in
	f := chat.Form{ID: id, Title: p.Human(), Submit: textSubmit}
	own := slots
	if rest := len(slots) > formInputs || slices.ContainsFunc(slots, func(s formField) bool { return !s.scalar }); rest {
		own = nil
		for _, s := range slots {
			if s.scalar && len(own) < formInputs-1 {
				own = append(own, s)
			}
		}
	}
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
	if len(own) < len(slots) {
		input := chat.Input{Name: moreInput, Label: textMore, Kind: chat.InputText, Hint: restHint(slots, own)}
		input.Required = slices.ContainsFunc(slots, func(s formField) bool {
			return s.required && !slices.ContainsFunc(own, func(o formField) bool { return o.name == s.name })
		})
		if body, ok := given["body"].(map[string]any); ok && len(body) == 0 {
			delete(given, "body")
		}
		if len(given) > 0 {
			if rest, err := json.Marshal(given); err == nil {
				input.Value = string(rest)
			}
		}
		f.Inputs = append(f.Inputs, input)
	}
	return f
}

// ErrMore says that the JSON of a form's last input cannot be read.
var ErrMore = errors.New(textNotObject)

// FormArgs makes arguments of a filled-in form. Values are text; the operation
// coerces them when the request is built.
func FormArgs(values map[string]string) (json.RawMessage, error) {
	args := map[string]any{}
	if text := strings.TrimSpace(values[moreInput]); text != "" {
		if err := json.Unmarshal([]byte(text), &args); err != nil || args == nil {
			return nil, ErrMore
		}
	}
	for name, v := range values {
		if name == moreInput || strings.TrimSpace(v) == "" {
			continue
		}
		if key, inBody := strings.CutPrefix(name, bodyPrefix); inBody {
			body, _ := args["body"].(map[string]any)
			if body == nil {
				body = map[string]any{}
				args["body"] = body
			}
			body[key] = v
			continue
		}
		args[name] = v
	}
	out, err := json.Marshal(args)
	if err != nil {
		return nil, fmt.Errorf("reading the form: %w", err)
	}
	return out, nil
}

// InputOf is the name of the input that an error of FormArgs or Call is about.
func InputOf(err error) string {
	var wrong *openapi.ArgumentError
	if errors.As(err, &wrong) && wrong.Field != "" {
		return wrong.Field
	}
	return moreInput
}

// FaultOf says to a member what is wrong with an input.
func FaultOf(err error) string {
	var wrong *openapi.ArgumentError
	if errors.As(err, &wrong) && wrong.Field != "" {
		return fmt.Sprintf(textFault, wrong.Message)
	}
	return err.Error() + "."
}

const bodyPrefix = "body."

// formField is one argument that a form asks for.
type formField struct {
	name     string // "city" or "body.title"
	key      string // without the prefix
	hint     string
	choices  []string
	required bool
	scalar   bool
}

// take removes the slot's value from arguments.
func (s formField) take(args map[string]any) (any, bool) {
	from := args
	if strings.HasPrefix(s.name, bodyPrefix) {
		from, _ = args["body"].(map[string]any)
	}
	v, ok := from[s.key]
	if _, nested := v.(map[string]any); nested {
		return nil, false
	}
	delete(from, s.key)
	return v, ok
}

// toolSchema is what a form needs of a tool's schema.
type toolSchema struct {
	Type        any                   `json:"type"`
	Description string                `json:"description"`
	Enum        []any                 `json:"enum"`
	Required    []string              `json:"required"`
	Properties  map[string]toolSchema `json:"properties"`
}

// formFields lists an operation's arguments: parameters and the properties of its body,
// the required ones first.
func formFields(o *openapi.Operation) []formField {
	var root toolSchema
	if err := json.Unmarshal(o.Tool("x").Schema, &root); err != nil {
		return nil
	}
	var slots []formField
	collect := func(s toolSchema, prefix string, must bool) {
		for key, p := range s.Properties {
			if prefix == "" && key == "body" {
				continue
			}
			one := formField{name: prefix + key, key: key, hint: p.Description, required: must && slices.Contains(s.Required, key)}
			one.scalar = slices.Contains([]any{"string", "number", "integer", "boolean"}, p.Type)
			for _, e := range p.Enum {
				one.choices = append(one.choices, scalarText(e))
			}
			slots = append(slots, one)
		}
	}
	collect(root, "", true)
	if body, ok := root.Properties["body"]; ok {
		if len(body.Properties) == 0 {
			slots = append(slots, formField{name: "body", key: "body", hint: body.Description, required: slices.Contains(root.Required, "body")})
		}
		collect(body, bodyPrefix, slices.Contains(root.Required, "body"))
	}
	slices.SortFunc(slots, func(a, b formField) int {
		rank := map[bool]int{true: 0, false: 1}
		return cmp.Or(cmp.Compare(rank[a.required], rank[b.required]), cmp.Compare(a.name, b.name))
	})
	return slots
}

func restHint(slots, own []formField) string {
	var names []string
	for _, s := range slots[:min(len(slots), 20)] {
		if !slices.ContainsFunc(own, func(o formField) bool { return o.name == s.name }) {
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

// label is the slot's name in plain words: "check_in" is "Check in".
func (s formField) label() string {
	words := strings.Join(strings.FieldsFunc(s.key, func(r rune) bool { return r == '_' || r == '-' || r == ' ' }), " ")
	if words == "" {
		return s.key
	}
	return strings.ToUpper(words[:1]) + words[1:]
}
