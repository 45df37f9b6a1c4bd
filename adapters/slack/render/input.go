package render

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// InputValue is the action_id of every input element. The block_id around it is the name
// of the input.
const InputValue = "value"

// Slack's limits for what can be chosen.
const (
	maxCheckboxes  = 10
	fewChoices     = 25  // ours, where there is little room
	maxChoices     = 100 // options of a menu, or of one of its groups
	maxGroups      = 100
	maxChoice      = 75  // characters of an option
	maxChoiceValue = 150 // characters of its value
)

// The times that a picker takes, in seconds: numbers of ten digits.
const (
	firstTime = 1_000_000_000
	lastTime  = 9_999_999_999
)

// smallNumber matches the numbers that a number input certainly keeps as they are.
var smallNumber = regexp.MustCompile(`^(-?[0-9]{1,15}(\.[0-9]{1,9})?)?$`)

// control is the element of an input block. It is written by hand because slack-go leaves
// out what is false, and Slack's defaults may change.
type control map[string]any

// inputBlock is an input as a block. Of more choices than most it has no list.
func inputBlock(in chat.Input, most int) (slackgo.Block, error) {
	if in.Name == "" || utf8.RuneCountInString(in.Name) > MaxID {
		return nil, fmt.Errorf("the name of “%s” is too long", markdown.Line(in.Label, inlineValue))
	}
	if utf8.RuneCountInString(in.Value) > MaxInput {
		return nil, fmt.Errorf(textTooLong, markdown.Line(in.Label, inlineValue), MaxInput)
	}
	e, hint := nativeElement(in), ""
	if e == nil || len(in.Choices) > most {
		e, hint = textElement(in), strings.TrimLeft(in.Wants()+" ", " ")
		if in.Kind == chat.InputMany {
			hint += textOnePerLine
		}
	}
	e["action_id"] = InputValue
	out := map[string]any{
		"type": "input", "block_id": in.Name, "label": plainObject(cmp.Or(in.Label, in.Name), maxHint), "element": e, "optional": !in.Required,
	}
	if hint = markdown.Line(hint+in.Hint, maxPlain/2); hint != "" {
		out["hint"] = plainObject(hint, maxPlain/2)
	}
	return blockOf(out)
}

// nativeElement is the element that Slack has for a kind of input, or nil if there is none
// or it could not show exactly what the input holds.
func nativeElement(in chat.Input) control {
	switch in.Kind {
	case chat.InputNumber:
		return numberElement(in)
	case chat.InputDate:
		if _, err := time.Parse(time.DateOnly, in.Value); err == nil {
			return control{"type": "datepicker", "initial_date": in.Value}
		} else if in.Value == "" {
			return control{"type": "datepicker"}
		}
	case chat.InputDateTime:
		if in.Value == "" {
			return control{"type": "datetimepicker"}
		}
		// A picker knows minutes, and no zone but the member's own.
		t, err := time.Parse(time.RFC3339, in.Value)
		if at := t.Unix(); err == nil && DateTime(at) == in.Value && t.Second() == 0 && at >= firstTime && at <= lastTime {
			return control{"type": "datetimepicker", "initial_date_time": at}
		}
	case chat.InputChoice, chat.InputMany:
		return choiceElement(in)
	case chat.InputLine, chat.InputText, chat.InputSecret: // a text
	}
	return nil
}

// DateTime is a time that was picked, as the value of an input.
func DateTime(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }

func numberElement(in chat.Input) control {
	if !smallNumber.MatchString(in.Value) {
		return nil
	}
	e := control{"type": "number_input", "is_decimal_allowed": !in.Whole}
	for key, v := range map[string]string{"initial_value": in.Value, "min_value": in.Min, "max_value": in.Max} {
		if v != "" && smallNumber.MatchString(v) {
			e[key] = v
		}
	}
	return e
}

// choiceElement lists the choices: as boxes to tick, or as a menu, in groups if it is long.
func choiceElement(in chat.Input) control {
	if !choosable(in) {
		return nil
	}
	var options, chosen []any
	for i, c := range in.Choices {
		o := map[string]any{"text": plainObject(in.LabelOf(i), maxChoice), "value": c}
		options = append(options, o)
		if slices.Contains(in.Chosen(), c) {
			chosen = append(chosen, o)
		}
	}
	e := control{"type": "static_select"}
	switch {
	case in.Kind == chat.InputMany && len(options) <= maxCheckboxes:
		e["type"] = "checkboxes"
	case in.Kind == chat.InputMany:
		e["type"] = "multi_static_select"
	}
	switch {
	case len(chosen) > 0 && in.Kind == chat.InputMany:
		e["initial_options"] = chosen
	case len(chosen) > 0:
		e["initial_option"] = chosen[0]
	}
	if len(options) <= maxChoices {
		e["options"] = options
		return e
	}
	var groups []any
	first := 1
	for some := range slices.Chunk(options, maxChoices) {
		label := fmt.Sprintf("%d–%d", first, first+len(some)-1)
		groups = append(groups, map[string]any{"label": plainObject(label, maxChoice), "options": some})
		first += len(some)
	}
	e["option_groups"] = groups
	return e
}

// choosable reports whether Slack can list the choices, and unchanged where they have no
// labels.
func choosable(in chat.Input) bool {
	if len(in.Choices) == 0 || len(in.Choices) > maxChoices*maxGroups {
		return false
	}
	for i, c := range in.Choices {
		label := in.LabelOf(i)
		if c == "" || utf8.RuneCountInString(c) > maxChoiceValue || markdown.Line(label, maxChoice) == "" {
			return false
		}
		if label == c && markdown.Line(c, maxChoice) != c {
			return false
		}
	}
	return true
}

// textElement is a field for text.
func textElement(in chat.Input) control {
	long := in.Kind == chat.InputText || in.Kind == chat.InputMany || strings.Contains(in.Value, "\n")
	e := control{"type": "plain_text_input", "multiline": long}
	if in.Value != "" && in.Kind != chat.InputSecret {
		e["initial_value"] = in.Value
	}
	return e
}
