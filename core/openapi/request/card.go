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
// Arguments that do not fit are listed all the same; Request refuses them.
func (o *Builder) Arguments(args json.RawMessage) []Argument {
	f := &schema.Faults{}
	given, ok := object(args, f)
	if !ok {
		return []Argument{{"Arguments", visible(string(args))}}
	}
	values, _ := o.bind(args, &schema.Faults{})
	o.place(given, f)
	c := &card{}
	for i, a := range o.Args {
		v, bound := values[i]
		delete(given, a.Key)
		if a.Param == nil {
			if bound {
				c.body(a.Body, v)
			}
			continue
		}
		delete(given, a.Param.Name)
		if bound {
			name := label(a.Param.Name, a.Schema())
			if a.Key != plaintext.Key(a.Param.Name, plaintext.MaxName) {
				name = label(a.Key, nil) // two of the same name
			}
			c.add(name, a.Schema(), v, 0)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		c.add(label(name, nil), nil, given[name], 0)
	}
	return c.all
}

type card struct{ all []Argument }

// body lists the fields of a body without a word about the body itself.
func (c *card) body(b *Body, v any) {
	if fields, isObject := v.(map[string]any); isObject && len(fields) > 0 {
		before := len(c.all)
		c.fields("", b.Schema, fields, 0)
		for i := before; i < len(c.all); i++ {
			if slices.ContainsFunc(c.all[:before], func(p Argument) bool { return p.Label == c.all[i].Label }) {
				c.all[i].Label = "Body › " + c.all[i].Label // as a parameter is called
			}
		}
		return
	}
	c.add("Body", b.Schema, v, 0)
}

func (c *card) fields(above string, s *schema.Schema, fields map[string]any, depth int) {
	for _, name := range ordered(s, fields) {
		p := s.Field(name)
		c.add(above+label(name, p), p, fields[name], depth+1)
	}
}

func (c *card) add(name string, s *schema.Schema, v any, depth int) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) > 0 && depth < 12 {
			c.fields(name+" › ", s, v, depth)
			return
		}
	case []any:
		if len(v) > 0 && depth < 12 {
			for i, item := range v {
				each := name
				if len(v) > 1 {
					each = fmt.Sprintf("%s %d", name, i+1)
				}
				var of *schema.Schema
				if s != nil {
					of = s.At(i)
				}
				c.add(each, of, item, depth+1)
			}
			return
		}
	}
	c.all = append(c.all, Argument{name, readable(v)})
}

// ordered lists the names of fields: those that the schema knows in its order,
// then the others.
func ordered(s *schema.Schema, fields map[string]any) []string {
	var out []string
	for _, name := range s.Names() {
		if _, given := fields[name]; given && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	known := map[string]bool{}
	for _, name := range out {
		known[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !known[name] {
			out = append(out, name)
		}
	}
	return out
}

// label makes plain words of a name: "check_in" is "Check in".
func label(name string, s *schema.Schema) string {
	if title := s.Title(); title != "" && len(title) <= 40 {
		return visible(title)
	}
	parts := strings.FieldsFunc(plaintext.SplitWords(visible(name)), func(c rune) bool {
		return c == '_' || c == '-' || c == '.' || c == '[' || c == ']' || c == '$' || unicode.IsSpace(c)
	})
	for i, p := range parts {
		if i > 0 && strings.ToUpper(p) != p {
			parts[i] = strings.ToLower(p)
		}
	}
	text := strings.Join(parts, " ")
	if text == "" {
		return visible(name)
	}
	first := []rune(text)
	first[0] = unicode.ToUpper(first[0])
	return string(first)
}

// readable writes a value for a reader.
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
		return visible(v)
	case map[string]any:
		if len(v) == 0 {
			return "empty"
		}
	case []any:
		if len(v) == 0 {
			return "empty list"
		}
	}
	return visible(tree.Plain(v))
}

// visible writes every character that would be hidden, or would turn the
// direction of the text, as ‹U+202E›. Line ends stay.
func visible(s string) string {
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
