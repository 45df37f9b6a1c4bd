package discord

import (
	"fmt"
	"slices"
	"strconv"

	"aidesk/adapters/fake/discord/rule"
)

// optionFiller fills in the options of a command as a client does.
type optionFiller struct {
	*Discord
	ch       Channel
	resolved object
	focused  string
}

// options makes the options of a command of what a user gave.
func (f *optionFiller) options(defined []any, given map[string]string) ([]object, error) {
	out := []object{}
	known := map[string]bool{}
	for _, v := range defined {
		o, _ := v.(object)
		name := rule.Text(o["name"])
		known[name] = true
		said, ok := given[name]
		switch {
		case !ok && o["required"] == true && f.focused == "":
			return nil, fmt.Errorf("the option %q is required", name)
		case !ok:
			continue
		case name == f.focused && o["autocomplete"] != true:
			return nil, fmt.Errorf("the option %q does not complete", name)
		}
		filled := object{"name": name, "type": o["type"]}
		if name == f.focused {
			filled["value"], filled["focused"] = said, true // also of numbers, as they are typed
		} else {
			value, err := f.optionValue(o, said)
			if err != nil {
				return nil, err
			}
			filled["value"] = value
		}
		out = append(out, filled)
	}
	for name := range given {
		if !known[name] {
			return nil, fmt.Errorf("there is no option %q", name)
		}
	}
	return out, nil
}

// optionValue is what a user gave for an option, as it is sent.
func (f *optionFiller) optionValue(o object, said string) (any, error) {
	name, kind := rule.Text(o["name"]), rule.Integer(o["type"])
	if choices, ok := o["choices"].([]any); ok && len(choices) > 0 {
		i := slices.IndexFunc(choices, func(v any) bool { c, _ := v.(object); return fmt.Sprint(c["value"]) == said })
		if i < 0 {
			return nil, fmt.Errorf("the option %q has no choice %q", name, said)
		}
	}
	switch kind {
	case rule.OptionString:
		n := rule.Length(said)
		most := 6000
		if v, ok := o["max_length"]; ok {
			most = rule.Integer(v)
		}
		if n < max(rule.Integer(o["min_length"]), 1) || n > most {
			return nil, fmt.Errorf("the option %q is too short or too long", name)
		}
		return said, nil
	case rule.OptionInteger, rule.OptionNumber:
		n, err := strconv.ParseFloat(said, 64)
		least, hasLeast := o["min_value"]
		most, hasMost := o["max_value"]
		switch {
		case err != nil, kind == rule.OptionInteger && n != float64(int64(n)):
			return nil, fmt.Errorf("the option %q is no number", name)
		case hasLeast && n < floatOf(least), hasMost && n > floatOf(most):
			return nil, fmt.Errorf("the option %q is out of its bounds", name)
		}
		return n, nil
	case rule.OptionBoolean:
		return said == "true", nil
	case rule.OptionUser, rule.OptionChannel, rule.OptionRole, rule.OptionMentionable:
		kinds := map[int]string{rule.OptionUser: "user", rule.OptionChannel: "channel", rule.OptionRole: "role", rule.OptionMentionable: "user role"}[kind]
		if !f.resolve(f.resolved, said, f.ch, kinds) {
			return nil, fmt.Errorf("the option %q: there is no %s %q", name, kinds, said)
		}
		return said, nil
	}
	return nil, fmt.Errorf("the option %q is of a type that is not known here", name)
}

func floatOf(v any) float64 {
	n, _ := strconv.ParseFloat(fmt.Sprint(v), 64)
	return n
}
