package openapi

import (
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
)

// aliases are words that documents use for types, with the format they imply.
var aliases = map[string]struct {
	types  types
	format string
}{
	"int": {typeInteger, ""}, "int32": {typeInteger, "int32"}, "int64": {typeInteger, "int64"}, "long": {typeInteger, "int64"}, "timestamp": {typeInteger, ""},
	"float": {typeNumber, "float"}, "double": {typeNumber, "double"}, "decimal": {typeNumber, ""}, "numeric": {typeNumber, ""},
	"str": {typeString, ""}, "text": {typeString, ""}, "char": {typeString, ""}, "enum": {typeString, ""}, "password": {typeString, "password"},
	"date": {typeString, "date"}, "datetime": {typeString, "date-time"}, "date-time": {typeString, "date-time"}, "time": {typeString, "time"},
	"uuid": {typeString, "uuid"}, "guid": {typeString, "uuid"}, "email": {typeString, "email"}, "url": {typeString, "uri"}, "uri": {typeString, "uri"},
	"file": {typeString, "binary"}, "binary": {typeString, "binary"}, "byte": {typeString, "byte"},
	"bool": {typeBoolean, ""}, "map": {typeObject, ""}, "dict": {typeObject, ""}, "json": {typeObject, ""}, "hash": {typeObject, ""},
	"list": {typeArray, ""}, "tuple": {typeArray, ""}, "any": {0, ""}, "mixed": {0, ""}, "unknown": {0, ""}, "": {0, ""},
}

// types reads "type": a word, a list of words (3.1), or what is meant by one.
func (r *schemaReader) types(s spot, out *schema) {
	switch t := s.sub("type"); {
	case t.node == nil || t.is(null):
	case t.is(text):
		r.kind(t, t.value, out)
	case t.is(list):
		for _, v := range t.vals {
			if v.is(null) {
				out.nullable = true
				continue
			}
			r.kind(t, v.str(), out)
		}
	case t.is(dict):
		r.Infof("type-object", t.at, "\"type\" is an object; it was read as the schema")
		out.all = append(out.all, r.schema(t))
	default:
		r.Infof("type-unknown", t.at, "\"type\" is a %s; every type was allowed", t.kind)
	}
	if out.types == 0 && !overloaded(s.node) {
		switch {
		case s.get("properties").is(dict) || s.get("additionalProperties").is(dict):
			out.types = typeObject
		case s.get("items") != nil:
			out.types = typeArray
		}
	}
	if out.types&typeNull != 0 {
		out.nullable = true
		out.types &^= typeNull
	}
}

// overloaded reports whether a schema has parts that may bring a type.
func overloaded(n *node) bool {
	return n.get("allOf") != nil || n.get("anyOf") != nil || n.get("oneOf") != nil || n.get("$ref") != nil || n.get("type").is(dict)
}

// kind adds the type that a word means.
func (r *schemaReader) kind(s spot, word string, out *schema) {
	word = strings.TrimSpace(word)
	if i := slices.Index(typeNames[:], word); i >= 0 {
		out.types |= 1 << i
		return
	}
	lower := strings.ToLower(word)
	if i := slices.Index(typeNames[:], lower); i >= 0 {
		r.Infof("type-alias", s.at, "the type %q was read as %q", word, lower)
		out.types |= 1 << i
		return
	}
	if a, ok := aliases[lower]; ok {
		if word != "file" && lower != "" {
			r.Infof("type-alias", s.at, "the type %q was read as %q", word, a.types.String())
		}
		out.types |= a.types
		if out.format == "" {
			out.format = a.format
		}
		return
	}
	if of, ok := strings.CutSuffix(lower, "[]"); ok && of != "" {
		r.Infof("type-alias", s.at, "the type %q was read as a list", plaintext.Clip(word, 40))
		out.types |= typeArray
		if out.items == nil {
			out.items = &schema{}
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
	r.Infof("type-unknown", s.at, "the type %q is not known; every type was allowed", plaintext.Clip(plaintext.OneLine(word), 60))
}

// object reads properties, required and additionalProperties.
func (r *schemaReader) object(s spot, out *schema) {
	props := s.sub("properties")
	switch {
	case props.is(dict):
		for i, name := range props.keys {
			if len(out.props.keys) >= maxProperties {
				r.Warnf("too-many-properties", props.at, "more than %d properties; the rest may be sent and are not listed", maxProperties)
				break
			}
			r.property(props.entry(i), name, out)
		}
	case props.is(list): // a list of objects with a name each
		r.Infof("properties-list", props.at, "\"properties\" is a list; it was read as an object")
		for i := range min(len(props.vals), maxProperties) {
			if p := props.nth(i); p.get("name").line() != "" {
				r.property(p, p.get("name").line(), out)
			}
		}
	}
	if required := s.get("required"); required.is(list) {
		for _, v := range required.vals {
			if name := v.str(); name != "" && len(out.required) < maxProperties {
				out.required = append(out.required, name)
			}
		}
	}
	slices.Sort(out.required)
	out.required = slices.Compact(out.required)
	switch extra := s.sub("additionalProperties"); {
	case extra.is(dict) && len(extra.keys) > 0:
		out.extra = r.schema(extra)
	case extra.is(boolean) && !extra.on():
		out.closed = s.get("patternProperties") == nil
	}
}

// property reads one property. A boolean "required" on it, which many
// documents have, means that the property is required.
func (r *schemaReader) property(p spot, name string, out *schema) {
	if p.is(null) {
		r.Infof("schema-null", p.at, "the property %q has no schema; anything may be sent", plaintext.Clip(name, 60))
	}
	if must := p.get("required"); must.is(boolean) || must.is(text) {
		r.Infof("required-boolean", p.at+"/required", "\"required: %s\" of the property %q was read as part of the object's list", plaintext.Clip(must.value, 10), plaintext.Clip(name, 60))
		if must.on() {
			out.required = append(out.required, name)
		}
	}
	out.props.put(name, r.schema(p))
}
