package schema

import (
	"cmp"
	"slices"

	"aidesk/core/openapi/tree"
)

// Merge merges the members of every "allOf" into the schema that has it. Nothing after
// it needs to know "allOf".
func (r *Reader) Merge() {
	for _, s := range r.all {
		r.mergeAllOf(s, 0)
	}
	r.repair()
}

func (r *Reader) mergeAllOf(s *Schema, depth int) bool {
	switch {
	case s.merge == 2:
		return true
	case s.merge == 1:
		r.Infof("cyclic-allof", "", "a schema is part of itself through \"allOf\"; the inner one was left out")
		return false
	case depth > maxNesting:
		r.Warnf("deep-allof", "", "\"allOf\" is nested more than %d levels deep; the inner ones were left open", maxNesting)
		s.lost = true
		return false
	}
	s.merge = 1
	all := s.allOf
	s.allOf = nil
	alone := len(all) == 1 && len(s.props.Keys) == 0 && len(s.required) == 0
	if !alone {
		s.closed = s.closed && len(all) == 0
	}
	sent := s.requirements()
	for _, m := range all {
		if !r.mergeAllOf(m, depth+1) {
			s.lost = s.lost || m.lost
			continue
		}
		r.mergedProperties += len(m.props.Keys)
		r.mergeSteps += 1 + len(m.props.Keys) + len(s.required) + len(m.required)
		if r.mergedProperties > maxMerged || r.mergeSteps > maxMergeSteps {
			r.Warnf("too-many-schemas", "", "\"allOf\" joins more than %d properties; the rest were left open", maxMerged)
			s.lost = true
			break
		}
		r.mergeMember(s, m)
		sent = append(sent, m.requirements()...)
		s.closed = s.closed || alone && m.closed
	}
	if len(all) > 0 {
		r.makeWritable(s, sent, depth)
	}
	s.merge = 2
	return true
}

// requirement is a property that a member of an "allOf" requires without calling it
// read-only.
type requirement struct {
	name     string
	declared bool // by that member
}

func (s *Schema) requirements() []requirement {
	var out []requirement
	for _, name := range s.required {
		if i := s.props.Find(name); i < 0 || !s.props.Vals[i].readOnly {
			out = append(out, requirement{name, i >= 0})
		}
	}
	return out
}

// makeWritable makes properties writable that one member of an "allOf" calls read-only
// and another requires. If that other member declares the property again, it stays
// required. If it only names it, it becomes optional: documents write {required: [id]}
// both for requests that need the id and for answers that share their schema.
func (r *Reader) makeWritable(s *Schema, demands []requirement, depth int) {
	declared := map[string]bool{}
	for _, d := range demands {
		declared[d.name] = declared[d.name] || d.declared
	}
	for _, d := range demands {
		i := s.props.Find(d.name)
		if i < 0 || !s.props.Vals[i].readOnly || s.props.Vals[i].merge == 1 || !r.mergeAllOf(s.props.Vals[i], depth+1) {
			continue
		}
		free := *s.props.Vals[i]
		free.readOnly = false
		s.props.Vals[i] = &free
		if !declared[d.name] {
			s.required = slices.DeleteFunc(slices.Clone(s.required), func(name string) bool { return name == d.name })
		}
	}
}

// mergeMember adds what m says to s. Where both say something s wins, except that the
// required properties of both hold.
func (r *Reader) mergeMember(s, m *Schema) {
	switch common := commonTypes(s.types, m.types); {
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
	s.media, s.encoding = cmp.Or(s.media, m.media), cmp.Or(s.encoding, m.encoding)
	s.title = cmp.Or(s.title, m.title)
	s.description = cmp.Or(s.description, m.description)
	if s.defaultValue == nil {
		s.defaultValue = m.defaultValue
	}
	if s.example == nil {
		s.example = m.example
	}
	if len(s.meanings) == 0 {
		s.meanings = m.meanings
	}
	if len(s.enum) == 0 || s.implied && len(m.enum) > 0 {
		s.enum = m.enum
	} else if both := r.intersect(s.enum, m.enum); len(both) > 0 {
		s.enum = both
	}
	for i, name := range m.props.Keys {
		r.mergeProperty(s, name, m.props.Vals[i])
	}
	s.required = append(slices.Clip(s.required), m.required...)
	slices.Sort(s.required)
	s.required = slices.Compact(s.required)
	if s.additional == nil {
		s.additional = m.additional
	}
	if s.items == nil {
		s.items, s.prefixItems = m.items, m.prefixItems
	}
	if len(s.anyOf) == 0 {
		s.anyOf = m.anyOf
	} else {
		// Two anyOf at once: the properties of the second are kept as optional ones.
		for _, choice := range m.anyOf {
			if r.mergeSteps += 1 + len(choice.props.Keys); r.mergeSteps > maxMergeSteps {
				s.lost = true
				break
			}
			for i, name := range choice.props.Keys {
				r.mergeProperty(s, name, choice.props.Vals[i])
			}
		}
	}
	s.bounds = s.bounds.merge(m.bounds)
}

// mergeProperty adds a property. If s has it already, two scalars are merged as by
// mergeMember, and of two objects the properties are joined, one level deep.
func (r *Reader) mergeProperty(s *Schema, name string, p *Schema) {
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
	case mine.isLeaf() && p.isLeaf() && !mine.IsOpen(): // both hold
		joined := *mine
		r.mergeSteps += len(p.required)
		r.mergeMember(&joined, p)
		joined.merge = 2
		s.props.Vals[i] = &joined
	case mine.merge == 2 && mine.IsOpen():
		joined := *p
		joined.description, joined.title = cmp.Or(mine.description, p.description), cmp.Or(mine.title, p.title)
		s.props.Vals[i] = &joined
	case r.mergeSteps > maxMergeSteps:
		s.lost = true
	case mine.merge == 2 && p.merge == 2 && len(p.props.Keys) > 0 && len(mine.props.Keys) > 0:
		joined := *mine
		joined.props = tree.Table[*Schema]{}
		r.mergeSteps += len(mine.props.Keys) + len(p.props.Keys)
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

// isLeaf reports whether a schema has no schemas in it and is not being merged.
func (s *Schema) isLeaf() bool {
	return s.merge != 1 && len(s.allOf) == 0 && len(s.anyOf) == 0 && len(s.props.Keys) == 0 && s.items == nil && s.additional == nil && s.prefixItems == nil
}

// IsOpen reports whether a schema allows everything.
func (s *Schema) IsOpen() bool {
	return s.types == 0 && len(s.props.Keys) == 0 && s.items == nil && len(s.enum) == 0 && len(s.anyOf) == 0 && s.additional == nil && s.bounds == nil
}

// commonTypes returns the types that both sets allow; an integer is a number.
func commonTypes(a, b Types) Types {
	common := a & b
	if a&typeInteger != 0 && b&typeNumber != 0 || a&typeNumber != 0 && b&typeInteger != 0 {
		common |= typeInteger
	}
	return common
}

func (r *Reader) intersect(a, b []any) []any {
	words := map[string]bool{} // those of b
	for _, w := range b {
		if text, isText := w.(string); isText {
			words[text] = true
		}
	}
	r.mergeSteps += len(a) + len(b)
	var out []any
	for _, v := range a {
		if text, isText := v.(string); isText {
			if words[text] {
				out = append(out, v)
			}
			continue
		}
		if r.mergeSteps += len(b); r.mergeSteps > maxMergeSteps {
			return a
		}
		if slices.ContainsFunc(b, func(w any) bool { return equal(v, w) }) {
			out = append(out, v)
		}
	}
	return out
}

// merge returns b with limits of m where b has none.
func (b *bounds) merge(m *bounds) *bounds {
	if b == nil || m == nil {
		if b == nil {
			return m
		}
		return b
	}
	out := *b
	if out.min == nil {
		out.min, out.exclusiveMin = m.min, m.exclusiveMin
	}
	if out.max == nil {
		out.max, out.exclusiveMax = m.max, m.exclusiveMax
	}
	if out.multipleOf == 0 {
		out.multipleOf = m.multipleOf
	}
	if out.pattern == "" {
		out.pattern, out.patternChecked = m.pattern, m.patternChecked
	}
	out.unique = out.unique || m.unique
	for _, p := range []struct{ mine, theirs *int }{
		{&out.minLength, &m.minLength},
		{&out.maxLength, &m.maxLength},
		{&out.minItems, &m.minItems},
		{&out.maxItems, &m.maxItems},
		{&out.minProperties, &m.minProperties},
		{&out.maxProperties, &m.maxProperties},
	} {
		if *p.mine < 0 {
			*p.mine = *p.theirs
		}
	}
	return &out
}
