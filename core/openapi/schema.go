package openapi

import (
	"encoding/json"
	"slices"
	"strings"

	"aidesk/core/openapi/tree"
)

// types is a set of JSON types. The empty set allows every type.
type types uint8

const (
	typeNull types = 1 << iota
	typeBoolean
	typeInteger
	typeNumber
	typeString
	typeArray
	typeObject
)

var typeNames = [...]string{"null", "boolean", "integer", "number", "string", "array", "object"}

func (t types) has(one types) bool { return t == 0 || t&one != 0 }

// names lists the types but null.
func (t types) names() []string {
	var out []string
	for i, name := range typeNames {
		if t&(1<<i) != 0 && name != "null" {
			out = append(out, name)
		}
	}
	return out
}

func (t types) String() string { return strings.Join(t.names(), " or ") }

// schema is one schema of the graph: what may be sent. Schemas are shared and
// may contain themselves; whoever walks them keeps count.
type schema struct {
	types      types
	nullable   bool
	readOnly   bool
	closed     bool // no properties but those declared
	lost       bool // stands for a schema that could not be read: anything goes
	deprecated bool
	format     string
	title      string
	text       string // description
	enum       []any
	preset     any // default
	sample     any // example
	props      tree.Table[*schema]
	required   []string
	extra      *schema // additionalProperties
	items      *schema
	tuple      []*schema // prefixItems
	all        []*schema // until flattened
	some       []*schema // anyOf and oneOf: one must fit
	bounds     *bounds
	state      uint8 // of flattening: 0 not begun, 1 under way, 2 done
}

// bounds are the rarer limits of a schema. Counts are -1 where not set.
type bounds struct {
	min, max           *float64
	over, under        bool // min and max are exclusive
	step               float64
	minLen, maxLen     int
	minItems, maxItems int
	minProps, maxProps int
	unique             bool
	pattern            string // compiled when a value is checked; most never are
	checked            bool   // the pattern is one that can be
}

func unbound() *bounds {
	return &bounds{minLen: -1, maxLen: -1, minItems: -1, maxItems: -1, minProps: -1, maxProps: -1}
}

// single returns the one type besides null, or 0.
func (s *schema) single() types {
	t := s.types &^ typeNull
	if t != 0 && t&(t-1) == 0 {
		return t
	}
	if t == typeInteger|typeNumber {
		return typeNumber
	}
	return 0
}

// shape returns the type that values mostly have, also where none is declared.
func (s *schema) shape() types {
	switch t := s.single(); {
	case t != 0:
		return t
	case len(s.props.Keys) > 0:
		return typeObject
	case s.items != nil:
		return typeArray
	case len(s.some) > 0 && s.types == 0:
		return 0
	case s.types.has(typeString) && s.types != 0:
		return typeString
	}
	return 0
}

// nulls reports whether null is a value of its own here.
func (s *schema) nulls() bool { return s.nullable || s.types&typeNull != 0 }

// needs reports whether the property must be sent.
func (s *schema) needs(name string) bool {
	for _, r := range s.required {
		if r == name {
			if i := s.props.Find(name); i >= 0 && s.props.Vals[i].readOnly {
				return false
			}
			return true
		}
	}
	return false
}

func kindOf(v any) types {
	switch v := v.(type) {
	case nil:
		return typeNull
	case bool:
		return typeBoolean
	case json.Number:
		if !strings.ContainsAny(string(v), ".eE") {
			return typeInteger | typeNumber
		}
		if f, err := v.Float64(); err == nil && f == float64(int64(f)) {
			return typeInteger | typeNumber
		}
		return typeNumber
	case string:
		return typeString
	case []any:
		return typeArray
	}
	return typeObject
}

// schemaOf returns a schema of these types that says no more.
func schemaOf(t types) *schema { return &schema{types: t} }

// lostSchema stands for a schema that could not be read: anything goes.
func lostSchema() *schema { return &schema{lost: true} }

// binarySchema is that of the content of a file.
func binarySchema() *schema { return &schema{format: "binary"} }

// objectSchema returns an object without properties, for addProperty.
func objectSchema() *schema { return &schema{types: typeObject, state: 2} }

// addProperty adds a property to an object that is being made.
func (s *schema) addProperty(name string, p *schema, required bool) {
	s.props.Put(name, p)
	if at, known := slices.BinarySearch(s.required, name); required && !known {
		s.required = slices.Insert(s.required, at, name)
	}
}

// emptyOnly reports whether a value can only be an object without properties.
func (s *schema) emptyOnly() bool {
	return s.closed && len(s.props.Keys) == 0 && len(s.some) == 0
}

// needsAny reports whether an object must have a property.
func (s *schema) needsAny() bool { return slices.ContainsFunc(s.required, s.needs) }

// declares reports whether a property is declared, here or by a choice, and may
// be sent.
func (s *schema) declares(name string) bool {
	if i := s.props.Find(name); i >= 0 && !s.props.Vals[i].readOnly {
		return true
	}
	return slices.ContainsFunc(s.some, func(c *schema) bool { return c.props.Find(name) >= 0 })
}

// takes reports whether a property is declared here, or may be sent by a choice.
func (s *schema) takes(name string) bool { return s.props.Find(name) >= 0 || s.known(name, 0) }

// allowed returns the types, 0 for all.
func (s *schema) allowed() types { return s.types }

// file reports whether a value is the content of a file.
func (s *schema) file() bool { return s != nil && s.format == "binary" }

// entryOf returns the schema of the entries of a list, nil where there is none.
func (s *schema) entryOf() *schema {
	if s == nil {
		return nil
	}
	return s.items
}

// exampled reports whether the document gives an example of the value.
func (s *schema) exampled() bool { return s.sample != nil }

// caption is the title, "" where there is none.
func (s *schema) caption() string {
	if s == nil {
		return ""
	}
	return s.title
}

// names lists the properties in the order of the document, then those of the
// choices. A name may stand twice.
func (s *schema) names() []string {
	if s == nil {
		return nil
	}
	out := slices.Clip(s.props.Keys)
	for _, c := range s.some {
		out = append(out, c.props.Keys...)
	}
	return out
}

// field returns the schema of a property, here or in the first choice that has
// it; nil where anything may be sent.
func (s *schema) field(name string) *schema {
	if p := s.property(name); p != nil || s == nil {
		return p
	}
	for _, c := range s.some {
		if p := c.property(name); p != nil {
			return p
		}
	}
	return nil
}
