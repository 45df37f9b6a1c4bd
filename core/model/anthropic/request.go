package anthropic

import (
	"encoding/json"
	"strings"

	"aidesk/core/model"
	"aidesk/core/model/wire"
)

// body is a request of the Messages API. Its fields, like those of the types below, are
// in the order of the official SDK.
type body struct {
	MaxTokens  int           `json:"max_tokens"`
	Messages   []turn        `json:"messages"`
	Model      string        `json:"model"`
	Output     *outputConfig `json:"output_config,omitempty"`
	System     []*textBlock  `json:"system,omitempty"`
	Thinking   *kind         `json:"thinking,omitempty"`
	ToolChoice *kind         `json:"tool_choice,omitempty"`
	Tools      []*tool       `json:"tools,omitempty"`
	Stream     bool          `json:"stream"`
}

// kind is an object that says only what it is.
type kind struct {
	Type string `json:"type"`
}

type outputConfig struct {
	Effort string `json:"effort"`
}

type tool struct {
	Schema      json.RawMessage `json:"input_schema"`
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Cache       *kind           `json:"cache_control,omitempty"`
}

// turn is all that one side says before the other side speaks again.
type turn struct {
	Content []any  `json:"content"` // *textBlock, *fileBlock, *callBlock, *resultBlock, or the provider's state as it came
	Role    string `json:"role"`
}

const (
	user      = "user"
	assistant = "assistant"
)

type textBlock struct {
	Text  string `json:"text"`
	Cache *kind  `json:"cache_control,omitempty"`
	Type  string `json:"type"`
}

// fileBlock is a picture or a document.
type fileBlock struct {
	Source source `json:"source"`
	Title  string `json:"title,omitempty"`
	Cache  *kind  `json:"cache_control,omitempty"`
	Type   string `json:"type"`
}

type source struct {
	Data      []byte `json:"data"`
	MediaType string `json:"media_type"`
	Type      string `json:"type"`
}

type callBlock struct {
	ID    string          `json:"id"`
	Input json.RawMessage `json:"input"`
	Name  string          `json:"name"`
	Cache *kind           `json:"cache_control,omitempty"`
	Type  string          `json:"type"`
}

type resultBlock struct {
	CallID  string       `json:"tool_use_id"`
	IsError bool         `json:"is_error"`
	Cache   *kind        `json:"cache_control,omitempty"`
	Content []*textBlock `json:"content"`
	Type    string       `json:"type"`
}

// cacheable is a block up to which the provider can cache the request.
type cacheable interface{ cache() }

var ephemeral = &kind{"ephemeral"}

func (b *textBlock) cache()   { b.Cache = ephemeral }
func (b *callBlock) cache()   { b.Cache = ephemeral }
func (b *resultBlock) cache() { b.Cache = ephemeral }
func (t *tool) cache()        { t.Cache = ephemeral }

func text(s string) *textBlock { return &textBlock{Text: s, Type: "text"} }

// file is the block of a picture, or of a PDF under its name.
func file(f model.File) *fileBlock {
	b := &fileBlock{Source: source{f.Data, f.Type, "base64"}, Type: "image"}
	if !wire.IsImage(f) {
		b.Type, b.Title = "document", wire.Clip(wire.OneLine(f.Name), maxTitle)
	}
	return b
}

// maxTitle bounds the name of a document, in characters.
const maxTitle = 200

// request translates a request. The same request gives the same bytes.
func (m *Messages) request(r *model.Request) body {
	b := body{Model: m.Model, MaxTokens: m.MaxOutput, Stream: true, Tools: tools(wire.Tools(r))}
	if m.Reasoning != "" {
		b.Thinking, b.Output = &kind{"adaptive"}, &outputConfig{m.Reasoning}
	}
	if len(b.Tools) == 0 {
		// Every tool that was called must still be offered.
		if b.Tools = calledTools(r.Messages); len(b.Tools) > 0 {
			b.ToolChoice = &kind{"none"}
		}
	}
	if system := wire.System(r); strings.TrimSpace(system) != "" {
		b.System = []*textBlock{text(system)}
	}
	t := &transcript{ownsState: m.OwnsState}
	// The provider caches up to the system text, or the tools, which are the same for
	// every member; up to the brief; up to the newest words, which carry the time; and up
	// to the end. It takes four such marks.
	switch {
	case len(b.System) > 0:
		t.marks = append(t.marks, b.System[0])
	case len(b.Tools) > 0:
		t.marks = append(t.marks, b.Tools[len(b.Tools)-1])
	}
	if brief := wire.Brief(r); brief != "" {
		t.say(user, text(brief))
		t.mark()
	}
	for next := range wire.Turns(r) {
		if next.Newest {
			t.mark()
		}
		t.add(next)
	}
	t.finish()
	t.mark()
	for _, mark := range t.marks {
		mark.cache()
	}
	b.Messages = t.turns
	return b
}

// tools translates tools.
func tools(list []model.Tool) []*tool {
	var all []*tool
	for _, t := range list {
		all = append(all, &tool{Name: t.Name, Description: t.Description, Schema: t.Schema})
	}
	return all
}

// calledTools lists the tools that a transcript calls.
func calledTools(messages []model.Message) []*tool {
	r := &model.Request{}
	seen := map[string]bool{}
	for _, m := range messages {
		for _, call := range m.CallsOf() {
			if name := wire.ToolName(call.Name); !seen[name] {
				seen[name] = true
				r.Tools = append(r.Tools, model.Tool{Name: name})
			}
		}
	}
	return tools(wire.Tools(r))
}

// transcript is what was said, as the API wants it: the sides take turns, the user
// begins and ends, nothing is blank, and results come first in their turn.
type transcript struct {
	ownsState func(*model.Opaque) bool
	turns     []turn
	marks     []cacheable
}

// mark lets the provider cache up to the last block.
func (t *transcript) mark() {
	if n := len(t.turns); n > 0 {
		content := t.turns[n-1].Content
		if last, ok := content[len(content)-1].(cacheable); ok {
			t.marks = append(t.marks, last)
		}
	}
}

// add adds a message.
func (t *transcript) add(m wire.Turn) {
	switch m.Role {
	case model.User:
		for _, f := range m.Files {
			t.say(user, file(f))
		}
		t.say(user, text(m.Text))
	case model.Assistant:
		t.answer(m.Message)
	case model.ToolRole:
		for _, result := range wire.Results(m.Message) {
			t.say(user, &resultBlock{
				CallID: wire.CallID(result.CallID), IsError: result.Status == model.Failed,
				Content: []*textBlock{text(wire.Content(result))}, Type: "tool_result",
			})
		}
	case model.Outcome:
		for _, result := range wire.Results(m.Message) {
			t.say(user, text(wire.Outcome(result)))
		}
	}
}

// answer adds what the model said. Its thoughts are sent back unchanged, before the block
// to which they led; thoughts that led to nothing are left out.
func (t *transcript) answer(m model.Message) {
	var said, thoughts []any
	for _, part := range wire.Parts(m) {
		var block any
		switch {
		case part.Opaque != nil:
			if t.ownsState(part.Opaque) {
				thoughts = append(thoughts, part.Opaque.Raw)
			}
			continue
		case part.Call != nil:
			block = &callBlock{
				ID: wire.CallID(part.Call.ID), Input: json.RawMessage(wire.Arguments(*part.Call)),
				Name: wire.ToolName(part.Call.Name), Type: "tool_use",
			}
		case strings.TrimSpace(part.Text) == "":
			continue
		default:
			block = text(part.Text)
		}
		said = append(append(said, thoughts...), block)
		thoughts = nil
	}
	if len(said) > 0 {
		t.say(assistant, said...)
	}
}

// say adds blocks to a side's turn.
func (t *transcript) say(role string, blocks ...any) {
	if len(t.turns) == 0 && role == assistant {
		t.say(user, text("(what was said before is not shown)"))
	}
	if n := len(t.turns); n > 0 && t.turns[n-1].Role == role {
		t.turns[n-1].Content = append(t.turns[n-1].Content, blocks...)
		return
	}
	t.turns = append(t.turns, turn{Role: role, Content: blocks})
}

// finish makes the user's side the last: an answer must not be begun for the model.
func (t *transcript) finish() {
	if n := len(t.turns); n == 0 || t.turns[n-1].Role == assistant {
		t.say(user, text("(go on)"))
	}
}
