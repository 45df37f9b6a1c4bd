package schema

import (
	"cmp"
	"slices"

	"aidesk/core/openapi/tree"
)

// Merge merges the members of every "allOf" into the schema that has them,
// so that all that follows knows no "allOf".
func (r *Reader) Merge() {
	for _, s := range r.order {
		r.flat(s, 0)
	}
}

func (r *Reader) flat(s *Schema, depth int) bool {
	switch {
	case s.state == 2:
		return true
	case s.state == 1:
		r.Infof("cyclic-allof", "", "a schema is part of itself through \"allOf\"; the inner one was left out")
		return false
	case depth > maxNesting:
		r.Warnf("deep-allof", "", "\"allOf\" is nested more than %d levels deep; the inner ones were left open", maxNesting)
		s.lost = true
		return false
	}
	s.state = 1
	all := s.all
	s.all = nil
	alone := len(all) == 1 && len(s.props.Keys) == 0 && len(s.required) == 0
	if !alone {
		s.closed = s.closed && len(all) == 0
	}
	sent := s.demands()
	for _, m := range all {
		if !r.flat(m, depth+1) {
			s.lost = s.lost || m.lost
			continue
		}
		if r.merged += len(m.props.Keys); r.merged > maxMerged {
			r.Warnf("too-many-schemas", "", "\"allOf\" joins more than %d properties; the rest were left open", maxMerged)
			s.lost = true
			break
		}
		s.absorb(m)
		sent = append(sent, m.demands()...)
		s.closed = s.closed || alone && m.closed
	}
	if len(all) > 0 {
		r.release(s, sent, depth)
	}
	s.state = 2
	return true
}

// demand is a property that a member of an "allOf" requires without calling it
// read-only.
type demand struct {
	name     string
	declared bool // by that member itself
}

func (s *Schema) demands() []demand {
	var out []demand
	for _, name := range s.required {
		if i := s.props.Find(name); i < 0 || !s.props.Vals[i].readOnly {
			out = append(out, demand{name, i >= 0})
		}
	}
	return out
}

// release makes properties writable that one member of an "allOf" calls
// read-only and another requires. Where that other describes the property anew,
// it must be sent. Where it only names it, it may be: {required: [id, type]} is
// how references are made, but also how answers are described that requests share.
func (r *Reader) release(s *Schema, demands []demand, depth int) {
	for _, d := range demands {
		i := s.props.Find(d.name)
		if i < 0 || !s.props.Vals[i].readOnly || s.props.Vals[i].state == 1 || !r.flat(s.props.Vals[i], depth+1) {
			continue
		}
		free := *s.props.Vals[i]
		free.readOnly = false
		s.props.Vals[i] = &free
		if !slices.ContainsFunc(demands, func(e demand) bool { return e.name == d.name && e.declared }) {
			s.required = slices.DeleteFunc(slices.Clone(s.required), func(name string) bool { return name == d.name })
		}
	}
}

// absorb takes over what m says and s does not. What both say, s decides,
// except that both sets of required properties hold.
func (s *Schema) absorb(m *Schema) {
	switch common := meet(s.types, m.types); {
	case s.types == 0:
		s.types = m.types
	case m.types != 0 && common != 0:
		s.types = common
	}
	s.nullable = s.nullable || m.nullable
	s.readOnly = s.readOnly || m.readOnly
	s.deprecated = s.deprecated || m.deprecated
	s.lost = s.lost || m.lost
	s.format = cmp.Or(s.format, m.format)
	s.title = cmp.Or(s.title, m.title)
	s.text = cmp.Or(s.text, m.text)
	if s.preset == nil {
		s.preset = m.preset
	}
	if s.sample == nil {
		s.sample = m.sample
	}
	if len(s.enum) == 0 {
		s.enum = m.enum
	} else if both := intersect(s.enum, m.enum); len(both) > 0 {
		s.enum = both
	}
	for i, name := range m.props.Keys {
		s.adopt(name, m.props.Vals[i])
	}
	s.required = append(slices.Clip(s.required), m.required...)
	slices.Sort(s.required)
	s.required = slices.Compact(s.required)
	if s.extra == nil {
		s.extra = m.extra
	}
	if s.items == nil {
		s.items, s.tuple = m.items, m.tuple
	}
	if len(s.some) == 0 {
		s.some = m.some
	} else {
		// Two sets of choices at once: those of the second stay known as
		// properties that may be sent.
		for _, choice := range m.some {
			for i, name := range choice.props.Keys {
				s.adopt(name, choice.props.Vals[i])
			}
		}
	}
	s.bounds = s.bounds.tighten(m.bounds)
}

// adopt adds a property. One that s has already keeps what it says; of two
// objects the properties are joined, one level deep.
func (s *Schema) adopt(name string, p *Schema) {
	i := s.props.Find(name)
	if i < 0 {
		if len(s.props.Keys) < maxProperties {
			s.props.Put(name, p)
		}
		return
	}
	mine := s.props.Vals[i]
	switch {
	case mine == p:
	case mine.plain() && p.plain() && !mine.IsOpen(): // what either says holds
		joined := *mine
		joined.absorb(p)
		joined.state = 2
		s.props.Vals[i] = &joined
	case mine.state == 2 && mine.IsOpen():
		joined := *p
		joined.text, joined.title = cmp.Or(mine.text, p.text), cmp.Or(mine.title, p.title)
		s.props.Vals[i] = &joined
	case mine.state == 2 && p.state == 2 && len(p.props.Keys) > 0 && len(mine.props.Keys) > 0:
		joined := *mine
		joined.props = tree.Table[*Schema]{}
		for _, from := range []*Schema{mine, p} {
			for j, k := range from.props.Keys {
				if joined.props.Find(k) < 0 && len(joined.props.Keys) < maxProperties {
					joined.props.Put(k, from.props.Vals[j])
				}
			}
		}
		s.props.Vals[i] = &joined
	}
}

// plain reports whether a schema has no schemas in it and is not being merged.
func (s *Schema) plain() bool {
	return s.state != 1 && len(s.all) == 0 && len(s.some) == 0 && len(s.props.Keys) == 0 && s.items == nil && s.extra == nil && s.tuple == nil
}

// IsOpen reports whether a schema allows everything.
func (s *Schema) IsOpen() bool {
	return s.types == 0 && len(s.props.Keys) == 0 && s.items == nil && len(s.enum) == 0 && len(s.some) == 0 && s.extra == nil && s.bounds == nil
}

// meet returns the types that both sets allow; an integer is a number.
func meet(a, b Types) Types {
	common := a & b
	if a&typeInteger != 0 && b&typeNumber != 0 || a&typeNumber != 0 && b&typeInteger != 0 {
		common |= typeInteger
	}
	return common
}

func intersect(a, b []any) []any {
	var out []any
	for _, v := range a {
		if slices.ContainsFunc(b, func(w any) bool { return same(v, w) }) {
			out = append(out, v)
		}
	}
	return out
}

// tighten fills the limits that b lacks with those of m.
func (b *bounds) tighten(m *bounds) *bounds {
	if b == nil || m == nil {
		if b == nil {
			return m
		}
		return b
	}
	out := *b
	if out.min == nil {
		out.min, out.over = m.min, m.over
	}
	if out.max == nil {
		out.max, out.under = m.max, m.under
	}
	if out.step == 0 {
		out.step = m.step
	}
	if out.pattern == "" {
		out.pattern, out.checked = m.pattern, m.checked
	}
	out.unique = out.unique || m.unique
	for _, p := range []struct{ mine, theirs *int }{
		{&out.minLen, &m.minLen},
		{&out.maxLen, &m.maxLen},
		{&out.minItems, &m.minItems},
		{&out.maxItems, &m.maxItems},
		{&out.minProps, &m.minProps},
		{&out.maxProps, &m.maxProps},
	} {
		if *p.mine < 0 {
			*p.mine = *p.theirs
		}
	}
	return &out
}
