package schema

import (
	"encoding/json"
	"slices"
	"strings"

	"aidesk/core/openapi/tree"
)

// Types is a set of JSON types. The empty set allows every type.
type Types uint8

const (
	TypeNull Types = 1 << iota
	typeBoolean
	typeInteger
	typeNumber
	TypeString
	TypeArray
	TypeObject
)

var typeNames = [...]string{"null", "boolean", "integer", "number", "string", "array", "object"}

func (t Types) has(one Types) bool { return t == 0 || t&one != 0 }

// names lists the types but null.
func (t Types) names() []string {
	var out []string
	for i, name := range typeNames {
		if t&(1<<i) != 0 && name != "null" {
			out = append(out, name)
		}
	}
	return out
}

func (t Types) String() string { return strings.Join(t.names(), " or ") }

// Schema is one schema of the graph: what may be sent. Schemas are shared and
// may contain themselves; whoever walks them keeps count.
type Schema struct {
	types      Types
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
	props      tree.Table[*Schema]
	required   []string
	extra      *Schema // additionalProperties
	items      *Schema
	tuple      []*Schema // prefixItems
	all        []*Schema // until flattened
	some       []*Schema // anyOf and oneOf: one must fit
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
func (s *Schema) single() Types {
	t := s.types &^ TypeNull
	if t != 0 && t&(t-1) == 0 {
		return t
	}
	if t == typeInteger|typeNumber {
		return typeNumber
	}
	return 0
}

// Shape returns the type that values mostly have, also where none is declared.
func (s *Schema) Shape() Types {
	switch t := s.single(); {
	case t != 0:
		return t
	case len(s.props.Keys) > 0:
		return TypeObject
	case s.items != nil:
		return TypeArray
	case len(s.some) > 0 && s.types == 0:
		return 0
	case s.types.has(TypeString) && s.types != 0:
		return TypeString
	}
	return 0
}

// nulls reports whether null is a value of its own here.
func (s *Schema) nulls() bool { return s.nullable || s.types&TypeNull != 0 }

// Needs reports whether the property must be sent.
func (s *Schema) Needs(name string) bool {
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

func TypeOf(v any) Types {
	switch v := v.(type) {
	case nil:
		return TypeNull
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
		return TypeString
	case []any:
		return TypeArray
	}
	return TypeObject
}

// Of returns a schema of these types that says no more.
func Of(t Types) *Schema { return &Schema{types: t} }

// Lost stands for a schema that could not be read: anything goes.
func Lost() *Schema { return &Schema{lost: true} }

// Binary is that of the content of a file.
func Binary() *Schema { return &Schema{format: "binary"} }

// NewObject returns an object without properties, for addProperty.
func NewObject() *Schema { return &Schema{types: TypeObject, state: 2} }

// AddProperty adds a property to an object that is being made.
func (s *Schema) AddProperty(name string, p *Schema, required bool) {
	s.props.Put(name, p)
	if at, known := slices.BinarySearch(s.required, name); required && !known {
		s.required = slices.Insert(s.required, at, name)
	}
}

// IsEmptyObject reports whether a value can only be an object without properties.
func (s *Schema) IsEmptyObject() bool {
	return s.closed && len(s.props.Keys) == 0 && len(s.some) == 0
}

// HasRequired reports whether an object must have a property.
func (s *Schema) HasRequired() bool { return slices.ContainsFunc(s.required, s.Needs) }

// Declares reports whether a property is declared, here or by a choice, and may
// be sent.
func (s *Schema) Declares(name string) bool {
	if i := s.props.Find(name); i >= 0 && !s.props.Vals[i].readOnly {
		return true
	}
	return slices.ContainsFunc(s.some, func(c *Schema) bool { return c.props.Find(name) >= 0 })
}

// Takes reports whether a property is declared here, or may be sent by a choice.
func (s *Schema) Takes(name string) bool { return s.props.Find(name) >= 0 || s.known(name, 0) }

// Types returns the types, 0 for all.
func (s *Schema) Types() Types { return s.types }

// IsFile reports whether a value is the content of a file.
func (s *Schema) IsFile() bool { return s != nil && s.format == "binary" }

// Entry returns the schema of the entries of a list, nil where there is none.
func (s *Schema) Entry() *Schema {
	if s == nil {
		return nil
	}
	return s.items
}

// HasExample reports whether the document gives an example of the value.
func (s *Schema) HasExample() bool { return s.sample != nil }

// Title is the title, "" where there is none.
func (s *Schema) Title() string {
	if s == nil {
		return ""
	}
	return s.title
}

// Names lists the properties in the order of the document, then those of the
// choices. A name may stand twice.
func (s *Schema) Names() []string {
	if s == nil {
		return nil
	}
	out := slices.Clip(s.props.Keys)
	for _, c := range s.some {
		out = append(out, c.props.Keys...)
	}
	return out
}

// Field returns the schema of a property, here or in the first choice that has
// it; nil where anything may be sent.
func (s *Schema) Field(name string) *Schema {
	if p := s.Property(name); p != nil || s == nil {
		return p
	}
	for _, c := range s.some {
		if p := c.Property(name); p != nil {
			return p
		}
	}
	return nil
}
