package schema

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// Check holds a value against its schema and adds what is wrong.
func (f *Faults) Check(s *Schema, v any, at Path) {
	if f.steps++; f.steps > maxSteps || len(f.all) >= maxFaults {
		return
	}
	if v == nil {
		if !s.nulls() && s.types != 0 {
			f.Addf(at, "must not be null")
		}
		return
	}
	if s.types != 0 && s.types&TypeOf(v) == 0 {
		f.Addf(at, "must be %s, not %s", article(s.types.String()), kindName(v))
		return
	}
	if len(s.enum) > 0 && !slices.ContainsFunc(s.enum, func(e any) bool { return same(e, v) }) {
		f.Addf(at, "must be one of %s", enumerate(s.enum))
		return
	}
	switch value := v.(type) {
	case string:
		f.text(s, value, at)
	case json.Number:
		f.number(s, value, at)
	case []any:
		f.entries(s, value, at)
	case map[string]any:
		f.members(s, value, at)
	}
	if len(s.some) > 0 {
		f.choice(s, v, at)
	}
}

func (f *Faults) text(s *Schema, v string, at Path) {
	if b := s.bounds; b != nil {
		n := utf8.RuneCountInString(v)
		switch {
		case b.minLen >= 0 && n < b.minLen:
			f.Addf(at, "must have at least %s", plaintext.Count(b.minLen, "character"))
		case b.maxLen >= 0 && n > b.maxLen:
			f.Addf(at, "must have at most %s, not %d", plaintext.Count(b.maxLen, "character"), n)
		case !f.matches(b, v):
			f.Addf(at, "must match the pattern %s", plaintext.Clip(b.pattern, 200))
		}
	}
	switch s.format {
	case "date":
		if _, err := time.Parse(time.DateOnly, v); err != nil && !lenientDate(v) {
			f.Addf(at, "must be a date such as 2026-01-31")
		}
	case "date-time":
		if _, err := time.Parse(time.RFC3339, v); err != nil && !lenientDate(v) {
			f.Addf(at, "must be a time such as 2026-01-31T15:04:05Z")
		}
	}
}

// matches holds a text against the pattern, compiled once for one set of
// arguments.
func (f *Faults) matches(b *bounds, v string) bool {
	if !b.checked {
		return true
	}
	re, known := f.patterns[b.pattern]
	if !known {
		re, _ = regexp.Compile(b.pattern) // nil where it grows too large
		if f.patterns == nil {
			f.patterns = map[string]*regexp.Regexp{}
		}
		f.patterns[b.pattern] = re
	}
	return re == nil || re.MatchString(v)
}

// lenientDate lets pass what plugins declare as dates and mean otherwise:
// anything with a digit and without the look of an ordinary date.
func lenientDate(v string) bool {
	return strings.ContainsAny(v, "0123456789") && !strings.ContainsAny(v, "/ ")
}

func (f *Faults) number(s *Schema, v json.Number, at Path) {
	b := s.bounds
	if b == nil {
		return
	}
	n, err := v.Float64()
	if err != nil {
		f.Addf(at, "is too large a number")
		return
	}
	switch {
	case b.min != nil && b.over && n <= *b.min:
		f.Addf(at, "must be more than %s", trim(*b.min))
	case b.min != nil && n < *b.min:
		f.Addf(at, "must be at least %s", trim(*b.min))
	case b.max != nil && b.under && n >= *b.max:
		f.Addf(at, "must be less than %s", trim(*b.max))
	case b.max != nil && n > *b.max:
		f.Addf(at, "must be at most %s", trim(*b.max))
	case b.step > 0:
		if q := n / b.step; math.Abs(q-math.Round(q)) > 1e-9*math.Max(1, math.Abs(q)) {
			f.Addf(at, "must be a multiple of %s", trim(b.step))
		}
	}
}

func (f *Faults) entries(s *Schema, v []any, at Path) {
	if b := s.bounds; b != nil {
		switch {
		case b.minItems >= 0 && len(v) < b.minItems:
			f.Addf(at, "must have at least %s", plaintext.Entries(b.minItems))
		case b.maxItems >= 0 && len(v) > b.maxItems:
			f.Addf(at, "must have at most %s, not %d", plaintext.Entries(b.maxItems), len(v))
		case b.unique:
			seen := map[string]bool{}
			for i, item := range v {
				text := tree.Compact(item)
				if seen[text] {
					f.Addf(at.entry(i), "stands twice in the list")
					break
				}
				seen[text] = true
			}
		}
	}
	for i, item := range v {
		f.Check(s.At(i), item, at.entry(i))
	}
}

func (f *Faults) members(s *Schema, v map[string]any, at Path) {
	for _, name := range s.required {
		if _, given := v[name]; !given && s.Needs(name) {
			f.Addf(at.Key(name), "is required")
		}
	}
	if b := s.bounds; b != nil {
		switch {
		case b.minProps >= 0 && len(v) < b.minProps:
			f.Addf(at, "must have at least %s", plaintext.Count(b.minProps, "field"))
		case b.maxProps >= 0 && len(v) > b.maxProps:
			f.Addf(at, "must have at most %s", plaintext.Count(b.maxProps, "field"))
		}
	}
	names := make([]string, 0, len(v))
	for name := range v {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		switch p := s.Property(name); {
		case p != nil:
			f.Check(p, v[name], at.Key(name))
		case s.closed && !s.known(name, 0):
			f.Addf(at.Key(name), "is not known; the fields are %s", plaintext.Clip(strings.Join(s.props.Keys, ", "), 300))
		}
	}
}

// known reports whether one of the choices has the property.
func (s *Schema) known(name string, depth int) bool {
	if depth > 8 {
		return true
	}
	for _, c := range s.some {
		if c.Property(name) != nil || c.known(name, depth+1) {
			return true
		}
	}
	return false
}
