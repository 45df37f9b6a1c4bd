package slack

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// filledState makes the state of a modal of what a user filled in, and returns all that the
// inputs hold then, by block.
func (v *view) filledState(values map[string]string) (state object, filled map[string]string, err error) {
	state, filled = object{}, map[string]string{}
	known := map[string]bool{}
	for _, b := range v.blocks {
		block, _ := b.(object)
		e, _ := block["element"].(object)
		if block["type"] != "input" || e == nil {
			continue
		}
		blockID, _ := block["block_id"].(string)
		action, _ := e["action_id"].(string)
		known[blockID], known[action] = true, true
		value, given := values[action]
		if !given {
			value, given = values[blockID]
		}
		if !given {
			value = v.holds(block)
		}
		if value == "" && block["optional"] != true {
			return nil, nil, fmt.Errorf("%q must not be empty", textOfObject(block["label"]))
		}
		if err := checkFilled(e, value); err != nil {
			return nil, nil, fmt.Errorf("%q %w", textOfObject(block["label"]), err)
		}
		of, err := stateValue(e, value)
		if err != nil {
			return nil, nil, err
		}
		state[blockID], filled[blockID] = object{action: of}, value
	}
	for name := range values {
		if !known[name] {
			return nil, nil, fmt.Errorf("input %q: %w", name, errNotShown)
		}
	}
	return state, filled, nil
}

// holds is what an input block holds now.
func (v *view) holds(block object) string {
	id, _ := block["block_id"].(string)
	if value, ok := v.filled[id]; ok {
		return value
	}
	e, _ := block["element"].(object)
	return initialValue(e)
}

// checkFilled refuses what the client would not let a user submit.
func checkFilled(e object, value string) error {
	if value == "" {
		return nil
	}
	n := float64(utf8.RuneCountInString(value))
	if most, ok := e["max_length"].(float64); ok && n > most {
		return fmt.Errorf("has more than %v characters", most)
	}
	if least, ok := e["min_length"].(float64); ok && n < least {
		return fmt.Errorf("has less than %v characters", least)
	}
	switch e["type"] {
	case "plain_text_input":
		if e["multiline"] != true && strings.Contains(value, "\n") {
			return errors.New("takes one line")
		}
	case "number_input":
		return checkNumber(e, value)
	case "datepicker":
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return errors.New("takes a date such as 2026-01-31")
		}
	case "datetimepicker":
		if t, err := time.Parse(time.RFC3339, value); err != nil || t.Second() != 0 {
			return errors.New("takes a time such as 2026-01-31T15:04:00Z")
		}
	}
	return nil
}

func checkNumber(e object, value string) error {
	n, err := strconv.ParseFloat(value, 64)
	bound := func(key string) (float64, bool) {
		text, _ := e[key].(string)
		f, err := strconv.ParseFloat(text, 64)
		return f, err == nil
	}
	least, hasLeast := bound("min_value")
	most, hasMost := bound("max_value")
	switch {
	case err != nil:
		return errors.New("takes a number")
	case e["is_decimal_allowed"] != true && n != math.Trunc(n):
		return errors.New("takes a whole number")
	case hasLeast && n < least:
		return fmt.Errorf("takes a number from %v", least)
	case hasMost && n > most:
		return fmt.Errorf("takes a number up to %v", most)
	}
	return nil
}

// initialValue is what an input holds before anybody filled it in.
func initialValue(e object) string {
	for _, key := range []string{"initial_value", "initial_date", "initial_time", "initial_user", "initial_channel", "initial_conversation"} {
		if v, ok := e[key].(string); ok {
			return v
		}
	}
	if seconds, ok := e["initial_date_time"].(float64); ok {
		return time.Unix(int64(seconds), 0).UTC().Format(time.RFC3339)
	}
	if o, ok := e["initial_option"].(object); ok {
		v, _ := o["value"].(string)
		return v
	}
	var some []string
	chosen, _ := e["initial_options"].([]any)
	for _, o := range chosen {
		option, _ := o.(object)
		v, _ := option["value"].(string)
		some = append(some, v)
	}
	return strings.Join(some, "\n")
}

// stateValue is a filled-in input as Slack sends it. Several choices stand one a line.
func stateValue(e object, value string) (object, error) {
	kind, _ := e["type"].(string)
	out := object{"type": kind}
	var chosen any
	if value != "" {
		chosen = value
	}
	switch kind {
	case "static_select", "radio_buttons":
		out["selected_option"] = nil
		if value != "" {
			if out["selected_option"] = findOption(e, value); out["selected_option"] == nil {
				return nil, fmt.Errorf("there is no option %q", value)
			}
		}
	case "checkboxes", "multi_static_select":
		some := []any{}
		for one := range strings.SplitSeq(value, "\n") {
			if one == "" {
				continue
			}
			o := findOption(e, one)
			if o == nil {
				return nil, fmt.Errorf("there is no option %q", one)
			}
			some = append(some, o)
		}
		out["selected_options"] = some
	case "users_select", "channels_select", "conversations_select":
		out["selected_"+strings.TrimSuffix(kind, "s_select")] = chosen
	case "datepicker":
		out["selected_date"] = chosen
	case "timepicker":
		out["selected_time"] = chosen
	case "datetimepicker":
		out["selected_date_time"] = nil
		if t, err := time.Parse(time.RFC3339, value); err == nil {
			out["selected_date_time"] = t.Unix()
		}
	default:
		out["value"] = chosen
	}
	return out, nil
}
