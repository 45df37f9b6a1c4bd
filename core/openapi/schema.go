package openapi

import "strings"

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
	props      table[*schema]
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
	case len(s.props.keys) > 0:
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
			if i := s.props.find(name); i >= 0 && s.props.vals[i].readOnly {
				return false
			}
			return true
		}
	}
	return false
}
