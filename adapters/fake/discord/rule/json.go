package rule

import (
	"encoding/json"
	"regexp"
	"unicode/utf16"
)

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
