package openapi

import (
	"encoding/json"

	"aidesk/core/openapi/tree"
)

// sample makes example arguments: what is required, and what is optional only
// where the document itself gives an example of it.
func (o *Operation) sample() json.RawMessage {
	g := newMaker()
	out := map[string]any{}
	extra := 0
	for _, a := range o.call.args {
		s := a.schema()
		if !a.wanted() && (a.param != nil || o.Effect == EffectRead) {
			if !s.exampled() && a.sample() == nil || a.param == nil || extra == 2 {
				continue
			}
			extra++
		}
		name := bodyKey
		if a.param != nil {
			name = a.param.name
		}
		if v, ok := s.accepts(a.sample()); ok {
			out[a.key] = v
		} else if v, ok := g.make(s, name, 0); ok {
			out[a.key] = v
		}
	}
	// An operation that needs nothing is shown with its first parameter, or
	// with its body.
	if len(out) == 0 && len(o.call.args) > 0 {
		if a := o.call.args[0]; a.param != nil || o.Effect == EffectWrite {
			if v, ok := a.schema().accepts(a.sample()); ok {
				out[a.key] = v
			} else if v, ok := g.make(a.schema(), a.key, 0); ok {
				out[a.key] = v
			}
		}
	}
	return json.RawMessage(tree.Compact(out))
}
