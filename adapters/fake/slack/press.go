package slack

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Press lets a user press a button of a message, by its action_id. It may be one that
// stood there before, as a screen may lag behind.
func (s *Slack) Press(user, channel, ts, action string) (*Receipt, error) {
	return s.choose(user, channel, ts, action, "")
}

// Choose is Press for a menu: the value is that of the option.
func (s *Slack) Choose(user, channel, ts, action, value string) (*Receipt, error) {
	return s.choose(user, channel, ts, action, value)
}

func (s *Slack) choose(user, channel, ts, action, value string) (*Receipt, error) {
	defer s.mu.Changing()()
	ch, err := s.visibleChannel(user, channel)
	if err != nil {
		return nil, err
	}
	m := s.message(ch.ID, ts)
	if m == nil || m.Deleted || m.To != "" && m.To != user {
		return nil, fmt.Errorf("message %s: %w", ts, errNotShown)
	}
	var used object
	for _, v := range slices.Backward(m.Versions) {
		var old []any
		if json.Unmarshal(v.Blocks, &old) == nil {
			if used = s.usedAction(old, action, value); used != nil {
				break
			}
		}
	}
	if used == nil {
		return nil, fmt.Errorf("button %q in message %s: %w", action, ts, errNotShown)
	}
	payload := s.interactionPayload("block_actions", user)
	container := object{"type": "message", "message_ts": m.TS, "channel_id": ch.ID, "is_ephemeral": m.To != ""}
	if m.Thread != "" {
		container["thread_ts"] = m.Thread
	}
	payload["container"] = container
	payload["trigger_id"], payload["channel"], payload["actions"] = s.newTrigger(user, nil), channelRef(ch), []any{used}
	payload["state"] = object{"values": object{}}
	if m.To == "" {
		payload["message"] = m.payload(s)
	}
	payload["response_url"] = s.newResponseURL(responseURL{user: user, channel: ch.ID, thread: m.Thread, message: m})
	return s.deliver(Interactive, payload, nil), nil
}

// usedAction is the element that was used, as an action. Nil: it is not in the blocks.
func (s *Slack) usedAction(blocks []any, action, value string) object {
	for _, b := range blocks {
		block, _ := b.(object)
		for _, e := range usableElements(block) {
			if e["action_id"] != action || block["type"] == "input" {
				continue
			}
			used := object{"type": e["type"], "action_id": action, "block_id": block["block_id"], "action_ts": s.newTS()}
			for _, key := range []string{"text", "value", "style", "url"} {
				if v, ok := e[key]; ok {
					used[key] = v
				}
			}
			if value != "" {
				used["selected_option"] = findOption(e, value)
			}
			return used
		}
	}
	return nil
}

// findOption finds the option of a menu with a value; nil: it has none.
func findOption(e object, value string) any {
	list, _ := e["options"].([]any)
	groups, _ := e["option_groups"].([]any)
	for _, g := range groups {
		group, _ := g.(object)
		some, _ := group["options"].([]any)
		list = append(list, some...)
	}
	for _, o := range list {
		if option, _ := o.(object); option["value"] == value {
			return option
		}
	}
	return nil
}

// openView finds a view that is open, or a home page.
func (s *Slack) openView(user, id string) (*view, error) {
	for _, v := range append(slices.Collect(maps.Values(s.homes)), s.views...) {
		if v.ID == id && v.User == user && !v.Closed {
			return v, nil
		}
	}
	return nil, fmt.Errorf("view %s: %w", id, errNotShown)
}

// PressView lets a user press a button of a modal, or of their home page.
func (s *Slack) PressView(user, id, action string) (*Receipt, error) {
	defer s.mu.Changing()()
	v, err := s.openView(user, id)
	if err != nil {
		return nil, err
	}
	used := s.usedAction(v.blocks, action, "")
	if used == nil {
		return nil, fmt.Errorf("button %q in view %s: %w", action, id, errNotShown)
	}
	payload := s.interactionPayload("block_actions", user)
	payload["container"], payload["view"], payload["actions"] = object{"type": "view", "view_id": v.ID}, v.payload(nil), []any{used}
	in := v
	if v.Home {
		in = nil
	}
	payload["trigger_id"] = s.newTrigger(user, in)
	return s.deliver(Interactive, payload, nil), nil
}
