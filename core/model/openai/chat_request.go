package openai

import (
	"encoding/json"

	"github.com/sashabaranov/go-openai"

	"aidesk/core/model"
	"aidesk/core/model/wire"
)

// request maps a request to the wire, and gives what the library has no field for. The
// same request gives the same bytes.
func (c *Chat) request(r *model.Request) (openai.ChatCompletionRequest, additions) {
	body := openai.ChatCompletionRequest{
		Model: c.Model, Stream: true, StreamOptions: &openai.StreamOptions{IncludeUsage: true},
		ReasoningEffort: c.Reasoning,
		// Not every server knows its successor, and OpenAI's own models that want it
		// are for the other wire.
		MaxTokens: c.MaxOutput, //nolint:staticcheck // see above
	}
	more := additions{kept: map[int]json.RawMessage{}, content: map[int][]chatPart{}}
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
			if len(t.Files) > 0 {
				more.content[len(body.Messages)] = chatContent(t)
			}
			add(openai.ChatMessageRoleUser, t.Text)
		case model.Assistant:
			said, ok := assistant(t.Message)
			if !ok {
				continue
			}
			for _, part := range t.Parts {
				if c.OwnsState(part.Opaque) {
					more.kept[len(body.Messages)] = part.Opaque.Raw
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
	return body, more
}

// chatPart is a piece of a member's message that has more than text. The library knows no
// files.
type chatPart struct {
	Type     string    `json:"type"`
	Text     string    `json:"text,omitempty"`
	ImageURL *imageURL `json:"image_url,omitempty"`
	File     *chatFile `json:"file,omitempty"`
}

type imageURL struct {
	URL string `json:"url"`
}

type chatFile struct {
	Name string `json:"filename"`
	Data string `json:"file_data"`
}

// chatContent is a member's message: the files, and the text to which they belong.
func chatContent(t wire.Turn) []chatPart {
	var parts []chatPart
	for _, f := range t.Files {
		if wire.IsImage(f) {
			parts = append(parts, chatPart{Type: "image_url", ImageURL: &imageURL{wire.DataURL(f)}})
		} else {
			parts = append(parts, chatPart{Type: "file", File: &chatFile{wire.OneLine(f.Name), wire.DataURL(f)}})
		}
	}
	return append(parts, chatPart{Type: "text", Text: t.Text})
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
