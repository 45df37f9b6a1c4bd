package openapi

import (
	"strings"

	"aidesk/core/openapi/plaintext"
)

// schemaReader reads the schemas of one document into a graph: each once,
// shared by all operations.
type schemaReader struct {
	reporter
	refs    *resolver
	version string // stands for schemas that are too many to be told apart
	schemas map[*node]*schema
	order   []*schema
	queue   []job
	made    int
	merged  int
	visits  int
	marks   map[*schema]mark
}

// newSchemaReader returns a reader of schemas. version changes whenever the
// document does.
func newSchemaReader(refs *resolver, version string, to reporter) *schemaReader {
	return &schemaReader{reporter: to, refs: refs, version: version, schemas: map[*node]*schema{}, marks: map[*schema]mark{}}
}

// job is a schema that has been promised and is yet to be read. Schemas are
// read from a queue, not by recursion: a chain of any length needs no stack.
type job struct {
	from spot
	to   *schema
}

// schema returns the schema at s, at once; drain fills it in.
func (r *schemaReader) schema(s spot) *schema {
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
		target, ok := r.refs.follow(s, "schemas")
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
		r.Warnf("too-many-schemas", s.at, "the document has more than %d schemas; the rest were left open", maxSchemas)
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
func (r *schemaReader) disguised(s spot) spot {
	if in := s.sub("schema"); in.is(dict) && s.get("properties") == nil && s.get("type") == nil {
		r.Infof("wrong-kind-reference", s.at, "a schema reference names something else; its schema was taken")
		return in
	}
	if content := s.sub("content"); content.is(dict) && len(content.vals) > 0 && s.get("properties") == nil && s.get("type") == nil {
		r.Infof("wrong-kind-reference", s.at, "a schema reference names something else; its schema was taken")
		return content.entry(0).sub("schema")
	}
	return s
}

// drain reads all promised schemas.
func (r *schemaReader) drain() {
	for len(r.queue) > 0 {
		next := r.queue[len(r.queue)-1]
		r.queue = r.queue[:len(r.queue)-1]
		r.fill(next.from, next.to)
	}
}

func (r *schemaReader) fill(s spot, out *schema) {
	switch s.kind {
	case boolean:
		return // true: anything; false has no use in a request
	case text:
		r.Infof("schema-text", s.at, "a schema is a word; it was read as the type")
		r.kind(s, s.value, out)
		return
	case list:
		r.Infof("schema-list", s.at, "a schema is a list; one of its entries must fit")
		for i := range s.vals {
			out.some = append(out.some, r.schema(s.nth(i)))
		}
		return
	case dict:
	default:
		r.Warnf("schema-open", s.at, "a schema is a %s; the value was left open", s.kind)
		out.lost = true
		return
	}
	out.title = plaintext.Clip(plaintext.OneLine(s.get("title").str()), 80)
	out.text = plaintext.Clip(plaintext.Prose(s.get("description").str()), 600)
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
func (r *schemaReader) combine(s spot, out *schema) {
	for _, key := range [...]string{"allOf", "anyOf", "oneOf"} {
		of := s.sub(key)
		if of.is(dict) {
			r.Infof("combinator-object", of.at, "%q is an object; it was read as a list of one", key)
			of = of.with(listOf(of.node))
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
