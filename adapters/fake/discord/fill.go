package discord

import (
	"fmt"
	"slices"
	"strconv"
)

// Types of options of commands.
const (
	optionString      = 3
	optionInteger     = 4
	optionBoolean     = 5
	optionUser        = 6
	optionChannel     = 7
	optionRole        = 8
	optionMentionable = 9
	optionNumber      = 10
)

// fill fills in the options of a command as a client does.
type fill struct {
	*Discord
	ch       Channel
	resolved object
	focused  string
}

// options makes the options of a command of what a user gave.
func (f *fill) options(defined []any, given map[string]string) ([]object, error) {
	out := []object{}
	known := map[string]bool{}
	for _, v := range defined {
		o, _ := v.(object)
		name := text(o["name"])
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
			value, err := f.value(o, said)
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

// value is what a user gave for an option, as it is sent.
func (f *fill) value(o object, said string) (any, error) {
	name, kind := text(o["name"]), integer(o["type"])
	if choices, ok := o["choices"].([]any); ok && len(choices) > 0 {
		i := slices.IndexFunc(choices, func(v any) bool { c, _ := v.(object); return fmt.Sprint(c["value"]) == said })
		if i < 0 {
			return nil, fmt.Errorf("the option %q has no choice %q", name, said)
		}
	}
	switch kind {
	case optionString:
		n := units(said)
		most := 6000
		if v, ok := o["max_length"]; ok {
			most = integer(v)
		}
		if n < max(integer(o["min_length"]), 1) || n > most {
			return nil, fmt.Errorf("the option %q is too short or too long", name)
		}
		return said, nil
	case optionInteger, optionNumber:
		n, err := strconv.ParseFloat(said, 64)
		least, hasLeast := o["min_value"]
		most, hasMost := o["max_value"]
		switch {
		case err != nil, kind == optionInteger && n != float64(int64(n)):
			return nil, fmt.Errorf("the option %q is no number", name)
		case hasLeast && n < float(least), hasMost && n > float(most):
			return nil, fmt.Errorf("the option %q is out of its bounds", name)
		}
		return n, nil
	case optionBoolean:
		return said == "true", nil
	case optionUser, optionChannel, optionRole, optionMentionable:
		kinds := map[int]string{optionUser: "user", optionChannel: "channel", optionRole: "role", optionMentionable: "user role"}[kind]
		if !f.resolve(f.resolved, said, f.ch, kinds) {
			return nil, fmt.Errorf("the option %q: there is no %s %q", name, kinds, said)
		}
		return said, nil
	}
	return nil, fmt.Errorf("the option %q is of a type that is not known here", name)
}

func float(v any) float64 {
	n, _ := strconv.ParseFloat(fmt.Sprint(v), 64)
	return n
}
