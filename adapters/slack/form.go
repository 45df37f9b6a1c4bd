package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// opensForm begins the id that a button has in Slack when its press opens a form: a
// press tells of its button nothing else.
const opensForm = "form:"

// What Slack takes in a modal, in characters.
const (
	maxModalTitle = 24
	maxInput      = 3_000
	maxHint       = 150
	maxChoices    = 100
	maxChoice     = 75
	maxMetadata   = 3_000
)

// inputValue is the id of the element in which a member fills in an input. The block
// around it has the input's name.
const inputValue = "value"

// purpose is what a form knows of where it was opened, kept in the form itself.
type purpose struct {
	Place  chat.Place `json:"place"`
	Secret []string   `json:"secret,omitempty"` // names
	First  string     `json:"first,omitempty"`  // name of the first input
}

// open opens the form of a press; who pressed is told why if that fails.
func (in incoming) open(ctx context.Context, trigger, response string, o chat.Opening) {
	line := in.opening(ctx, trigger, o)
	if line == "" {
		return
	}
	if response != "" {
		in.tell(ctx, response, line)
		return
	}
	if err := in.web.call(ctx, "views.open", "", map[string]any{"trigger_id": trigger, "view": saying(line)}, nil); err != nil {
		in.Logger.WarnContext(ctx, "telling a member", "error", err)
	}
}

// formTime is how long opening a form may take, so that who waits for it can be told in
// time that it failed.
const formTime = 2 * time.Second

// opening opens a form, or says why not in a whole sentence.
func (in incoming) opening(ctx context.Context, trigger string, o chat.Opening) string {
	ctx, cancel := context.WithTimeout(ctx, formTime)
	defer cancel()
	f, err := in.desk.Form(ctx, o)
	if err != nil {
		return sentence(err)
	}
	v, err := modal(f, o.Place)
	if err != nil {
		in.Logger.WarnContext(ctx, "a form cannot be shown", "form", f.Title, "error", err)
		return "This form does not fit into Slack: " + err.Error() + "."
	}
	if err := in.web.call(ctx, "views.open", "", map[string]any{"trigger_id": trigger, "view": v}, nil); err != nil {
		in.Logger.WarnContext(ctx, "opening a form", "error", err, "remedy", remedy(err))
		return "The form could not be opened in time. Please try again."
	}
	return ""
}

// sentence is an error of the desk's, which is one.
func sentence(err error) string {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return "That took too long. Please try again."
	}
	return markdown.Line(err.Error(), maxInput)
}

// plainObject is a text that Slack shows as it is.
func plainObject(text string, most int) map[string]any {
	return map[string]any{"type": "plain_text", "text": markdown.Line(text, most), "emoji": false}
}

// saying is a modal that says one thing.
func saying(line string) map[string]any {
	return map[string]any{
		"type": "modal", "title": plainObject("Sorry", maxModalTitle), "close": plainObject("Close", maxModalTitle),
		"blocks": []any{map[string]any{"type": "section", "text": plainObject(line, maxPlain)}},
	}
}

// modal is a form as a view.
func modal(f chat.Form, at chat.Place) (map[string]any, error) {
	p := purpose{Place: at}
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
	if utf8.RuneCountInString(f.ID) > maxID || len(metadata) > maxMetadata {
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

// inputBlock is one input.
func inputBlock(in chat.Input) (map[string]any, error) {
	if in.Name == "" || utf8.RuneCountInString(in.Name) > maxID {
		return nil, fmt.Errorf("the name of “%s” is too long", markdown.Line(in.Label, short))
	}
	if utf8.RuneCountInString(in.Value) > maxInput {
		return nil, fmt.Errorf("“%s” is longer than %d characters", markdown.Line(in.Label, short), maxInput)
	}
	label := in.Label
	if label == "" {
		label = in.Name
	}
	hint := in.Hint
	element := map[string]any{"type": "plain_text_input", "action_id": inputValue}
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

// choosable says whether Slack can list some choices as they are.
func choosable(choices []string) bool {
	return len(choices) > 0 && len(choices) <= maxChoices && !slices.ContainsFunc(choices, func(c string) bool {
		return c == "" || utf8.RuneCountInString(c) > maxChoice || markdown.Line(c, maxChoice) != c
	})
}

// submission takes a form that was filled in. The answer closes it, or says what is
// wrong with it.
func (in incoming) submission(ctx context.Context, i interaction) (any, error) {
	var p purpose
	if err := json.Unmarshal([]byte(i.View.Metadata), &p); err != nil || i.View.CallbackID == "" {
		return nil, nil //nolint:nilerr // a form that is none of ours
	}
	e := chat.Event{
		ID: chat.Key("f", i.View.ID), Time: in.Now(), Place: p.Place, Member: i.User.ID,
		Filled: &chat.Submitted{Form: i.View.CallbackID, Values: map[string]string{}, Secret: p.Secret},
	}
	for name, elements := range i.View.State.Values {
		v := elements[inputValue]
		e.Filled.Values[name] = v.Value
		if v.Selected.Value != "" {
			e.Filled.Values[name] = v.Selected.Value
		}
	}
	faults, err := in.desk.Check(ctx, e)
	if err != nil {
		return map[string]any{"response_action": "update", "view": saying(sentence(err))}, nil
	}
	if len(faults) > 0 {
		return objection(faults, e.Filled.Values, p.First), nil
	}
	if err := in.desk.Receive(ctx, e); err != nil {
		return nil, fmt.Errorf("receiving %s: %w", e.ID, err)
	}
	return nil, nil
}

// objection says what is wrong with which input; what is wrong with none of them
// stands at the first.
func objection(faults []chat.Fault, values map[string]string, first string) any {
	errs := map[string]string{}
	for _, f := range faults {
		at := f.Input
		if _, ok := values[at]; !ok {
			at = first
		}
		errs[at] = markdown.Line(joined([]string{errs[at], f.Message}, " "), maxInput)
	}
	if first == "" {
		return map[string]any{"response_action": "update", "view": saying(faults[0].Message)}
	}
	return map[string]any{"response_action": "errors", "errors": errs}
}
