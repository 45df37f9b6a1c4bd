package openapi

import (
	"aidesk/core/openapi/schema"
	"aidesk/core/openapi/tree"
	"encoding/json"
)

// sample makes example arguments: what is required, and what is optional only
// where the document itself gives an example of it.
func (o *Operation) sample() json.RawMessage {
	g := schema.NewSampler()
	out := map[string]any{}
	extra := 0
	for _, a := range o.call.args {
		s := a.schema()
		if !a.wanted() && (a.param != nil || o.Effect == EffectRead) {
			if !s.HasExample() && a.sample() == nil || a.param == nil || extra == 2 {
				continue
			}
			extra++
		}
		name := bodyKey
		if a.param != nil {
			name = a.param.name
		}
		if v, ok := s.Accepts(a.sample()); ok {
			out[a.key] = v
		} else if v, ok := g.Make(s, name, 0); ok {
			out[a.key] = v
		}
	}
	// An operation that needs nothing is shown with its first parameter, or
	// with its body.
	if len(out) == 0 && len(o.call.args) > 0 {
		if a := o.call.args[0]; a.param != nil || o.Effect == EffectWrite {
			if v, ok := a.schema().Accepts(a.sample()); ok {
				out[a.key] = v
			} else if v, ok := g.Make(a.schema(), a.key, 0); ok {
				out[a.key] = v
			}
		}
	}
	return json.RawMessage(tree.Compact(out))
}
