package plugin

import (
	"slices"

	"aidesk/core/chat"
	"aidesk/core/openapi"
	"aidesk/core/policy"
)

// Decide asks the policy about a call with the plugins that are enabled now: when a
// model wishes it, and again at the moment of sending.
func Decide(on []*Plugin, m chat.Member, c Call) policy.Decision {
	q := policy.Question{Member: m, Plugin: c.Human, Carries: len(c.From) > 0}
	for _, p := range on {
		if p.ID != c.Plugin {
			continue
		}
		q.Enabled, q.Frozen = true, p.Frozen
		if o, ok := p.Operation(c.Operation); ok {
			q.Same, q.Write, q.Asks, q.Refused = p.Version == c.Version, p.Asks(o), o.Asks, !p.usable(o)
		}
	}
	return policy.Call(q)
}

// Usable are the operations that can be called, sorted as in the document.
func (p *Plugin) Usable() []*openapi.Operation {
	var usable []*openapi.Operation
	for _, o := range p.Document.Operations {
		if p.usable(o) {
			usable = append(usable, o)
		}
	}
	return usable
}

func (p *Plugin) usable(o *openapi.Operation) bool {
	return o.Verdict != openapi.Refused && !slices.Contains(p.Without, o.ID)
}

// Asks says whether a call of the operation needs the member's approval: every call
// that is no read, unless an administrator marked exactly this operation as one.
func (p *Plugin) Asks(o *openapi.Operation) bool {
	return o.Asks || o.Effect == openapi.EffectWrite && p.Reads[o.ID] != o.Hash
}
