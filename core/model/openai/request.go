package openai

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"github.com/sashabaranov/go-openai"

	"aidesk/core/model"
)

// noArguments is the schema of a tool that has none of its own.
var noArguments = json.RawMessage(`{"type":"object","properties":{}}`)

// maxName is the longest member's name that a model sees, in characters.
const maxName = 80

// request maps a request to the wire. The same request gives the same bytes.
func (c *Chat) request(r *model.Request) openai.ChatCompletionRequest {
	body := openai.ChatCompletionRequest{
		Model: c.config.Model, Stream: true, StreamOptions: &openai.StreamOptions{IncludeUsage: true},
		ReasoningEffort: c.config.Reasoning,
	}
	if system := strings.Join(r.System, "\n\n"); system != "" {
		body.Messages = append(body.Messages, openai.ChatCompletionMessage{Role: openai.ChatMessageRoleSystem, Content: system})
	}
	if brief := strings.Join(r.Brief, "\n\n"); brief != "" {
		body.Messages = append(body.Messages, user(frame("What the enabled plugins say of themselves", brief)))
	}
	newest := len(r.Messages) - 1
	for newest >= 0 && r.Messages[newest].Role != model.User {
		newest--
	}
	for i, m := range r.Messages {
		at := ""
		if i == newest {
			at = when(r)
		}
		body.Messages = append(body.Messages, messages(m, at)...)
	}
	for _, t := range sorted(r.Tools) {
		body.Tools = append(body.Tools, openai.Tool{Type: openai.ToolTypeFunction, Function: &openai.FunctionDefinition{
			Name: t.Name, Description: t.Description, Parameters: schema(t.Schema),
		}})
	}
	return body
}

// from says whose words follow.
func from(member string) string {
	if n := name(member); n != "" {
		return "From " + n
	}
	return ""
}

// when says the member's time and language, beside their name.
func when(r *model.Request) string {
	if r.Now.IsZero() {
		return ""
	}
	line := r.Now.Format("Monday, 2 January 2006, 15:04 MST")
	if r.Locale != "" {
		line += ", " + oneLine(r.Locale)
	}
	return " (" + line + ")"
}

// sorted gives tools by name.
func sorted(tools []model.Tool) []model.Tool {
	return slices.SortedStableFunc(slices.Values(tools), func(a, b model.Tool) int { return cmp.Compare(a.Name, b.Name) })
}

// schema is a tool's schema, or that of no arguments.
func schema(raw json.RawMessage) json.RawMessage {
	if !json.Valid(raw) {
		return noArguments
	}
	return raw
}

// messages maps one message: what a member or an outcome says to the user's
// side, and each result to a message of its own. What the wire has no place for
// is left out: choices, and a provider's own state.
func messages(m model.Message, at string) []openai.ChatCompletionMessage {
	switch m.Role {
	case model.User:
		text := m.TextOf()
		if strings.TrimSpace(text) == "" {
			text = "(no text)"
		}
		if head := strings.TrimSpace(from(m.Name) + at); head != "" {
			text = head + ":\n" + text
		}
		return []openai.ChatCompletionMessage{user(text)}
	case model.Assistant:
		said := openai.ChatCompletionMessage{Role: openai.ChatMessageRoleAssistant, Content: m.TextOf()}
		for _, call := range m.CallsOf() {
			said.ToolCalls = append(said.ToolCalls, openai.ToolCall{
				ID: call.ID, Type: openai.ToolTypeFunction,
				Function: openai.FunctionCall{Name: toolName(call.Name), Arguments: arguments(call)},
			})
		}
		if said.Content == "" && said.ToolCalls == nil {
			return nil
		}
		return []openai.ChatCompletionMessage{said}
	case model.ToolRole, model.Outcome:
	}
	var list []openai.ChatCompletionMessage
	for _, part := range m.Parts {
		switch result := part.Result; {
		case result == nil:
		case m.Role == model.ToolRole:
			list = append(list, openai.ChatCompletionMessage{
				Role: openai.ChatMessageRoleTool, ToolCallID: result.CallID, Content: content(*result),
			})
		case m.Role == model.Outcome:
			about := "What became of the call " + oneLine(result.CallID) + " of " + toolName(result.Operation) + " that waited"
			list = append(list, user(frame(about, content(*result))))
		}
	}
	return list
}

// user is a message on the user's side.
func user(text string) openai.ChatCompletionMessage {
	return openai.ChatCompletionMessage{Role: openai.ChatMessageRoleUser, Content: text}
}

// arguments are those of a call as they are replayed.
func arguments(call model.ToolCall) string {
	if call.Invalid != "" || !json.Valid(call.Args) {
		return "{}"
	}
	return string(call.Args)
}

// content is a result in words: its status where it is not a plain success, what
// came, and what was left out of it.
func content(r model.ToolResult) string {
	var lines []string
	if r.Status != model.OK && r.Status != "" {
		lines = append(lines, "status: "+string(r.Status))
	}
	if r.Content != "" {
		lines = append(lines, r.Content)
	}
	if r.LeftOut != "" && !strings.Contains(r.Content, r.LeftOut) {
		lines = append(lines, "(left out: "+r.LeftOut+")")
	}
	// The wire wants some content.
	return cmp.Or(strings.Join(lines, "\n"), "(empty)")
}

// name is a member's name without what could pass for something else.
func name(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == ':' || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, s)
	s = oneLine(s)
	if runes := []rune(s); len(runes) > maxName {
		s = string(runes[:maxName])
	}
	return s
}

// toolName is a tool's name as the wire allows it; a model may have made one up.
func toolName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-') {
			return r
		}
		return '_'
	}, s)
	return cmp.Or(s[:min(len(s), 64)], "unknown")
}

// oneLine replaces what is no visible character by blanks and collapses these.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}
