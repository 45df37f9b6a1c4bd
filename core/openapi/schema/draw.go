package schema

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// View limits how much of a schema a model is shown.
type View struct {
	Depth    int // levels of objects and lists within one another
	Text     int // characters of a description
	Optional int // optional properties of an object below the first level, and twice as many on it
	Values   int // nodes in all
	Room     int // bytes; a drawing that cannot but exceed them is given up; 0: any number
}

// Drawing renders schemas of the graph as JSON Schema trees within one View.
type Drawing struct {
	View
	count      int
	size       int       // bytes that are drawn at least
	considered int       // properties, drawn or not; bounded by maxConsidered
	choices    int       // of choices, how deep this one lies
	ancestors  []*Schema // the schemas being drawn, to cut cycles
}

// NewDrawing returns a Drawing within a View.
func NewDrawing(v View) *Drawing { return &Drawing{View: v} }

// Whole reports whether the View had room for all values, so that nothing was cut
// merely because it came last.
func (d *Drawing) Whole() bool { return d.count <= d.Values && !d.tooLarge() }

// Count returns how many values were drawn, or looked at before it was given up.
func (d *Drawing) Count() int { return min(d.count, d.Values) }

// tooLarge reports whether the drawing cannot but exceed its room.
func (d *Drawing) tooLarge() bool { return d.Room > 0 && d.size > d.Room }

// Draw returns the JSON Schema of s, which lies depth levels deep.
func (d *Drawing) Draw(s *Schema, depth int) map[string]any {
	d.count++
	if d.count > d.Values || d.tooLarge() || slices.Contains(d.ancestors, s) {
		return typeOnly(s)
	}
	d.ancestors = append(d.ancestors, s)
	defer func() { d.ancestors = d.ancestors[:len(d.ancestors)-1] }()
	out := map[string]any{}
	if choices := s.meaningfulChoices(); len(choices) > 0 && len(s.props.Keys) == 0 && len(s.enum) == 0 && d.choices < maxChoiceDepth {
		if drawn := d.drawChoices(choices, depth); drawn != nil {
			d.drawDescription(s, drawn)
			return drawn
		}
	}
	kind := toolType(s)
	out["type"] = kind
	d.size += leastSize
	switch kind {
	case "object":
		d.drawObject(s, depth, out)
	case "array":
		if depth < d.Depth && s.items != nil {
			out["items"] = d.Draw(s.items, depth+1)
		} else {
			out["items"] = typeOnly(s)["items"]
		}
	}
	d.drawBounds(s, kind, out)
	d.drawDescription(s, out)
	return out
}

// typeOnly draws a schema by its type alone.
func typeOnly(s *Schema) map[string]any {
	kind := toolType(s)
	out := map[string]any{"type": kind}
	if kind == "array" {
		inner := toolType(s.At(0))
		if inner == "array" { // providers demand "items" of every list
			out["items"] = map[string]any{"type": "array", "items": map[string]any{"type": "string"}}
		} else {
			out["items"] = map[string]any{"type": inner}
		}
	}
	return out
}

// toolType returns the one type that the model is told. Of several, string comes first,
// for Coerce converts it to the others.
func toolType(s *Schema) string {
	for range maxChoiceDepth {
		if s.Shape() != 0 || s.types != 0 {
			break
		}
		first := s.meaningfulChoice()
		if first == nil {
			break
		}
		s = first
	}
	switch t := s.Shape(); {
	case t != 0:
		return t.names()[0]
	case s.types&TypeString != 0:
		return "string"
	case s.types != 0:
		return s.types.names()[0]
	case s.additional != nil || len(s.required) > 0:
		return "object"
	case len(s.enum) > 0:
		return TypeOf(s.enum[0]).names()[0]
	}
	return "string"
}

// meaningfulChoices returns the entries of anyOf that describe a value; those that only
// name required properties do not.
func (s *Schema) meaningfulChoices() []*Schema {
	var out []*Schema
	for _, c := range s.anyOf {
		if !c.IsOpen() || c.lost {
			out = append(out, c)
		}
	}
	return out
}

// meaningfulChoice returns the first of meaningfulChoices, or nil.
func (s *Schema) meaningfulChoice() *Schema {
	for _, c := range s.anyOf {
		if !c.IsOpen() || c.lost {
			return c
		}
	}
	return nil
}

// drawChoices draws alternatives: as one schema if they look alike, else as "anyOf".
func (d *Drawing) drawChoices(choices []*Schema, depth int) map[string]any {
	if len(choices) > 6 {
		choices = choices[:6]
	}
	d.choices++
	defer func() { d.choices-- }()
	var drawn []map[string]any
	seen := map[string]bool{}
	before, kept := d.size, 0 // bytes, before and of the choices that differ
	for _, c := range choices {
		d.size = before                       // the choice may turn out to look like one before
		one := d.Draw(c, depth+min(depth, 1)) // the body's own choices keep its depth
		if d.tooLarge() {
			return nil
		}
		size := d.size - before
		d.size = before + kept
		if text := tree.Compact(one); !seen[text] {
			seen[text] = true
			drawn = append(drawn, one)
			kept += size
		}
	}
	d.size = before + kept
	if enum := joinEnums(drawn); enum != nil {
		d.size = before
		return enum
	}
	if len(drawn) == 1 {
		return drawn[0]
	}
	return map[string]any{"anyOf": drawn}
}

// joinEnums makes one enum of alternatives that are all enums of strings, else nil.
func joinEnums(drawn []map[string]any) map[string]any {
	var all []any
	for _, m := range drawn {
		values, isEnum := m["enum"].([]any)
		if !isEnum || m["type"] != "string" {
			return nil
		}
		for _, v := range values {
			if !slices.Contains(all, v) {
				all = append(all, v)
			}
		}
	}
	if len(all) == 0 || len(all) > maxEnum {
		return nil
	}
	return map[string]any{"type": "string", "enum": all}
}

func (d *Drawing) drawObject(s *Schema, depth int, out map[string]any) {
	properties := map[string]any{}
	required := []string{}
	optional := d.Optional
	if depth == 0 {
		optional *= 2
	}
	add := func(name string, p *Schema, must bool) {
		if d.tooLarge() {
			return
		}
		if d.considered++; d.considered > maxConsidered {
			d.count = d.Values + 1 // what follows is left out
			return
		}
		name = shown(name)
		if _, twice := properties[name]; twice || p.readOnly || p.deprecated && !must {
			return
		}
		if !must {
			if optional--; optional < 0 {
				return
			}
		}
		d.size += len(name) + leastName
		drawn := d.Draw(p, depth+1)
		if p.AllowsNull() && d.Text >= 100 {
			text, _ := drawn["description"].(string)
			drawn["description"] = strings.TrimSpace(text + " (null: none)")
		}
		properties[name] = drawn
		if _, free := p.Fixed(); must && !free && !p.AllowsNull() {
			required = append(required, name)
		}
	}
	if depth < d.Depth {
		for _, must := range [...]bool{true, false} {
			for i, name := range s.props.Keys {
				if s.Needs(name) == must {
					add(name, s.props.Vals[i], must)
				}
			}
		}
		for _, c := range s.meaningfulChoices() {
			if d.considered > maxConsidered {
				break
			}
			for i, name := range c.props.Keys {
				add(name, c.props.Vals[i], false)
			}
		}
		for _, name := range s.required { // required but not described
			if s.props.Find(name) < 0 && !s.closed {
				free := s.additional
				if free == nil {
					free = &Schema{}
				}
				add(name, free, true)
			}
		}
	}
	if len(properties) > 0 {
		out["properties"] = properties
	}
	if len(required) > 0 {
		slices.Sort(required)
		out["required"] = required
	}
	if s.additional != nil && len(properties) == 0 && depth < d.Depth && !s.additional.IsOpen() {
		out["additionalProperties"] = d.Draw(s.additional, depth+1)
	}
}

// drawBounds writes the limits that all model providers accept. An enum is written for
// strings only; others become part of the description.
func (d *Drawing) drawBounds(s *Schema, kind string, out map[string]any) {
	if kind == "string" && len(s.enum) > 0 && len(s.enum) <= maxEnum {
		var values []any
		size := 0
		for _, v := range s.enum {
			text := plaintext.Clean(tree.Plain(v))
			if size += len(text); size > maxEnumText {
				values = nil // the description says how they begin
				break
			}
			if text != "" && !slices.Contains(values, any(text)) {
				values = append(values, text)
			}
		}
		if len(values) > 0 {
			out["enum"] = values
		}
	}
	if TypeOf(s.defaultValue) != TypeObject && TypeOf(s.defaultValue) != TypeArray && s.defaultValue != nil && hasType(s.defaultValue, kind) && len(tree.Plain(s.defaultValue)) <= 60 && isClean(tree.Plain(s.defaultValue)) {
		out["default"] = s.defaultValue
	}
	if kind == "string" && s.format == "date-time" {
		out["format"] = "date-time"
	}
	b := s.bounds
	if b == nil {
		return
	}
	set := func(name, of string, n int) {
		if n >= 0 && kind == of {
			out[name] = n
		}
	}
	if b.minLength > 0 {
		set("minLength", "string", b.minLength)
	}
	set("maxLength", "string", b.maxLength)
	if b.minItems > 0 {
		set("minItems", "array", b.minItems)
	}
	set("maxItems", "array", b.maxItems)
	if kind == "integer" || kind == "number" {
		if b.min != nil && !b.exclusiveMin {
			out["minimum"] = json.Number(formatNumber(*b.min))
		} else if b.min != nil && kind == "integer" {
			out["minimum"] = json.Number(formatNumber(math.Floor(*b.min) + 1))
		}
		if b.max != nil && !b.exclusiveMax {
			out["maximum"] = json.Number(formatNumber(*b.max))
		} else if b.max != nil && kind == "integer" {
			out["maximum"] = json.Number(formatNumber(math.Ceil(*b.max) - 1))
		}
	}
	if kind == "string" && b.patternChecked && len(b.pattern) <= 100 && d.Text >= 60 && isClean(b.pattern) {
		out["pattern"] = b.pattern
	}
}

func hasType(v any, kind string) bool {
	return slices.Contains(TypeOf(v).names(), kind)
}

// formatHints explain formats in the description, as providers reject most values of
// "format".
var formatHints = map[string]string{
	"date": "YYYY-MM-DD", "time": "HH:MM:SS", "uuid": "a UUID", "email": "an e-mail address", "uri": "a URL", "url": "a URL", "byte": "base64", "binary": "the content of a text file",
	"password": "a secret", "ipv4": "an IPv4 address", "hostname": "a host name", "duration": "an ISO 8601 duration", "unix-time": "seconds since 1970",
}

// drawDescription writes the description of a schema, with the format, values and
// example that the tool cannot say otherwise.
func (d *Drawing) drawDescription(s *Schema, out map[string]any) {
	text := cmp.Or(s.description, s.title)
	if d.Text > 0 {
		text = plaintext.Clip(text, d.Text)
	} else {
		text = ""
	}
	add := func(words string) {
		if text != "" {
			text += " "
		}
		text += "(" + words + ")"
	}
	kind, _ := out["type"].(string)
	hint := s.format
	switch {
	case hint != "":
	case strings.HasPrefix(s.encoding, "base64"):
		hint = "byte"
	case s.IsFile():
		hint = "binary"
	}
	if words := formatHints[hint]; words != "" && kind == "string" && d.Text > 0 && !strings.Contains(text, words) {
		add(words)
	}
	if len(s.enum) > 0 && out["enum"] == nil && kind != "boolean" {
		add("one of " + plaintext.Clip(enumerate(s.enum), 120))
	}
	if s.example != nil && out["enum"] == nil && d.Text >= 60 && kind != "object" && kind != "array" && kind != "boolean" {
		if example := plaintext.Line(tree.Plain(s.example), 60); example != "" && !strings.Contains(text, example) {
			add("e.g. " + example)
		}
	}
	if text != "" {
		out["description"] = text
		if d.choices == 0 { // else it may go with the choice that has it
			d.size += len(text)
		}
	}
}

// Outline renders a schema as OpenAPI 3.0 for another validator, which judges our requests
// in tests: everything that is checked, no descriptions, cycles and depth cut.
func (s *Schema) Outline() map[string]any { return (&outliner{}).outline(s, 0) }

type outliner struct{ count int }

const outlineDepth = 6

func (d *outliner) outline(s *Schema, depth int) map[string]any {
	out := map[string]any{}
	if d.count++; s == nil || depth > outlineDepth || d.count > 2_000 {
		return out
	}
	if t := s.singleType(); t != 0 {
		out["type"] = t.names()[0]
	}
	if s.AllowsNull() {
		out["nullable"] = true
	}
	if len(s.enum) > 0 {
		out["enum"] = s.enum
	}
	if len(s.props.Keys) > 0 {
		props := map[string]any{}
		for i, name := range s.props.Keys {
			props[name] = d.outline(s.props.Vals[i], depth+1)
		}
		out["properties"] = props
	}
	var required []string
	for _, name := range s.required {
		if s.Needs(name) {
			required = append(required, name)
		}
	}
	if len(required) > 0 {
		out["required"] = required
	}
	if s.additional != nil {
		out["additionalProperties"] = d.outline(s.additional, depth+1)
	}
	if s.items != nil || s.singleType() == TypeArray {
		out["items"] = d.outline(s.items, depth+1)
	}
	if b := s.bounds; b != nil {
		for name, n := range map[string]int{"minLength": b.minLength, "maxLength": b.maxLength, "minItems": b.minItems, "maxItems": b.maxItems} {
			if n >= 0 {
				out[name] = n
			}
		}
		if b.min != nil && !b.exclusiveMin {
			out["minimum"] = *b.min
		}
		if b.max != nil && !b.exclusiveMax {
			out["maximum"] = *b.max
		}
	}
	return out
}
