package agent

import (
	"encoding/json"
	"regexp"
	"slices"

	"aidesk/core/model"
)

// callID is what every wire takes.
var callID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// What is kept of a call that cannot be made, in bytes.
const (
	maxToolName = 128
	maxInvalid  = 2 << 10
)

// formed is an answer as the transcript takes it, whatever model gave it: text,
// calls and a provider's own state; arguments that are JSON; and ids of calls that
// stand nowhere else in the transcript. Choices, which speak in the member's stead,
// are only for a model that has nothing but members' words to make them of.
func (r *run) formed(m model.Message) model.Message {
	m.Role = model.Assistant
	literal := r.Model.Info().Literal
	m.Parts = slices.DeleteFunc(slices.Clone(m.Parts), func(p model.Part) bool {
		return p.Result != nil || p.Choice != nil && !literal
	})
	said := make([]model.Message, 0, len(r.History)+len(r.answer.Entries))
	taken := map[string]bool{}
	for _, e := range r.transcript() {
		said = append(said, e.Message)
		for _, c := range e.Message.CallsOf() {
			taken[c.ID] = true
		}
	}
	for i, p := range m.Parts {
		if p.Call == nil {
			continue
		}
		c := *p.Call
		c.Name = clip(c.Name, maxToolName)
		switch {
		case c.Invalid == "" && (len(c.Args) == 0 || string(c.Args) == "null"):
			c.Args = json.RawMessage(`{}`)
		case c.Invalid == "" && !object(c.Args):
			c.Invalid = string(c.Args)
			fallthrough
		case c.Invalid != "":
			c.Args, c.Invalid = json.RawMessage(`{}`), clip(c.Invalid, maxInvalid)
		}
		for n := i; taken[c.ID] || !callID.MatchString(c.ID); n += len(m.Parts) {
			c.ID = model.CallID(said, n)
		}
		taken[c.ID] = true
		m.Parts[i].Call = &c
	}
	return m
}

// object says whether arguments are a JSON object.
func object(args json.RawMessage) bool {
	var o map[string]json.RawMessage
	return json.Unmarshal(args, &o) == nil && o != nil
}
