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

func (d *Drawing) drawObject(s *Schema, depth int, out map[string]any) {
	properties := map[string]any{}
	required := []string{}
	optional := d.Optional
	if depth == 0 {
		optional *= 2
	}
	add := func(name string, p *Schema, must bool) {
		if _, twice := properties[name]; twice || p.readOnly || p.deprecated && !must {
			return
		}
		if !must {
			if optional--; optional < 0 {
				return
			}
		}
		drawn := d.Draw(p, depth+1)
		if p.nulls() && d.Text >= 100 {
			text, _ := drawn["description"].(string)
			drawn["description"] = strings.TrimSpace(text + " (null: none)")
		}
		properties[name] = drawn
		if _, free := p.Fixed(); must && !free && !p.nulls() {
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
		for _, c := range s.choices() {
			for i, name := range c.props.Keys {
				add(name, c.props.Vals[i], false)
			}
		}
		for _, name := range s.required { // and nowhere described
			if s.props.Find(name) < 0 && !s.closed {
				free := s.extra
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
	if s.extra != nil && len(properties) == 0 && depth < d.Depth && !s.extra.IsOpen() {
		out["additionalProperties"] = d.Draw(s.extra, depth+1)
	}
}

// limits writes the bounds that all providers take. Values to choose from are
// written for texts only; others stand in the remark.
func (d *Drawing) limits(s *Schema, kind string, out map[string]any) {
	if kind == "string" && len(s.enum) > 0 && len(s.enum) <= maxEnum {
		var values []any
		for _, v := range s.enum {
			if text := tree.Plain(v); text != "" && !slices.Contains(values, any(text)) {
				values = append(values, text)
			}
		}
		if len(values) > 0 {
			out["enum"] = values
		}
	}
	if TypeOf(s.preset) != TypeObject && TypeOf(s.preset) != TypeArray && s.preset != nil && fits(s.preset, kind) && len(tree.Plain(s.preset)) <= 60 {
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
	if kind == "string" && b.checked && len(b.pattern) <= 100 && d.Text >= 60 {
		out["pattern"] = b.pattern
	}
}

func fits(v any, kind string) bool {
	return slices.Contains(TypeOf(v).names(), kind)
}

// remarks are words for the formats that no provider takes.
var remarks = map[string]string{
	"date": "YYYY-MM-DD", "time": "HH:MM:SS", "uuid": "a UUID", "email": "an e-mail address", "uri": "a URL", "url": "a URL", "byte": "base64", "binary": "the content of a text file",
	"password": "a secret", "ipv4": "an IPv4 address", "hostname": "a host name", "duration": "an ISO 8601 duration", "unix-time": "seconds since 1970",
}

// remark writes the description of a schema, with what has no other place.
func (d *Drawing) remark(s *Schema, out map[string]any) {
	text := cmp.Or(s.text, s.title)
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
	if words := remarks[s.format]; words != "" && kind == "string" && d.Text > 0 && !strings.Contains(text, words) {
		add(words)
	}
	if len(s.enum) > 0 && out["enum"] == nil && kind != "boolean" {
		add("one of " + plaintext.Clip(enumerate(s.enum), 120))
	}
	if s.sample != nil && out["enum"] == nil && d.Text >= 60 && kind != "object" && kind != "array" && kind != "boolean" {
		if example := plaintext.Clip(plaintext.OneLine(tree.Plain(s.sample)), 60); example != "" && !strings.Contains(text, example) {
			add("e.g. " + example)
		}
	}
	if text != "" {
		out["description"] = text
	}
}
