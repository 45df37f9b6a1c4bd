package openapi

import (
	"encoding/json"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// check holds a value against its schema and adds what is wrong.
func (f *faults) check(s *schema, v any, at path) {
	if f.steps++; f.steps > maxSteps || len(f.all) >= maxFaults {
		return
	}
	if v == nil {
		if !s.nulls() && s.types != 0 {
			f.add(at, "must not be null")
		}
		return
	}
	if s.types != 0 && s.types&kindOf(v) == 0 {
		f.add(at, "must be %s, not %s", article(s.types.String()), kindName(v))
		return
	}
	if len(s.enum) > 0 && !slices.ContainsFunc(s.enum, func(e any) bool { return same(e, v) }) {
		f.add(at, "must be one of %s", enumerate(s.enum))
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

func (f *faults) text(s *schema, v string, at path) {
	if b := s.bounds; b != nil {
		n := utf8.RuneCountInString(v)
		switch {
		case b.minLen >= 0 && n < b.minLen:
			f.add(at, "must have at least %s", count(b.minLen, "character"))
		case b.maxLen >= 0 && n > b.maxLen:
			f.add(at, "must have at most %s, not %d", count(b.maxLen, "character"), n)
		case !f.matches(b, v):
			f.add(at, "must match the pattern %s", clip(b.pattern, 200))
		}
	}
	switch s.format {
	case "date":
		if _, err := time.Parse(time.DateOnly, v); err != nil && !lenientDate(v) {
			f.add(at, "must be a date such as 2026-01-31")
		}
	case "date-time":
		if _, err := time.Parse(time.RFC3339, v); err != nil && !lenientDate(v) {
			f.add(at, "must be a time such as 2026-01-31T15:04:05Z")
		}
	}
}

// matches holds a text against the pattern, compiled once for one set of
// arguments.
func (f *faults) matches(b *bounds, v string) bool {
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

func (f *faults) number(s *schema, v json.Number, at path) {
	b := s.bounds
	if b == nil {
		return
	}
	n, err := v.Float64()
	if err != nil {
		f.add(at, "is too large a number")
		return
	}
	switch {
	case b.min != nil && b.over && n <= *b.min:
		f.add(at, "must be more than %s", trim(*b.min))
	case b.min != nil && n < *b.min:
		f.add(at, "must be at least %s", trim(*b.min))
	case b.max != nil && b.under && n >= *b.max:
		f.add(at, "must be less than %s", trim(*b.max))
	case b.max != nil && n > *b.max:
		f.add(at, "must be at most %s", trim(*b.max))
	case b.step > 0:
		if q := n / b.step; math.Abs(q-math.Round(q)) > 1e-9*math.Max(1, math.Abs(q)) {
			f.add(at, "must be a multiple of %s", trim(b.step))
		}
	}
}

func (f *faults) entries(s *schema, v []any, at path) {
	if b := s.bounds; b != nil {
		switch {
		case b.minItems >= 0 && len(v) < b.minItems:
			f.add(at, "must have at least %s", entries(b.minItems))
		case b.maxItems >= 0 && len(v) > b.maxItems:
			f.add(at, "must have at most %s, not %d", entries(b.maxItems), len(v))
		case b.unique:
			seen := map[string]bool{}
			for i, item := range v {
				text := compact(item)
				if seen[text] {
					f.add(at.entry(i), "stands twice in the list")
					break
				}
				seen[text] = true
			}
		}
	}
	for i, item := range v {
		f.check(s.at(i), item, at.entry(i))
	}
}

func (f *faults) members(s *schema, v map[string]any, at path) {
	for _, name := range s.required {
		if _, given := v[name]; !given && s.needs(name) {
			f.add(at.key(name), "is required")
		}
	}
	if b := s.bounds; b != nil {
		switch {
		case b.minProps >= 0 && len(v) < b.minProps:
			f.add(at, "must have at least %s", count(b.minProps, "field"))
		case b.maxProps >= 0 && len(v) > b.maxProps:
			f.add(at, "must have at most %s", count(b.maxProps, "field"))
		}
	}
	names := make([]string, 0, len(v))
	for name := range v {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		switch p := s.property(name); {
		case p != nil:
			f.check(p, v[name], at.key(name))
		case s.closed && !s.known(name, 0):
			f.add(at.key(name), "is not known; the fields are %s", clip(strings.Join(s.props.keys, ", "), 300))
		}
	}
}

// known reports whether one of the choices has the property.
func (s *schema) known(name string, depth int) bool {
	if depth > 8 {
		return true
	}
	for _, c := range s.some {
		if c.property(name) != nil || c.known(name, depth+1) {
			return true
		}
	}
	return false
}

// choice demands that one of anyOf or oneOf fits. More than one may: documents
// say "oneOf" where they mean either. The message is of the one that is
// nearest.
func (f *faults) choice(s *schema, v any, at path) {
	best := f.best(s, v)
	if best < 0 {
		return
	}
	f.check(s.some[best], v, at)
}

// best returns the choice with the fewest faults, -1 where one has none.
func (f *faults) best(s *schema, v any) int {
	best, least := -1, math.MaxInt
	for i, c := range s.some {
		try := &faults{steps: f.steps, patterns: f.patterns}
		try.check(c, v, path{})
		f.steps, f.patterns = try.steps, try.patterns
		n := len(try.all)
		if n == 0 {
			return -1
		}
		n *= 4
		if c.types != 0 && c.types&kindOf(v) == 0 {
			n += 4 * maxFaults // of another type altogether
		}
		if fields, isObject := v.(map[string]any); isObject {
			for name := range fields {
				if c.props.find(name) >= 0 {
					n -= 3 // it is what was meant
				}
			}
		}
		if n < least {
			best, least = i, n
		}
	}
	return best
}

// same reports whether two JSON values are equal, numbers by value.
func same(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		other, ok := b.(json.Number)
		if !ok {
			return false
		}
		if a == other {
			return true
		}
		if len(a) > 40 || len(other) > 40 || strings.ContainsAny(string(a+other), "eE") {
			x, err1 := a.Float64()
			y, err2 := other.Float64()
			return err1 == nil && err2 == nil && x == y
		}
		x, ok1 := new(big.Rat).SetString(string(a))
		y, ok2 := new(big.Rat).SetString(string(other))
		return ok1 && ok2 && x.Cmp(y) == 0
	case string, bool, nil:
		return a == b
	}
	switch b.(type) {
	case string, bool, nil, json.Number:
		return false
	}
	return compact(a) == compact(b)
}

func enumerate(values []any) string {
	var out []string
	for i, v := range values {
		if i == maxEnum {
			out = append(out, "…")
			break
		}
		out = append(out, compact(v))
	}
	return clip(strings.Join(out, ", "), 500)
}

func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return strconv.Itoa(n) + " " + of + "s"
}

func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return strconv.Itoa(n) + " entries"
}

func trim(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func article(s string) string {
	if s != "" && strings.ContainsRune("aeiou", rune(s[0])) {
		return "an " + s
	}
	return "a " + s
}

func kindName(v any) string {
	switch kindOf(v) {
	case typeBoolean:
		return "a boolean"
	case typeString:
		return "a string"
	case typeArray:
		return "an array"
	case typeObject:
		return "an object"
	}
	return "a number"
}
