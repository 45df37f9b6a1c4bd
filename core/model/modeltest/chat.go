package modeltest

import (
	"encoding/json"
	"fmt"

	"aidesk/core/model"
)

// Chat is Chat Completions.
var Chat = Dialect{
	name: "Chat Completions", path: "/v1/chat/completions",
	read: readChat, speak: speakChat, fault: openAIFault, end: Done,
	long:  "This model's maximum context length is 8192 tokens.",
	wrong: event{"error": event{"message": "upstream went away", "type": "server_error", "code": 502}},
	state: signature,
}

// signature is the state of a thought as Gemini's servers send it.
func signature(name string) string { return `{"google":{"thought_signature":"` + name + `"}}` }

// openAIFault is an error as OpenAI tells it.
func openAIFault(kind, code, message string) event {
	fault := event{"message": message, "type": kind, "param": nil, "code": nil}
	if code != "" {
		fault["code"] = code
	}
	return event{"error": fault}
}

func readChat(body []byte, q *Query) error {
	if err := json.Unmarshal(body, q); err != nil {
		return fmt.Errorf("reading the body: %w", err)
	}
	var extras struct {
		Messages []struct {
			Extra json.RawMessage `json:"extra_content"`
			Calls []struct {
				Extra json.RawMessage `json:"extra_content"`
			} `json:"tool_calls"`
		} `json:"messages"`
	}
	if err := json.Unmarshal(body, &extras); err != nil {
		return fmt.Errorf("reading the body: %w", err)
	}
	for _, m := range extras.Messages {
		if m.Extra != nil {
			q.State = append(q.State, m.Extra)
		}
		for _, c := range m.Calls {
			if c.Extra != nil {
				q.State = append(q.State, c.Extra)
			}
		}
	}
	return nil
}

func speakChat(said Spoken, q Query) []event {
	var events []event
	for i, text := range said.Text {
		part := event{"content": text}
		if said.Stop == model.Refusal {
			part = event{"refusal": text}
		}
		if i == 0 && said.State != "" && len(said.Calls) == 0 {
			part["extra_content"] = json.RawMessage(signature(said.State))
		}
		events = append(events, chunk(part, ""))
	}
	for i, c := range said.Calls {
		for n, piece := range said.pieces(c[1]) {
			call := event{"index": i, "function": event{"arguments": piece}}
			if n == 0 {
				call = event{
					"index": i, "id": fmt.Sprintf("call_%d_%d", len(q.Messages), i), "type": "function",
					"function": event{"name": c[0], "arguments": piece},
				}
				if i == 0 && said.State != "" {
					call["extra_content"] = json.RawMessage(signature(said.State))
				}
			}
			events = append(events, chunk(event{"tool_calls": list{call}}, ""))
		}
	}
	finish := map[model.Stop]string{
		model.End: "stop", model.Calls: "tool_calls", model.Length: "length", model.Refusal: "stop",
	}[said.stop()]
	return append(events, chunk(event{}, finish), event{
		"id": "chatcmpl-1", "choices": list{},
		"usage": event{"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110, "prompt_tokens_details": event{"cached_tokens": 40}},
	})
}

// chunk is one event: what is added, and the reason to stop where it is not empty.
func chunk(delta event, finish string) event {
	var reason any
	if finish != "" {
		reason = finish
	}
	return event{
		"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted",
		"choices": list{event{"index": 0, "delta": delta, "finish_reason": reason}},
	}
}

// Chunk is the bytes of one event of a Chat Completions stream.
func Chunk(delta map[string]any, finish string) string {
	return "data: " + encode(chunk(delta, finish)) + "\n\n"
}

// Usage is the event that counts tokens.
func Usage(input, output int) string {
	return fmt.Sprintf(`data: {"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}}`+"\n\n",
		input, output, input+output)
}

// Done is the end of a stream.
const Done = "data: [DONE]\n\n"
