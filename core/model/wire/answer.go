package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"aidesk/core/model"
)

// Bounds of an answer.
const (
	maxCalls   = 128
	maxInvalid = 4000 // bytes that are kept of arguments that are not JSON
	maxID      = 200
)

// Call is a call on its way.
type Call struct {
	ID, Name  string
	Arguments []byte // as far as they came
}

// Answer is an answer on its way: what is said goes on at once, calls when all are
// complete.
type Answer struct {
	On      func(model.Event) // nil: nobody listens
	Refused bool              // some of the text is a refusal
	Finish  string            // why the model stopped, in the wire's word; "" until it has
	ID      string            // the provider's
	Usage   *model.Usage      // nil: not told

	parts []model.Part // texts, provider's state; a call's place is held by an empty part
	calls []*Call
	said  int  // bytes
	apart bool // what is said next begins a paragraph
}

// Say adds to the text.
func (a *Answer) Say(text string) {
	if text == "" {
		return
	}
	if a.apart && a.said > 0 {
		text = "\n\n" + text
	}
	a.apart = false
	if n := len(a.parts); n > 0 && a.parts[n-1].Text != "" {
		a.parts[n-1].Text += text
	} else {
		a.parts = append(a.parts, model.Part{Text: text})
	}
	a.said += len(text)
	a.emit(model.Event{Text: text})
}

// Break has what is said next begin a paragraph.
func (a *Answer) Break() { a.apart = true }

// Keep adds a part of the provider's own state.
func (a *Answer) Keep(part model.Part) { a.parts = append(a.parts, part) }

// Open adds a call, whose place is here.
func (a *Answer) Open() (*Call, error) {
	if len(a.calls) == maxCalls {
		return nil, &model.Error{Kind: model.Protocol, Message: fmt.Sprintf("the model made more than %d calls at once", maxCalls)}
	}
	c := &Call{}
	a.calls = append(a.calls, c)
	a.parts = append(a.parts, model.Part{})
	return c, nil
}

// Called reports whether there are calls.
func (a *Answer) Called() bool { return len(a.calls) > 0 }

func (a *Answer) emit(e model.Event) {
	if a.On != nil {
		a.On(e)
	}
}

// Response is the whole answer, once it has come to its end. Calls count only when
// they are why the model stopped. sent is the size of the request in bytes: where
// the server does not count tokens they are estimated.
func (a *Answer) Response(r *model.Request, stop model.Stop, sent int64) (*model.Response, error) {
	response := &model.Response{
		ID: Clip(OneLine(a.ID), maxID), Message: model.Message{V: model.Version, Role: model.Assistant}, Stop: stop,
	}
	var calls []model.ToolCall
	if stop == model.Calls {
		var err error
		if calls, err = complete(a.calls, r.Messages); err != nil {
			return nil, err
		}
	}
	next := 0
	for _, part := range a.parts {
		if part.Text == "" && part.Opaque == nil {
			if next == len(calls) {
				continue // the calls do not count
			}
			part.Call = &calls[next]
			next++
		}
		response.Message.Parts = append(response.Message.Parts, part)
	}
	for i := range calls {
		a.emit(model.Event{Call: &calls[i]})
	}
	if a.Usage != nil && a.Usage.Input+a.Usage.Output > 0 {
		response.Usage = *a.Usage
		return response, nil
	}
	// Three bytes for a token is more than there are in most languages.
	said := a.said
	for _, c := range a.calls {
		said += len(c.Name) + len(c.Arguments)
	}
	response.Usage = model.Usage{Input: int(sent+2) / 3, Output: (said + 2) / 3, Estimated: true}
	return response, nil
}

// complete gives the calls, each with an id that the transcript does not have.
func complete(calls []*Call, transcript []model.Message) ([]model.ToolCall, error) {
	taken := map[string]bool{}
	for _, m := range transcript {
		for _, c := range m.CallsOf() {
			taken[c.ID] = true
		}
	}
	var list []model.ToolCall
	for i, c := range calls {
		if c.Name == "" {
			return nil, &model.Error{Kind: model.Protocol, Message: "the server sent a call without a name"}
		}
		done := model.ToolCall{ID: c.ID, Name: c.Name, Args: json.RawMessage("{}")}
		if done.ID == "" || len(done.ID) > maxID || taken[done.ID] {
			done.ID = model.CallID(transcript, i)
		}
		taken[done.ID] = true
		switch arguments := bytes.TrimSpace(bytes.ToValidUTF8(c.Arguments, []byte("\ufffd"))); {
		case len(arguments) == 0:
		case isObject(arguments):
			done.Args = arguments
		default:
			done.Invalid = strings.ToValidUTF8(string(arguments[:min(len(arguments), maxInvalid)]), "") // the cut may be inside a character
		}
		list = append(list, done)
	}
	return list, nil
}

// isObject reports whether raw is a JSON object.
func isObject(raw []byte) bool {
	raw = bytes.TrimSpace(raw)
	return len(raw) > 0 && raw[0] == '{' && json.Valid(raw)
}

// Text reads a string, or the texts of a list of parts; "" for anything else.
func Text(raw json.RawMessage) string {
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
		switch part.Type {
		case "text", "output_text":
			b.WriteString(part.Text)
		}
	}
	return b.String()
}

// Piece reads a piece of arguments: a string, or JSON itself.
func Piece(raw json.RawMessage) []byte {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return []byte(s)
	}
	return raw
}
