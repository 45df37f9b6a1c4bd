package schema

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"aidesk/core/openapi/tree"
)

// Sampler makes values that fit schemas.
type Sampler struct {
	count int
	above []*Schema
}

// NewSampler returns a maker for one set of arguments.
func NewSampler() *Sampler { return &Sampler{} }

// Make returns a value for s that check accepts, if there is an easy one.
func (g *Sampler) Make(s *Schema, name string, depth int) (any, bool) {
	if g.count++; g.count > maxSampleValues || depth > 8 {
		return nil, s.nulls()
	}
	for _, given := range []any{s.sample, s.preset} {
		if v, ok := s.Accepts(given); ok {
			return v, true
		}
	}
	if len(s.enum) > 0 {
		return s.enum[0], true
	}
	if slices.Contains(g.above, s) {
		return nil, s.nulls()
	}
	g.above = append(g.above, s)
	defer func() { g.above = g.above[:len(g.above)-1] }()
	if len(s.choices()) > 0 && len(s.props.Keys) == 0 {
		for _, c := range s.some {
			if v, ok := g.Make(c, name, depth+1); ok {
				if w, fits := s.Accepts(v); fits {
					return w, true
				}
			}
		}
	}
	switch drawnType(s) {
	case "object":
		return g.object(s, depth)
	case "array":
		return g.array(s, name, depth)
	case "boolean":
		return true, true
	case "integer":
		return g.number(s, true), true
	case "number":
		return g.number(s, false), true
	}
	return g.text(s, name), true
}

// Accepts returns a copy of a given value as it would be sent, if it fits.
func (s *Schema) Accepts(given any) (any, bool) {
	if given == nil {
		return nil, false
	}
	v, err := tree.ParseValue([]byte(tree.Compact(given))) // coerce changes what it is given
	if err != nil {
		return nil, false
	}
	f := &Faults{}
	v, keep := f.Coerce(s, v)
	if !keep || v == nil {
		return nil, false
	}
	f.Check(s, v, Path{})
	return v, len(f.all) == 0
}

func (g *Sampler) object(s *Schema, depth int) (any, bool) {
	out := map[string]any{}
	add := func(of *Schema, name string) bool {
		p := of.Property(name)
		if p == nil {
			p = &Schema{types: TypeString}
		}
		v, ok := g.Make(p, name, depth+1)
		if ok {
			out[name] = v
		}
		return ok
	}
	for _, name := range s.required {
		if s.Needs(name) && !add(s, name) {
			return nil, false
		}
	}
	for _, c := range s.some {
		fits := true
		for _, name := range c.required {
			of := c
			if c.props.Find(name) < 0 {
				of = s
			}
			if _, given := out[name]; !given && c.Needs(name) && !add(of, name) {
				fits = false
			}
		}
		if _, ok := s.Accepts(out); ok && fits {
			break
		}
	}
	if least := s.leastProps(); len(out) < max(least, 1) && depth <= 1 {
		for i, name := range s.props.Keys {
			if p := s.props.Vals[i]; !p.readOnly && !p.deprecated {
				add(s, name)
			}
			if len(out) >= max(least, 1) {
				break
			}
		}
	}
	if len(out) == 0 && depth <= 1 && !s.closed && len(s.props.Keys) == 0 {
		free := s.extra
		if free == nil {
			free = &Schema{}
		}
		if v, ok := g.Make(free, "value", depth+1); ok {
			out["name"] = v
		}
	}
	return out, true
}

func (s *Schema) leastProps() int {
	if s.bounds == nil {
		return 0
	}
	return s.bounds.minProps
}

func (g *Sampler) array(s *Schema, name string, depth int) (any, bool) {
	n := 1
	if s.bounds != nil && s.bounds.minItems > 1 {
		n = min(s.bounds.minItems, 20)
	}
	if s.bounds != nil && s.bounds.maxItems == 0 {
		return []any{}, true
	}
	out := []any{}
	for i := range max(n, len(s.tuple)) {
		v, ok := g.Make(s.At(i), strings.TrimSuffix(name, "s"), depth+1)
		if !ok {
			return []any{}, n <= 1 && (s.bounds == nil || s.bounds.minItems <= 0)
		}
		if i > 0 && s.bounds != nil && s.bounds.unique {
			v = another(s.At(i), v, i)
		}
		out = append(out, v)
	}
	return out, true
}

// another returns the i-th value of a list whose entries must differ.
func another(s *Schema, v any, i int) any {
	if i < len(s.enum) {
		return s.enum[i]
	}
	n := strconv.Itoa(i + 1)
	for _, try := range []any{tree.Plain(v) + n, n, json.Number(n)} {
		if fits, ok := s.Accepts(try); ok {
			return fits
		}
	}
	return v
}

func (g *Sampler) number(s *Schema, whole bool) json.Number {
	f := 1.0
	if b := s.bounds; b != nil {
		if b.min != nil && (f < *b.min || b.over && f <= *b.min) {
			f = *b.min
			if b.over {
				f++
			}
		}
		if b.max != nil && (f > *b.max || b.under && f >= *b.max) {
			f = *b.max
			if b.under && (b.min == nil || f-1 >= *b.min) {
				f--
			} else if b.under && b.min != nil {
				f = (*b.min + *b.max) / 2
			}
		}
		if b.step > 0 {
			f = float64(int64(f/b.step)) * b.step
			if b.min != nil && f < *b.min {
				f += b.step
			}
		}
	}
	if whole {
		f = float64(int64(f))
	}
	return json.Number(trim(f))
}

// texts are values for formats.
var texts = map[string]string{
	"date": "2026-01-31", "date-time": "2026-01-31T15:04:05Z", "time": "15:04:05Z", "uuid": "3f2b8c1e-9d4a-4b6f-8a57-0c1d2e3f4a5b", "email": "someone@example.com",
	"uri": "https://example.com/", "url": "https://example.com/", "byte": "dGV4dA==", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "hostname": "example.com", "duration": "P1D",
}
