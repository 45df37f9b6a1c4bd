package openapi

import (
	"encoding/json"

	"aidesk/core/openapi/request"
	"aidesk/core/openapi/schema"
	"aidesk/core/openapi/tree"
)

// sample makes example arguments: what is required, and what is optional only
// where the document itself gives an example of it.
func (o *Operation) sample() json.RawMessage {
	g := schema.NewSampler()
	out := map[string]any{}
	extra := 0
	for _, a := range o.call.Args {
		s := a.Schema()
		if !a.Wanted() && (a.Param != nil || o.Effect == EffectRead) {
			if !s.HasExample() && a.Sample() == nil || a.Param == nil || extra == 2 {
				continue
			}
			extra++
		}
		name := request.BodyKey
		if a.Param != nil {
			name = a.Param.Name
		}
		if v, ok := s.Accepts(a.Sample()); ok {
			out[a.Key] = v
		} else if v, ok := g.Make(s, name, 0); ok {
			out[a.Key] = v
		}
	}
	// An operation that needs nothing is shown with its first parameter, or
	// with its body.
	if len(out) == 0 && len(o.call.Args) > 0 {
		if a := o.call.Args[0]; a.Param != nil || o.Effect == EffectWrite {
			if v, ok := a.Schema().Accepts(a.Sample()); ok {
				out[a.Key] = v
			} else if v, ok := g.Make(a.Schema(), a.Key, 0); ok {
				out[a.Key] = v
			}
		}
	}
	return json.RawMessage(tree.Compact(out))
}
