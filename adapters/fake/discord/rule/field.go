// Package rule is what Discord allows in the bodies of requests: messages with their embeds
// and components, modals and commands, with the documented limits.
package rule

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Faults are what is wrong with a form, by the path of the place: "embeds.0.title".
type Faults map[string][]object

// Addf notes a fault.
func (f Faults) Addf(path, code, format string, args ...any) {
	f[path] = append(f[path], object{"code": code, "message": fmt.Sprintf(format, args...)})
}

// Tree returns the faults as Discord sends them: a tree, by the path of the place.
func (f Faults) Tree() map[string]any {
	root := object{}
	for path, wrong := range f {
		at := root
		for part := range strings.SplitSeq(path, ".") {
			if part == "" {
				continue
			}
			next, _ := at[part].(object)
			if next == nil {
				next = object{}
				at[part] = next
			}
			at = next
		}
		at["_errors"] = wrong
	}
	return root
}

// At makes a path: At("components", 0, "label").
func At(parts ...any) string {
	var out []string
	for _, p := range parts {
		switch p := p.(type) {
		case int:
			out = append(out, strconv.Itoa(p))
		case string:
			if p != "" {
				out = append(out, p)
			}
		}
	}
	return strings.Join(out, ".")
}

// Text is a field that is a string or null, of so many characters.
func (f Faults) Text(o object, key, path string, least, most int) string {
	v, ok := o[key]
	if !ok || v == nil {
		return ""
	}
	s, ok := v.(string)
	switch n := Length(s); {
	case !ok:
		f.Addf(At(path, key), "STRING_TYPE_CONVERT", "Could not interpret \"%v\" as string.", v)
	case least > 0 && (n < least || n > most):
		f.Addf(At(path, key), "BASE_TYPE_BAD_LENGTH", "Must be between %d and %d in length.", least, most)
	case n > most:
		f.Addf(At(path, key), "BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", most)
	}
	return s
}

// Required is a text that must be there.
func (f Faults) Required(o object, key, path string, most int) string {
	if v, ok := o[key]; !ok || v == nil {
		f.Addf(At(path, key), "BASE_TYPE_REQUIRED", "This field is required")
		return ""
	}
	return f.Text(o, key, path, 1, most)
}

// List is a field that is an array or null.
func (f Faults) List(o object, key, path string, most int) []any {
	v, ok := o[key]
	if !ok || v == nil {
		return nil
	}
	l, ok := v.([]any)
	switch {
	case !ok:
		f.Addf(At(path, key), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
	case len(l) > most:
		f.Addf(At(path, key), "BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", most)
	}
	return l
}

// Choice refuses a number that is none of some.
func (f Faults) Choice(o object, key, path string, of ...int) int {
	v, ok := o[key]
	n := Integer(v)
	_, isNumber := v.(json.Number)
	switch {
	case !ok || v == nil:
		f.Addf(At(path, key), "BASE_TYPE_REQUIRED", "This field is required")
	case !isNumber || !slices.Contains(of, n):
		f.Addf(At(path, key), "BASE_TYPE_CHOICES", "Value must be one of %v.", of)
	}
	return n
}

// booleans refuses what is neither true nor false nor null.
func (f Faults) booleans(o object, path string, keys ...string) {
	for _, key := range keys {
		switch o[key].(type) {
		case nil, bool:
		default:
			f.Addf(At(path, key), "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
		}
	}
}

// objectField is a field that is an object or null.
func (f Faults) objectField(o object, key, path string) object {
	v, ok := o[key]
	if !ok || v == nil {
		return nil
	}
	in, ok := v.(object)
	if !ok {
		f.Addf(At(path, key), "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
	}
	return in
}

// integer is a field that is a whole number or null, between two bounds; none if it is not given.
func (f Faults) integer(o object, key, path string, least, most, none int) int {
	v, ok := o[key]
	if !ok || v == nil {
		return none
	}
	n, isNumber := v.(json.Number)
	i, err := n.Int64()
	switch {
	case !isNumber || err != nil:
		f.Addf(At(path, key), "NUMBER_TYPE_COERCE", "Value \"%v\" is not int.", v)
	case i < int64(least):
		f.Addf(At(path, key), "NUMBER_TYPE_MIN", "int value should be greater than or equal to %d.", least)
	case i > int64(most):
		f.Addf(At(path, key), "NUMBER_TYPE_MAX", "int value should be less than or equal to %d.", most)
	}
	return int(i)
}

// object is a JSON object.
type object = map[string]any

// Text is a string of JSON, empty if it is none.
func Text(v any) string {
	s, _ := v.(string)
	return s
}

// Integer is a number of JSON, read in whichever way.
func Integer(v any) int {
	switch v := v.(type) {
	case int:
		return v
	case float64:
		return int(v)
	case json.Number:
		n, _ := v.Int64()
		return int(n)
	}
	return 0
}

// DropNulls takes what is null out of JSON, as Discord does with what it was sent.
func DropNulls(v any) any {
	switch v := v.(type) {
	case object:
		for key, inner := range v {
			if inner == nil {
				delete(v, key)
			} else {
				v[key] = DropNulls(inner)
			}
		}
	case []any:
		for i := range v {
			v[i] = DropNulls(v[i])
		}
	}
	return v
}

// EachComponent visits components and what is in them, in the order in which they
// stand.
func EachComponent(list []any, f func(c object)) {
	for _, v := range list {
		c, ok := v.(object)
		if !ok {
			continue
		}
		f(c)
		inner, _ := c["components"].([]any)
		EachComponent(inner, f)
		for _, key := range []string{"component", "accessory"} {
			if one, ok := c[key]; ok {
				EachComponent([]any{one}, f)
			}
		}
	}
}

var snowflake = regexp.MustCompile(`^(0|[1-9][0-9]{0,19})$`)

// IsSnowflake reports whether a text is an id of Discord's.
func IsSnowflake(s string) bool { return snowflake.MatchString(s) }

// Length is a length as it counts here: in UTF-16, as Discord does not say in what, and
// this is never less than what it could be.
func Length(s string) int { return len(utf16.Encode([]rune(s))) }
