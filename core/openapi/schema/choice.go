package schema

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// choice demands that one of anyOf or oneOf fits. More than one may: documents
// say "oneOf" where they mean either. The message is of the one that is
// nearest.
func (f *Faults) choice(s *Schema, v any, at Path) {
	best := f.best(s, v)
	if best < 0 {
		return
	}
	f.Check(s.some[best], v, at)
}

// best returns the choice with the fewest faults, -1 where one has none.
func (f *Faults) best(s *Schema, v any) int {
	best, least := -1, math.MaxInt
	for i, c := range s.some {
		try := &Faults{steps: f.steps, patterns: f.patterns}
		try.Check(c, v, Path{})
		f.steps, f.patterns = try.steps, try.patterns
		n := len(try.all)
		if n == 0 {
			return -1
		}
		n *= 4
		if c.types != 0 && c.types&TypeOf(v) == 0 {
			n += 4 * maxFaults // of another type altogether
		}
		if fields, isObject := v.(map[string]any); isObject {
			for name := range fields {
				if c.props.Find(name) >= 0 {
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
	return tree.Compact(a) == tree.Compact(b)
}

func enumerate(values []any) string {
	var out []string
	for i, v := range values {
		if i == maxEnum {
			out = append(out, "…")
			break
		}
		out = append(out, tree.Compact(v))
	}
	return plaintext.Clip(strings.Join(out, ", "), 500)
}

func trim(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func article(s string) string {
	if s != "" && strings.ContainsRune("aeiou", rune(s[0])) {
		return "an " + s
	}
	return "a " + s
}

func kindName(v any) string {
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
