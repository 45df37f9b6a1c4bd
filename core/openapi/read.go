package openapi

import (
	"encoding/json"
	"regexp/syntax"
	"slices"
	"strings"
)

// job is a schema that has been promised and is yet to be read. Schemas are
// read from a queue, not by recursion: a chain of any length needs no stack.
type job struct {
	from spot
	to   *schema
}

// schema returns the schema at s, at once; drain fills it in.
func (r *reader) schema(s spot) *schema {
	if s.node == nil || s.is(null) {
		return &schema{}
	}
	if known := r.schemas[s.node]; known != nil {
		return known
	}
	out := &schema{}
	r.schemas[s.node] = out
	r.order = append(r.order, out)
	if s.get("$ref").is(text) {
		target, ok := r.follow(s, "schemas")
		switch {
		case !ok:
			out.lost = true
			return out
		case !overlays(s.node):
			out = r.schema(r.disguised(target))
			r.schemas[s.node] = out
			return out
		}
		out.all = append(out.all, r.schema(r.disguised(target)))
	}
	if r.made++; r.made > maxSchemas {
		r.warn("too-many-schemas", s.at, "the document has more than %d schemas; the rest were left open", maxSchemas)
		out.lost = true
		return out
	}
	r.queue = append(r.queue, job{s, out})
	return out
}

// overlays reports whether a reference has siblings that say something.
func overlays(n *node) bool {
	for _, k := range n.keys {
		switch k {
		case "$ref", "example", "examples", "xml", "externalDocs", "title", "summary", "deprecated":
		default:
			if !strings.HasPrefix(k, "x-") {
				return true
			}
		}
	}
	return false
}

// disguised finds the schema of a component that is not one: a parameter,
// response or body that a schema reference names.
func (r *reader) disguised(s spot) spot {
	if in := s.sub("schema"); in.is(dict) && s.get("properties") == nil && s.get("type") == nil {
		r.info("wrong-kind-reference", s.at, "a schema reference names something else; its schema was taken")
		return in
	}
	if content := s.sub("content"); content.is(dict) && len(content.vals) > 0 && s.get("properties") == nil && s.get("type") == nil {
		r.info("wrong-kind-reference", s.at, "a schema reference names something else; its schema was taken")
		return content.entry(0).sub("schema")
	}
	return s
}

// drain reads all promised schemas.
func (r *reader) drain() {
	for len(r.queue) > 0 {
		next := r.queue[len(r.queue)-1]
		r.queue = r.queue[:len(r.queue)-1]
		r.fill(next.from, next.to)
	}
}

func (r *reader) fill(s spot, out *schema) {
	switch s.kind {
	case boolean:
		return // true: anything; false has no use in a request
	case text:
		r.info("schema-text", s.at, "a schema is a word; it was read as the type")
		r.kind(s, s.value, out)
		return
	case list:
		r.info("schema-list", s.at, "a schema is a list; one of its entries must fit")
		for i := range s.vals {
			out.some = append(out.some, r.schema(s.nth(i)))
		}
		return
	case dict:
	default:
		r.warn("schema-open", s.at, "a schema is a %s; the value was left open", s.kind)
		out.lost = true
		return
	}
	out.title = clip(oneLine(s.get("title").str()), 80)
	out.text = clip(prose(s.get("description").str()), 600)
	out.format = strings.ToLower(s.get("format").line())
	out.readOnly = s.get("readOnly").on()
	out.deprecated = s.get("deprecated").on()
	out.nullable = s.get("nullable").on() || s.get("x-nullable").on()
	r.types(s, out)
	r.values(s, out)
	r.object(s, out)
	r.array(s, out)
	r.combine(s, out)
	out.bounds = r.bounds(s)
	r.reconcile(s, out)
}

// combine reads allOf, anyOf and oneOf.
func (r *reader) combine(s spot, out *schema) {
	for _, key := range [...]string{"allOf", "anyOf", "oneOf"} {
		of := s.sub(key)
		if of.is(dict) {
			r.info("combinator-object", of.at, "%q is an object; it was read as a list of one", key)
			of = spot{&node{kind: list, table: table[*node]{vals: []*node{of.node}}}, of.file, of.at}
		}
		if !of.is(list) {
			continue
		}
		var some []*schema
		for i, n := range of.vals {
			if n.is(null) {
				continue
			}
			// A null among the choices, as 3.1 writes "nullable".
			if t := n.get("type"); key != "allOf" && t.line() == "null" && t.is(text) {
				out.nullable = true
				continue
			}
			some = append(some, r.schema(of.nth(i)))
		}
		switch {
		case key == "allOf" || len(some) == 1 && len(out.some) == 0:
			out.all = append(out.all, some...)
		case len(out.some) > 0 && len(some) > 0: // anyOf beside oneOf
			out.all = append(out.all, &schema{some: some, state: 2})
		default:
			out.some = append(out.some, some...)
		}
	}
}

// values reads enum, const, default and examples.
func (r *reader) values(s spot, out *schema) {
	if e := s.get("enum"); e != nil {
		for _, v := range e.list() {
			switch {
			case v.is(null):
				out.nullable = true
			case len(out.enum) < 1_000:
				out.enum = append(out.enum, v.any())
			}
		}
		if e.is(dict) {
			r.warn("enum-object", s.at+"/enum", "\"enum\" is an object; it was left out")
		}
	}
	if c := s.get("const"); c != nil && !c.is(null) {
		out.enum = []any{c.any()}
	}
	if d := s.get("default"); d != nil && !d.is(null) {
		out.preset = small(d)
	}
	out.sample = small(s.get("example"))
	if all := s.get("examples"); out.sample == nil && all.is(list) && len(all.vals) > 0 {
		out.sample = small(all.vals[0])
	}
}

// reconcile settles an enum that contradicts the type: on a list it is meant
// for the entries, and where no value is of the type the type decides.
func (r *reader) reconcile(s spot, out *schema) {
	if len(out.enum) == 0 || out.types == 0 {
		return
	}
	fits := func(v any) bool {
		k := kindOf(convert(&schema{types: out.types}, v))
		return out.types&k != 0
	}
	switch {
	case out.types == typeArray && !slices.ContainsFunc(out.enum, func(v any) bool { return kindOf(v) == typeArray }):
		r.info("enum-on-list", s.at+"/enum", "\"enum\" stands at a list; it was read as that of the entries")
		items := &schema{enum: out.enum, state: 2}
		if out.items != nil {
			items = &schema{enum: out.enum, all: []*schema{out.items}}
			r.order = append(r.order, items)
		}
		out.items, out.enum = items, nil
	case !slices.ContainsFunc(out.enum, fits):
		r.info("enum-of-other-type", s.at+"/enum", "no value of \"enum\" is %s; it became part of the description", article(out.types.String()))
		out.text = clip(strings.TrimSpace(out.text+" ("+enumerate(out.enum)+")"), 600)
		out.enum = nil
	default:
		for i, v := range out.enum {
			if converted := convert(&schema{types: out.types}, v); kindOf(converted)&out.types != 0 {
				out.enum[i] = converted
			}
		}
	}
}

// small returns the value of a node unless it is too large to be kept.
func small(n *node) any {
	if n == nil {
		return nil
	}
	v := n.any()
	if n.kind >= list {
		if b, err := json.Marshal(v); err != nil || len(b) > 2<<10 {
			return nil
		}
	} else if len(n.value) > 500 {
		return nil
	}
	return v
}

func (r *reader) array(s spot, out *schema) {
	if items := s.sub("items"); items.node != nil {
		out.items = r.schema(items)
	}
	if prefix := s.sub("prefixItems"); prefix.is(list) {
		for i := range min(len(prefix.vals), 100) {
			out.tuple = append(out.tuple, r.schema(prefix.nth(i)))
		}
		if out.items == nil {
			out.items = &schema{some: out.tuple, state: 2}
		}
	}
}

// bounds reads the limits, or returns nil where there are none. The boolean
// exclusive limits of 3.0 and the numeric ones of 3.1 are both taken.
func (r *reader) bounds(s spot) *bounds {
	b, found := unbound(), false
	float := func(key string) *float64 {
		f, ok := s.get(key).float()
		if !ok {
			return nil
		}
		found = true
		return &f
	}
	length := func(key string, to *int) {
		if n := s.get(key).count(); n >= 0 {
			*to, found = n, true
		}
	}
	b.min, b.max = float("minimum"), float("maximum")
	b.over, b.under = s.get("exclusiveMinimum").on(), s.get("exclusiveMaximum").on()
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
	if s.get("uniqueItems").on() {
		b.unique, found = true, true
	}
	if p := s.get("pattern").str(); p != "" {
		found = true
		// "/…/" is how JavaScript writes one.
		if len(p) > 2 && p[0] == '/' && strings.HasSuffix(p, "/") {
			p = p[1 : len(p)-1]
		}
		b.pattern = p
		if _, err := syntax.Parse(p, syntax.Perl); err == nil && len(p) <= maxPattern {
			b.checked = true
		} else {
			r.info("pattern-unchecked", s.at+"/pattern", "the pattern cannot be checked here; the plugin will")
		}
	}
	if !found {
		return nil
	}
	return b
}
