package render

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Slack's limits for modals, in characters.
const (
	maxModalTitle = 24
	MaxInput      = 3_000
	maxHint       = 150
	maxChoices    = 100
	maxChoice     = 75
	maxMetadata   = 3_000
)

// InputValue is the action_id of every input element. The block_id around it is the name
// of the input.
const InputValue = "value"

// FormContext is what a form has to remember until it is submitted. It is stored in the
// form's private_metadata.
type FormContext struct {
	Place  chat.Place `json:"place"`
	Secret []string   `json:"secret,omitempty"` // names
	First  string     `json:"first,omitempty"`  // name of the first input
}

// plainObject is a plain_text object.
func plainObject(text string, most int) map[string]any {
	return map[string]any{"type": "plain_text", "text": markdown.Line(text, most), "emoji": false}
}

// Notice is a modal that tells a member why something failed.
func Notice(line string) map[string]any {
	return map[string]any{
		"type": "modal", "title": plainObject("Sorry", maxModalTitle), "close": plainObject("Close", maxModalTitle),
		"blocks": []any{map[string]any{"type": "section", "text": plainObject(line, maxPlain)}},
	}
}

// Modal is a form as a modal view. at is where it was opened.
func Modal(f chat.Form, at chat.Place) (map[string]any, error) {
	p := FormContext{Place: at}
	var blocks []any
	if utf8.RuneCountInString(f.Title) > maxModalTitle {
		blocks = append(blocks, map[string]any{"type": "section", "text": plainObject(f.Title, maxPlain)})
	}
	for i, in := range f.Inputs {
		if i == 0 {
			p.First = in.Name
		}
		if in.Kind == chat.InputSecret {
			p.Secret = append(p.Secret, in.Name)
		}
		b, err := inputBlock(in)
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, b)
	}
	if len(blocks) == 0 {
		blocks = append(blocks, map[string]any{"type": "section", "text": plainObject(f.Title, maxPlain)})
	}
	metadata, err := json.Marshal(p) //nolint:gosec // the names of secret inputs, not what is filled in
	if err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(f.ID) > MaxID || len(metadata) > maxMetadata {
		return nil, errors.New("its names are too long")
	}
	submit := f.Submit
	if submit == "" {
		submit = "Send"
	}
	return map[string]any{
		"type": "modal", "callback_id": f.ID, "private_metadata": string(metadata), "title": plainObject(f.Title, maxModalTitle),
		"submit": plainObject(submit, maxModalTitle), "close": plainObject("Cancel", maxModalTitle), "blocks": blocks,
	}, nil
}

// inputBlock is an input block.
func inputBlock(in chat.Input) (map[string]any, error) {
	if in.Name == "" || utf8.RuneCountInString(in.Name) > MaxID {
		return nil, fmt.Errorf("the name of “%s” is too long", markdown.Line(in.Label, inlineValue))
	}
	if utf8.RuneCountInString(in.Value) > MaxInput {
		return nil, fmt.Errorf("“%s” is longer than %d characters", markdown.Line(in.Label, inlineValue), MaxInput)
	}
	label := in.Label
	if label == "" {
		label = in.Name
	}
	hint := in.Hint
	element := map[string]any{"type": "plain_text_input", "action_id": InputValue}
	switch {
	case in.Kind == chat.InputChoice && choosable(in.Choices):
		element["type"] = "static_select"
		var options []any
		for _, c := range in.Choices {
			o := map[string]any{"text": plainObject(c, maxChoice), "value": c}
			options = append(options, o)
			if c == in.Value {
				element["initial_option"] = o
			}
		}
		element["options"] = options
	case in.Kind == chat.InputChoice:
		hint = "One of: " + joined(in.Choices, ", ") + ". " + hint
		fallthrough
	default:
		element["multiline"] = in.Kind == chat.InputText
		if in.Value != "" && in.Kind != chat.InputSecret {
			element["initial_value"] = in.Value
		}
	}
	out := map[string]any{"type": "input", "block_id": in.Name, "label": plainObject(label, maxHint), "element": element, "optional": !in.Required}
	if hint = markdown.Line(hint, maxPlain/2); hint != "" {
		out["hint"] = plainObject(hint, maxPlain/2)
	}
	return out, nil
}

// choosable reports whether Slack can list the choices unchanged.
func choosable(choices []string) bool {
	return len(choices) > 0 && len(choices) <= maxChoices && !slices.ContainsFunc(choices, func(c string) bool {
		return c == "" || utf8.RuneCountInString(c) > maxChoice || markdown.Line(c, maxChoice) != c
	})
}

// InvalidForm is the answer to a submitted form that says what is wrong with which input. A
// fault without an input is shown at the first one.
func InvalidForm(faults []chat.Fault, values map[string]string, first string) any {
	errs := map[string]string{}
	for _, f := range faults {
		at := f.Input
		if _, ok := values[at]; !ok {
			at = first
		}
		errs[at] = markdown.Line(joined([]string{errs[at], f.Message}, " "), MaxInput)
	}
	if first == "" {
		return map[string]any{"response_action": "update", "view": Notice(faults[0].Message)}
	}
	return map[string]any{"response_action": "errors", "errors": errs}
}

// maxViewBlocks is Slack's limit for the blocks of a view.
const maxViewBlocks = 100

// HomeView is the App Home that shows messages one below the other. What does not fit is
// left out, and the last line says so.
func HomeView(messages []Message) (map[string]any, error) {
	blocks := []json.RawMessage{}
	for _, m := range messages {
		some := []json.RawMessage{}
		if m.Blocks == nil {
			text, err := json.Marshal(map[string]any{"type": "section", "text": plainObject(unescape(m.Text), maxPlain)})
			if err != nil {
				return nil, err
			}
			some = append(some, text)
		} else if err := json.Unmarshal(m.Blocks, &some); err != nil {
			return nil, fmt.Errorf("laying out a page: %w", err)
		}
		blocks = append(blocks, some...)
	}
	if len(blocks) > maxViewBlocks {
		left := fmt.Sprintf("%d more do not fit here.", len(blocks)-maxViewBlocks+1)
		text, err := json.Marshal(map[string]any{"type": "context", "elements": []any{plainObject(left, maxPlain)}})
		if err != nil {
			return nil, err
		}
		blocks = append(blocks[:maxViewBlocks-1], text)
	}
	return map[string]any{"type": "home", "blocks": blocks}, nil
}
