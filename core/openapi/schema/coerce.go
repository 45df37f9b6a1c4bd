package schema

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// Coerce converts a value to what its schema wants, as models often send the right
// thing in the wrong type: JSON in a string, "5" for 5, one entry for a list, null for
// nothing, the wrong case of an enum. What it cannot convert it leaves for Check. keep
// is false if the value is null and means that nothing is to be sent.
func (f *Faults) Coerce(s *Schema, v any) (out any, keep bool) {
	if !f.spend(1 + (len(s.enum)+len(s.anyOf))/16) {
		return v, true
	}
	if v == nil {
		return nil, s.takesNull() || f.Removes
	}
	if text, isText := v.(string); isText {
		f.spend(len(text) / 100) // it may be JSON
	}
	_, given := v.([]any)
	converted := convert(s, v)
	if _, made := converted.([]any); made && !given {
		// A list whose entries are such lists would be made of a word without end.
		if f.work.lists == maxLists {
			return v, true
		}
		f.work.lists++
		defer func() { f.work.lists-- }()
	}
	v = converted
	switch value := v.(type) {
	case map[string]any:
		f.spend((len(value) + len(s.required)) / 8)
		f.rename(s, value)
		for name, item := range value {
			p := s.Property(name)
			if p == nil {
				continue
			}
			if p.readOnly {
				delete(value, name)
				continue
			}
			if item, keep := f.Coerce(p, item); keep {
				value[name] = item
			} else {
				delete(value, name)
			}
		}
		f.coerceChoice(s, value)
		for _, name := range s.required {
			if _, given := value[name]; !given && s.Needs(name) {
				p := s.Property(name)
				if only, ok := p.Fixed(); ok {
					value[name] = only
				} else if p != nil && p.AllowsNull() {
					value[name] = nil
				}
			}
		}
	case []any:
		removes := f.Removes // a list is replaced as a whole
		f.Removes = false
		defer func() { f.Removes = removes }()
		kept := value[:0]
		for i, item := range value {
			if item, keep := f.Coerce(s.At(i), item); keep {
				kept = append(kept, item)
			}
		}
		return kept, true
	}
	return v, true
}

// coerceChoice coerces an object for the nearest of anyOf, if none fits as it is. A value
// that the choice alone allows is filled in only if no other choice comes as near and wants
// another one: which is meant is not for us to guess.
func (f *Faults) coerceChoice(s *Schema, value map[string]any) {
	if len(s.anyOf) == 0 {
		return
	}
	best, equals := f.nearestChoice(s, value)
	if best < 0 || len(s.anyOf[best].props.Keys) == 0 && len(s.anyOf[best].anyOf) == 0 {
		return
	}
	c := s.anyOf[best]
	var guessed []string
	for _, name := range c.required {
		only, fixed := c.Property(name).Fixed()
		if _, given := value[name]; given || !fixed || !f.spend(1+len(equals)) {
			continue
		}
		if slices.ContainsFunc(equals, func(other *Schema) bool {
			another, fixed := other.Property(name).Fixed()
			return fixed && !equal(only, another)
		}) {
			guessed = append(guessed, name)
		}
	}
	f.work.apply(c, value, func() { f.Coerce(c, value) })
	for _, name := range guessed {
		delete(value, name)
	}
}

// Property returns the schema of a property, or nil if anything may be sent.
func (s *Schema) Property(name string) *Schema {
	if s == nil {
		return nil
	}
	if i := s.props.Find(name); i >= 0 {
		return s.props.Vals[i]
	}
	return s.additional
}

// At returns the schema of the i-th entry of a list.
func (s *Schema) At(i int) *Schema {
	switch {
	case i < len(s.prefixItems):
		return s.prefixItems[i]
	case s.items != nil:
		return s.items
	}
	return &Schema{}
}

// Fixed returns the value to send for a required property that is not given: a copy of
// its default, or of the only value of its enum.
func (s *Schema) Fixed() (any, bool) {
	switch {
	case s == nil:
		return nil, false
	case s.defaultValue != nil:
		return copyOf(s.defaultValue), true
	case len(s.enum) == 1:
		return copyOf(s.enum[0]), true
	}
	return nil, false
}

// convert changes the type of one value, not of the values in it.
func convert(s *Schema, v any) any {
	if len(s.enum) > 0 {
		return matchEnum(s.enum, v)
	}
	if s.hasConstants() {
		return matchEnum(s.constants(), v)
	}
	want := s.effectiveTypes()
	if want == 0 {
		// If anything may be sent, the tool tells the model to send text.
		if text, isText := v.(string); isText {
			return parseText(TypeObject|TypeArray|TypeString, text)
		}
		return v
	}
	switch value := v.(type) {
	case string:
		if want&TypeString != 0 {
			want &= TypeString | TypeArray | TypeObject // "5" stays text
		}
		return parseText(want, value)
	case json.Number:
		switch {
		case want&(typeInteger|typeNumber) != 0:
			if want&typeNumber == 0 {
				return wholeNumber(value)
			}
			return v
		case want&TypeString != 0:
			return value.String()
		case want&typeBoolean != 0 && (value == "0" || value == "1"):
			return value == "1"
		}
	case bool:
		if want&typeBoolean == 0 && want&TypeString != 0 {
			return strconv.FormatBool(value)
		}
	case map[string]any:
		if want&TypeObject == 0 && want == TypeString {
			return tree.Compact(v)
		}
	case []any:
		if want&TypeArray == 0 && want == TypeString {
			return tree.Compact(v)
		}
		return v
	}
	if want&TypeArray != 0 && want&TypeOf(v) == 0 {
		return []any{v}
	}
	return v
}

// effectiveTypes returns the types of s, or those of its choices if it declares none; 0
// if one of them allows every type.
func (s *Schema) effectiveTypes() Types {
	if s.types != 0 || len(s.anyOf) == 0 {
		return s.types
	}
	var out Types
	open := s.amongChoices(func(c *Schema) (found, deeper bool) {
		out |= c.types
		return c.types == 0 && len(c.anyOf) == 0, c.types == 0
	})
	if open {
		return 0
	}
	return out
}

// parseText converts a string to one of the wanted types.
func parseText(want Types, s string) any {
	trimmed := strings.TrimSpace(s)
	if want&(typeInteger|typeNumber) != 0 && tree.IsNumber(trimmed) {
		return wholeNumber(json.Number(trimmed))
	}
	if want&typeBoolean != 0 {
		switch strings.ToLower(trimmed) {
		case "true", "yes":
			return true
		case "false", "no":
			return false
		}
	}
	if want&TypeObject != 0 && strings.HasPrefix(trimmed, "{") || want&TypeArray != 0 && strings.HasPrefix(trimmed, "[") {
		if v, err := tree.ParseValue([]byte(trimmed)); err == nil {
			return v
		}
	}
	if want&TypeArray != 0 && want&TypeString == 0 {
		return []any{s}
	}
	return s
}

// wholeNumber turns 5.0 into 5.
func wholeNumber(n json.Number) json.Number {
	if strings.ContainsAny(string(n), ".eE") {
		if f, err := n.Float64(); err == nil && f == float64(int64(f)) && f < 1<<53 && f > -1<<53 {
			return json.Number(strconv.FormatInt(int64(f), 10))
		}
	}
	return n
}

// matchEnum returns a copy of the value of an enum that v equals apart from type and
// case, or v.
func matchEnum(enum []any, v any) any {
	for _, e := range enum {
		if equal(e, v) {
			return copyOf(e)
		}
	}
	switch v.(type) {
	case []any, map[string]any:
		return v
	}
	var found []any
	text := strings.TrimSpace(plaintext.Clean(tree.Plain(v)))
	for _, e := range enum {
		if strings.EqualFold(strings.TrimSpace(plaintext.Clean(tree.Plain(e))), text) {
			found = append(found, e)
		}
	}
	if len(found) == 1 {
		return copyOf(found[0])
	}
	return v
}

// copyOf copies a value of the document. What leaves a schema is always a copy: schemas
// are shared by all who call the operation, and coercing changes values in place.
func copyOf(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, item := range v {
			out[name] = copyOf(item)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = copyOf(item)
		}
		return out
	}
	return v
}
