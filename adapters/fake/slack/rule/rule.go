package rule

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// A rule says what a value may be; where it stands is a JSON pointer.
type rule func(c *checker, at string, v any)

// checker collects what is wrong.
type checker struct {
	faults      []string
	unfetchable func(url string) bool // nil: every picture can be fetched
}

// maxFaults is how many faults one answer names.
const maxFaults = 20

func (c *checker) faultf(at, format string, args ...any) {
	if len(c.faults) < maxFaults {
		c.faults = append(c.faults, fmt.Sprintf("[ERROR] %s [json-pointer:%s]", fmt.Sprintf(format, args...), at))
	}
}

// text is a string of so many characters.
func text(least, most int) rule {
	return func(c *checker, at string, v any) {
		s, ok := v.(string)
		if !ok {
			c.faultf(at, "must be a string")
			return
		}
		n := utf8.RuneCountInString(s)
		switch {
		case n < least && least == 1:
			c.faultf(at, "must be more than 0 characters")
		case n < least:
			c.faultf(at, "must be more than %d characters", least-1)
		case n > most:
			c.faultf(at, "must be less than %d characters", most+1)
		}
	}
}

// oneOf is one of some strings.
func oneOf(words ...string) rule {
	return func(c *checker, at string, v any) {
		if s, ok := v.(string); !ok || !slices.Contains(words, s) {
			c.faultf(at, "must be one of: %s", strings.Join(words, ", "))
		}
	}
}

// address is an address that a browser can open.
func address(c *checker, at string, v any) {
	text(1, 3000)(c, at, v)
	s, _ := v.(string)
	if u, err := url.Parse(s); err != nil || u.Scheme == "" || u.Host == "" && u.Opaque == "" && u.Path == "" {
		c.faultf(at, "Invalid url")
	}
}

// boolean is true or false.
func boolean(c *checker, at string, v any) {
	if _, ok := v.(bool); !ok {
		c.faultf(at, "must be a boolean")
	}
}

// number is a number within bounds; whole says that it has no fraction.
func number(least, most float64, whole bool) rule {
	return func(c *checker, at string, v any) {
		n, ok := v.(float64)
		switch {
		case !ok:
			c.faultf(at, "must be a number")
		case whole && n != math.Trunc(n):
			c.faultf(at, "must be an integer")
		case n < least || n > most:
			c.faultf(at, "must be between %v and %v", least, most)
		}
	}
}

// list is an array of so many items.
func list(least, most int, item rule) rule {
	return func(c *checker, at string, v any) {
		items, ok := v.([]any)
		switch {
		case !ok:
			c.faultf(at, "must be an array")
			return
		case len(items) < least:
			c.faultf(at, "no less than %d items allowed", least)
		case len(items) > most:
			c.faultf(at, "no more than %d items allowed", most)
			return
		}
		for i, one := range items {
			item(c, fmt.Sprintf("%s/%d", at, i), one)
		}
	}
}

// fields are the properties of an object. A name that ends with an exclamation mark
// has to be there.
type fields map[string]rule

// shape is an object with such properties; others are refused. The type of an object
// that has one is not among them: see kinds.
func shape(f fields, more ...func(c *checker, at string, o object)) rule {
	known := map[string]rule{}
	var needed []string
	for name, r := range f {
		bare, must := strings.CutSuffix(name, "!")
		known[bare] = r
		if must {
			needed = append(needed, bare)
		}
	}
	slices.Sort(needed)
	return func(c *checker, at string, v any) {
		o, ok := v.(object)
		if !ok {
			c.faultf(at, "must be an object")
			return
		}
		for _, name := range needed {
			if _, ok := o[name]; !ok {
				c.faultf(at, "missing required field: %s", name)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(o)) {
			if r, ok := known[name]; ok {
				r(c, at+"/"+name, o[name])
			} else {
				c.faultf(at, "invalid additional property: %s", name)
			}
		}
		for _, check := range more {
			check(c, at, o)
		}
	}
}

// byType is an object of one of some types.
func byType(of map[string]rule) rule {
	return func(c *checker, at string, v any) {
		o, ok := v.(object)
		if !ok {
			c.faultf(at, "must be an object")
			return
		}
		kind, _ := o["type"].(string)
		r, ok := of[kind]
		if !ok {
			c.faultf(at+"/type", "unsupported type: %s", kind)
			return
		}
		bare := maps.Clone(o)
		delete(bare, "type")
		r(c, at, bare)
	}
}

// only is a part of the kinds.
func only(of map[string]rule, names ...string) map[string]rule {
	out := map[string]rule{}
	for _, n := range names {
		out[n] = of[n]
	}
	return out
}

// exactlyOne says that exactly one of two properties is there.
func exactlyOne(a, b string) func(c *checker, at string, o object) {
	return func(c *checker, at string, o object) {
		_, first := o[a]
		_, second := o[b]
		switch {
		case first && second:
			c.faultf(at, "only one of %s and %s allowed", a, b)
		case !first && !second:
			c.faultf(at, "missing required field: %s or %s", a, b)
		}
	}
}

// object is a JSON object.
type object = map[string]any

// decode reads JSON.
func decode(raw string) (any, error) {
	var v any
	err := json.Unmarshal([]byte(raw), &v)
	return v, err
}
