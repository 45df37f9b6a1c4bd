package schema

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// Input is a value as a form asks for it. Everything in it is a copy.
type Input struct {
	Name     string
	Text     string // what it is for
	Type     string // "string", "number", "integer", "boolean", "array", "object", or "" where no single field can hold it
	Format   string // "date" or "date-time"
	Enum     []string
	Required bool    // it must be given; what the document fixes need not be
	Min, Max string  // of a number, both allowed; "": no bound
	Entry    *Input  // of an array
	Inputs   []Input // of an object, in the order of the document; none: only JSON can say it
}

// Limits of what a form asks for.
const (
	maxInputDepth = 3      // objects within one another
	maxInputs     = 2_000  // of the body
	maxNested     = 100    // of an object in it
	maxAsked      = 50_000 // values looked at for one operation
	maxInputText  = 150
)

// Asker describes schemas as Inputs, all within one budget. An object with more than a form
// could ask for has no inputs of its own, so that nothing of it is missing without a word.
type Asker struct {
	steps int
	count int // inputs of the object that is being described
}

// Input describes a value. depth is how many objects it lies in.
func (a *Asker) Input(name string, s *Schema, depth int) Input {
	s = s.only()
	a.count++
	a.steps += 1 + (len(s.enum)+len(s.anyOf))/16
	in := Input{Name: name, Text: inputText(s), Type: inputType(s)}
	switch in.Type {
	case "object":
		outer := a.count
		if a.count = 0; depth < maxInputDepth {
			in.Inputs = a.inputs(s, depth+1)
		}
		a.count = outer + len(in.Inputs)
	case "array":
		if len(s.prefixItems) == 0 && depth < maxInputDepth {
			entry := a.Input("", s.At(0), depth+1)
			in.Entry = &entry
		}
	case "string":
		if s.format == "date" || s.format == "date-time" {
			in.Format = s.format
		}
	case "number", "integer":
		in.Min, in.Max = s.inclusiveBounds(in.Type == "integer")
	}
	if in.Type != "object" && in.Type != "array" {
		in.Enum = s.inputEnum()
	}
	return in
}

// inputs describes the properties of an object: those it needs, those it may have, those of
// its choices, and those it needs and does not describe. What differs between choices has
// no type.
func (a *Asker) inputs(s *Schema, depth int) []Input {
	room := maxInputs
	if depth > 1 {
		room = maxNested
	}
	var out []Input
	at := map[string]int{}
	add := func(name string, p *Schema, needed bool) (more bool) {
		i, twice := at[name]
		switch {
		case p.readOnly || p.deprecated && !needed:
			a.steps++
		case twice:
			join(&out[i], a.Input(name, p, depth))
		default:
			in := a.Input(name, p, depth)
			_, fixed := p.Fixed()
			in.Required = needed && !fixed && !p.AllowsNull()
			at[name] = len(out)
			out = append(out, in)
		}
		return a.count <= room && a.steps <= maxAsked
	}
	for i, name := range s.props.Keys {
		if !add(name, s.props.Vals[i], s.Needs(name)) {
			return nil
		}
	}
	for _, c := range s.meaningfulChoices() {
		for i, name := range c.props.Keys {
			if a.steps++; s.props.Find(name) < 0 && !add(name, c.props.Vals[i], false) {
				return nil
			}
		}
	}
	for _, name := range s.required {
		if i, chosen := at[name]; chosen {
			out[i].Required = out[i].Required || s.Needs(name) && s.props.Find(name) < 0
		} else if s.props.Find(name) < 0 && !s.closed && !add(name, cmp.Or(s.additional, &Schema{}), true) {
			return nil
		}
	}
	return out
}

// join makes one input of two that have the same name in different choices.
func join(in *Input, other Input) {
	switch {
	case in.Type == other.Type && len(in.Enum) > 0 && len(other.Enum) > 0:
		for _, e := range other.Enum {
			if !slices.Contains(in.Enum, e) {
				in.Enum = append(in.Enum, e)
			}
		}
	case in.Type == other.Type && in.Format == other.Format && in.Min == other.Min && in.Max == other.Max &&
		len(in.Enum)+len(other.Enum)+len(in.Inputs)+len(other.Inputs) == 0 && in.Entry == nil && other.Entry == nil:
	default:
		*in = Input{Name: in.Name, Text: in.Text, Required: in.Required}
	}
}

// only returns the one choice that a schema leaves besides null, or the schema itself.
func (s *Schema) only() *Schema {
	for range maxChoiceDepth {
		if s.types != 0 || len(s.props.Keys) > 0 || len(s.enum) > 0 || len(s.anyOf) == 0 {
			break
		}
		choices := slices.DeleteFunc(s.meaningfulChoices(), func(c *Schema) bool { return c.types == TypeNull })
		if len(choices) != 1 {
			break
		}
		s = choices[0]
	}
	return s
}

// inputType is the type that a form asks for. A text is converted to what is wanted, so that
// a line also takes what may be a text or a number.
func inputType(s *Schema) string {
	if len(s.enum) > 0 {
		kinds := Types(0)
		for _, e := range s.enum {
			kinds |= TypeOf(e)
		}
		if kinds&(TypeArray|TypeObject) != 0 {
			return ""
		}
	}
	if t := s.Shape(); t != 0 {
		return t.names()[0]
	}
	switch types := s.effectiveTypes(); {
	case types == 0 && len(s.anyOf) > 0 && !s.onlyEnums(), types&TypeString == 0 && types&(TypeArray|TypeObject) != 0:
		return ""
	case s.additional != nil || len(s.required) > 0:
		return "object"
	}
	return "string"
}

// onlyEnums reports whether every choice is a list of scalar values.
func (s *Schema) onlyEnums() bool {
	return len(s.anyOf) > 0 && !slices.ContainsFunc(s.anyOf, func(c *Schema) bool {
		return c.types != TypeNull && (len(c.enum) == 0 || inputType(c) == "")
	})
}

// inputEnum lists the values that a member may choose from, those of choices too. null is
// none of them: it is said by choosing nothing.
func (s *Schema) inputEnum() []string {
	values := slices.Clone(s.enum)
	if len(values) == 0 && s.onlyEnums() {
		for _, c := range s.anyOf {
			values = append(values, c.enum...)
		}
	}
	var out []string
	seen := map[string]bool{"": true}
	for _, v := range values {
		if text := plaintext.Clean(tree.Plain(v)); v != nil && !seen[text] {
			seen[text] = true
			out = append(out, text)
		}
	}
	return out
}

// inclusiveBounds returns the least and the largest number allowed, as far as they can be said.
func (s *Schema) inclusiveBounds(whole bool) (least, most string) {
	b := s.bounds
	if b == nil {
		return "", ""
	}
	if b.min != nil && whole && b.exclusiveMin {
		least = formatNumber(math.Floor(*b.min) + 1)
	} else if b.min != nil && !b.exclusiveMin {
		least = formatNumber(*b.min)
	}
	if b.max != nil && whole && b.exclusiveMax {
		most = formatNumber(math.Ceil(*b.max) - 1)
	} else if b.max != nil && !b.exclusiveMax {
		most = formatNumber(*b.max)
	}
	return least, most
}

// inputText says what a value is for, how it is written, what its choices mean, and an
// example.
func inputText(s *Schema) string {
	text := plaintext.Clip(plaintext.OneLine(cmp.Or(s.description, s.title)), maxInputText)
	add := func(words string) {
		if words != "" && !strings.Contains(text, words) {
			text = strings.TrimSpace(text + " (" + words + ")")
		}
	}
	if s.format != "date" {
		add(formatHints[s.format])
	}
	values := s
	if s.hasConstants() {
		values = s.asEnum()
	}
	add(values.meaningsOf(false, maxInputText))
	kind := TypeOf(s.example)
	if s.example != nil && kind&(TypeArray|TypeObject|typeBoolean) == 0 && len(s.enum) == 0 {
		if example := plaintext.Line(tree.Plain(s.example), 60); example != "" && !strings.Contains(text, example) {
			add("e.g. " + example)
		}
	}
	return text
}
