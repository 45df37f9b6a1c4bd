package openai

import (
	"encoding/json"
	"slices"
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

// output is one item of a response.
type output struct {
	Type      string          `json:"type"`
	ID        string          `json:"id"`
	CallID    string          `json:"call_id"`
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
	Phase     string          `json:"phase"`
	Content   []struct {
		Type    string `json:"type"`
		Text    string `json:"text"`
		Refusal string `json:"refusal"`
	} `json:"content"`
}

// slot is an item on its way.
type slot struct {
	output

	call  *wire.Call // of a function call
	index *int
	text  string // of a message, as far as it came
	done  bool
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
		return notPart()
	}
	if e.Type == "error" || isSet(e.Error) {
		return a.exchange.Refused(raw)
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
			s.call.Arguments = append(s.call.Arguments, wire.Piece(e.Delta)...)
		}
		return err
	case "response.function_call_arguments.done":
		s, err := a.called(e)
		if err == nil && len(wire.Piece(e.Arguments)) > 0 {
			s.call.Arguments = wire.Piece(e.Arguments)
		}
		return err
	case "response.created", "response.in_progress":
		if e.Response != nil {
			a.ID = wire.Text(e.Response.ID)
		}
	case "response.completed", "response.incomplete", "response.failed":
		if e.Response == nil {
			return notPart()
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
			return notPart()
		}
		return a.exchange.Refused(raw)
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

// item takes an item at its beginning or its end.
func (a *answer) item(e event, done bool) error {
	var o output
	if err := json.Unmarshal(e.Item, &o); err != nil {
		return notPart()
	}
	switch o.Type {
	case "reasoning":
		if done {
			a.reasoned = true
			a.Keep(a.keep(e.Item))
		}
		return nil
	case "message", "function_call":
	default:
		return nil // nothing else was asked for
	}
	s := a.find(o, e.Index, done)
	if s == nil {
		var err error
		if s, err = a.open(o, e.Index); err != nil {
			return err
		}
	}
	s.done = s.done || done
	if s.call == nil {
		a.message(s, o)
		return nil
	}
	if s.call.ID == "" {
		s.call.ID, s.CallID = o.CallID, o.CallID
	}
	if s.call.Name == "" {
		s.call.Name = o.Name
	}
	if arguments := wire.Piece(o.Arguments); len(arguments) > 0 {
		s.call.Arguments = arguments
	}
	return nil
}

// find finds the slot of an item: by what names it, else, at its end, by its place,
// which some servers use for several.
func (a *answer) find(o output, index *int, done bool) *slot {
	for _, s := range slices.Backward(a.slots) {
		if s.Type == o.Type && (o.CallID != "" && s.CallID == o.CallID || o.CallID == "" && o.ID != "" && s.ID == o.ID) {
			return s
		}
	}
	for _, s := range slices.Backward(a.slots) {
		named := o.CallID != "" && s.CallID != ""
		if done && !s.done && s.Type == o.Type && !named && (index == nil || s.index == nil || *index == *s.index) {
			return s
		}
	}
	return nil
}

// open makes room for an item.
func (a *answer) open(o output, index *int) (*slot, error) {
	s := &slot{output: o, index: index}
	if o.Type == "function_call" {
		var err error
		if s.call, err = a.Open(); err != nil {
			return nil, err
		}
	} else {
		if o.Phase != "" {
			raw, err := json.Marshal(item{Type: "message", Phase: o.Phase})
			if err != nil {
				return nil, err
			}
			a.Keep(a.keep(raw))
		}
		a.Break()
	}
	a.slots = append(a.slots, s)
	return s, nil
}

// message takes what a message's item says and no delta did.
func (a *answer) message(s *slot, o output) {
	var whole strings.Builder
	for _, part := range o.Content {
		a.Refused = a.Refused || part.Refusal != ""
		whole.WriteString(part.Text + part.Refusal)
	}
	if rest, ok := strings.CutPrefix(whole.String(), s.text); ok {
		s.text += rest
		a.Say(rest)
	}
}

// say adds to the message that is open; to a new one when none is.
func (a *answer) say(text string) {
	s := a.find(output{Type: "message"}, nil, true)
	if s == nil {
		s = &slot{output: output{Type: "message"}}
		a.slots = append(a.slots, s)
		a.Break()
	}
	s.text += text
	a.Say(text)
}

// called finds the call that an event belongs to, or opens one: the open one of the
// item's id or place, else the newest.
func (a *answer) called(e event) (*slot, error) {
	var placed, newest *slot
	for _, s := range slices.Backward(a.slots) {
		switch {
		case s.call == nil || s.done:
			continue
		case e.ItemID != "" && e.ItemID == s.ID:
			return s, nil
		case placed == nil && e.Index != nil && s.index != nil && *e.Index == *s.index:
			placed = s
		}
		if newest == nil {
			newest = s
		}
	}
	if placed != nil {
		return placed, nil
	}
	if newest != nil {
		return newest, nil
	}
	return a.open(output{Type: "function_call", ID: e.ItemID}, e.Index)
}

// stop is why the model stopped.
func (a *answer) stop() model.Stop {
	switch {
	case a.Finish == "max_output_tokens", a.Finish == "max_tokens":
		return model.Length
	case a.Finish == "content_filter" || a.Refused:
		return model.Refusal
	case a.Called():
		return model.Calls
	case a.Finish == "incomplete":
		return model.Length
	}
	return model.End
}
