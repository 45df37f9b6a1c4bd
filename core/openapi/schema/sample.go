package schema

import (
	"encoding/json"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// Sampler makes values that fit schemas.
type Sampler struct {
	count     int
	allowed   int // steps
	text      int // characters that texts were made longer by
	work      *work
	ancestors []*Schema
}

// NewSampler returns a Sampler for one set of arguments, of one of so many operations.
func NewSampler(operations int) *Sampler {
	steps := min(maxSampleSteps, max(leastSampleSteps, allSampleSteps/max(1, operations)))
	return &Sampler{allowed: steps, work: &work{steps: maxSteps - steps}}
}

// Steps is what making the sample has cost.
func (g *Sampler) Steps() int { return g.count + g.work.steps - (maxSteps - g.allowed) }

// Make returns a value that Check accepts for s, or false if none is found easily.
func (g *Sampler) Make(s *Schema, name string, depth int) (any, bool) {
	if g.count++; g.count > maxSampleValues || depth > 8 {
		return nil, s.AllowsNull()
	}
	for _, given := range []any{s.example, s.defaultValue} {
		if v, ok := g.Accepts(s, given); ok {
			return v, true
		}
	}
	if len(s.enum) > 0 {
		return copyOf(s.enum[0]), true
	}
	if slices.Contains(g.ancestors, s) {
		return nil, s.AllowsNull()
	}
	g.ancestors = append(g.ancestors, s)
	defer func() { g.ancestors = g.ancestors[:len(g.ancestors)-1] }()
	if s.meaningfulChoice() != nil && len(s.props.Keys) == 0 {
		for _, c := range s.anyOf {
			if g.count > maxSampleValues || g.work.spent() {
				break
			}
			if v, ok := g.Make(c, name, depth+1); ok {
				if w, fits := g.Accepts(s, v); fits {
					return w, true
				}
			}
		}
	}
	switch toolType(s) {
	case "object":
		return g.sampleObject(s, depth)
	case "array":
		return g.sampleList(s, name, depth)
	case "boolean":
		return true, true
	case "integer":
		return g.sampleNumber(s, true), true
	case "number":
		return g.sampleNumber(s, false), true
	}
	return g.sampleText(s, name), true
}

// Accepts returns a copy of a value as it would be sent, and whether it fits.
func (g *Sampler) Accepts(s *Schema, given any) (any, bool) {
	if given == nil || g.work.spent() {
		return nil, false
	}
	text := tree.Compact(given)
	v, err := tree.ParseValue([]byte(text)) // a copy, for Coerce changes values in place
	if err != nil {
		return nil, false
	}
	f := &Faults{work: g.work}
	f.spend(len(text) / 50)
	v, keep := f.Coerce(s, v)
	if !keep || v == nil {
		return nil, false
	}
	f.Check(s, v, Path{})
	return v, f.Err() == nil
}

func (g *Sampler) sampleObject(s *Schema, depth int) (any, bool) {
	out := map[string]any{}
	add := func(of *Schema, name string) bool {
		p := of.Property(name)
		if p == nil {
			p = &Schema{types: TypeString}
		}
		v, ok := g.Make(p, name, depth+1)
		if ok {
			out[name] = v
		}
		return ok
	}
	for _, name := range s.required {
		if s.Needs(name) && !add(s, name) {
			return nil, false
		}
	}
	for _, c := range s.anyOf {
		if g.work.spent() {
			break
		}
		fits := true
		for _, name := range c.required {
			of := c
			if c.props.Find(name) < 0 {
				of = s
			}
			if _, given := out[name]; !given && c.Needs(name) && !add(of, name) {
				fits = false
			}
		}
		if _, ok := g.Accepts(s, out); ok && fits {
			break
		}
	}
	if least := s.minProperties(); len(out) < max(least, 1) && depth <= 1 {
		for i, name := range s.props.Keys {
			if p := s.props.Vals[i]; !p.readOnly && !p.deprecated {
				add(s, name)
			}
			if len(out) >= max(least, 1) {
				break
			}
		}
	}
	if len(out) == 0 && depth <= 1 && !s.closed && len(s.props.Keys) == 0 {
		free := s.additional
		if free == nil {
			free = &Schema{}
		}
		if v, ok := g.Make(free, "value", depth+1); ok {
			out["name"] = v
		}
	}
	return out, true
}

func (s *Schema) minProperties() int {
	if s.bounds == nil {
		return 0
	}
	return s.bounds.minProperties
}

func (g *Sampler) sampleList(s *Schema, name string, depth int) (any, bool) {
	n := 1
	if s.bounds != nil && s.bounds.minItems > 1 {
		n = min(s.bounds.minItems, 20)
	}
	if s.bounds != nil && s.bounds.maxItems == 0 {
		return []any{}, true
	}
	out := []any{}
	for i := range max(n, len(s.prefixItems)) {
		v, ok := g.Make(s.At(i), strings.TrimSuffix(name, "s"), depth+1)
		if !ok {
			return []any{}, n <= 1 && (s.bounds == nil || s.bounds.minItems <= 0)
		}
		if i > 0 && s.bounds != nil && s.bounds.unique {
			v = g.distinctValue(s.At(i), v, i)
		}
		out = append(out, v)
	}
	return out, true
}

// distinctValue returns the i-th value of a list whose entries must be unique.
func (g *Sampler) distinctValue(s *Schema, v any, i int) any {
	if i < len(s.enum) {
		return copyOf(s.enum[i])
	}
	n := strconv.Itoa(i + 1)
	for _, try := range []any{tree.Plain(v) + n, n, json.Number(n)} {
		if fits, ok := g.Accepts(s, try); ok {
			return fits
		}
	}
	return v
}

func (g *Sampler) sampleNumber(s *Schema, whole bool) json.Number {
	f := 1.0
	if b := s.bounds; b != nil {
		if b.min != nil && (f < *b.min || b.exclusiveMin && f <= *b.min) {
			f = *b.min
			if b.exclusiveMin {
				f++
			}
		}
		if b.max != nil && (f > *b.max || b.exclusiveMax && f >= *b.max) {
			f = *b.max
			if b.exclusiveMax && (b.min == nil || f-1 >= *b.min) {
				f--
			} else if b.exclusiveMax && b.min != nil {
				f = (*b.min + *b.max) / 2
			}
		}
		if b.multipleOf > 0 {
			f = float64(int64(f/b.multipleOf)) * b.multipleOf
			if b.min != nil && f < *b.min {
				f += b.multipleOf
			}
		}
	}
	if whole {
		f = float64(int64(f))
	}
	return json.Number(formatNumber(f))
}

// formatSamples are sample values by format.
var formatSamples = map[string]string{
	"date": "2026-01-31", "date-time": "2026-01-31T15:04:05Z", "time": "15:04:05Z", "uuid": "3f2b8c1e-9d4a-4b6f-8a57-0c1d2e3f4a5b", "email": "someone@example.com",
	"uri": "https://example.com/", "url": "https://example.com/", "byte": "dGV4dA==", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "hostname": "example.com", "duration": "P1D",
}

func (g *Sampler) sampleText(s *Schema, name string) string {
	text := formatSamples[s.format]
	if text == "" {
		text = strings.ToLower(plaintext.SplitWords(strings.ReplaceAll(plaintext.Key(name, 30), "_", " ")))
	}
	b := s.bounds
	if b == nil {
		return text
	}
	f := &Faults{work: g.work}
	if !f.matches(b, text) {
		if re, err := syntax.Parse(b.pattern, syntax.Perl); err == nil {
			var out strings.Builder
			writeMatch(&out, re.Simplify(), 0)
			if f.matches(b, out.String()) {
				text = out.String()
			}
		}
	}
	if more := b.minLength - utf8.RuneCountInString(text); more > 0 && g.text+more <= maxSampleText {
		g.text += more
		last, _ := utf8.DecodeLastRuneInString("x" + text)
		if longer := text + strings.Repeat(string(last), more); f.matches(b, longer) {
			text = longer
		}
	}
	if b.maxLength >= 0 && utf8.RuneCountInString(text) > b.maxLength {
		if short := string([]rune(text)[:b.maxLength]); f.matches(b, short) {
			text = short
		}
	}
	return text
}

// writeMatch writes a short text that a simple regular expression matches.
func writeMatch(out *strings.Builder, re *syntax.Regexp, depth int) {
	if depth > 50 || out.Len() > 500 {
		return
	}
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			out.WriteRune(r)
		}
	case syntax.OpCharClass:
		for _, want := range "a1A-_ " {
			for i := 0; i+1 < len(re.Rune); i += 2 {
				if re.Rune[i] <= want && want <= re.Rune[i+1] {
					out.WriteRune(want)
					return
				}
			}
		}
		if len(re.Rune) > 0 {
			out.WriteRune(re.Rune[0])
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		out.WriteByte('a')
	case syntax.OpCapture, syntax.OpPlus:
		writeMatch(out, re.Sub[0], depth+1)
	case syntax.OpRepeat:
		for range min(re.Min, 200) {
			writeMatch(out, re.Sub[0], depth+1)
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			writeMatch(out, sub, depth+1)
		}
	case syntax.OpAlternate:
		writeMatch(out, re.Sub[0], depth+1)
	default: // the others match the empty text
	}
}
