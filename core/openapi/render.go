package openapi

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
)

// view is how much of a schema is shown.
type view struct {
	depth    int // of objects and lists within one another
	text     int // characters of a description
	optional int // optional properties of an object below the first level, and twice as many on it
	values   int // nodes in all
}

// views are tried in turn until the tool is small enough.
var views = []view{
	{maxSchemaDepth, maxFieldText, 1_000, 1_500},
	{maxSchemaDepth, 100, 60, 800},
	{4, 60, 20, 400},
	{3, 40, 8, 200},
	{2, 24, 4, 100},
	{2, 0, 2, 60},
	{1, 0, 1, 40},
}

// drawing is one rendering: a JSON Schema tree made of the graph.
type drawing struct {
	view
	count int
	above []*schema // being drawn, against cycles
}

// render draws the schema of the arguments; whole is false where the view was
// too small for it and parts had to be cut at random.
func (o *Operation) render(v view) (schema json.RawMessage, whole bool) {
	d := &drawing{view: v}
	properties := map[string]any{}
	required := []string{}
	optional := 20 * v.optional
	for _, a := range o.args {
		if !a.wanted() {
			if optional--; optional < 0 {
				continue
			}
		}
		var drawn map[string]any
		text := ""
		if a.param != nil {
			drawn, text = d.draw(a.schema(), 1), a.param.text
			if a.key != a.param.name && text == "" {
				text = a.param.name
			}
		} else {
			drawn, text = d.draw(a.schema(), 0), a.body.text
			if a.body.kind == bodyJSON && a.schema().blank() {
				drawn["type"] = "object" // anything; mostly that
			}
			if a.body.kind == bodyText {
				text = strings.TrimSpace(text + " The text of the body, as " + a.body.media + ".")
			}
		}
		if text != "" && d.text > 0 {
			drawn["description"] = joined(clip(text, d.text), drawn["description"], text)
		}
		properties[a.key] = drawn
		if _, free := a.schema().only(); a.wanted() && !free {
			required = append(required, a.key)
		}
	}
	slices.Sort(required)
	root := map[string]any{"type": "object", "properties": properties}
	if len(required) > 0 {
		root["required"] = required
	}
	out, err := json.Marshal(root) // sorts the keys
	if err != nil {
		return json.RawMessage(`{"properties":{},"type":"object"}`), true
	}
	return out, d.count <= d.values
}

// joined puts the remark that draw made (a format, an example) behind the
// text of the parameter, unless the two say the same.
func joined(text string, remark any, whole string) string {
	more, _ := remark.(string)
	if more == "" || strings.Contains(whole, more) || strings.HasPrefix(more, text) {
		return text
	}
	return clip(text+" "+more, maxFieldText+60)
}

func (d *drawing) draw(s *schema, depth int) map[string]any {
	d.count++
	if slices.Contains(d.above, s) || d.count > d.values {
		return brief(s)
	}
	d.above = append(d.above, s)
	defer func() { d.above = d.above[:len(d.above)-1] }()
	out := map[string]any{}
	if choices := s.choices(); len(choices) > 0 && len(s.props.keys) == 0 && len(s.enum) == 0 {
		if drawn := d.drawChoices(choices, depth); drawn != nil {
			d.remark(s, drawn)
			return drawn
		}
	}
	kind := drawnType(s)
	out["type"] = kind
	switch kind {
	case "object":
		d.drawObject(s, depth, out)
	case "array":
		if depth < d.depth && s.items != nil {
			out["items"] = d.draw(s.items, depth+1)
		} else {
			out["items"] = brief(s)["items"]
		}
	}
	d.limits(s, kind, out)
	d.remark(s, out)
	return out
}

// brief is a schema by its type alone.
func brief(s *schema) map[string]any {
	kind := drawnType(s)
	out := map[string]any{"type": kind}
	if kind == "array" {
		inner := drawnType(s.at(0))
		if inner == "array" { // every list says what is in it
			out["items"] = map[string]any{"type": "array", "items": map[string]any{"type": "string"}}
		} else {
			out["items"] = map[string]any{"type": inner}
		}
	}
	return out
}

// drawnType is the one type that the model is told. Where several are allowed
// text comes first: whatever is written in it is converted.
func drawnType(s *schema) string {
	switch t := s.shape(); {
	case t != 0:
		return t.names()[0]
	case s.types&typeString != 0:
		return "string"
	case s.types != 0:
		return s.types.names()[0]
	case len(s.choices()) > 0:
		return drawnType(s.choices()[0])
	case s.extra != nil || len(s.required) > 0:
		return "object"
	case len(s.enum) > 0:
		return kindOf(s.enum[0]).names()[0]
	}
	return "string"
}

// choices are the entries of anyOf and oneOf that say something of their own;
// those that only name required properties do not.
func (s *schema) choices() []*schema {
	var out []*schema
	for _, c := range s.some {
		if !c.blank() || c.lost {
			out = append(out, c)
		}
	}
	return out
}

// drawChoices draws alternatives: as one schema where they are alike, else as
// "anyOf". Nil where they say no more than the schema that has them.
func (d *drawing) drawChoices(choices []*schema, depth int) map[string]any {
	if len(choices) > 6 {
		choices = choices[:6]
	}
	var drawn []any
	seen := map[string]bool{}
	for _, c := range choices {
		one := d.draw(c, depth+min(depth, 1)) // the body's own choices keep its depth
		if text := compact(one); !seen[text] {
			seen[text] = true
			drawn = append(drawn, one)
		}
	}
	if enum := unite(drawn); enum != nil {
		return enum
	}
	if len(drawn) == 1 {
		return drawn[0].(map[string]any)
	}
	return map[string]any{"anyOf": drawn}
}

// unite joins alternatives that are all texts to choose from.
func unite(drawn []any) map[string]any {
	var all []any
	for _, one := range drawn {
		m := one.(map[string]any)
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

func (d *drawing) drawObject(s *schema, depth int, out map[string]any) {
	properties := map[string]any{}
	required := []string{}
	optional := d.optional
	if depth == 0 {
		optional *= 2
	}
	add := func(name string, p *schema, must bool) {
		if _, twice := properties[name]; twice || p.readOnly || p.deprecated && !must {
			return
		}
		if !must {
			if optional--; optional < 0 {
				return
			}
		}
		drawn := d.draw(p, depth+1)
		if p.nulls() && d.text >= 100 {
			text, _ := drawn["description"].(string)
			drawn["description"] = strings.TrimSpace(text + " (null: none)")
		}
		properties[name] = drawn
		if _, free := p.only(); must && !free && !p.nulls() {
			required = append(required, name)
		}
	}
	if depth < d.depth {
		for _, must := range [...]bool{true, false} {
			for i, name := range s.props.keys {
				if s.needs(name) == must {
					add(name, s.props.vals[i], must)
				}
			}
		}
		for _, c := range s.choices() {
			for i, name := range c.props.keys {
				add(name, c.props.vals[i], false)
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
	if s.extra != nil && len(properties) == 0 && depth < d.depth && !s.extra.blank() {
		out["additionalProperties"] = d.draw(s.extra, depth+1)
	}
}

// limits writes the bounds that all providers take. Values to choose from are
// written for texts only; others stand in the remark.
func (d *drawing) limits(s *schema, kind string, out map[string]any) {
	if kind == "string" && len(s.enum) > 0 && len(s.enum) <= maxEnum {
		var values []any
		for _, v := range s.enum {
			if text := plainText(v); text != "" && !slices.Contains(values, any(text)) {
				values = append(values, text)
			}
		}
		if len(values) > 0 {
			out["enum"] = values
		}
	}
	if kindOf(s.preset) != typeObject && kindOf(s.preset) != typeArray && s.preset != nil && fits(s.preset, kind) && len(plainText(s.preset)) <= 60 {
		out["default"] = s.preset
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
	if b.minLen > 0 {
		set("minLength", "string", b.minLen)
	}
	set("maxLength", "string", b.maxLen)
	if b.minItems > 0 {
		set("minItems", "array", b.minItems)
	}
	set("maxItems", "array", b.maxItems)
	if kind == "integer" || kind == "number" {
		if b.min != nil && !b.over {
			out["minimum"] = json.Number(trim(*b.min))
		} else if b.min != nil && kind == "integer" {
			out["minimum"] = json.Number(trim(math.Floor(*b.min) + 1))
		}
		if b.max != nil && !b.under {
			out["maximum"] = json.Number(trim(*b.max))
		} else if b.max != nil && kind == "integer" {
			out["maximum"] = json.Number(trim(math.Ceil(*b.max) - 1))
		}
	}
	if kind == "string" && b.checked && len(b.pattern) <= 100 && d.text >= 60 {
		out["pattern"] = b.pattern
	}
}

func fits(v any, kind string) bool {
	return slices.Contains(kindOf(v).names(), kind)
}

// remarks are words for the formats that no provider takes.
var remarks = map[string]string{
	"date": "YYYY-MM-DD", "time": "HH:MM:SS", "uuid": "a UUID", "email": "an e-mail address", "uri": "a URL", "url": "a URL", "byte": "base64", "binary": "the content of a text file",
	"password": "a secret", "ipv4": "an IPv4 address", "hostname": "a host name", "duration": "an ISO 8601 duration", "unix-time": "seconds since 1970",
}

// remark writes the description of a schema, with what has no other place.
func (d *drawing) remark(s *schema, out map[string]any) {
	text := either(s.text, s.title)
	if d.text > 0 {
		text = clip(text, d.text)
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
	if words := remarks[s.format]; words != "" && kind == "string" && d.text > 0 && !strings.Contains(text, words) {
		add(words)
	}
	if len(s.enum) > 0 && out["enum"] == nil && kind != "boolean" {
		add("one of " + clip(enumerate(s.enum), 120))
	}
	if s.sample != nil && out["enum"] == nil && d.text >= 60 && kind != "object" && kind != "array" && kind != "boolean" {
		if example := clip(oneLine(plainText(s.sample)), 60); example != "" && !strings.Contains(text, example) {
			add("e.g. " + example)
		}
	}
	if text != "" {
		out["description"] = text
	}
}
