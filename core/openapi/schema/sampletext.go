package schema

import (
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"aidesk/core/openapi/plaintext"
)

func (g *Sampler) text(s *Schema, name string) string {
	text := texts[s.format]
	if text == "" {
		text = strings.ToLower(plaintext.SplitWords(strings.ReplaceAll(plaintext.Key(name, 30), "_", " ")))
	}
	b := s.bounds
	if b == nil {
		return text
	}
	f := &Faults{}
	if !f.matches(b, text) {
		if re, err := syntax.Parse(b.pattern, syntax.Perl); err == nil {
			var out strings.Builder
			matching(&out, re.Simplify(), 0)
			if f.matches(b, out.String()) {
				text = out.String()
			}
		}
	}
	for n := utf8.RuneCountInString(text); n < b.minLen && n < 10_000; n++ {
		last, _ := utf8.DecodeLastRuneInString("x" + text)
		more := text + string(last)
		if !f.matches(b, more) {
			break
		}
		text = more
	}
	if b.maxLen >= 0 && utf8.RuneCountInString(text) > b.maxLen {
		if short := string([]rune(text)[:b.maxLen]); f.matches(b, short) {
			text = short
		}
	}
	return text
}

// matching writes the shortest text that a regular expression plainly matches.
func matching(out *strings.Builder, re *syntax.Regexp, depth int) {
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
		matching(out, re.Sub[0], depth+1)
	case syntax.OpRepeat:
		for range min(re.Min, 200) {
			matching(out, re.Sub[0], depth+1)
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			matching(out, sub, depth+1)
		}
	case syntax.OpAlternate:
		matching(out, re.Sub[0], depth+1)
	default: // the others match nothing at all, too
	}
}
