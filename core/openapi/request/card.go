package request

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/schema"
	"aidesk/core/openapi/tree"
)

// Arguments lists the values of a call for a card: each with a label in plain
// words and in full, in the order of the document. Values stand as they will be
// sent, so "5" for a number is 5, and what the document fixes is there too.
// Arguments that do not fit are listed all the same; Request refuses them. Of a call with
// some thousand values, or a megabyte of them, only the first are listed: that is more
// than a card shows.
func (b *Builder) Arguments(args json.RawMessage) []Argument {
	f := &schema.Faults{}
	given, ok := parseArguments(args, f)
	if !ok {
		return []Argument{{"Arguments", escapeInvisible(string(args))}}
	}
	values, _ := b.bind(args, &schema.Faults{})
	b.resolveUnknown(given, f)
	c := &argumentLister{}
	c.values(b, values)
	for _, a := range b.Args {
		delete(given, a.Key)
		if a.Param != nil {
			delete(given, a.Param.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		c.add(Leaf{Label: fieldLabel(name, nil), Value: given[name]}, nil, 0)
	}
	var all []Argument
	for _, l := range c.all {
		all = append(all, Argument{l.Label, l.text})
	}
	return all
}

// argumentLister lists values until there are more than any card shows.
type argumentLister struct {
	all   []listed
	bytes int // of what is listed
	steps int // names looked up to bring fields into order
}

// listed is a Leaf as a person would read it.
type listed struct {
	Leaf

	text string
}

// values lists the values of a call.
func (c *argumentLister) values(b *Builder, values map[int]any) {
	for i, a := range b.Args {
		v, bound := values[i]
		switch {
		case !bound:
		case a.Param == nil:
			c.body(a.Body, v)
		default:
			label := fieldLabel(a.Param.Name, a.Schema())
			if a.Key != plaintext.Key(a.Param.Name, plaintext.MaxName) {
				label = fieldLabel(a.Key, nil) // two arguments have this name
			}
			c.add(Leaf{Path: step("", a.Key), Label: label, Value: v, Prose: a.Param.In == "query" && isProse(a.Param.Name)}, a.Schema(), 0)
		}
	}
}

func (c *argumentLister) full() bool { return len(c.all) > maxListed || c.bytes > maxListedBytes }

// body lists the fields of the body as if they were arguments.
func (c *argumentLister) body(b *Body, v any) {
	at := Leaf{Path: step("", BodyKey), Value: v, Prose: true}
	if fields, isObject := v.(map[string]any); isObject && len(fields) > 0 {
		before := len(c.all)
		c.fields(at, b.Schema, fields, 0)
		for i := before; i < len(c.all); i++ {
			if slices.ContainsFunc(c.all[:before], func(p listed) bool { return p.Label == c.all[i].Label }) {
				c.all[i].Label = "Body › " + c.all[i].Label // a parameter has the same label
			}
		}
		return
	}
	at.Label = "Body"
	c.add(at, b.Schema, 0)
}

// fields lists the fields of an object at a place.
func (c *argumentLister) fields(at Leaf, s *schema.Schema, fields map[string]any, depth int) {
	names := s.Names()
	if c.steps += len(names); c.steps > maxListedSteps {
		names = nil // then their order is that of the alphabet
	}
	above := at.Label
	if above != "" {
		above += " › "
	}
	for _, name := range fieldOrder(names, fields) {
		if c.full() {
			return
		}
		p := s.Field(name)
		c.add(Leaf{Path: step(at.Path, name), Label: above + fieldLabel(name, p), Value: fields[name], Prose: at.Prose && isProse(name)}, p, depth+1)
	}
}

// add lists a value at its place, or the values in it. Prose says of the place that words for
// people may stand there as far as its names say.
func (c *argumentLister) add(at Leaf, s *schema.Schema, depth int) {
	switch v := at.Value.(type) {
	case map[string]any:
		if len(v) > 0 && depth < 12 {
			c.fields(at, s, v, depth)
			return
		}
	case []any:
		if len(v) > 0 && depth < 12 {
			for i, item := range v {
				if c.full() {
					return
				}
				each := Leaf{Path: entry(at.Path, i), Label: at.Label, Value: item, Prose: at.Prose}
				if len(v) > 1 {
					each.Label = fmt.Sprintf("%s %d", at.Label, i+1)
				}
				var of *schema.Schema
				if s != nil {
					of = s.At(i)
				}
				c.add(each, of, depth+1)
			}
			return
		}
	}
	if c.full() {
		return
	}
	at.Prose = at.Prose && s.IsProse()
	text := readable(at.Value)
	c.all = append(c.all, listed{at, text})
	c.bytes += len(at.Label) + len(text)
}

// fieldOrder lists the names of fields: those that are declared, in that order, then the
// others.
func fieldOrder(declared []string, fields map[string]any) []string {
	var out []string
	known := map[string]bool{}
	for _, name := range declared {
		if _, given := fields[name]; given && !known[name] {
			known[name] = true
			out = append(out, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !known[name] {
			out = append(out, name)
		}
	}
	return out
}

// fieldLabel makes words of a name: "check_in" becomes "Check in".
func fieldLabel(name string, s *schema.Schema) string {
	if title := s.Title(); title != "" && len(title) <= 40 {
		return escapeInvisible(title)
	}
	parts := strings.FieldsFunc(plaintext.SplitWords(escapeInvisible(name)), func(c rune) bool {
		return c == '_' || c == '-' || c == '.' || c == '[' || c == ']' || c == '$' || unicode.IsSpace(c)
	})
	for i, p := range parts {
		if i > 0 && strings.ToUpper(p) != p {
			parts[i] = strings.ToLower(p)
		}
	}
	text := strings.Join(parts, " ")
	if text == "" {
		return escapeInvisible(name)
	}
	first := []rune(text)
	first[0] = unicode.ToUpper(first[0])
	return string(first)
}

// readable writes a value as a person would read it.
func readable(v any) string {
	switch v := v.(type) {
	case nil:
		return "none"
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case string:
		if v == "" {
			return "empty"
		}
		return escapeInvisible(v)
	case map[string]any:
		if len(v) == 0 {
			return "empty"
		}
	case []any:
		if len(v) == 0 {
			return "empty list"
		}
	}
	return escapeInvisible(tree.Plain(v))
}

// escapeInvisible writes characters that are invisible or change the direction of text
// as ‹U+202E›. Line ends stay.
func escapeInvisible(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteRune(r)
		case plaintext.IsHidden(r), r != ' ' && unicode.IsSpace(r):
			fmt.Fprintf(&b, "‹U+%04X›", r)
		case r == unicode.ReplacementChar:
			b.WriteString("‹invalid›")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
