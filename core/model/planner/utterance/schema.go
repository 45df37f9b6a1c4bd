package utterance

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// kind is how words give the value of an argument.
type kind string

const (
	kindText    kind = "text"
	kindInteger kind = "whole number"
	kindNumber  kind = "number"
	kindEnum    kind = "choice"
	kindDate    kind = "date"
	kindTime    kind = "time"
	kindBool    kind = "yes or no"
	kindList    kind = "list"
	kindJSON    kind = "JSON"
)

// argument is one value that a call takes.
type argument struct {
	path     []string // where it stands in the arguments: [title] or [body title]
	kind     kind
	enum     []choice
	min, max *limit
	minLen   int
	maxLen   int // in characters
	item     *argument
	required bool
	inBody   bool
}

// isMoment reports whether the argument is a date or a point in time.
func (a argument) isMoment() bool { return a.kind == kindDate || a.kind == kindTime }

// choice is one value of an enum.
type choice struct {
	value json.RawMessage
	name  string // as people see it
	plain string // as it is compared
}

// limit is one end of a range of numbers.
type limit struct {
	at   float64
	text string // as the schema writes it
	open bool   // the end itself is outside
}

// signature is what a tool's schema says about its arguments, as far as words
// can give them: top-level properties, and in their stead those of body where
// it is an object.
type signature struct {
	arguments []argument // required ones first
	body      bool       // there is a body with named properties
	needBody  bool       // and it may not be left out
}

// name is what a member calls the argument: the property's own name.
func (a argument) name() string { return a.path[len(a.path)-1] }

// node is one schema. A keyword of a wrong type is passed over, because the schema was
// judged elsewhere.
type node struct {
	Type         json.RawMessage            `json:"type"`
	Const        json.RawMessage            `json:"const"`
	Properties   map[string]json.RawMessage `json:"properties"`
	Required     []string                   `json:"required"`
	Enum         []json.RawMessage          `json:"enum"`
	Format       string                     `json:"format"`
	Description  string                     `json:"description"`
	Minimum      json.RawMessage            `json:"minimum"`
	Maximum      json.RawMessage            `json:"maximum"`
	ExclusiveMin json.RawMessage            `json:"exclusiveMinimum"`
	ExclusiveMax json.RawMessage            `json:"exclusiveMaximum"`
	MinLength    int                        `json:"minLength"`
	MaxLength    int                        `json:"maxLength"`
	Items        json.RawMessage            `json:"items"`
	AllOf        []json.RawMessage          `json:"allOf"`
	AnyOf        []json.RawMessage          `json:"anyOf"`
	OneOf        []json.RawMessage          `json:"oneOf"`

	types []string // without null
}

// dateHint is what the description of a tool's argument says where the plugin's document
// has "format: date": most providers refuse that format, so no model gets it.
const dateHint = "YYYY-MM-DD"

// maxAlternatives bounds how deep allOf, anyOf and oneOf are followed.
const maxAlternatives = 4

// parseNode reads one schema; of alternatives it takes the first that is not null.
func parseNode(raw json.RawMessage, depth int) node {
	var n node
	_ = json.Unmarshal(raw, &n) // passes over what does not fit
	if one := text(n.Type); one != "" {
		n.types = []string{one}
	} else {
		_ = json.Unmarshal(n.Type, &n.types)
	}
	if n.Const != nil {
		n.Enum = []json.RawMessage{n.Const}
	}
	n.types = slices.DeleteFunc(n.types, func(t string) bool { return t == "null" })
	n.Enum = slices.DeleteFunc(n.Enum, func(v json.RawMessage) bool { return string(v) == "null" })
	if n.empty() && depth < maxAlternatives {
		for _, raw := range slices.Concat(n.AllOf, n.AnyOf, n.OneOf) {
			if inner := parseNode(raw, depth+1); !inner.empty() {
				return inner
			}
		}
	}
	return n
}

// empty reports whether a schema says nothing of its values itself.
func (n node) empty() bool { return len(n.types) == 0 && n.Properties == nil && n.Enum == nil }

// text is a JSON string's value, "" for anything else.
func text(raw json.RawMessage) string {
	var s string
	_ = json.Unmarshal(raw, &s)
	return s
}

// readLimit reads one end of a range; exclusive is a number since JSON Schema 2019-09 and a
// boolean before.
func readLimit(inclusive, exclusive json.RawMessage) *limit {
	for _, raw := range []json.RawMessage{exclusive, inclusive} {
		if at, err := strconv.ParseFloat(string(raw), 64); err == nil {
			return &limit{at: at, text: string(raw), open: len(exclusive) > 0 && string(exclusive) != "false" && string(exclusive) != "null"}
		}
	}
	return nil
}

// readSignature reads the schema of a tool's arguments.
func readSignature(schema json.RawMessage) signature {
	top := parseNode(schema, 0)
	var s signature
	var optional []argument
	add := func(a argument) {
		if a.required {
			s.arguments = append(s.arguments, a)
		} else {
			optional = append(optional, a)
		}
	}
	for _, name := range names(top) {
		raw, required := top.Properties[name], slices.Contains(top.Required, name)
		if body := parseNode(raw, 0); name == "body" && len(body.Properties) > 0 {
			s.body, s.needBody = true, required
			for _, inner := range names(body) {
				a := readArgument(body.Properties[inner], "body", inner)
				a.required, a.inBody = slices.Contains(body.Required, inner), true
				add(a)
			}
			continue
		}
		a := readArgument(raw, name)
		a.required = required
		add(a)
	}
	s.arguments = append(s.arguments, optional...)
	return s
}

// names lists the properties of a schema: those required in the order in which they are,
// then the others by name.
func names(n node) []string {
	var list []string
	for _, name := range slices.Concat(n.Required, slices.Sorted(maps.Keys(n.Properties))) {
		if _, ok := n.Properties[name]; ok && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// readArgument tells how words give the value of one property.
func readArgument(raw json.RawMessage, path ...string) argument {
	n := parseNode(raw, 0)
	a := argument{
		path: path, kind: kindText, minLen: n.MinLength, maxLen: n.MaxLength,
		min: readLimit(n.Minimum, n.ExclusiveMin), max: readLimit(n.Maximum, n.ExclusiveMax),
	}
	has := func(t string) bool { return slices.Contains(n.types, t) }
	switch {
	case len(n.Enum) > 0 && !slices.ContainsFunc(n.Enum, structured):
		a.kind = kindEnum
		for _, v := range n.Enum {
			name := cmp.Or(text(v), string(v))
			a.enum = append(a.enum, choice{value: v, name: name, plain: plainWords(name)})
		}
	case has("array"):
		a.kind = kindJSON
		if item := readArgument(n.Items, path...); item.kind != kindJSON && item.kind != kindList && len(n.Items) > 0 {
			a.kind, a.item = kindList, &item
		}
	case has("object"), n.Properties != nil, len(n.Enum) > 0:
		a.kind = kindJSON
	case has("string") && (n.Format == "date" || strings.Contains(n.Description, dateHint)):
		a.kind = kindDate
	case has("string") && n.Format == "date-time":
		a.kind = kindTime
	case has("string"):
	case has("number"):
		a.kind = kindNumber
	case has("integer"):
		a.kind = kindInteger
	case has("boolean"):
		a.kind = kindBool
	}
	return a
}

// structured reports whether a JSON value is an object or an array.
func structured(raw json.RawMessage) bool {
	return len(raw) > 0 && (raw[0] == '{' || raw[0] == '[')
}

// find returns the argument that a name in an example or a typed form stands for: a
// top-level property before one of the body, which is also called body.name.
func (s signature) find(name string) (argument, bool) {
	for _, inBody := range []bool{false, true} {
		for _, a := range s.arguments {
			if a.inBody == inBody && (a.name() == name || inBody && a.key() == name) {
				return a, true
			}
		}
	}
	return argument{}, false
}

// missing lists the required arguments that values lacks, in order. Those of a
// body that may be left out count once one of its properties is given.
func (s signature) missing(values map[string]json.RawMessage) []argument {
	body := s.needBody
	for _, a := range s.arguments {
		if _, ok := values[a.key()]; ok && a.inBody {
			body = true
		}
	}
	var list []argument
	for _, a := range s.arguments {
		if _, ok := values[a.key()]; !ok && a.required && (body || !a.inBody) {
			list = append(list, a)
		}
	}
	return list
}

// key tells arguments apart: name, or body.name.
func (a argument) key() string { return strings.Join(a.path, ".") }

// build puts values by key into the JSON of a call's arguments.
func (s signature) build(values map[string]json.RawMessage) json.RawMessage {
	top, body := map[string]any{}, map[string]any{}
	for _, a := range s.arguments {
		v, ok := values[a.key()]
		switch {
		case !ok:
		case a.inBody:
			body[a.name()] = v
		default:
			top[a.name()] = v
		}
	}
	if len(body) > 0 || s.body && s.needBody {
		top["body"] = body
	}
	raw, err := encode(top)
	if err != nil {
		return json.RawMessage("{}")
	}
	return raw
}

// encode writes JSON without escapes for HTML, so that people can read it.
func encode(v any) (json.RawMessage, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return json.RawMessage(strings.TrimSuffix(b.String(), "\n")), nil
}
