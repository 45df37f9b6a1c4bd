package schema

import (
	"encoding/json"
	"regexp/syntax"
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// values reads enum, const, default and examples.
func (r *Reader) values(s tree.Cursor, out *Schema) {
	if e := s.Get("enum"); e != nil {
		for _, v := range e.Entries() {
			switch {
			case v.Is(tree.Null):
				out.nullable = true
			case len(out.enum) < 1_000:
				out.enum = append(out.enum, v.Value())
			}
		}
		if e.Is(tree.Object) {
			r.Warnf("enum-object", s.At+"/enum", "\"enum\" is an object; it was left out")
		}
	}
	if c := s.Get("const"); c != nil && !c.Is(tree.Null) {
		out.enum = []any{c.Value()}
	}
	if d := s.Get("default"); d != nil && !d.Is(tree.Null) {
		out.preset = small(d)
	}
	out.sample = small(s.Get("example"))
	if all := s.Get("examples"); out.sample == nil && all.Is(tree.List) && len(all.Vals) > 0 {
		out.sample = small(all.Vals[0])
	}
}

// reconcile settles an enum that contradicts the type: on a list it is meant
// for the entries, and where no value is of the type the type decides.
func (r *Reader) reconcile(s tree.Cursor, out *Schema) {
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
		items := &Schema{enum: out.enum, state: 2}
		if out.items != nil {
			items = &Schema{enum: out.enum, all: []*Schema{out.items}}
			r.order = append(r.order, items)
		}
		out.items, out.enum = items, nil
	case !slices.ContainsFunc(out.enum, fits):
		r.Infof("enum-of-other-type", s.At+"/enum", "no value of \"enum\" is %s; it became part of the description", article(out.types.String()))
		out.text = plaintext.Clip(strings.TrimSpace(out.text+" ("+enumerate(out.enum)+")"), 600)
		out.enum = nil
	default:
		for i, v := range out.enum {
			if converted := convert(&Schema{types: out.types}, v); TypeOf(converted)&out.types != 0 {
				out.enum[i] = converted
			}
		}
	}
}

// small returns the value of a node unless it is too large to be kept.
func small(n *tree.Node) any {
	if n == nil {
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

func (r *Reader) array(s tree.Cursor, out *Schema) {
	if items := s.Child("items"); items.Node != nil {
		out.items = r.Read(items)
	}
	if prefix := s.Child("prefixItems"); prefix.Is(tree.List) {
		for i := range min(len(prefix.Vals), 100) {
			out.tuple = append(out.tuple, r.Read(prefix.Index(i)))
		}
		if out.items == nil {
			out.items = &Schema{some: out.tuple, state: 2}
		}
	}
}

// bounds reads the limits, or returns nil where there are none. The boolean
// exclusive limits of 3.0 and the numeric ones of 3.1 are both taken.
func (r *Reader) bounds(s tree.Cursor) *bounds {
	b, found := unbound(), false
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
	b.over, b.under = s.Get("exclusiveMinimum").IsTrue(), s.Get("exclusiveMaximum").IsTrue()
	if f := float("exclusiveMinimum"); f != nil && (b.min == nil || *f >= *b.min) {
		b.min, b.over = f, true
	}
	if f := float("exclusiveMaximum"); f != nil && (b.max == nil || *f <= *b.max) {
		b.max, b.under = f, true
	}
	if f := float("multipleOf"); f != nil && *f > 0 {
		b.step = *f
	}
	length("minLength", &b.minLen)
	length("maxLength", &b.maxLen)
	length("minItems", &b.minItems)
	length("maxItems", &b.maxItems)
	length("minProperties", &b.minProps)
	length("maxProperties", &b.maxProps)
	if s.Get("uniqueItems").IsTrue() {
		b.unique, found = true, true
	}
	if p := s.Get("pattern").Text(); p != "" {
		found = true
		// "/…/" is how JavaScript writes one.
		if len(p) > 2 && p[0] == '/' && strings.HasSuffix(p, "/") {
			p = p[1 : len(p)-1]
		}
		b.pattern = p
		if _, err := syntax.Parse(p, syntax.Perl); err == nil && len(p) <= maxPattern {
			b.checked = true
		} else {
			r.Infof("pattern-unchecked", s.At+"/pattern", "the pattern cannot be checked here; the plugin will")
		}
	}
	if !found {
		return nil
	}
	return b
}

// Example is the example of a parameter or a media type: "example", or the value of the
// first of "examples".
func Example(s tree.Cursor) any {
	if v := small(s.Get("example")); v != nil {
		return v
	}
	all := s.Child("examples")
	if !all.Is(tree.Object) || len(all.Vals) == 0 {
		return nil
	}
	return small(all.Entry(0).Get("value"))
}
