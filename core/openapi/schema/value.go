package schema

import (
	"encoding/json"
	"regexp/syntax"
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// readValues reads enum, const, default and examples.
func (r *Reader) readValues(s tree.Cursor, out *Schema) {
	if e := s.Get("enum"); e != nil {
		for _, v := range e.Entries() {
			switch {
			case v.Is(tree.Null):
				out.nullable = true
			case len(out.enum) >= 1_000:
			case v.HasAtMost(maxFixed):
				out.enum = append(out.enum, v.Value())
			default:
				r.Warnf("value-large", s.At+"/enum", "a value of \"enum\" has more than %d values in it; it was left out", maxFixed)
				out.lost = true
			}
		}
		if len(out.enum) > 0 {
			out.meanings = readMeanings(s)
		}
		if e.Is(tree.Object) {
			r.Warnf("enum-object", s.At+"/enum", "\"enum\" is an object; it was left out")
		}
	}
	if c := s.Get("const"); c != nil && !c.Is(tree.Null) {
		if c.HasAtMost(maxFixed) {
			out.enum = []any{c.Value()}
		} else {
			r.Warnf("value-large", s.At+"/const", "\"const\" has more than %d values in it; it was left open", maxFixed)
			out.lost = true
		}
	}
	if d := s.Get("default"); d != nil && !d.Is(tree.Null) {
		out.defaultValue = smallValue(d)
	}
	out.example = smallValue(s.Get("example"))
	if all := s.Get("examples"); out.example == nil && all.Is(tree.List) && len(all.Vals) > 0 {
		out.example = smallValue(all.Vals[0])
	}
}

// fitEnumToType repairs an enum that contradicts the type: at a list it is that of the
// entries, and if no value is of the type, the enum is dropped.
func (r *Reader) fitEnumToType(s tree.Cursor, out *Schema) {
	if len(out.enum) == 0 || out.types == 0 {
		return
	}
	fits := func(v any) bool {
		k := TypeOf(convert(&Schema{types: out.types}, v))
		return out.types&k != 0
	}
	switch {
	case out.types == TypeArray && !slices.ContainsFunc(out.enum, func(v any) bool { return TypeOf(v) == TypeArray }):
		r.Infof("enum-on-list", s.At+"/enum", "\"enum\" stands at a list; it was read as that of the entries")
		items := &Schema{enum: out.enum, meanings: out.meanings, merge: 2}
		if out.items != nil {
			items = &Schema{enum: out.enum, meanings: out.meanings, allOf: []*Schema{out.items}}
			r.all = append(r.all, items)
		}
		out.items, out.enum = items, nil
	case !slices.ContainsFunc(out.enum, fits):
		r.Infof("enum-of-other-type", s.At+"/enum", "no value of \"enum\" is %s; it became part of the description", article(out.types.String()))
		out.description = plaintext.Clip(strings.TrimSpace(out.description+" ("+enumerate(out.enum)+")"), 600)
		out.enum = nil
	default:
		for i, v := range out.enum {
			if converted := convert(&Schema{types: out.types}, v); TypeOf(converted)&out.types != 0 {
				out.enum[i] = converted
			}
		}
	}
}

// smallValue returns the value of a node, or nil if it is too large to keep.
func smallValue(n *tree.Node) any {
	if n == nil {
		return nil
	}
	if n.Kind >= tree.List && !n.HasAtMost(maxExample) {
		return nil
	}
	v := n.Value()
	if n.Kind >= tree.List {
		if b, err := json.Marshal(v); err != nil || len(b) > 2<<10 {
			return nil
		}
	} else if len(n.Scalar) > 500 {
		return nil
	}
	return v
}

func (r *Reader) readArray(s tree.Cursor, out *Schema) {
	if items := s.Child("items"); items.Node != nil {
		out.items = r.Read(items)
	}
	if prefix := s.Child("prefixItems"); prefix.Is(tree.List) {
		for i := range min(len(prefix.Vals), 100) {
			out.prefixItems = append(out.prefixItems, r.Read(prefix.Index(i)))
		}
		if out.items == nil {
			out.items = &Schema{anyOf: out.prefixItems, merge: 2}
		}
	}
}

// readBounds reads the limits, or returns nil if there are none. Both the boolean
// exclusive limits of 3.0 and the numeric ones of 3.1 are understood.
func (r *Reader) readBounds(s tree.Cursor) *bounds {
	b, found := noBounds(), false
	float := func(key string) *float64 {
		f, ok := s.Get(key).Float()
		if !ok {
			return nil
		}
		found = true
		return &f
	}
	length := func(key string, to *int) {
		if n := s.Get(key).Count(); n >= 0 {
			*to, found = n, true
		}
	}
	b.min, b.max = float("minimum"), float("maximum")
	b.exclusiveMin, b.exclusiveMax = s.Get("exclusiveMinimum").IsTrue(), s.Get("exclusiveMaximum").IsTrue()
	if f := float("exclusiveMinimum"); f != nil && (b.min == nil || *f >= *b.min) {
		b.min, b.exclusiveMin = f, true
	}
	if f := float("exclusiveMaximum"); f != nil && (b.max == nil || *f <= *b.max) {
		b.max, b.exclusiveMax = f, true
	}
	if f := float("multipleOf"); f != nil && *f > 0 {
		b.multipleOf = *f
	}
	length("minLength", &b.minLength)
	length("maxLength", &b.maxLength)
	length("minItems", &b.minItems)
	length("maxItems", &b.maxItems)
	length("minProperties", &b.minProperties)
	length("maxProperties", &b.maxProperties)
	if s.Get("uniqueItems").IsTrue() {
		b.unique, found = true, true
	}
	if p := s.Get("pattern").Text(); p != "" {
		found = true
		p = cutPattern(p)
		b.pattern = p
		if r.readable(p) {
			b.patternChecked = true
		} else {
			r.Infof("pattern-unchecked", s.At+"/pattern", "the pattern cannot be checked here; the plugin will")
		}
	}
	if !found {
		return nil
	}
	return b
}

// readable reports whether Go can compile a pattern, for as many as are tried.
func (r *Reader) readable(pattern string) bool {
	if len(pattern) > maxPattern || r.patterns+len(pattern) > maxPatterns {
		return false
	}
	r.patterns += len(pattern)
	_, err := syntax.Parse(pattern, syntax.Perl)
	return err == nil
}

// Example returns the example of a parameter or media type: "example", or the value of
// the first of "examples".
func Example(s tree.Cursor) any {
	if v := smallValue(s.Get("example")); v != nil {
		return v
	}
	all := s.Child("examples")
	if !all.Is(tree.Object) || len(all.Vals) == 0 {
		return nil
	}
	return smallValue(all.Entry(0).Get("value"))
}
