package modeltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"aidesk/core/model"
)

// Messages is Anthropic's Messages.
var Messages = Dialect{
	name: "Messages", path: "/v1/messages",
	read: readMessages, speak: speakMessages, named: true,
	fault: func(kind, _, message string) event {
		return event{"type": "error", "error": event{"type": kind, "message": message}, "request_id": "req_1"}
	},
	long:  "prompt is too long: 210000 tokens > 200000 maximum",
	wrong: event{"type": "error", "error": event{"type": "overloaded_error", "message": "Overloaded"}},
	state: thinking,
}

// thinking is the state of a thought.
func thinking(name string) string {
	return `{"type":"thinking","thinking":"hm, so","signature":"` + name + `"}`
}

// content is a piece of a message, of any kind.
type content struct {
	Type, Text, ID, Name, Signature string
	Title                           string
	Input                           json.RawMessage
	Source                          struct {
		Type, Data string
		MediaType  string `json:"media_type"`
	}
	ToolUseID string          `json:"tool_use_id"`
	Cache     json.RawMessage `json:"cache_control"`
}

func readMessages(body []byte, q *Query) error {
	var b struct {
		Model     string
		Stream    bool
		MaxTokens int `json:"max_tokens"`
		System    []content
		Messages  []struct {
			Role    string
			Content []json.RawMessage
		}
		Tools []struct {
			Name, Description string
			Schema            json.RawMessage `json:"input_schema"`
		}
	}
	if err := json.Unmarshal(body, &b); err != nil {
		return fmt.Errorf("reading the body: %w", err)
	}
	if b.MaxTokens < 1 {
		return fmt.Errorf("max_tokens is %d", b.MaxTokens)
	}
	if n := strings.Count(string(body), `"cache_control":{"type":"ephemeral"}`); n > 4 {
		return fmt.Errorf("%d cache breakpoints", n)
	}
	q.Model, q.Stream = b.Model, b.Stream
	for _, s := range b.System {
		q.Messages = append(q.Messages, Said{Role: "system", Content: s.Text})
	}
	for _, t := range b.Tools {
		q.Tools = append(q.Tools, Offer{"function", Function{t.Name, t.Description, t.Schema}})
	}
	for i, m := range b.Messages {
		if want := []string{"user", "assistant"}[i%2]; m.Role != want {
			return fmt.Errorf("messages[%d]: role %q, not %q", i, m.Role, want)
		}
		if err := q.take(m.Role, m.Content); err != nil {
			return fmt.Errorf("messages[%d]: %w", i, err)
		}
	}
	if len(b.Messages)%2 == 0 {
		return errors.New("the last word is not the user's")
	}
	return nil
}

// take takes the content of one message; each text of a user is one of its own.
func (q *Query) take(role string, list []json.RawMessage) error {
	said := Said{Role: role}
	var files []string // that come before a text
	thought := false
	for n, raw := range list {
		var c content
		if err := json.Unmarshal(raw, &c); err != nil {
			return fmt.Errorf("content[%d]: %w", n, err)
		}
		switch {
		case c.Type == "text" && strings.TrimSpace(c.Text) == "":
			return fmt.Errorf("content[%d]: blank", n)
		case c.Type == "text" && role == "user":
			q.Messages = append(q.Messages, Said{Role: role, Content: c.Text, Files: files})
			files = nil
		case (c.Type == "image" && strings.HasPrefix(c.Source.MediaType, "image/") || c.Type == "document" && c.Title != "") && role == "user" && c.Source.Type == "base64":
			file, err := shown(c.Source.MediaType, c.Title, c.Source.Data)
			if err != nil {
				return fmt.Errorf("content[%d]: %w", n, err)
			}
			files = append(files, file)
		case c.Type == "text":
			said.Content += c.Text
		case c.Type == "thinking" && role == "assistant" && c.Signature != "":
			q.State = append(q.State, raw)
		case c.Type == "tool_use" && role == "assistant" && callID.MatchString(c.ID) && len(c.Input) > 0 && c.Input[0] == '{':
			if len(q.Tools) == 0 {
				return fmt.Errorf("content[%d]: a call where no tools are offered", n)
			}
			call := ToolCall{ID: c.ID}
			call.Function.Name, call.Function.Arguments = c.Name, string(c.Input)
			said.ToolCalls = append(said.ToolCalls, call)
		case c.Type == "tool_result" && role == "user" && (n == 0 || q.Last().Role == "tool"):
			q.Messages = append(q.Messages, Said{Role: "tool", Content: text(raw), ToolCallID: c.ToolUseID})
		default:
			return fmt.Errorf("content[%d]: %s", n, raw)
		}
		thought = c.Type == "thinking"
	}
	switch {
	case len(list) == 0:
		return errors.New("no content")
	case files != nil:
		return errors.New("files without a word")
	case thought:
		return errors.New("the last thought led to nothing")
	case role == "assistant":
		q.Messages = append(q.Messages, said)
	}
	return nil
}

// text is that of a result: a text or a list of them.
func text(raw json.RawMessage) string {
	var plain struct{ Content string }
	if json.Unmarshal(raw, &plain) == nil {
		return plain.Content
	}
	var parts struct{ Content []struct{ Text string } }
	_ = json.Unmarshal(raw, &parts)
	var b strings.Builder
	for _, part := range parts.Content {
		b.WriteString(part.Text)
	}
	return b.String()
}

func speakMessages(said Spoken, q Query) []event {
	events := []event{{"type": "message_start", "message": event{
		"id": "msg_1", "type": "message", "role": "assistant", "model": "scripted", "content": list{}, "stop_reason": nil,
		"usage": event{"input_tokens": 60, "cache_read_input_tokens": 40, "cache_creation_input_tokens": 0, "output_tokens": 1},
	}}, {"type": "ping"}}
	index := 0
	block := func(start event, deltas ...event) {
		events = append(events, event{"type": "content_block_start", "index": index, "content_block": start})
		for _, d := range deltas {
			events = append(events, event{"type": "content_block_delta", "index": index, "delta": d})
		}
		events = append(events, event{"type": "content_block_stop", "index": index})
		index++
	}
	if said.State != "" {
		block(event{"type": "thinking", "thinking": "", "signature": ""},
			event{"type": "thinking_delta", "thinking": "hm, "}, event{"type": "thinking_delta", "thinking": "so"},
			event{"type": "signature_delta", "signature": said.State})
	}
	if len(said.Text) > 0 {
		var deltas []event
		for _, text := range said.Text {
			deltas = append(deltas, event{"type": "text_delta", "text": text})
		}
		block(event{"type": "text", "text": ""}, deltas...)
	}
	for i, c := range said.Calls {
		var deltas []event
		for _, piece := range said.pieces(c[1]) {
			deltas = append(deltas, event{"type": "input_json_delta", "partial_json": piece})
		}
		block(event{"type": "tool_use", "id": fmt.Sprintf("toolu_%d_%d", len(q.Messages), i), "name": c[0], "input": event{}}, deltas...)
	}
	stop := map[model.Stop]string{
		model.End: "end_turn", model.Calls: "tool_use", model.Length: "max_tokens", model.Refusal: "refusal",
	}[said.stop()]
	return append(events,
		event{"type": "message_delta", "delta": event{"stop_reason": stop, "stop_sequence": nil}, "usage": event{"output_tokens": 10}},
		event{"type": "message_stop"})
}
