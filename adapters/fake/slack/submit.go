package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"aidesk/adapters/fake/slack/rule"
)

// Submit lets a user submit the modal with this id. The values are by action_id or by
// block_id; of an option its value. What is not among them is as the app filled it
// in. Slack itself looks after inputs that must not be empty and their lengths: that
// is an error here. What the app answers happens to the modal.
func (s *Slack) Submit(user, id string, values map[string]string) (*Receipt, error) {
	defer s.mu.Changing()()
	v, err := s.openView(user, id)
	if err != nil {
		return nil, err
	}
	if v.Home || v.Submit == "" && !rule.HasInput(v.blocks) {
		return nil, fmt.Errorf("view %s cannot be submitted", id)
	}
	state, err := v.filledState(values)
	if err != nil {
		return nil, err
	}
	v.Errors = nil
	payload := s.interactionPayload("view_submission", user)
	payload["view"], payload["trigger_id"], payload["response_urls"] = v.payload(state), s.newTrigger(user, v), []any{}
	return s.deliver(Interactive, payload, func(d Delivery) {
		if d.Acked {
			s.applySubmission(v, d.Answer)
		}
	}), nil
}

// filledState makes the state of a modal of what a user filled in.
func (v *view) filledState(values map[string]string) (object, error) {
	state, known := object{}, map[string]bool{}
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
			value = initialValue(e)
		}
		if value == "" && block["optional"] != true {
			return nil, fmt.Errorf("%q must not be empty", textOfObject(block["label"]))
		}
		n := float64(utf8.RuneCountInString(value))
		if most, ok := e["max_length"].(float64); ok && n > most {
			return nil, fmt.Errorf("%q has more than %v characters", textOfObject(block["label"]), most)
		}
		if least, ok := e["min_length"].(float64); ok && value != "" && n < least {
			return nil, fmt.Errorf("%q has less than %v characters", textOfObject(block["label"]), least)
		}
		filled, err := stateValue(e, value)
		if err != nil {
			return nil, err
		}
		state[blockID] = object{action: filled}
	}
	for name := range values {
		if !known[name] {
			return nil, fmt.Errorf("input %q: %w", name, errNotShown)
		}
	}
	return state, nil
}

// initialValue is what an input holds before anybody filled it in.
func initialValue(e object) string {
	for _, key := range []string{"initial_value", "initial_date", "initial_time", "initial_user", "initial_channel", "initial_conversation"} {
		if v, ok := e[key].(string); ok {
			return v
		}
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
	return strings.Join(some, ",")
}

// stateValue is a filled-in input as Slack sends it. Several choices are parted by commas.
func stateValue(e object, value string) (object, error) {
	kind, _ := e["type"].(string)
	out := object{"type": kind}
	var said any
	if value != "" {
		said = value
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
		for _, one := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' }) {
			o := findOption(e, one)
			if o == nil {
				return nil, fmt.Errorf("there is no option %q", one)
			}
			some = append(some, o)
		}
		out["selected_options"] = some
	case "users_select", "channels_select", "conversations_select":
		out["selected_"+strings.TrimSuffix(kind, "s_select")] = said
	case "datepicker":
		out["selected_date"] = said
	case "timepicker":
		out["selected_time"] = said
	default:
		out["value"] = said
	}
	return out, nil
}

// applySubmission does to a modal what the app answered to its submission.
func (s *Slack) applySubmission(v *view, said []byte) {
	var answer struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	_ = json.Unmarshal(said, &answer) // an empty body is good
	switch answer.Action {
	case "errors":
		v.Errors = answer.Errors
		for id := range answer.Errors {
			if !slices.ContainsFunc(v.blocks, func(b any) bool { o, _ := b.(object); return o["block_id"] == id && o["type"] == "input" }) {
				s.addRequest(Request{Method: "acknowledgement", Args: args{"errors": string(said)}, Error: "invalid_block_id"})
			}
		}
		return
	case "clear":
		for _, o := range s.views {
			o.Closed = o.Closed || o.root == v.root
		}
		return
	case "update", "push":
		next, err := s.readView(string(answer.View), false)
		if err != nil {
			s.addRequest(Request{Method: "acknowledgement", Args: args{"view": string(answer.View)}, Error: err.Error()})
			return
		}
		if answer.Action == "update" {
			v.replaceWith(s, next)
		} else {
			s.pushView(next, v.User, v)
		}
		return
	}
	v.Closed = true
}

// CloseView lets a user close a modal, which goes to the one below. The app is told if
// it wants that.
func (s *Slack) CloseView(user, id string) error {
	defer s.mu.Changing()()
	v, err := s.openView(user, id)
	if err != nil {
		return err
	}
	v.Closed = true
	if v.body["notify_on_close"] == true {
		payload := s.interactionPayload("view_closed", user)
		payload["view"], payload["is_cleared"] = v.payload(nil), false
		s.deliver(Interactive, payload, nil)
	}
	return nil
}
