package schema

import (
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// aliases are words that documents use for types, with the format they imply.
var aliases = map[string]struct {
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

// types reads "type": a word, a list of words (3.1), or what is meant by one.
func (r *Reader) types(s tree.Cursor, out *Schema) {
	switch t := s.Child("type"); {
	case t.Node == nil || t.Is(tree.Null):
	case t.Is(tree.Text):
		r.kind(t, t.Scalar, out)
	case t.Is(tree.List):
		for _, v := range t.Vals {
			if v.Is(tree.Null) {
				out.nullable = true
				continue
			}
			r.kind(t, v.Text(), out)
		}
	case t.Is(tree.Object):
		r.Infof("type-object", t.At, "\"type\" is an object; it was read as the schema")
		out.all = append(out.all, r.Read(t))
	default:
		r.Infof("type-unknown", t.At, "\"type\" is a %s; every type was allowed", t.Kind)
	}
	if out.types == 0 && !overloaded(s.Node) {
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

// overloaded reports whether a schema has parts that may bring a type.
func overloaded(n *tree.Node) bool {
	return n.Get("allOf") != nil || n.Get("anyOf") != nil || n.Get("oneOf") != nil || n.Get("$ref") != nil || n.Get("type").Is(tree.Object)
}

// kind adds the type that a word means.
func (r *Reader) kind(s tree.Cursor, word string, out *Schema) {
	word = strings.TrimSpace(word)
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
	if a, ok := aliases[lower]; ok {
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
			r.kind(s, of, out.items)
		}
		return
	}
	if parts := strings.FieldsFunc(lower, func(c rune) bool { return c == '|' || c == ',' }); len(parts) > 1 && len(parts) < 8 {
		for _, part := range parts {
			r.kind(s, part, out)
		}
		return
	}
	r.Infof("type-unknown", s.At, "the type %q is not known; every type was allowed", plaintext.Clip(plaintext.OneLine(word), 60))
}

// object reads properties, required and additionalProperties.
func (r *Reader) object(s tree.Cursor, out *Schema) {
	props := s.Child("properties")
	switch {
	case props.Is(tree.Object):
		for i, name := range props.Keys {
			if len(out.props.Keys) >= maxProperties {
				r.Warnf("too-many-properties", props.At, "more than %d properties; the rest may be sent and are not listed", maxProperties)
				break
			}
			r.property(props.Entry(i), name, out)
		}
	case props.Is(tree.List): // a list of objects with a name each
		r.Infof("properties-list", props.At, "\"properties\" is a list; it was read as an object")
		for i := range min(len(props.Vals), maxProperties) {
			if p := props.Index(i); p.Get("name").Line() != "" {
				r.property(p, p.Get("name").Line(), out)
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
		out.extra = r.Read(extra)
	case extra.Is(tree.Boolean) && !extra.IsTrue():
		out.closed = s.Get("patternProperties") == nil
	}
}

// property reads one property. A boolean "required" on it, which many
// documents have, means that the property is required.
func (r *Reader) property(p tree.Cursor, name string, out *Schema) {
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
