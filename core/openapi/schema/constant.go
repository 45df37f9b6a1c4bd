package schema

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// Documents say what the values of an enum mean in two ways: each value is a choice of
// its own with a title, or words of code generators stand beside the enum.

// meanings are the keys under which code generators keep what the values of an enum
// mean, the most telling first: a list as long as the enum, or an object by value.
var meanings = [...]string{"x-enum-descriptions", "x-enumDescriptions", "x-enum-varnames", "x-enumNames", "x-enum-names"}

// readMeanings returns what the values of an enum mean, by value.
func readMeanings(s tree.Cursor) map[string]string {
	values := s.Get("enum").Entries()
	out := map[string]string{}
	add := func(value, meaning *tree.Node) {
		key, text := tree.Plain(value.Value()), plaintext.Line(meaning.Text(), maxMeaning)
		if out[key] == "" && len(out) < maxEnum && !sameWord(key, text) {
			out[key] = text
		}
	}
	for _, key := range meanings {
		said := s.Get(key)
		for i, value := range values[:min(len(values), maxEnum)] {
			switch {
			case value.Kind >= tree.List:
			case said.Is(tree.Object):
				add(value, said.Get(value.Text()))
			case said.Is(tree.List) && len(said.Vals) == len(values):
				add(value, said.Vals[i])
			}
		}
	}
	if all := s.Get("x-ms-enum").Get("values"); all.Is(tree.List) {
		for _, v := range all.Vals[:min(len(all.Vals), maxEnum)] {
			if value := v.Get("value"); value != nil && value.Kind < tree.List {
				add(value, v.Get("description"))
				add(value, v.Get("name"))
			}
		}
	}
	return out
}

// sameWord reports whether a text says no more than the value itself, as IN_PROGRESS does
// of "in-progress".
func sameWord(value, text string) bool {
	bare := func(s string) string {
		return strings.Map(func(c rune) rune {
			if unicode.IsLetter(c) || unicode.IsDigit(c) {
				return unicode.ToLower(c)
			}
			return -1
		}, s)
	}
	return text == "" || bare(value) == bare(text)
}

// hasConstants reports whether s is a choice of nothing but constants.
func (s *Schema) hasConstants() bool {
	return len(s.anyOf) > 0 && len(s.props.Keys) == 0 && len(s.enum) == 0 && !slices.ContainsFunc(s.anyOf, func(c *Schema) bool {
		return len(c.enum) == 0 || len(c.props.Keys) > 0 || len(c.anyOf) > 0
	})
}

// constants returns the values of a choice of nothing but constants.
func (s *Schema) constants() []any {
	var out []any
	for _, c := range s.anyOf {
		out = append(out, c.enum...)
	}
	return out
}

// asEnum returns a schema that says by an enum what s, a choice of nothing but constants,
// says. Of very many values it has some more than are drawn.
func (s *Schema) asEnum() *Schema {
	out := *s
	out.anyOf, out.meanings = nil, map[string]string{}
	for _, c := range s.anyOf {
		for _, v := range c.enum {
			if len(out.enum) > maxEnum {
				return &out
			}
			if slices.ContainsFunc(out.enum, func(w any) bool { return equal(v, w) }) {
				continue
			}
			out.enum = append(out.enum, v)
			key := tree.Plain(v)
			text := c.meanings[key]
			if len(c.enum) == 1 {
				text = plaintext.Line(cmp.Or(text, c.title, c.description), maxMeaning)
			}
			if !sameWord(key, text) {
				out.meanings[key] = text
			}
		}
	}
	return &out
}

// meaningsOf writes what values mean, in at most room bytes: "1 = Low, 2 = High". It
// writes all values, or only those of which something is said.
func (s *Schema) meaningsOf(all bool, room int) string {
	var out []string
	for _, v := range s.enum[:min(len(s.enum), maxEnum)] {
		key := tree.Plain(v)
		word := plaintext.Line(key, maxMeaning)
		switch text := s.meanings[key]; {
		case text != "":
			word += " = " + text
		case !all:
			continue
		}
		out = append(out, word)
	}
	return plaintext.Clip(strings.Join(out, ", "), room)
}
