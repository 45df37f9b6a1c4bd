package schema

import (
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// Reader reads the schemas of one document into a graph: each once,
// shared by all operations.
type Reader struct {
	tree.Reporter
	refs    *tree.Resolver
	version string // stands for schemas that are too many to be told apart
	schemas map[*tree.Node]*Schema
	order   []*Schema
	queue   []job
	made    int
	merged  int
	visits  int
	marks   map[*Schema]Fingerprint
}

// NewReader returns a reader of schemas. version changes whenever the
// document does.
func NewReader(refs *tree.Resolver, version string, to tree.Reporter) *Reader {
	return &Reader{Reporter: to, refs: refs, version: version, schemas: map[*tree.Node]*Schema{}, marks: map[*Schema]Fingerprint{}}
}

// job is a schema that has been promised and is yet to be read. Schemas are
// read from a queue, not by recursion: a chain of any length needs no stack.
type job struct {
	from tree.Cursor
	to   *Schema
}

// Read returns the schema at s, at once; drain fills it in.
func (r *Reader) Read(s tree.Cursor) *Schema {
	if s.Node == nil || s.Is(tree.Null) {
		return &Schema{}
	}
	if known := r.schemas[s.Node]; known != nil {
		return known
	}
	out := &Schema{}
	r.schemas[s.Node] = out
	r.order = append(r.order, out)
	if s.Get("$ref").Is(tree.Text) {
		target, ok := r.refs.Follow(s, "schemas")
		switch {
		case !ok:
			out.lost = true
			return out
		case !overlays(s.Node):
			out = r.Read(r.disguised(target))
			r.schemas[s.Node] = out
			return out
		}
		out.all = append(out.all, r.Read(r.disguised(target)))
	}
	if r.made++; r.made > maxSchemas {
		r.Warnf("too-many-schemas", s.At, "the document has more than %d schemas; the rest were left open", maxSchemas)
		out.lost = true
		return out
	}
	r.queue = append(r.queue, job{s, out})
	return out
}

// overlays reports whether a reference has siblings that say something.
func overlays(n *tree.Node) bool {
	for _, k := range n.Keys {
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
func (r *Reader) disguised(s tree.Cursor) tree.Cursor {
	if in := s.Child("schema"); in.Is(tree.Object) && s.Get("properties") == nil && s.Get("type") == nil {
		r.Infof("wrong-kind-reference", s.At, "a schema reference names something else; its schema was taken")
		return in
	}
	if content := s.Child("content"); content.Is(tree.Object) && len(content.Vals) > 0 && s.Get("properties") == nil && s.Get("type") == nil {
		r.Infof("wrong-kind-reference", s.At, "a schema reference names something else; its schema was taken")
		return content.Entry(0).Child("schema")
	}
	return s
}

// Drain reads all promised schemas.
func (r *Reader) Drain() {
	for len(r.queue) > 0 {
		next := r.queue[len(r.queue)-1]
		r.queue = r.queue[:len(r.queue)-1]
		r.fill(next.from, next.to)
	}
}

func (r *Reader) fill(s tree.Cursor, out *Schema) {
	switch s.Kind {
	case tree.Boolean:
		return // true: anything; false has no use in a request
	case tree.Text:
		r.Infof("schema-text", s.At, "a schema is a word; it was read as the type")
		r.kind(s, s.Scalar, out)
		return
	case tree.List:
		r.Infof("schema-list", s.At, "a schema is a list; one of its entries must fit")
		for i := range s.Vals {
			out.some = append(out.some, r.Read(s.Index(i)))
		}
		return
	case tree.Object:
	default:
		r.Warnf("schema-open", s.At, "a schema is a %s; the value was left open", s.Kind)
		out.lost = true
		return
	}
	out.title = plaintext.Clip(plaintext.OneLine(s.Get("title").Text()), 80)
	out.text = plaintext.Clip(plaintext.Prose(s.Get("description").Text()), 600)
	out.format = strings.ToLower(s.Get("format").Line())
	out.readOnly = s.Get("readOnly").IsTrue()
	out.deprecated = s.Get("deprecated").IsTrue()
	out.nullable = s.Get("nullable").IsTrue() || s.Get("x-nullable").IsTrue()
	r.types(s, out)
	r.values(s, out)
	r.object(s, out)
	r.array(s, out)
	r.combine(s, out)
	out.bounds = r.bounds(s)
	r.reconcile(s, out)
}

// combine reads allOf, anyOf and oneOf.
func (r *Reader) combine(s tree.Cursor, out *Schema) {
	for _, key := range [...]string{"allOf", "anyOf", "oneOf"} {
		of := s.Child(key)
		if of.Is(tree.Object) {
			r.Infof("combinator-object", of.At, "%q is an object; it was read as a list of one", key)
			of = of.With(tree.ListOf(of.Node))
		}
		if !of.Is(tree.List) {
			continue
		}
		var some []*Schema
		for i, n := range of.Vals {
			if n.Is(tree.Null) {
				continue
			}
			// A null among the choices, as 3.1 writes "nullable".
			if t := n.Get("type"); key != "allOf" && t.Line() == "null" && t.Is(tree.Text) {
				out.nullable = true
				continue
			}
			some = append(some, r.Read(of.Index(i)))
		}
		switch {
		case key == "allOf" || len(some) == 1 && len(out.some) == 0:
			out.all = append(out.all, some...)
		case len(out.some) > 0 && len(some) > 0: // anyOf beside oneOf
			out.all = append(out.all, &Schema{some: some, state: 2})
		default:
			out.some = append(out.some, some...)
		}
	}
}
