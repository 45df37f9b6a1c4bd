package discord

import (
	"fmt"
	"slices"

	"aidesk/adapters/fake/discord/rule"
)

// Input is one of a modal's fields.
type Input struct {
	CustomID, Label, Value, Placeholder string
	Kind                                int // 4, or of a menu 3, 5, 6, 7, 8
	Long, Required                      bool
	Least, Most                         int // characters, or values
	Options                             []Choice
}

func inputOf(c object, label string) (Input, bool) {
	in := Input{Kind: rule.Integer(c["type"]), CustomID: rule.Text(c["custom_id"]), Label: label, Required: c["required"] != false}
	switch {
	case in.Kind == 4:
		in.Value, in.Placeholder, in.Long = rule.Text(c["value"]), rule.Text(c["placeholder"]), rule.Integer(c["style"]) == 2
		in.Least, in.Most = rule.Integer(c["min_length"]), rule.Integer(c["max_length"])
		if in.Most == 0 {
			in.Most = 4000
		}
		if in.Label == "" {
			in.Label = rule.Text(c["label"])
		}
		return in, true
	case in.Kind == 3, in.Kind >= 5 && in.Kind <= 8:
		in.Least, in.Most, in.Placeholder = 1, 1, rule.Text(c["placeholder"])
		if v, ok := c["min_values"]; ok {
			in.Least = rule.Integer(v)
		}
		if v, ok := c["max_values"]; ok {
			in.Most = rule.Integer(v)
		}
		options, _ := c["options"].([]any)
		for _, o := range options {
			option, _ := o.(object)
			in.Options = append(in.Options, Choice{rule.Text(option["label"]), rule.Text(option["value"])})
			if option["default"] == true {
				in.Value = rule.Text(option["value"])
			}
		}
		return in, true
	}
	return in, false
}

// check refuses what the client would not let a user submit.
func (in Input) check(value string) error {
	n := rule.Length(value)
	if in.Kind != 4 {
		n = 0
		if value != "" {
			n = 1
		}
		if n > 0 && in.Kind == 3 && !slices.ContainsFunc(in.Options, func(c Choice) bool { return c.Value == value }) {
			return fmt.Errorf("%q has no option %q", in.Label, value)
		}
	}
	switch {
	case n == 0 && in.Required:
		return fmt.Errorf("%q must not be empty", in.Label)
	case n == 0:
		return nil
	case n < in.Least:
		return fmt.Errorf("%q has less than %d characters", in.Label, in.Least)
	case n > in.Most:
		return fmt.Errorf("%q has more than %d characters", in.Label, in.Most)
	}
	return nil
}
