package discord

import (
	"fmt"
	"slices"
	"strings"

	"aidesk/adapters/fake/discord/rule"
)

// Types of inputs.
const (
	inputSelect = 3
	inputText   = 4
	inputRadio  = 21
	inputBoxes  = 22
	inputBox    = 23
)

// submittedComponents are the components of a modal as they come back: rows and labels with what
// was filled in.
func submittedComponents(components []any, filled map[string]string) []object {
	var out []object
	for _, v := range components {
		c, _ := v.(object)
		answer := object{"type": c["type"], "id": c["id"]}
		value, ok := filled[rule.Text(c["custom_id"])]
		if ok {
			answer["custom_id"] = c["custom_id"]
		}
		switch kind := rule.Integer(c["type"]); {
		case !ok:
		case kind == inputText:
			answer["value"] = value
		case kind == inputBox:
			answer["value"] = value == "true"
		case kind == inputRadio:
			answer["value"] = nil
			if value != "" {
				answer["value"] = value
			}
		default:
			answer["values"] = append([]string{}, lines(value)...)
		}
		if inner, ok := c["components"].([]any); ok {
			answer["components"] = submittedComponents(inner, filled)
		}
		if inner, ok := c["component"]; ok {
			answer["component"] = submittedComponents([]any{inner}, filled)[0]
		}
		out = append(out, answer)
	}
	return out
}

// lines are the choices of a value.
func lines(value string) []string {
	if value == "" {
		return nil
	}
	return strings.Split(value, "\n")
}

// Input is one of a modal's fields.
type Input struct {
	CustomID, Label, Value, Placeholder string
	Description                         string
	Kind                                int // 4, or of a menu 3, 5, 6, 7, 8, of a group 21, 22, of a box 23
	Long, Required                      bool
	Least, Most                         int // characters, or values
	Options                             []Choice
}

// inputOf reads an input; outer is the label around it, if there is one.
func inputOf(c, outer object) (Input, bool) {
	in := Input{
		Kind: rule.Integer(c["type"]), CustomID: rule.Text(c["custom_id"]), Label: rule.Text(outer["label"]),
		Description: rule.Text(outer["description"]), Required: c["required"] != false, Placeholder: rule.Text(c["placeholder"]),
	}
	switch {
	case in.Kind == inputText:
		in.Value, in.Long = rule.Text(c["value"]), rule.Integer(c["style"]) == 2
		in.Least, in.Most = rule.Integer(c["min_length"]), rule.Integer(c["max_length"])
		if in.Most == 0 {
			in.Most = 4000
		}
		if in.Label == "" {
			in.Label = rule.Text(c["label"])
		}
		return in, true
	case in.Kind == inputBox:
		in.Required, in.Value = false, "false"
		if c["default"] == true {
			in.Value = "true"
		}
		return in, true
	case in.Kind == inputSelect, in.Kind >= 5 && in.Kind <= 8, in.Kind == inputRadio, in.Kind == inputBoxes:
		options, _ := c["options"].([]any)
		in.Least, in.Most = 1, 1
		if in.Kind == inputBoxes {
			in.Most = len(options)
		}
		if v, ok := c["min_values"]; ok {
			in.Least = rule.Integer(v)
		}
		if v, ok := c["max_values"]; ok {
			in.Most = rule.Integer(v)
		}
		var chosen []string
		for _, o := range options {
			option, _ := o.(object)
			in.Options = append(in.Options, Choice{rule.Text(option["label"]), rule.Text(option["value"])})
			if option["default"] == true {
				chosen = append(chosen, rule.Text(option["value"]))
			}
		}
		in.Value = strings.Join(chosen, "\n")
		return in, true
	}
	return in, false
}

// check refuses what the client would not let a user submit.
func (in Input) check(value string) error {
	n, of := rule.Length(value), "characters"
	switch in.Kind {
	case inputText:
		if !in.Long && strings.Contains(value, "\n") {
			return fmt.Errorf("%q takes one line", in.Label)
		}
	case inputBox:
		if value != "true" && value != "false" {
			return fmt.Errorf("%q is a box, %q neither ticks nor leaves it", in.Label, value)
		}
		return nil
	default:
		chosen := lines(value)
		n, of = len(chosen), "values"
		for _, one := range chosen {
			if len(in.Options) > 0 && !slices.ContainsFunc(in.Options, func(c Choice) bool { return c.Value == one }) {
				return fmt.Errorf("%q has no option %q", in.Label, one)
			}
		}
	}
	switch {
	case n == 0 && in.Required:
		return fmt.Errorf("%q must not be empty", in.Label)
	case n == 0:
		return nil
	case n < in.Least:
		return fmt.Errorf("%q has less than %d %s", in.Label, in.Least, of)
	case n > in.Most:
		return fmt.Errorf("%q has more than %d %s", in.Label, in.Most, of)
	}
	return nil
}
