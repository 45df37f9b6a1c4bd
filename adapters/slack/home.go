package slack

import (
	"context"
	"encoding/json"
	"fmt"

	"aidesk/core/chat"
)

// maxViewBlocks is how many blocks a page has.
const maxViewBlocks = 100

// Home shows a member their page of the app. What does not fit on it is left out, and
// it says so.
func (a *Adapter) Home(ctx context.Context, _ chat.Place, member string, h chat.Home) error {
	messages, err := a.render(chat.Reply{To: member, Text: h.Text, Rows: h.Rows})
	if err != nil {
		return err
	}
	for {
		err := a.publish(ctx, member, messages)
		if !shapeless[codeOf(err)] {
			return err
		}
		var simpler []Message
		changed := false
		for _, m := range messages {
			s, ok := Degrade(m)
			if !ok {
				s = []Message{m}
			}
			simpler, changed = append(simpler, s...), changed || ok
		}
		if !changed {
			return err
		}
		messages = simpler
	}
}

// publish puts messages on a page, one below the other.
func (a *Adapter) publish(ctx context.Context, member string, messages []Message) error {
	blocks := []json.RawMessage{}
	for _, m := range messages {
		some := []json.RawMessage{}
		if m.Blocks == nil {
			text, err := json.Marshal(map[string]any{"type": "section", "text": plainObject(unescape(m.Text), maxPlain)})
			if err != nil {
				return err
			}
			some = append(some, text)
		} else if err := json.Unmarshal(m.Blocks, &some); err != nil {
			return fmt.Errorf("laying out a page: %w", err)
		}
		blocks = append(blocks, some...)
	}
	if len(blocks) > maxViewBlocks {
		left := fmt.Sprintf("%d more do not fit here.", len(blocks)-maxViewBlocks+1)
		text, err := json.Marshal(map[string]any{"type": "context", "elements": []any{plainObject(left, maxPlain)}})
		if err != nil {
			return err
		}
		blocks = append(blocks[:maxViewBlocks-1], text)
	}
	view := map[string]any{"type": "home", "blocks": blocks}
	return a.web.call(ctx, "views.publish", "", map[string]any{"user_id": member, "view": view}, nil)
}
