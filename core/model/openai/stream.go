package openai

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"aidesk/core/model"
)

// Bounds of an answer.
const (
	maxCalls   = 128
	maxInvalid = 4000 // bytes that are kept of arguments that are not JSON
	maxID      = 200
)

// chunk is one event of a stream; of a whole answer, all of it. What servers
// fill in different ways is kept raw.
type chunk struct {
	ID      json.RawMessage `json:"id"`
	Error   json.RawMessage `json:"error"`
	Usage   *usage          `json:"usage"`
	Choices []struct {
		Index   int     `json:"index"`
		Delta   *delta  `json:"delta"`
		Message *delta  `json:"message"`
		Finish  *string `json:"finish_reason"`
	} `json:"choices"`
}

type delta struct {
	Content json.RawMessage `json:"content"`
	Refusal *string         `json:"refusal"`
	Calls   []callDelta     `json:"tool_calls"`
}

type callDelta struct {
	Index    *int   `json:"index"`
	ID       string `json:"id"`
	Function struct {
		Name      string          `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
	} `json:"function"`
}

type usage struct {
	Prompt      int `json:"prompt_tokens"`
	Completion  int `json:"completion_tokens"`
	PromptParts struct {
		Cached int `json:"cached_tokens"`
	} `json:"prompt_tokens_details"`
	CompletionParts struct {
		Reasoning int `json:"reasoning_tokens"`
	} `json:"completion_tokens_details"`
}

// call is a call on its way.
type call struct {
	index     *int
	id, name  string
	arguments []byte
}

// assembly puts an answer together.
type assembly struct {
	transcript []model.Message
	on         func(model.Event)
	scrub      scrubber

	id      string
	text    strings.Builder
	refused bool
	calls   []*call
	finish  string
	usage   *usage
}

// add takes one event. The ids of completions may differ from event to event, and
// choices may be empty; neither means anything.
func (a *assembly) add(raw []byte) error {
	var c chunk
	if err := json.Unmarshal(raw, &c); err != nil {
		return &model.Error{Kind: model.Protocol, Message: "the server sent an event that is no part of an answer"}
	}
	if len(c.Error) > 0 && string(c.Error) != "null" {
		said := readReport(raw)
		kind := said.classify(0)
		return &model.Error{Kind: kind, Message: a.scrub.line(kind, 0, said)}
	}
	if a.id == "" {
		a.id = clip(oneLine(asText(c.ID)), maxID)
	}
	if c.Usage != nil {
		a.usage = c.Usage
	}
	for _, choice := range c.Choices {
		if choice.Index != 0 {
			continue
		}
		for _, d := range []*delta{choice.Delta, choice.Message} {
			if d == nil {
				continue
			}
			if err := a.take(*d); err != nil {
				return err
			}
		}
		if choice.Finish != nil && *choice.Finish != "" {
			a.finish = *choice.Finish
		}
	}
	return nil
}

// take takes what an event adds.
func (a *assembly) take(d delta) error {
	a.say(asText(d.Content))
	if d.Refusal != nil && *d.Refusal != "" {
		a.refused = true
		a.say(*d.Refusal)
	}
	for _, part := range d.Calls {
		c := a.slot(part)
		if c.id == "" {
			c.id = part.ID
		}
		if c.name == "" {
			c.name = part.Function.Name
		}
		c.arguments = append(c.arguments, asArguments(part.Function.Arguments)...)
		if len(a.calls) > maxCalls {
			return &model.Error{Kind: model.Protocol, Message: fmt.Sprintf("the model made more than %d calls at once", maxCalls)}
		}
	}
	return nil
}

// say adds text.
func (a *assembly) say(text string) {
	if text != "" {
		a.text.WriteString(text)
		a.on(model.Event{Text: text})
	}
}

// slot finds the call that a delta belongs to, or opens one. Servers leave the
// index out or repeat it for parallel calls; another id then tells them apart,
// and where there are no ids a name after complete arguments, or another name.
func (a *assembly) slot(d callDelta) *call {
	var c *call
	for _, open := range slices.Backward(a.calls) {
		if d.Index == nil && d.ID == "" || d.Index == nil && open.id == d.ID ||
			d.Index != nil && open.index != nil && *open.index == *d.Index {
			c = open
			break
		}
	}
	another := c == nil
	if c != nil {
		switch name := d.Function.Name; {
		case d.ID != "" && c.id != "":
			another = d.ID != c.id
		case name != "" && c.name != "":
			another = name != c.name || json.Valid(c.arguments) && len(asArguments(d.Function.Arguments)) > 0
		}
	}
	if another {
		c = &call{index: d.Index}
		a.calls = append(a.calls, c)
	}
	return c
}

// asText reads a string, or the texts of a list of parts; "" for anything else.
func asText(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var parts []struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	_ = json.Unmarshal(raw, &parts)
	var b strings.Builder
	for _, part := range parts {
		if part.Type == "text" {
			b.WriteString(part.Text)
		}
	}
	return b.String()
}

// asArguments reads a piece of arguments: a string, or JSON itself.
func asArguments(raw json.RawMessage) []byte {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return []byte(s)
	}
	return raw
}

// response is the whole answer, once its reason to stop is known; sent is the
// size of the request. Calls count only in an answer that came to its end.
func (a *assembly) response(sent int64) (*model.Response, error) {
	r := &model.Response{ID: a.id, Message: model.Message{V: model.Version, Role: model.Assistant}, Stop: a.stop()}
	if a.text.Len() > 0 {
		r.Message.Parts = append(r.Message.Parts, model.Part{Text: a.text.String()})
	}
	if r.Stop == model.Calls {
		calls, err := a.complete()
		if err != nil {
			return nil, err
		}
		for i := range calls {
			r.Message.Parts = append(r.Message.Parts, model.Part{Call: &calls[i]})
			a.on(model.Event{Call: &calls[i]})
		}
	}
	if a.usage != nil {
		r.Usage = model.Usage{
			Input: a.usage.Prompt, Output: a.usage.Completion,
			CacheRead: a.usage.PromptParts.Cached, Reasoning: a.usage.CompletionParts.Reasoning,
		}
	} else {
		// Three bytes for a token is more than there are in most languages.
		said := a.text.Len()
		for _, c := range a.calls {
			said += len(c.name) + len(c.arguments)
		}
		r.Usage = model.Usage{Input: int(sent+2) / 3, Output: (said + 2) / 3, Estimated: true}
	}
	return r, nil
}

// stop is why the model stopped. Servers say "stop" with calls too.
func (a *assembly) stop() model.Stop {
	switch {
	case a.finish == "length":
		return model.Length
	case a.finish == "content_filter" || a.refused:
		return model.Refusal
	case len(a.calls) > 0:
		return model.Calls
	}
	return model.End
}

// complete gives the calls, each with an id that the transcript does not have.
func (a *assembly) complete() ([]model.ToolCall, error) {
	taken := map[string]bool{}
	for _, m := range a.transcript {
		for _, c := range m.CallsOf() {
			taken[c.ID] = true
		}
	}
	var list []model.ToolCall
	for i, c := range a.calls {
		if c.name == "" {
			return nil, &model.Error{Kind: model.Protocol, Message: "the server sent a call without a name"}
		}
		done := model.ToolCall{ID: c.id, Name: c.name, Args: json.RawMessage("{}")}
		if done.ID == "" || len(done.ID) > maxID || taken[done.ID] {
			done.ID = model.CallID(a.transcript, i)
		}
		taken[done.ID] = true
		switch arguments := bytes.TrimSpace(bytes.ToValidUTF8(c.arguments, []byte("\ufffd"))); {
		case len(arguments) == 0:
		case arguments[0] == '{' && json.Valid(arguments):
			done.Args = arguments
		default:
			done.Invalid = strings.ToValidUTF8(string(arguments[:min(len(arguments), maxInvalid)]), "") // the cut may be inside a character
		}
		list = append(list, done)
	}
	return list, nil
}
