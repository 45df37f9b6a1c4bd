package openai

import (
	"encoding/json"
	"strings"

	"aidesk/core/model"
	"aidesk/core/model/wire"
)

// event is one event of a stream; of a whole answer, all of it.
type event struct {
	whole

	Type      string          `json:"type"`
	Object    string          `json:"object"` // of a whole answer
	Error     json.RawMessage `json:"error"`
	Response  *whole          `json:"response"`
	Index     *int            `json:"output_index"`
	ItemID    string          `json:"item_id"`
	Item      json.RawMessage `json:"item"`
	Delta     json.RawMessage `json:"delta"`
	Arguments json.RawMessage `json:"arguments"`
}

// whole is a response.
type whole struct {
	ID         json.RawMessage   `json:"id"`
	Status     string            `json:"status"`
	Error      json.RawMessage   `json:"error"`
	Output     []json.RawMessage `json:"output"`
	Incomplete *struct {
		Reason string `json:"reason"`
	} `json:"incomplete_details"`
	Usage *struct {
		Input      int `json:"input_tokens"`
		Output     int `json:"output_tokens"`
		InputParts struct {
			Cached  int `json:"cached_tokens"`
			Written int `json:"cache_write_tokens"`
		} `json:"input_tokens_details"`
		OutputParts struct {
			Reasoning int `json:"reasoning_tokens"`
		} `json:"output_tokens_details"`
	} `json:"usage"`
}

// answer puts an answer together.
type answer struct {
	wire.Answer

	exchange *wire.Exchange
	keep     func([]byte) model.Part
	slots    []*slot
	reasoned bool // reasoning was kept
}

// add takes one event. Kinds that are not known mean nothing.
func (a *answer) add(raw []byte) error {
	var e event
	if err := json.Unmarshal(raw, &e); err != nil {
		return wire.NotPart()
	}
	if e.Type == "error" || isSet(e.Error) {
		return a.exchange.StreamError(raw)
	}
	switch e.Type {
	case "response.output_item.added":
		return a.item(e, false)
	case "response.output_item.done":
		return a.item(e, true)
	case "response.output_text.delta", "response.refusal.delta":
		a.Refused = a.Refused || e.Type == "response.refusal.delta"
		a.say(wire.Text(e.Delta))
	case "response.function_call_arguments.delta":
		s, err := a.called(e)
		if err == nil {
			s.call.Arguments = append(s.call.Arguments, wire.ArgumentPiece(e.Delta)...)
		}
		return err
	case "response.function_call_arguments.done":
		s, err := a.called(e)
		if err == nil && len(wire.ArgumentPiece(e.Arguments)) > 0 {
			s.call.Arguments = wire.ArgumentPiece(e.Arguments)
		}
		return err
	case "response.created", "response.in_progress":
		if e.Response != nil {
			a.ID = wire.Text(e.Response.ID)
		}
	case "response.completed", "response.incomplete", "response.failed":
		if e.Response == nil {
			return wire.NotPart()
		}
		return a.end(*e.Response, strings.TrimPrefix(e.Type, "response."))
	case "":
		if e.Object == "response" {
			return a.end(e.whole, e.Status)
		}
	}
	return nil
}

// end takes the whole response. Its output counts only when none came before.
func (a *answer) end(w whole, status string) error {
	if status == "failed" || isSet(w.Error) {
		raw, err := json.Marshal(map[string]json.RawMessage{"error": w.Error})
		if err != nil {
			return wire.NotPart()
		}
		return a.exchange.StreamError(raw)
	}
	if id := wire.Text(w.ID); id != "" {
		a.ID = id
	}
	if len(a.slots) == 0 {
		reasoned := a.reasoned
		for i, raw := range w.Output {
			if reasoned && strings.Contains(string(raw), `"type":"reasoning"`) {
				continue
			}
			if err := a.item(event{Item: raw, Index: &i}, true); err != nil {
				return err
			}
		}
	}
	if u := w.Usage; u != nil {
		a.Usage = &model.Usage{
			Input: u.Input, Output: u.Output, CacheRead: u.InputParts.Cached, CacheWrite: u.InputParts.Written,
			Reasoning: u.OutputParts.Reasoning,
		}
	}
	a.Finish = status
	if status == "incomplete" && w.Incomplete != nil {
		a.Finish = w.Incomplete.Reason
	}
	if a.Finish == "" {
		a.Finish = "completed"
	}
	return nil
}

// stop is why the model stopped.
func (a *answer) stop() model.Stop {
	switch {
	case a.Finish == "max_output_tokens", a.Finish == "max_tokens":
		return model.Length
	case a.Finish == "content_filter" || a.Refused:
		return model.Refusal
	case a.HasCalls():
		return model.Calls
	case a.Finish == "incomplete":
		return model.Length
	}
	return model.End
}
