package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// ArgumentError says which argument is wrong, in words for the model or the
// member: "body.nights: must be at least 1".
type ArgumentError struct {
	Field   string // path of the argument, dots between names, [n] for entries; empty: the whole
	Message string
	More    []*ArgumentError // further faults found in the same arguments
}

// Error gives all faults in one line, semicolons between them.
func (e *ArgumentError) Error() string {
	var b strings.Builder
	for i, f := range append([]*ArgumentError{e}, e.More...) {
		if i > 0 {
			b.WriteString("; ")
		}
		if f.Field != "" {
			b.WriteString(f.Field + ": ")
		}
		b.WriteString(f.Message)
	}
	return b.String()
}

// Faults collects what is wrong with one set of arguments.
type Faults struct {
	all  []*ArgumentError
	work *work
	// Removes says that null removes a field, whatever its schema: RFC 7396.
	Removes bool
}

// Addf adds a fault of the value at a Path, once.
func (f *Faults) Addf(at Path, format string, args ...any) {
	if len(f.all) >= maxFaults || f.work.spent() {
		return
	}
	field, message := at.String(), fmt.Sprintf(format, args...)
	f.spend(1 + len(field)/5) // the same fault may be found again and again
	if !slices.ContainsFunc(f.all, func(e *ArgumentError) bool { return e.Field == field && e.Message == message }) {
		f.all = append(f.all, &ArgumentError{Field: field, Message: message})
	}
}

// Err returns the first fault with the others in More, or nil. Arguments that could not
// be checked to the end have that fault alone.
func (f *Faults) Err() error {
	if f.work.spent() {
		return &ArgumentError{Message: "the arguments take too long to check; send less"}
	}
	if len(f.all) == 0 {
		return nil
	}
	first := *f.all[0]
	first.More = f.all[1:]
	return &first
}

// Path is the position of a value in the arguments. It is a linked list, so that text
// is only made of it when there is a fault.
type Path struct {
	parent *Path
	name   string
	i      int // of a list, when name is ""
}

// Key returns the Path of a property.
func (p Path) Key(name string) Path { return Path{&p, name, 0} }
func (p Path) index(i int) Path     { return Path{&p, "", i} }

// String writes the position in at most some 2,000 characters: of a longer one the end.
func (p Path) String() string {
	var parts []string
	size := 0
	for at := &p; at.parent != nil; at = at.parent {
		part := "[" + strconv.Itoa(at.i) + "]"
		if at.name != "" {
			if part = plaintext.Line(at.name, 80); at.parent.parent != nil {
				part = "." + part
			}
		}
		parts = append(parts, part)
		if size += len(part); size > maxPath && at.parent.parent != nil {
			parts = append(parts, "…")
			break
		}
	}
	slices.Reverse(parts)
	return strings.Join(parts, "")
}

// Check validates a value against its schema and adds what is wrong.
func (f *Faults) Check(s *Schema, v any, at Path) {
	if !f.spend(1+len(s.enum)/16) || len(f.all) >= maxFaults {
		return
	}
	if v == nil {
		if !s.takesNull() && !f.Removes && (s.types != 0 || len(s.enum) > 0) {
			f.Addf(at, "must not be null")
		}
		return
	}
	if s.types != 0 && s.types&TypeOf(v) == 0 {
		f.Addf(at, "must be %s, not %s", article(s.types.String()), describeType(v))
		return
	}
	if len(s.enum) > 0 && !slices.ContainsFunc(s.enum, func(e any) bool { return equal(e, v) }) {
		f.Addf(at, "must be one of %s", enumerate(s.enum))
		return
	}
	switch value := v.(type) {
	case string:
		f.checkText(s, value, at)
	case json.Number:
		f.checkNumber(s, value, at)
	case []any:
		f.checkList(s, value, at)
	case map[string]any:
		f.checkObject(s, value, at)
	}
	if len(s.anyOf) > 0 {
		f.checkChoices(s, v, at)
	}
}

func (f *Faults) checkText(s *Schema, v string, at Path) {
	if b := s.bounds; b != nil && f.spend(len(v)/1_000) {
		n := utf8.RuneCountInString(v)
		switch {
		case b.minLength >= 0 && n < b.minLength:
			f.Addf(at, "must have at least %s", plaintext.Count(b.minLength, "character"))
		case b.maxLength >= 0 && n > b.maxLength:
			f.Addf(at, "must have at most %s, not %d", plaintext.Count(b.maxLength, "character"), n)
		case !f.matches(b, v):
			f.Addf(at, "must match the pattern %s", plaintext.Line(b.pattern, 200))
		}
	}
	f.checkFormat(s, v, at)
}

func (f *Faults) checkFormat(s *Schema, v string, at Path) {
	switch s.format {
	case "date":
		if _, err := time.Parse(time.DateOnly, v); err != nil && !looseDate(v) {
			f.Addf(at, "must be a date such as 2026-01-31")
		}
	case "date-time":
		if _, err := time.Parse(time.RFC3339, v); err != nil && !looseDate(v) {
			f.Addf(at, "must be a time such as 2026-01-31T15:04:05Z")
		}
	}
}

// looseDate accepts other formats that plugins declare as dates: anything that has a
// digit, but no slash or blank as dates that people write have.
func looseDate(v string) bool {
	return strings.ContainsAny(v, "0123456789") && !strings.ContainsAny(v, "/ ")
}

func (f *Faults) checkNumber(s *Schema, v json.Number, at Path) {
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
	case b.min != nil && b.exclusiveMin && n <= *b.min:
		f.Addf(at, "must be more than %s", formatNumber(*b.min))
	case b.min != nil && n < *b.min:
		f.Addf(at, "must be at least %s", formatNumber(*b.min))
	case b.max != nil && b.exclusiveMax && n >= *b.max:
		f.Addf(at, "must be less than %s", formatNumber(*b.max))
	case b.max != nil && n > *b.max:
		f.Addf(at, "must be at most %s", formatNumber(*b.max))
	case b.multipleOf > 0:
		if q := n / b.multipleOf; math.Abs(q-math.Round(q)) > 1e-9*math.Max(1, math.Abs(q)) {
			f.Addf(at, "must be a multiple of %s", formatNumber(b.multipleOf))
		}
	}
}

func (f *Faults) checkList(s *Schema, v []any, at Path) {
	if b := s.bounds; b != nil {
		switch {
		case b.minItems >= 0 && len(v) < b.minItems:
			f.Addf(at, "must have at least %s", plaintext.Entries(b.minItems))
		case b.maxItems >= 0 && len(v) > b.maxItems:
			f.Addf(at, "must have at most %s, not %d", plaintext.Entries(b.maxItems), len(v))
		case b.unique:
			seen := map[string]bool{}
			for i, item := range v {
				if !f.spend(1) {
					break
				}
				text := tree.Compact(item)
				if seen[text] {
					f.Addf(at.index(i), "stands twice in the list")
					break
				}
				seen[text] = true
			}
		}
	}
	removes := f.Removes
	f.Removes = false
	for i, item := range v {
		f.Check(s.At(i), item, at.index(i))
	}
	f.Removes = removes
}

func (f *Faults) checkObject(s *Schema, v map[string]any, at Path) {
	if !f.spend((len(v) + len(s.required)) / 4) {
		return
	}
	for _, name := range s.required {
		if _, given := v[name]; !given && s.Needs(name) {
			f.Addf(at.Key(name), "is required")
		}
	}
	if b := s.bounds; b != nil {
		switch {
		case b.minProperties >= 0 && len(v) < b.minProperties:
			f.Addf(at, "must have at least %s", plaintext.Count(b.minProperties, "field"))
		case b.maxProperties >= 0 && len(v) > b.maxProperties:
			f.Addf(at, "must have at most %s", plaintext.Count(b.maxProperties, "field"))
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
		case s.closed && !s.choiceTakes(name):
			f.Addf(at.Key(name), "is not known; the fields are %s", plaintext.Line(joinSome(s.props.Keys, 300), 300))
		}
	}
}

// equal reports whether two JSON values are equal, numbers by value.
func equal(a, b any) bool {
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
	case []any:
		other, ok := b.([]any)
		return ok && slices.EqualFunc(a, other, equal)
	case map[string]any:
		other, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, other, equal)
	}
	switch b.(type) {
	case []any, map[string]any:
		return false
	}
	return a == b
}

func enumerate(values []any) string {
	var out []string
	size := 0
	for i, v := range values {
		if i == maxEnum || size > 2_000 {
			out = append(out, "…")
			break
		}
		out = append(out, tree.Compact(v))
		size += len(out[i])
	}
	return plaintext.Line(strings.Join(out, ", "), 500)
}

// joinSome joins names until they have n characters.
func joinSome(names []string, n int) string {
	size := 0
	for i, name := range names {
		if size += len(name) + 2; size > 4*n+2 {
			return strings.Join(names[:i+1], ", ")
		}
	}
	return strings.Join(names, ", ")
}

func formatNumber(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func article(s string) string {
	if s != "" && strings.ContainsRune("aeiou", rune(s[0])) {
		return "an " + s
	}
	return "a " + s
}

func describeType(v any) string {
	switch TypeOf(v) {
	case typeBoolean:
		return "a boolean"
	case TypeString:
		return "a string"
	case TypeArray:
		return "an array"
	case TypeObject:
		return "an object"
	default:
		return "a number"
	}
}
