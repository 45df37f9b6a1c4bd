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

// Call is a tool call while it is being received.
type Call struct {
	ID, Name  string
	Arguments []byte // received so far
}

// Answer assembles a model's answer from the events of a stream. Text is passed on at
// once, calls when all are complete.
type Answer struct {
	On      func(model.Event) // may be nil
	Refused bool              // some of the text is a refusal
	Finish  string            // the wire's reason to stop; "" until it came
	ID      string            // the provider's id of the answer
	Usage   *model.Usage      // nil: not reported

	parts        []model.Part // text and state; an empty part stands for the next call
	calls        []*Call
	textBytes    int
	newParagraph bool // the next text begins a paragraph
}

// AddText appends text to the answer and passes it on.
func (a *Answer) AddText(text string) {
	if text == "" {
		return
	}
	if a.newParagraph && a.textBytes > 0 {
		text = "\n\n" + text
	}
	a.newParagraph = false
	if n := len(a.parts); n > 0 && a.parts[n-1].Text != "" {
		a.parts[n-1].Text += text
	} else {
		a.parts = append(a.parts, model.Part{Text: text})
	}
	a.textBytes += len(text)
	a.emit(model.Event{Text: text})
}

// BreakParagraph makes the next text begin a new paragraph.
func (a *Answer) BreakParagraph() { a.newParagraph = true }

// AddPart appends a part with the provider's own state.
func (a *Answer) AddPart(part model.Part) { a.parts = append(a.parts, part) }

// AddCall appends an empty call to the answer; the caller fills it in.
func (a *Answer) AddCall() (*Call, error) {
	if len(a.calls) == maxCalls {
		return nil, &model.Error{Kind: model.Protocol, Message: fmt.Sprintf("the model made more than %d calls at once", maxCalls)}
	}
	c := &Call{}
	a.calls = append(a.calls, c)
	a.parts = append(a.parts, model.Part{})
	return c, nil
}

// HasCalls reports whether there are calls.
func (a *Answer) HasCalls() bool { return len(a.calls) > 0 }

func (a *Answer) emit(e model.Event) {
	if a.On != nil {
		a.On(e)
	}
}

// Response returns the complete answer. Calls count only if they are why the model
// stopped. sent is the size of the request in bytes, from which tokens are estimated
// if the server did not report any.
func (a *Answer) Response(r *model.Request, stop model.Stop, sent int64) (*model.Response, error) {
	response := &model.Response{
		ID: Clip(OneLine(a.ID), maxID), Message: model.Message{V: model.Version, Role: model.Assistant}, Stop: stop,
	}
	var calls []model.ToolCall
	if stop == model.Calls {
		var err error
		if calls, err = completeCalls(a.calls, r.Messages); err != nil {
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
	said := a.textBytes
	for _, c := range a.calls {
		said += len(c.Name) + len(c.Arguments)
	}
	response.Usage = model.Usage{Input: int(sent+2) / 3, Output: (said + 2) / 3, Estimated: true}
	return response, nil
}

// completeCalls returns the calls, each with an id that the transcript does not have
// yet.
func completeCalls(calls []*Call, transcript []model.Message) ([]model.ToolCall, error) {
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

// Text reads a JSON string, or joins the texts of a list of parts; it is "" for
// anything else.
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

// ArgumentPiece reads a piece of a call's arguments: the content of a JSON string, or
// the JSON itself, because some servers send an object.
func ArgumentPiece(raw json.RawMessage) []byte {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return []byte(s)
	}
	return raw
}
