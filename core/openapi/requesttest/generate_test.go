package requesttest

import (
	"maps"
	"math"
	"slices"
	"strings"
)

// generator makes values from schemas of the original document. It shares no
// code with core/openapi and does not look at examples, unless a pattern cannot
// be met otherwise.
type generator struct {
	*tree
	full bool // optional parts too
	flat bool // for a form or query, where an object without content cannot be written
}

// deepest is where values end; wide is to where optional properties are made.
const (
	deepest = 9
	wide    = 3
)

func (g generator) value(schema any, depth int) any {
	return g.make(g.whole(schema, 0), depth, "")
}

// whole resolves references and merges allOf and the first fitting alternative.
func (g generator) whole(schema any, depth int) *object {
	if word, isWord := schema.(string); isWord {
		return &object{[]string{"type"}, map[string]any{"type": word}}
	}
	raw, _ := schema.(*object)
	s := g.resolve(schema)
	if s == nil || depth > 12 {
		return &object{vals: map[string]any{}}
	}
	out := &object{vals: map[string]any{}}
	merge(out, s)
	if raw != s { // siblings of a reference
		merge(out, raw)
	}
	all, _ := s.get("allOf").([]any)
	for _, part := range all {
		one := g.whole(part, depth+1)
		merge(out, one)
		demanded(out, one)
	}
	for _, key := range []string{"oneOf", "anyOf"} {
		some, _ := s.get(key).([]any)
		for _, part := range some {
			one := g.whole(part, depth+1)
			if one.get("type") == "null" || one.get("type") != nil && out.get("type") != nil && kind(one) != kind(out) {
				continue
			}
			merge(out, one)
			break
		}
	}
	return out
}

// writable lists, in a merged schema, the properties that must be sent although
// a part of an allOf calls them read-only: another part requires them.
const writable = "x-writable"

func demanded(out, part *object) {
	names, _ := out.vals[writable].([]any)
	required, _ := part.get("required").([]any)
	properties, _ := part.get("properties").(*object)
	for _, name := range required {
		word, _ := name.(string)
		if p, _ := properties.get(word).(*object); p.get("readOnly") != true {
			names = append(names, name)
		}
	}
	if _, known := out.vals[writable]; !known {
		out.keys = append(out.keys, writable)
	}
	out.vals[writable] = names
}

// merge adds what from says; properties and required are united.
func merge(to, from *object) {
	if from == nil {
		return
	}
	for _, key := range from.keys {
		v := from.vals[key]
		switch old := to.vals[key].(type) {
		case *object:
			if more, isObject := v.(*object); isObject && key == "properties" {
				both := &object{slices.Clone(old.keys), maps.Clone(old.vals)}
				for _, name := range more.keys {
					if _, twice := both.vals[name]; twice {
						both.vals[name] = together(both.vals[name], more.vals[name])
						continue
					}
					both.keys = append(both.keys, name)
					both.vals[name] = more.vals[name]
				}
				to.vals[key] = both
			}
			continue
		case []any:
			if more, isList := v.([]any); isList && (key == "required" || key == writable) {
				to.vals[key] = append(slices.Clone(old), more...)
			}
			continue
		case nil:
		default:
			continue
		}
		to.keys = append(to.keys, key)
		to.vals[key] = v
	}
}

// together is a property that two parts of an allOf describe. What either says
// holds.
func together(a, b any) any {
	if first, ok := a.(*object); ok && len(first.keys) == 1 && first.get("allOf") != nil {
		return &object{[]string{"allOf"}, map[string]any{"allOf": append(slices.Clone(first.get("allOf").([]any)), b)}}
	}
	return &object{[]string{"allOf"}, map[string]any{"allOf": []any{a, b}}}
}

// kind is the type that a value of the schema shall have.
func kind(s *object) string {
	types := []string{}
	switch t := s.get("type").(type) {
	case string:
		types = append(types, t)
	case []any:
		for _, one := range t {
			if word, isWord := one.(string); isWord {
				types = append(types, word)
			}
		}
	}
	for _, t := range types {
		switch t = strings.ToLower(t); t {
		case "null":
		case "int", "long":
			return "integer"
		case "float", "double":
			return "number"
		case "bool":
			return "boolean"
		case "list":
			return "array"
		case "dict", "map":
			return "object"
		case "object", "array", "string", "integer", "number", "boolean", "file":
			return t
		}
	}
	switch {
	case s.get("properties") != nil || s.get("additionalProperties") != nil:
		return "object"
	case s.get("items") != nil:
		return "array"
	}
	return "string"
}

func (g generator) make(s *object, depth int, name string) any {
	if enum, isList := s.get("enum").([]any); isList {
		for _, v := range enum {
			if v != nil {
				return converted(kind(s), export(v))
			}
		}
	}
	if v := s.get("const"); v != nil {
		return export(v)
	}
	switch kind(s) {
	case "object":
		return g.object(s, depth)
	case "array":
		return g.list(s, depth)
	case "integer", "number":
		return number(s)
	case "boolean":
		return true
	}
	return text(s, name)
}

func (g generator) object(s *object, depth int) any {
	out := map[string]any{}
	var required []any
	switch r := s.get("required").(type) {
	case []any:
		required = r
	case string:
		required = []any{r}
	}
	properties, _ := s.get("properties").(*object)
	if properties == nil {
		properties = &object{}
	}
	for _, name := range properties.keys {
		p := g.whole(properties.vals[name], 0)
		must := slices.Contains(required, any(name)) || p.get("required") == true && kind(p) != "object"
		sent, _ := s.get(writable).([]any)
		if p.get("readOnly") == true && !slices.Contains(sent, any(name)) || !must && (!g.full || depth >= wide || p.get("deprecated") == true) || depth >= deepest {
			continue
		}
		if v := g.make(p, depth+1, name); v != nil {
			out[name] = v
		}
	}
	extra := s.get("additionalProperties")
	for _, r := range required { // required and not described
		name, _ := r.(string)
		if _, given := out[name]; !given && properties.get(name) == nil && name != "" && depth < deepest {
			out[name] = g.value(extra, depth+1)
		}
	}
	least, _ := s.get("minProperties").(float64)
	if len(out) == 0 && g.flat && depth > 0 && depth < deepest {
		least = max(least, 1)
	}
	if len(out) == 0 && g.full && extra != nil && extra != false && depth < wide {
		least = max(least, 1)
	}
	for n := 0; float64(len(out)) < least && n < 5 && depth < deepest; n++ {
		if n < len(properties.keys) {
			name := properties.keys[n]
			out[name] = g.value(properties.vals[name], depth+1)
			continue
		}
		out["key"+string(rune('a'+n))] = g.value(extra, depth+1)
	}
	return out
}

func (g generator) list(s *object, depth int) any {
	least, _ := s.get("minItems").(float64)
	n := max(int(least), 1)
	if most, ok := s.get("maxItems").(float64); ok {
		n = min(n, int(most))
	}
	if g.full && least == 0 && depth < wide {
		if most, ok := s.get("maxItems").(float64); !ok || most >= 2 {
			n = 2
		}
	}
	if depth >= deepest {
		n = int(least)
	}
	out := []any{}
	items := g.whole(s.get("items"), 0)
	enum, _ := items.get("enum").([]any)
	for i := range min(n, 50) {
		v := g.make(items, depth+1, "")
		if s.get("uniqueItems") == true && i > 0 {
			pattern, _ := items.get("pattern").(string)
			switch other, fits := matching(pattern, i+1); {
			case pattern != "" && fits && !slices.Contains(out, any(other)):
				v = other
			case i < len(enum):
				v = converted(kind(items), export(enum[i]))
			case kind(items) == "integer" || kind(items) == "number":
				f, _ := v.(float64)
				v = f + float64(i)
			case i >= int(least):
				return out
			default:
				if word, isWord := v.(string); isWord {
					v = word + string(rune('a'+i))
				}
			}
		}
		out = append(out, v)
	}
	return out
}

func number(s *object) float64 {
	low, hasLow := s.get("minimum").(float64)
	high, hasHigh := s.get("maximum").(float64)
	over, under := s.get("exclusiveMinimum") == true, s.get("exclusiveMaximum") == true
	if f, ok := s.get("exclusiveMinimum").(float64); ok {
		low, hasLow, over = f, true, true
	}
	if f, ok := s.get("exclusiveMaximum").(float64); ok {
		high, hasHigh, under = f, true, true
	}
	step, _ := s.get("multipleOf").(float64)
	if step <= 0 {
		step = 1
	}
	v := 1.0
	if hasLow && v < low {
		v = low
	}
	if hasLow && over && v <= low {
		v = low + step
	}
	if hasHigh && v > high {
		v = high
	}
	if hasHigh && under && v >= high {
		if v = high - step; hasLow && v <= low {
			v = (low + high) / 2
		}
	}
	if kind(s) == "integer" || s.get("multipleOf") != nil {
		up := math.Ceil(v/step) * step
		if hasHigh && up > high {
			up = math.Floor(v/step) * step
		}
		v = up
	}
	return v
}

// formats has one value for each format that a validator knows.
var formats = map[string]string{
	"date": "2026-12-05", "date-time": "2026-12-05T10:00:00Z", "time": "10:00:00Z", "duration": "P1D",
	"email": "ada@example.com", "hostname": "example.com", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1",
	"uri": "https://example.com/a", "url": "https://example.com/a", "iri": "https://example.com/a", "uri-reference": "/a",
	"uuid": "2f6c3a52-7b0c-4c8e-9d4e-0d2a7f1b6c3d", "byte": "YQ==", "json-pointer": "/a", "regex": "a",
	"int64": "1", "int32": "1", "cidr": "192.0.2.0/24",
}

func text(s *object, name string) any {
	least, _ := s.get("minLength").(float64)
	if pattern, ok := s.get("pattern").(string); ok {
		if made, fits := matching(pattern, int(least)); fits {
			return made
		}
		for _, key := range []string{"example", "default"} {
			if v, ok := s.get(key).(string); ok {
				return v
			}
		}
	}
	format, _ := s.get("format").(string)
	v := formats[strings.ToLower(format)]
	if v == "" {
		v = "word"
		if name != "" && len(name) < 20 {
			v = "some " + name
		}
	}
	if most, ok := s.get("maxLength").(float64); ok && float64(len(v)) > most {
		v = v[:int(most)]
	}
	for float64(len(v)) < least && len(v) < 5_000 {
		v += "a"
	}
	return v
}

// converted gives an enum's value the type that the schema names.
func converted(kind string, v any) any {
	if f, isNumber := v.(float64); isNumber && kind == "string" {
		return compact(f)
	}
	if b, isBool := v.(bool); isBool && kind == "string" {
		return compact(b)
	}
	return v
}

// export turns the raw tree into what encoding/json writes.
func export(v any) any {
	switch v := v.(type) {
	case *object:
		out := map[string]any{}
		for _, key := range v.keys {
			out[key] = export(v.vals[key])
		}
		return out
	case []any:
		out := []any{}
		for _, item := range v {
			out = append(out, export(item))
		}
		return out
	}
	return v
}
