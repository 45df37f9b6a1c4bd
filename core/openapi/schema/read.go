package schema

import (
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// Reader reads the schemas of one document into a graph: each once,
// shared by all operations.
type Reader struct {
	tree.Reporter
	refs             *tree.Resolver
	version          string // of the document, see Fingerprint
	schemas          map[*tree.Node]*Schema
	all              []*Schema
	bases            map[*Schema]*Schema // of schemas that stand for their subtypes: what those have in common
	subtyping        int                 // levels under way
	heirs            map[string][]string // components by the one that they name in "allOf"
	queue            []pendingSchema
	count            int
	mergedProperties int
	mergeSteps       int // of merging: required properties, enums, properties joined
	patterns         int // characters of patterns that were tried
	fingerprinted    int
	signed           int // bytes that fingerprints were made of
	fingerprints     map[*Schema]Fingerprint
}

// NewReader returns a Reader. version must change whenever the document does.
func NewReader(refs *tree.Resolver, version string, to tree.Reporter) *Reader {
	return &Reader{Reporter: to, refs: refs, version: version, schemas: map[*tree.Node]*Schema{}, bases: map[*Schema]*Schema{}, fingerprints: map[*Schema]Fingerprint{}}
}

// pendingSchema is a schema that Read returned and Drain has yet to fill in. A queue
// rather than recursion means that a chain of any length needs no stack.
type pendingSchema struct {
	from tree.Cursor
	to   *Schema
}

// Read returns the schema at s. It is empty until Drain is called.
func (r *Reader) Read(s tree.Cursor) *Schema {
	if s.Node == nil || s.Is(tree.Null) {
		return &Schema{}
	}
	if known := r.schemas[s.Node]; known != nil {
		return known
	}
	out := &Schema{}
	r.schemas[s.Node] = out
	r.all = append(r.all, out)
	if s.Reference() != nil {
		target, ok := r.refs.Follow(s, "schemas")
		switch {
		case !ok:
			out.lost = true
			return out
		case !hasSiblings(s.Node):
			out = r.Read(r.unwrapComponent(target))
			r.schemas[s.Node] = out
			return out
		}
		out.allOf = append(out.allOf, r.Read(r.unwrapComponent(target)))
	}
	if r.count++; r.count > maxSchemas {
		r.Warnf("too-many-schemas", s.At, "the document has more than %d schemas; the rest were left open", maxSchemas)
		out.lost = true
		return out
	}
	if subtypes := r.subtypes(s); len(subtypes) > 0 {
		base := &Schema{}
		r.all = append(r.all, base)
		r.bases[out] = base
		r.readPolymorph(s, out, base, subtypes)
		r.queue = append(r.queue, pendingSchema{s, base})
		return out
	}
	r.queue = append(r.queue, pendingSchema{s, out})
	return out
}

// readMember reads a member of "allOf": of a schema that stands for its subtypes, what they
// have in common.
func (r *Reader) readMember(s tree.Cursor) *Schema {
	m := r.Read(s)
	if base := r.bases[m]; base != nil {
		return base
	}
	return m
}

// hasSiblings reports whether a reference has siblings that restrict the value.
func hasSiblings(n *tree.Node) bool {
	for _, k := range n.Keys {
		switch k {
		case "$ref", "$dynamicRef", "$id", "$anchor", "$defs", "$schema", "$comment", "example", "examples", "xml", "externalDocs", "title", "summary", "deprecated":
		default:
			if !strings.HasPrefix(k, "x-") {
				return true
			}
		}
	}
	return false
}

// unwrapComponent returns the schema within a parameter, response or body that a
// schema's reference points to by mistake.
func (r *Reader) unwrapComponent(s tree.Cursor) tree.Cursor {
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

// Drain fills in all schemas that Read returned.
func (r *Reader) Drain() {
	for len(r.queue) > 0 {
		next := r.queue[len(r.queue)-1]
		r.queue = r.queue[:len(r.queue)-1]
		r.readInto(next.from, next.to)
	}
}

func (r *Reader) readInto(s tree.Cursor, out *Schema) {
	switch s.Kind {
	case tree.Boolean:
		return // true allows anything; false would be useless in a request
	case tree.Text:
		r.Infof("schema-text", s.At, "a schema is a word; it was read as the type")
		r.addType(s, s.Scalar, out)
		return
	case tree.List:
		r.Infof("schema-list", s.At, "a schema is a list; one of its entries must fit")
		for i := range s.Vals {
			out.anyOf = append(out.anyOf, r.Read(s.Index(i)))
		}
		return
	case tree.Object:
	default:
		r.Warnf("schema-open", s.At, "a schema is a %s; the value was left open", s.Kind)
		out.lost = true
		return
	}
	out.title = plaintext.Line(s.Get("title").Text(), 80)
	out.description = plaintext.ProseLine(s.Get("description").Text(), 600)
	out.format = strings.ToLower(s.Get("format").Line())
	out.media, out.encoding = tree.MediaType(s.Get("contentMediaType").Line()), strings.ToLower(s.Get("contentEncoding").Line())
	out.readOnly = s.Get("readOnly").IsTrue()
	out.deprecated = s.Get("deprecated").IsTrue()
	out.nullable = s.Get("nullable").IsTrue() || s.Get("x-nullable").IsTrue()
	r.readTypes(s, out)
	r.readValues(s, out)
	r.readObject(s, out)
	r.readArray(s, out)
	r.readCombinators(s, out)
	out.bounds = r.readBounds(s)
	r.fitEnumToType(s, out)
	for _, key := range [...]string{"not", "if", "dependentRequired", "dependentSchemas", "dependencies", "contains", "propertyNames", "unevaluatedProperties", "unevaluatedItems"} {
		if s.Get(key) != nil {
			r.Infof("keyword-unread", "", "%q in a schema is not read: no model is told, and the plugin has to check it", key)
		}
	}
}

// readCombinators reads allOf, anyOf and oneOf.
func (r *Reader) readCombinators(s tree.Cursor, out *Schema) {
	property, mapping := discriminated(s)
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
			// 3.1 writes "nullable" as a choice of type null.
			if t := n.Get("type"); key != "allOf" && t.Line() == "null" && t.Is(tree.Text) {
				out.nullable = true
				continue
			}
			if key == "allOf" {
				some = append(some, r.readMember(of.Index(i)))
				continue
			}
			one := r.Read(of.Index(i))
			if ref := n.Get("$ref").Line(); property != "" && ref != "" {
				one = r.discriminate(one, property, valuesOf(ref, mapping), !mapping.Is(tree.Object))
			}
			some = append(some, one)
		}
		switch {
		case key == "allOf" || len(some) == 1 && len(out.anyOf) == 0:
			out.allOf = append(out.allOf, some...)
		case len(out.anyOf) > 0 && len(some) > 0: // anyOf beside oneOf
			out.allOf = append(out.allOf, &Schema{anyOf: some, merge: 2})
		default:
			out.anyOf = append(out.anyOf, some...)
		}
	}
}

// typeAliases are other words that documents use for types, with the format implied.
var typeAliases = map[string]struct {
	types  Types
	format string
}{
	"int": {typeInteger, ""}, "int32": {typeInteger, "int32"}, "int64": {typeInteger, "int64"}, "long": {typeInteger, "int64"}, "timestamp": {typeInteger, ""},
	"float": {typeNumber, "float"}, "double": {typeNumber, "double"}, "decimal": {typeNumber, ""}, "numeric": {typeNumber, ""},
	"str": {TypeString, ""}, "text": {TypeString, ""}, "char": {TypeString, ""}, "enum": {TypeString, ""}, "password": {TypeString, "password"},
	"date": {TypeString, "date"}, "datetime": {TypeString, "date-time"}, "date-time": {TypeString, "date-time"}, "time": {TypeString, "time"},
	"uuid": {TypeString, "uuid"}, "guid": {TypeString, "uuid"}, "email": {TypeString, "email"}, "url": {TypeString, "uri"}, "uri": {TypeString, "uri"},
	"file": {TypeString, "binary"}, "binary": {TypeString, "binary"}, "byte": {TypeString, "byte"},
	"bool": {typeBoolean, ""}, "map": {TypeObject, ""}, "dict": {TypeObject, ""}, "json": {TypeObject, ""}, "hash": {TypeObject, ""},
	"list": {TypeArray, ""}, "tuple": {TypeArray, ""}, "any": {0, ""}, "mixed": {0, ""}, "unknown": {0, ""}, "": {0, ""},
}

// readTypes reads "type": a word, a list of words (3.1), or a mistaken form of these.
func (r *Reader) readTypes(s tree.Cursor, out *Schema) {
	switch t := s.Child("type"); {
	case t.Node == nil || t.Is(tree.Null):
	case t.Is(tree.Text):
		r.addType(t, t.Scalar, out)
	case t.Is(tree.List):
		for _, v := range t.Vals {
			if v.Is(tree.Null) {
				out.nullable = true
				continue
			}
			r.addType(t, v.Text(), out)
		}
	case t.Is(tree.Object):
		r.Infof("type-object", t.At, "\"type\" is an object; it was read as the schema")
		out.allOf = append(out.allOf, r.Read(t))
	default:
		r.Infof("type-unknown", t.At, "\"type\" is a %s; every type was allowed", t.Kind)
	}
	if out.types == 0 && !mayInheritType(s.Node) {
		switch {
		case s.Get("properties").Is(tree.Object) || s.Get("additionalProperties").Is(tree.Object):
			out.types = TypeObject
		case s.Get("items") != nil:
			out.types = TypeArray
		}
	}
	if out.types&TypeNull != 0 {
		out.nullable = true
		out.types &^= TypeNull
	}
}

// mayInheritType reports whether a schema has parts that may declare its type.
func mayInheritType(n *tree.Node) bool {
	return n.Get("allOf") != nil || n.Get("anyOf") != nil || n.Get("oneOf") != nil || n.Reference() != nil || n.Get("type").Is(tree.Object)
}

// addType adds the type that word stands for.
func (r *Reader) addType(s tree.Cursor, word string, out *Schema) {
	word = strings.TrimSpace(plaintext.Head(word, 1))
	if i := slices.Index(typeNames[:], word); i >= 0 {
		out.types |= 1 << i
		return
	}
	lower := strings.ToLower(word)
	if i := slices.Index(typeNames[:], lower); i >= 0 {
		r.Infof("type-alias", s.At, "the type %q was read as %q", word, lower)
		out.types |= 1 << i
		return
	}
	if a, ok := typeAliases[lower]; ok {
		if word != "file" && lower != "" {
			r.Infof("type-alias", s.At, "the type %q was read as %q", word, a.types.String())
		}
		out.types |= a.types
		if out.format == "" {
			out.format = a.format
		}
		return
	}
	if of, ok := strings.CutSuffix(lower, "[]"); ok && of != "" {
		r.Infof("type-alias", s.At, "the type %q was read as a list", plaintext.Clip(word, 40))
		out.types |= TypeArray
		if out.items == nil {
			out.items = &Schema{}
			r.addType(s, of, out.items)
		}
		return
	}
	if parts := strings.FieldsFunc(lower, func(c rune) bool { return c == '|' || c == ',' }); len(parts) > 1 && len(parts) < 8 {
		for _, part := range parts {
			r.addType(s, part, out)
		}
		return
	}
	r.Infof("type-unknown", s.At, "the type %q is not known; every type was allowed", plaintext.Line(word, 60))
}

// readObject reads properties, required and additionalProperties.
func (r *Reader) readObject(s tree.Cursor, out *Schema) {
	props := s.Child("properties")
	switch {
	case props.Is(tree.Object):
		for i, name := range props.Keys {
			if len(out.props.Keys) >= maxProperties {
				r.Warnf("too-many-properties", props.At, "more than %d properties; the rest may be sent and are not listed", maxProperties)
				break
			}
			r.readProperty(props.Entry(i), name, out)
		}
	case props.Is(tree.List): // a list of objects with a name each
		r.Infof("properties-list", props.At, "\"properties\" is a list; it was read as an object")
		for i := range min(len(props.Vals), maxProperties) {
			if p := props.Index(i); p.Get("name").Line() != "" {
				r.readProperty(p, p.Get("name").Line(), out)
			}
		}
	}
	if required := s.Get("required"); required.Is(tree.List) {
		for _, v := range required.Vals {
			if name := v.Text(); name != "" && len(out.required) < maxProperties {
				out.required = append(out.required, name)
			}
		}
	}
	slices.Sort(out.required)
	out.required = slices.Compact(out.required)
	switch extra := s.Child("additionalProperties"); {
	case extra.Is(tree.Object) && len(extra.Keys) > 0:
		out.additional = r.Read(extra)
	case extra.Is(tree.Boolean) && !extra.IsTrue():
		out.closed = s.Get("patternProperties") == nil
	}
}

// readProperty reads one property. Many documents write "required: true" on the
// property itself, which means that the object requires it.
func (r *Reader) readProperty(p tree.Cursor, name string, out *Schema) {
	if p.Is(tree.Null) {
		r.Infof("schema-null", p.At, "the property %q has no schema; anything may be sent", plaintext.Clip(name, 60))
	}
	if must := p.Get("required"); must.Is(tree.Boolean) || must.Is(tree.Text) {
		r.Infof("required-boolean", p.At+"/required", "\"required: %s\" of the property %q was read as part of the object's list", plaintext.Clip(must.Scalar, 10), plaintext.Clip(name, 60))
		if must.IsTrue() {
			out.required = append(out.required, name)
		}
	}
	out.props.Put(name, r.Read(p))
}
