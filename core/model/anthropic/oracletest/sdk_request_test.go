package oracletest

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/packages/param"

	"aidesk/core/model"
	"aidesk/core/model/wire"
)

// sdkRequest translates a request into the SDK's types.
func sdkRequest(s settings, r *model.Request) anthropic.MessageNewParams {
	body := anthropic.MessageNewParams{
		Model: s.model, MaxTokens: int64(s.maxOutput),
	}
	if s.reasoning != "" {
		body.Thinking.OfAdaptive = &anthropic.ThinkingConfigAdaptiveParam{}
		body.OutputConfig.Effort = anthropic.OutputConfigEffort(s.reasoning)
	}
	body.Tools = tools(wire.Tools(r))
	if len(body.Tools) == 0 {
		// The wire wants every tool that was called to be offered still.
		if body.Tools = called(r.Messages); len(body.Tools) > 0 {
			none := anthropic.NewToolChoiceNoneParam()
			body.ToolChoice.OfNone = &none
		}
	}
	if system := wire.System(r); strings.TrimSpace(system) != "" {
		body.System = []anthropic.TextBlockParam{{Text: system}}
	}
	t := &transcript{fits: s.server.OwnsState}
	if brief := wire.Brief(r); brief != "" {
		t.user(anthropic.NewTextBlock(brief))
		t.mark()
	}
	for turn := range wire.Turns(r) {
		if turn.Newest {
			t.mark()
		}
		t.add(turn)
	}
	t.finish()
	body.Messages = t.list
	breakpoints(&body, t)
	return body
}

// breakpoints marks what the provider may keep from one request to the next: what is
// the same for every member, the brief, what stands before the newest words, which
// carry the time, and the end. The wire takes four.
func breakpoints(body *anthropic.MessageNewParams, t *transcript) {
	cache := anthropic.NewCacheControlEphemeralParam()
	if n := len(body.System); n > 0 {
		body.System[n-1].CacheControl = cache
	} else if n := len(body.Tools); n > 0 {
		body.Tools[n-1].OfTool.CacheControl = cache
	}
	t.mark()
	for _, block := range t.marks {
		if at := block.GetCacheControl(); at != nil {
			*at = cache
		}
	}
}

// tools maps tools.
func tools(list []model.Tool) []anthropic.ToolUnionParam {
	var mapped []anthropic.ToolUnionParam
	for _, t := range list {
		tool := anthropic.ToolParam{Name: t.Name, InputSchema: param.Override[anthropic.ToolInputSchemaParam](t.Schema)}
		if t.Description != "" {
			tool.Description = anthropic.String(t.Description)
		}
		mapped = append(mapped, anthropic.ToolUnionParam{OfTool: &tool})
	}
	return mapped
}

// called are the tools that a transcript calls.
func called(messages []model.Message) []anthropic.ToolUnionParam {
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

// transcript is what was said, as the wire wants it: the sides take turns, the user's
// begins and ends, nothing is blank, and results stand before all else on their side.
type transcript struct {
	fits  func(*model.Opaque) bool
	list  []anthropic.MessageParam
	marks []anthropic.ContentBlockParamUnion // up to which the provider may keep what it read
}

// mark notes that what stands here may be kept.
func (t *transcript) mark() {
	if n := len(t.list); n > 0 {
		content := t.list[n-1].Content
		t.marks = append(t.marks, content[len(content)-1])
	}
}

// add adds a message.
func (t *transcript) add(turn wire.Turn) {
	switch turn.Role {
	case model.User:
		for _, f := range turn.Files {
			t.user(file(f))
		}
		t.user(anthropic.NewTextBlock(turn.Text))
	case model.Assistant:
		t.assistant(turn.Message)
	case model.ToolRole:
		for _, result := range wire.Results(turn.Message) {
			t.user(anthropic.NewToolResultBlock(wire.CallID(result.CallID), wire.Content(result), result.Status == model.Failed))
		}
	case model.Outcome:
		for _, result := range wire.Results(turn.Message) {
			t.user(anthropic.NewTextBlock(wire.Outcome(result)))
		}
	}
}

// file is a picture or a PDF.
func file(f model.File) anthropic.ContentBlockParamUnion {
	data := base64.StdEncoding.EncodeToString(f.Data)
	if wire.IsImage(f) {
		return anthropic.NewImageBlockBase64(f.Type, data)
	}
	block := anthropic.NewDocumentBlock(anthropic.Base64PDFSourceParam{Data: data})
	block.OfDocument.Title = anthropic.String(wire.Clip(wire.OneLine(f.Name), 200))
	return block
}

// assistant adds what the model said. Its thoughts are sent back as they came, before
// that to which they led; what led to nothing is left out.
func (t *transcript) assistant(m model.Message) {
	var said, thoughts []anthropic.ContentBlockParamUnion
	for _, part := range wire.Parts(m) {
		var block anthropic.ContentBlockParamUnion
		switch {
		case part.Opaque != nil:
			if t.fits(part.Opaque) {
				thoughts = append(thoughts, param.Override[anthropic.ContentBlockParamUnion](part.Opaque.Raw))
			}
			continue
		case part.Call != nil:
			block = anthropic.NewToolUseBlock(
				wire.CallID(part.Call.ID), json.RawMessage(wire.Arguments(*part.Call)), wire.ToolName(part.Call.Name))
		case strings.TrimSpace(part.Text) == "":
			continue
		default:
			block = anthropic.NewTextBlock(part.Text)
		}
		said = append(append(said, thoughts...), block)
		thoughts = nil
	}
	if len(said) > 0 {
		t.say(anthropic.MessageParamRoleAssistant, said...)
	}
}

func (t *transcript) user(blocks ...anthropic.ContentBlockParamUnion) {
	t.say(anthropic.MessageParamRoleUser, blocks...)
}

// say adds to a side.
func (t *transcript) say(role anthropic.MessageParamRole, blocks ...anthropic.ContentBlockParamUnion) {
	if len(t.list) == 0 && role == anthropic.MessageParamRoleAssistant {
		t.user(anthropic.NewTextBlock("(what was said before is not shown)"))
	}
	if n := len(t.list); n > 0 && t.list[n-1].Role == role {
		t.list[n-1].Content = append(t.list[n-1].Content, blocks...)
		return
	}
	t.list = append(t.list, anthropic.MessageParam{Role: role, Content: blocks})
}

// finish gives the last word to the user's side: an answer is not begun for the model.
func (t *transcript) finish() {
	if n := len(t.list); n == 0 || t.list[n-1].Role == anthropic.MessageParamRoleAssistant {
		t.user(anthropic.NewTextBlock("(go on)"))
	}
}
