package modeltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"aidesk/core/model"
)

// Responses is OpenAI's Responses, stateless.
var Responses = Dialect{
	name: "Responses", path: "/v1/responses",
	read: readResponses, speak: speakResponses, fault: openAIFault, named: true,
	long:  "Your input exceeds the context window of this model. Please adjust your input and try again.",
	wrong: event{"type": "error", "code": "server_error", "message": "The server had an error", "param": nil, "sequence_number": 3},
	state: reasoning,
}

// reasoning is the state of a thought.
func reasoning(name string) string {
	return `{"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":"` + name + `"}`
}

// input is an item of a request, of any kind.
type input struct {
	Type, Role, Name, Arguments string
	Content                     json.RawMessage
	CallID                      string `json:"call_id"`
	Output                      *string
}

func readResponses(body []byte, q *Query) error {
	var b struct {
		Model, Instructions string
		Stream              bool
		Store               *bool
		Include             []string
		Input               []json.RawMessage
		Tools               []struct {
			Type, Name, Description string
			Parameters              json.RawMessage
			Strict                  *bool
		}
	}
	if err := json.Unmarshal(body, &b); err != nil {
		return fmt.Errorf("reading the body: %w", err)
	}
	if b.Store == nil || *b.Store || len(b.Include) != 1 || b.Include[0] != "reasoning.encrypted_content" {
		return errors.New("the request is not stateless")
	}
	q.Model, q.Stream = b.Model, b.Stream
	if b.Instructions != "" {
		q.Messages = append(q.Messages, Said{Role: "system", Content: b.Instructions})
	}
	for i, t := range b.Tools {
		if t.Strict == nil {
			return fmt.Errorf("tools[%d]: strict is not said", i)
		}
		q.Tools = append(q.Tools, Offer{t.Type, Function{t.Name, t.Description, t.Parameters}})
	}
	thought := false // and not yet said
	for i, raw := range b.Input {
		var in input
		if err := json.Unmarshal(raw, &in); err != nil {
			return fmt.Errorf("input[%d]: %w", i, err)
		}
		if thought && in.Type != "reasoning" && in.Type != "function_call" && in.Role != "assistant" {
			return fmt.Errorf("input[%d]: the reasoning before it led to nothing", i)
		}
		if thought = in.Type == "reasoning"; thought {
			q.State = append(q.State, raw)
			continue
		}
		if err := q.hear(in); err != nil {
			return fmt.Errorf("input[%d]: %w", i, err)
		}
	}
	if thought {
		return errors.New("the last reasoning led to nothing")
	}
	return nil
}

// hear takes an item. A call belongs to what the assistant said right before it.
func (q *Query) hear(in input) error {
	switch in.Type {
	case "message", "":
		text, files, err := pieces(in.Content, "input_text", "input_image", "input_file")
		if err != nil {
			return err
		}
		q.Messages = append(q.Messages, Said{Role: in.Role, Content: text, Files: files})
	case "function_call":
		if !callID.MatchString(in.CallID) {
			return fmt.Errorf("call id %q", in.CallID)
		}
		call := ToolCall{ID: in.CallID}
		call.Function.Name, call.Function.Arguments = in.Name, in.Arguments
		if q.Last().Role != "assistant" {
			q.Messages = append(q.Messages, Said{Role: "assistant"})
		}
		last := &q.Messages[len(q.Messages)-1]
		last.ToolCalls = append(last.ToolCalls, call)
	case "function_call_output":
		if in.Output == nil {
			return errors.New("no output")
		}
		q.Messages = append(q.Messages, Said{Role: "tool", Content: *in.Output, ToolCallID: in.CallID})
	default:
		return fmt.Errorf("type %q", in.Type)
	}
	return nil
}

func speakResponses(said Spoken, q Query) []event {
	response := event{"id": "resp_1", "object": "response", "status": "in_progress", "output": list{}, "error": nil}
	events := []event{{"type": "response.created", "response": response}, {"type": "response.in_progress", "response": response}}
	var items list
	done := func(item any) {
		events = append(events, event{"type": "response.output_item.done", "output_index": len(items), "item": item})
		items = append(items, item)
	}
	added := func(item any) {
		events = append(events, event{"type": "response.output_item.added", "output_index": len(items), "item": item})
	}
	if said.State != "" {
		added(event{"id": "rs_1", "type": "reasoning", "summary": list{}})
		done(json.RawMessage(reasoning(said.State)))
	}
	if len(said.Text) > 0 {
		kind, field := "output_text", "text"
		if said.Stop == model.Refusal {
			kind, field = "refusal", "refusal"
		}
		at := func(e event) event {
			e["item_id"], e["output_index"], e["content_index"] = "msg_1", len(items), 0
			return e
		}
		added(event{"id": "msg_1", "type": "message", "role": "assistant", "status": "in_progress", "content": list{}})
		events = append(events, at(event{"type": "response.content_part.added", "part": event{"type": kind, field: ""}}))
		for _, text := range said.Text {
			events = append(events, at(event{"type": "response." + kind + ".delta", "delta": text}))
		}
		whole := strings.Join(said.Text, "")
		events = append(events, at(event{"type": "response." + kind + ".done", field: whole}))
		done(event{
			"id": "msg_1", "type": "message", "role": "assistant", "status": "completed",
			"content": list{event{"type": kind, field: whole, "annotations": list{}}},
		})
	}
	for i, c := range said.Calls {
		id := fmt.Sprintf("fc_%d", i)
		call := func(arguments, status string) event {
			return event{
				"id": id, "type": "function_call", "status": status, "call_id": fmt.Sprintf("call_%d_%d", len(q.Messages), i),
				"name": c[0], "arguments": arguments,
			}
		}
		added(call("", "in_progress"))
		for _, piece := range said.pieces(c[1]) {
			events = append(events, event{"type": "response.function_call_arguments.delta", "item_id": id, "output_index": len(items), "delta": piece})
		}
		events = append(events, event{"type": "response.function_call_arguments.done", "item_id": id, "output_index": len(items), "arguments": c[1]})
		done(call(c[1], "completed"))
	}
	status, details := "completed", any(nil)
	if said.Stop == model.Length {
		status, details = "incomplete", event{"reason": "max_output_tokens"}
	}
	return append(events, event{"type": "response." + status, "response": event{
		"id": "resp_1", "object": "response", "status": status, "incomplete_details": details, "error": nil, "output": items,
		"usage": event{"input_tokens": 100, "input_tokens_details": event{"cached_tokens": 40}, "output_tokens": 10, "total_tokens": 110},
	}})
}
