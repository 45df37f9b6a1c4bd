package openai

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"aidesk/core/model/wire"
)

// extras is what a provider put beside an answer and its calls and wants back, such
// as the signatures of Gemini's thoughts: one for the message, one for each call in
// order.
type extras struct {
	Message json.RawMessage   `json:"message,omitempty"`
	Calls   []json.RawMessage `json:"calls,omitempty"`
}

// extras are those of an answer; nil when there are none.
func (a *chatAnswer) extras() json.RawMessage {
	e, some := extras{Message: a.extra}, a.extra != nil
	for _, c := range a.calls {
		e.Calls = append(e.Calls, c.extra)
		some = some || c.extra != nil
	}
	raw, err := json.Marshal(e)
	if !some || err != nil {
		return nil // what came as JSON can be written as JSON
	}
	return raw
}

// additions are what a request has that the library has no field for, by message.
type additions struct {
	kept    map[int]json.RawMessage // extras
	content map[int][]chatPart      // in place of the text
}

// replay puts additions into a request.
type replay struct {
	*wire.Exchange
	additions
}

// Do sends the request with them.
func (p *replay) Do(r *http.Request) (*http.Response, error) {
	if len(p.kept)+len(p.content) > 0 {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			body, err = p.complete(body)
		}
		if err != nil {
			return nil, fmt.Errorf("completing the request: %w", err)
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		r.GetBody = nil
	}
	return p.Exchange.Do(r)
}

// complete puts each message's additions into a body.
func (p *replay) complete(raw []byte) ([]byte, error) {
	var body map[string]json.RawMessage
	var messages []map[string]json.RawMessage
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(body["messages"], &messages); err != nil {
		return nil, err
	}
	for i, parts := range p.content {
		var err error
		if messages[i]["content"], err = json.Marshal(parts); err != nil {
			return nil, err
		}
	}
	for i, kept := range p.kept {
		var e extras
		if err := json.Unmarshal(kept, &e); err != nil {
			return nil, err
		}
		if isSet(e.Message) {
			messages[i]["extra_content"] = e.Message
		}
		var calls []map[string]json.RawMessage
		if messages[i]["tool_calls"] == nil {
			continue
		}
		if err := json.Unmarshal(messages[i]["tool_calls"], &calls); err != nil {
			return nil, err
		}
		for n := range min(len(calls), len(e.Calls)) {
			if isSet(e.Calls[n]) {
				calls[n]["extra_content"] = e.Calls[n]
			}
		}
		var err error
		if messages[i]["tool_calls"], err = json.Marshal(calls); err != nil {
			return nil, err
		}
	}
	var err error
	if body["messages"], err = json.Marshal(messages); err != nil {
		return nil, err
	}
	return json.Marshal(body)
}
