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
	s.drawDefault(kind, out)
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

// drawDefault writes the default, if it is a short scalar of the type that is drawn.
func (s *Schema) drawDefault(kind string, out map[string]any) {
	switch TypeOf(s.defaultValue) {
	case TypeNull, TypeObject, TypeArray:
		return
	}
	text := tree.Plain(s.defaultValue)
	if slices.Contains(TypeOf(s.defaultValue).names(), kind) && len(text) <= 60 && isClean(text) {
		out["default"] = s.defaultValue
	}
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
	switch {
	case len(s.enum) == 0 || kind == "boolean" && len(s.meanings) == 0:
	case len(s.meanings) > 0 && d.Text >= 60:
		add(s.meaningsOf(out["enum"] == nil, min(2*d.Text, maxMeanings)))
	case out["enum"] == nil:
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
