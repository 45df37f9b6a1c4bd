package openai

import (
	"encoding/json"
	"slices"
	"strings"

	"aidesk/core/model/wire"
)

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

// item takes an item at its beginning or its end.
func (a *answer) item(e event, done bool) error {
	var o output
	if err := json.Unmarshal(e.Item, &o); err != nil {
		return wire.NotPart()
	}
	switch o.Type {
	case "reasoning":
		if done {
			a.reasoned = true
			a.AddPart(a.keep(e.Item))
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
	if arguments := wire.ArgumentPiece(o.Arguments); len(arguments) > 0 {
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
		if s.call, err = a.AddCall(); err != nil {
			return nil, err
		}
	} else {
		if o.Phase != "" {
			raw, err := json.Marshal(item{Type: "message", Phase: o.Phase})
			if err != nil {
				return nil, err
			}
			a.AddPart(a.keep(raw))
		}
		a.BreakParagraph()
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
		a.AddText(rest)
	}
}

// say adds to the message that is open; to a new one when none is.
func (a *answer) say(text string) {
	s := a.find(output{Type: "message"}, nil, true)
	if s == nil {
		s = &slot{output: output{Type: "message"}}
		a.slots = append(a.slots, s)
		a.BreakParagraph()
	}
	s.text += text
	a.AddText(text)
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
