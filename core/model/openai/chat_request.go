package openai

import (
	"encoding/json"

	"github.com/sashabaranov/go-openai"

	"aidesk/core/model"
	"aidesk/core/model/wire"
)

// request maps a request to the wire, and gives the provider's own state by the
// message that it belongs to. The same request gives the same bytes.
func (c *Chat) request(r *model.Request) (openai.ChatCompletionRequest, map[int]json.RawMessage) {
	body := openai.ChatCompletionRequest{
		Model: c.Model, Stream: true, StreamOptions: &openai.StreamOptions{IncludeUsage: true},
		ReasoningEffort: c.Reasoning,
		// Not every server knows its successor, and OpenAI's own models that want it
		// are for the other wire.
		MaxTokens: c.MaxOutput, //nolint:staticcheck // see above
	}
	kept := map[int]json.RawMessage{}
	add := func(role, text string) {
		body.Messages = append(body.Messages, openai.ChatCompletionMessage{Role: role, Content: text})
	}
	if system := wire.System(r); system != "" {
		add(openai.ChatMessageRoleSystem, system)
	}
	if brief := wire.Brief(r); brief != "" {
		add(openai.ChatMessageRoleUser, brief)
	}
	for t := range wire.Turns(r) {
		switch t.Role {
		case model.User:
			add(openai.ChatMessageRoleUser, t.Text)
		case model.Assistant:
			said, ok := assistant(t.Message)
			if !ok {
				continue
			}
			for _, part := range t.Parts {
				if c.OwnsState(part.Opaque) {
					kept[len(body.Messages)] = part.Opaque.Raw
				}
			}
			body.Messages = append(body.Messages, said)
		case model.ToolRole:
			for _, result := range wire.Results(t.Message) {
				add(openai.ChatMessageRoleTool, wire.Content(result))
				body.Messages[len(body.Messages)-1].ToolCallID = result.CallID
			}
		case model.Outcome:
			for _, result := range wire.Results(t.Message) {
				add(openai.ChatMessageRoleUser, wire.Outcome(result))
			}
		}
	}
	for _, t := range wire.Tools(r) {
		body.Tools = append(body.Tools, openai.Tool{Type: openai.ToolTypeFunction, Function: &openai.FunctionDefinition{
			Name: t.Name, Description: t.Description, Parameters: t.Schema,
		}})
	}
	return body, kept
}

// assistant is what the model said; false when the wire has no place for any of it,
// such as choices.
func assistant(m model.Message) (openai.ChatCompletionMessage, bool) {
	said := openai.ChatCompletionMessage{Role: openai.ChatMessageRoleAssistant, Content: m.TextOf()}
	for _, call := range m.CallsOf() {
		said.ToolCalls = append(said.ToolCalls, openai.ToolCall{
			ID: call.ID, Type: openai.ToolTypeFunction,
			Function: openai.FunctionCall{Name: wire.ToolName(call.Name), Arguments: wire.Arguments(call)},
		})
	}
	return said, said.Content != "" || said.ToolCalls != nil
}
