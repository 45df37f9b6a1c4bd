package schema

import (
	"encoding/json"
	"slices"
	"strings"

	"aidesk/core/openapi/tree"
)

// Types is a set of JSON types. The empty set allows every type.
type Types uint8

// The types.
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

// names lists the types except null.
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

// Schema is one schema of the graph: what may be sent. Schemas are shared and may
// contain themselves, so every walk over them needs a limit.
type Schema struct {
	types        Types
	nullable     bool
	readOnly     bool
	closed       bool // no properties but those declared
	lost         bool // it could not be read: anything is allowed
	deprecated   bool
	format       string
	media        string // contentMediaType of 3.1
	encoding     string // contentEncoding of 3.1
	title        string
	description  string
	enum         []any
	meanings     map[string]string // of values of the enum, by tree.Plain
	implied      bool              // the enum only holds where nothing else is said
	defaultValue any
	example      any
	props        tree.Table[*Schema]
	required     []string // sorted
	additional   *Schema  // additionalProperties
	items        *Schema
	prefixItems  []*Schema
	allOf        []*Schema // nil after Merge
	anyOf        []*Schema // anyOf and oneOf: one must fit
	bounds       *bounds
	merge        uint8 // progress of Merge: 0 not begun, 1 under way, 2 done
}

// bounds are the limits of a schema, which most do not have. Counts are -1 if not set.
type bounds struct {
	min, max                     *float64
	exclusiveMin, exclusiveMax   bool // min and max are exclusive
	multipleOf                   float64
	minLength, maxLength         int
	minItems, maxItems           int
	minProperties, maxProperties int
	unique                       bool
	pattern                      string // compiled only when a value is checked
	patternChecked               bool   // whether Go can compile the pattern
}

func noBounds() *bounds {
	return &bounds{minLength: -1, maxLength: -1, minItems: -1, maxItems: -1, minProperties: -1, maxProperties: -1}
}

// singleType returns the one type besides null, or 0.
func (s *Schema) singleType() Types {
	t := s.types &^ TypeNull
	if t != 0 && t&(t-1) == 0 {
		return t
	}
	if t == typeInteger|typeNumber {
		return typeNumber
	}
	return 0
}

// Shape returns the type that values usually have, guessed if none is declared; 0 if
// unknown.
func (s *Schema) Shape() Types {
	switch t := s.singleType(); {
	case t != 0:
		return t
	case len(s.props.Keys) > 0:
		return TypeObject
	case s.items != nil:
		return TypeArray
	case len(s.anyOf) > 0 && s.types == 0:
		return 0
	case s.types.has(TypeString) && s.types != 0:
		return TypeString
	}
	return 0
}

// AllowsNull reports whether the document says that null may be sent.
func (s *Schema) AllowsNull() bool { return s.nullable || s.types&TypeNull != 0 }

// takesNull reports whether an explicit null may be sent: it is allowed, or nothing is
// said of the value.
func (s *Schema) takesNull() bool {
	return s.AllowsNull() || s.IsOpen() || s.types == 0 && len(s.enum) == 0 && slices.ContainsFunc(s.anyOf, (*Schema).AllowsNull)
}

// Needs reports whether the property must be sent.
func (s *Schema) Needs(name string) bool {
	if _, required := slices.BinarySearch(s.required, name); !required {
		return false
	}
	i := s.props.Find(name)
	return i < 0 || !s.props.Vals[i].readOnly
}

// TypeOf returns the types that a decoded JSON value has: an integer is a number too.
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

// Of returns a schema that only restricts the types; 0 allows all.
func Of(t Types) *Schema { return &Schema{types: t} }

// Lost returns the schema that stands for one that could not be read: it allows
// anything, and Fingerprint reports it.
func Lost() *Schema { return &Schema{lost: true} }

// Binary returns the schema of a file's content.
func Binary() *Schema { return &Schema{format: "binary"} }

// NewObject returns the schema of an object, to be completed by AddProperty.
func NewObject() *Schema { return &Schema{types: TypeObject, merge: 2} }

// AddProperty adds a property to a schema that NewObject returned.
func (s *Schema) AddProperty(name string, p *Schema, required bool) {
	s.props.Put(name, p)
	if at, known := slices.BinarySearch(s.required, name); required && !known {
		s.required = slices.Insert(s.required, at, name)
	}
}

// IsEmptyObject reports whether the only value allowed is an object without properties.
func (s *Schema) IsEmptyObject() bool {
	return s.closed && len(s.props.Keys) == 0 && len(s.anyOf) == 0
}

// HasRequired reports whether a property must be sent.
func (s *Schema) HasRequired() bool { return slices.ContainsFunc(s.required, s.Needs) }

// Declares reports whether a property is declared, here or in anyOf, and may be sent.
func (s *Schema) Declares(name string) bool {
	if i := s.props.Find(name); i >= 0 && !s.props.Vals[i].readOnly {
		return true
	}
	return slices.ContainsFunc(s.anyOf, func(c *Schema) bool { return c.props.Find(name) >= 0 })
}

// Takes reports whether a property is declared here or accepted by one of anyOf.
func (s *Schema) Takes(name string) bool { return s.props.Find(name) >= 0 || s.choiceTakes(name) }

// Types returns the types allowed; 0 for all.
func (s *Schema) Types() Types { return s.types }

// IsFile reports whether the value is the content of a file: by the format of 3.0, or by
// the media type of 3.1. JSON within a text is no file.
func (s *Schema) IsFile() bool {
	return s != nil && (s.format == "binary" || s.media != "" && !tree.IsJSON(s.media) && s.types&^(TypeString|TypeNull) == 0)
}

// IsText reports whether the value can only be a text.
func (s *Schema) IsText() bool { return s.Shape() == TypeString }

// IsProse reports whether the document declares a text and nothing more about it: no
// format, pattern or choice, as an address or an id has.
func (s *Schema) IsProse() bool {
	return s != nil && s.types&^TypeNull == TypeString && s.format == "" && s.media == "" && s.encoding == "" &&
		len(s.enum) == 0 && len(s.anyOf) == 0 && (s.bounds == nil || s.bounds.pattern == "")
}

// Content returns the media type and the encoding that 3.1 declares for a text, or "".
func (s *Schema) Content() (media, encoding string) {
	if s == nil {
		return "", ""
	}
	return s.media, s.encoding
}

// Entry returns the schema of the entries of a list, or nil.
func (s *Schema) Entry() *Schema {
	if s == nil {
		return nil
	}
	return s.items
}

// HasExample reports whether the document gives an example of the value.
func (s *Schema) HasExample() bool { return s.example != nil }

// Title returns the title, or "".
func (s *Schema) Title() string {
	if s == nil {
		return ""
	}
	return s.title
}

// Names lists the properties in the order of the document, then those of anyOf. A name
// may appear twice.
func (s *Schema) Names() []string {
	if s == nil {
		return nil
	}
	out := slices.Clip(s.props.Keys)
	for _, c := range s.anyOf[:min(len(s.anyOf), maxNamed)] {
		out = append(out, c.props.Keys...)
	}
	return out
}

// Field returns the schema of a property, here or in the first of anyOf that has it, or
// nil if anything may be sent.
func (s *Schema) Field(name string) *Schema {
	if p := s.Property(name); p != nil || s == nil {
		return p
	}
	for _, c := range s.anyOf[:min(len(s.anyOf), maxNamed)] {
		if p := c.Property(name); p != nil {
			return p
		}
	}
	return nil
}
