package openai

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/sashabaranov/go-openai"

	"aidesk/core/model"
	"aidesk/core/model/wire"
)

// item is one element of a request's input, of any of the three kinds.
type item struct {
	Type      string  `json:"type"`
	Role      string  `json:"role,omitempty"`
	Phase     string  `json:"phase,omitempty"`
	Content   any     `json:"content,omitempty"` // a string or []inputPart
	CallID    string  `json:"call_id,omitempty"`
	Name      string  `json:"name,omitempty"`
	Arguments string  `json:"arguments,omitempty"`
	Output    *string `json:"output,omitempty"`
}

// inputPart is a piece of a member's message that has more than text.
type inputPart struct {
	Type     string `json:"type"`
	Text     string `json:"text,omitempty"`
	ImageURL string `json:"image_url,omitempty"`
	Detail   string `json:"detail,omitempty"`
	Filename string `json:"filename,omitempty"`
	FileData string `json:"file_data,omitempty"`
}

// content is a member's message: its text, after the files that come with it.
func content(t wire.Turn) any {
	if len(t.Files) == 0 {
		return t.Text
	}
	var parts []inputPart
	for _, f := range t.Files {
		if wire.IsImage(f) {
			parts = append(parts, inputPart{Type: "input_image", ImageURL: wire.DataURL(f), Detail: "auto"})
		} else {
			parts = append(parts, inputPart{Type: "input_file", Filename: wire.OneLine(f.Name), FileData: wire.DataURL(f)})
		}
	}
	return append(parts, inputPart{Type: "input_text", Text: t.Text})
}

// request maps a request to the wire. The same request gives the same bytes.
func (c *Responses) request(r *model.Request) openai.CreateResponseRequest {
	store := false
	body := openai.CreateResponseRequest{
		Model: c.Model, Instructions: wire.System(r), MaxOutputTokens: c.MaxOutput,
		Store: &store, Include: []openai.ResponseInclude{openai.ResponseIncludeReasoningEncryptedContent},
	}
	if c.Reasoning != "" {
		body.Reasoning = &openai.ResponseReasoning{Effort: c.Reasoning}
	}
	if r.CacheKey != "" {
		// The provider has no need to know what aidesk calls its conversations.
		sum := sha256.Sum256([]byte(r.CacheKey))
		body.PromptCacheKey = hex.EncodeToString(sum[:16])
	}
	input := []any{}
	user := func(content any) { input = append(input, item{Type: "message", Role: "user", Content: content}) }
	if brief := wire.Brief(r); brief != "" {
		user(brief)
	}
	for t := range wire.Turns(r) {
		switch t.Role {
		case model.User:
			user(content(t))
		case model.Assistant:
			input = append(input, c.assistant(t.Message)...)
		case model.ToolRole:
			for _, result := range wire.Results(t.Message) {
				content := wire.Content(result)
				input = append(input, item{Type: "function_call_output", CallID: wire.CallID(result.CallID), Output: &content})
			}
		case model.Outcome:
			for _, result := range wire.Results(t.Message) {
				user(wire.Outcome(result))
			}
		}
	}
	body.Input = input
	for _, t := range wire.Tools(r) {
		body.Tools = append(body.Tools, openai.ResponseTool{Type: openai.ToolTypeFunction, Parameters: map[string]any{
			// Strict schemas must name every property as required, which plugins' do not.
			"name": t.Name, "description": t.Description, "parameters": t.Schema, "strict": false,
		}})
	}
	return body
}

// assistant is what the model said. Its reasoning is sent back as it came, before that
// to which it led; what led to nothing is left out, for the server refuses it.
func (c *Responses) assistant(m model.Message) []any {
	var list, reasoning []any
	phase := ""
	for _, part := range wire.Parts(m) {
		said := item{Type: "message", Role: "assistant", Phase: phase, Content: part.Text}
		switch {
		case part.Opaque != nil:
			if !c.OwnsState(part.Opaque) {
				continue
			}
			var kept struct {
				Type  string `json:"type"`
				Phase string `json:"phase"`
			}
			if err := json.Unmarshal(part.Opaque.Raw, &kept); err == nil && kept.Type == "message" {
				phase = kept.Phase
			} else {
				reasoning = append(reasoning, part.Opaque.Raw)
			}
			continue
		case part.Call != nil:
			said = item{
				Type: "function_call", CallID: wire.CallID(part.Call.ID), Name: wire.ToolName(part.Call.Name), Arguments: wire.Arguments(*part.Call),
			}
		case strings.TrimSpace(part.Text) == "":
			continue
		default:
			phase = ""
		}
		list = append(append(list, reasoning...), said)
		reasoning = nil
	}
	return list
}
