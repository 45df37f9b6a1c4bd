package render

import (
	"encoding/json"
	"fmt"
)

// maxViewBlocks is how many blocks a page has.
const maxViewBlocks = 100

// HomeView is a page with messages on it, one below the other. What does not fit is
// left out, and the page says so.
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
