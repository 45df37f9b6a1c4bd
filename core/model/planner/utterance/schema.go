package utterance

import (
	"encoding/json"
	"slices"
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

// node is one schema, read as far as it can be: a keyword of a wrong type is
// passed over, for the schema was judged elsewhere.
type node struct {
	types      []string
	properties map[string]json.RawMessage
	required   []string
	enum       []json.RawMessage
	format     string

	description string
	min, max    *limit
	minLen      int
	maxLen      int
	items       json.RawMessage
}

// dateHint is what the description of a tool's argument says where the plugin's document
// has "format: date": most providers refuse that format, so no model gets it.
const dateHint = "YYYY-MM-DD"

// maxAlternatives bounds how deep allOf, anyOf and oneOf are followed.
const maxAlternatives = 4

// parseNode reads one schema. Of alternatives the first counts that is not null.
func parseNode(raw json.RawMessage, depth int) node {
	var keys map[string]json.RawMessage
	if json.Unmarshal(raw, &keys) != nil {
		return node{}
	}
	var n node
	if one := text(keys["type"]); one != "" {
		n.types = []string{one}
	} else {
		_ = json.Unmarshal(keys["type"], &n.types)
	}
	n.types = slices.DeleteFunc(n.types, func(t string) bool { return t == "null" })
	_ = json.Unmarshal(keys["properties"], &n.properties)
	_ = json.Unmarshal(keys["required"], &n.required)
	_ = json.Unmarshal(keys["enum"], &n.enum)
	if only, ok := keys["const"]; ok {
		n.enum = []json.RawMessage{only}
	}
	n.enum = slices.DeleteFunc(n.enum, func(v json.RawMessage) bool { return string(v) == "null" })
	n.format, n.description = text(keys["format"]), text(keys["description"])
	n.min = readLimit(keys["minimum"], keys["exclusiveMinimum"])
	n.max = readLimit(keys["maximum"], keys["exclusiveMaximum"])
	_ = json.Unmarshal(keys["minLength"], &n.minLen)
	_ = json.Unmarshal(keys["maxLength"], &n.maxLen)
	n.items = keys["items"]
	if len(n.types) > 0 || n.properties != nil || n.enum != nil || depth >= maxAlternatives {
		return n
	}
	for _, word := range []string{"allOf", "anyOf", "oneOf"} {
		var alternatives []json.RawMessage
		_ = json.Unmarshal(keys[word], &alternatives)
		for _, raw := range alternatives {
			if inner := parseNode(raw, depth+1); len(inner.types) > 0 || inner.properties != nil || inner.enum != nil {
				return inner
			}
		}
	}
	return n
}

// text is a JSON string's value, "" for anything else.
func text(raw json.RawMessage) string {
	var s string
	_ = json.Unmarshal(raw, &s)
	return s
}

// readLimit reads one end of a range; exclusive is a number since 2019-09 and
// a boolean before.
func readLimit(inclusive, exclusive json.RawMessage) *limit {
	read := func(raw json.RawMessage) *limit {
		var at float64
		if len(raw) == 0 || json.Unmarshal(raw, &at) != nil {
			return nil
		}
		return &limit{at: at, text: string(raw)}
	}
	if l := read(exclusive); l != nil && string(exclusive) != "null" {
		l.open = true
		return l
	}
	l := read(inclusive)
	if l == nil || string(inclusive) == "null" {
		return nil
	}
	l.open = string(exclusive) == "true"
	return l
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
		raw, required := top.properties[name], slices.Contains(top.required, name)
		if name == "body" {
			if body := parseNode(raw, 0); len(body.properties) > 0 {
				s.body, s.needBody = true, required
				for _, inner := range names(body) {
					a := readArgument(body.properties[inner], "body", inner)
					a.required, a.inBody = slices.Contains(body.required, inner), true
					add(a)
				}
				continue
			}
		}
		a := readArgument(raw, name)
		a.required = required
		add(a)
	}
	s.arguments = append(s.arguments, optional...)
	return s
}

// names lists the properties of a schema: those required in the order in which
// they are, then the others by name.
func names(n node) []string {
	var list []string
	for _, name := range n.required {
		if _, ok := n.properties[name]; ok && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	first := len(list)
	for name := range n.properties {
		if !slices.Contains(list[:first], name) {
			list = append(list, name)
		}
	}
	slices.Sort(list[first:])
	return list
}

// readArgument tells how words give the value of one property.
func readArgument(raw json.RawMessage, path ...string) argument {
	n := parseNode(raw, 0)
	a := argument{path: path, kind: kindText, min: n.min, max: n.max, minLen: n.minLen, maxLen: n.maxLen}
	has := func(t string) bool { return slices.Contains(n.types, t) }
	switch {
	case len(n.enum) > 0 && !slices.ContainsFunc(n.enum, structured):
		a.kind = kindEnum
		for _, v := range n.enum {
			name := enumText(v)
			a.enum = append(a.enum, choice{value: v, name: name, plain: plainWords(name)})
		}
	case has("array"):
		a.kind = kindJSON
		if item := readArgument(n.items, path...); item.kind != kindJSON && item.kind != kindList && len(n.items) > 0 {
			a.kind, a.item = kindList, &item
		}
	case has("object"), n.properties != nil, len(n.enum) > 0:
		a.kind = kindJSON
	case has("string") && (n.format == "date" || strings.Contains(n.description, dateHint)):
		a.kind = kindDate
	case has("string") && n.format == "date-time":
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

// find gives the argument that a name in an example or a typed form stands for:
// a top-level property before one of the body, and body.name for the latter.
func (s signature) find(name string) (argument, bool) {
	inner, inBody := strings.CutPrefix(name, "body.")
	var found *argument
	for i, a := range s.arguments {
		switch {
		case !a.inBody && a.name() == name:
			return a, true
		case a.inBody && (a.name() == name || inBody && a.name() == inner):
			found = &s.arguments[i]
		}
	}
	if found == nil {
		return argument{}, false
	}
	return *found, true
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
