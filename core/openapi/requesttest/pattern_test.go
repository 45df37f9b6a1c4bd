package requesttest

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// matching makes a text that matches a pattern, and false where the pattern
// cannot be read by Go or the text does not fit after all.
func matching(pattern string, least int) (string, bool) {
	if len(pattern) > 2 && pattern[0] == '/' && strings.HasSuffix(pattern, "/") {
		pattern = pattern[1 : len(pattern)-1]
	}
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", false
	}
	check, err := regexp.Compile(pattern)
	if err != nil {
		return "", false
	}
	for extra := range 5 {
		var b strings.Builder
		write(&b, parsed, extra*max(least, 1))
		if s := b.String(); len(s) >= least && check.MatchString(s) {
			return s, true
		}
	}
	return "", false
}

// write writes one text of the expression; what may repeat does so extra times
// more than it must.
func write(b *strings.Builder, re *syntax.Regexp, extra int) {
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		if len(re.Rune) > 0 {
			b.WriteRune(pick(re.Rune))
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('a')
	case syntax.OpCapture, syntax.OpConcat:
		for _, sub := range re.Sub {
			write(b, sub, extra)
		}
	case syntax.OpAlternate:
		write(b, re.Sub[min(extra, len(re.Sub)-1)], extra)
	case syntax.OpStar:
		repeat(b, re.Sub[0], extra)
	case syntax.OpPlus:
		repeat(b, re.Sub[0], 1+extra)
	case syntax.OpQuest:
		repeat(b, re.Sub[0], min(extra, 1))
	case syntax.OpRepeat:
		n := re.Min + extra
		if re.Max >= 0 {
			n = min(n, re.Max)
		}
		repeat(b, re.Sub[0], n)
	default: // begins, ends and bounds have no text
	}
}

func repeat(b *strings.Builder, re *syntax.Regexp, n int) {
	for range min(n, 500) {
		write(b, re, 0)
	}
}

// pick takes a letter or digit of a character class, else its first character.
func pick(ranges []rune) rune {
	for _, wish := range "aA1" {
		for i := 0; i+1 < len(ranges); i += 2 {
			if ranges[i] <= wish && wish <= ranges[i+1] {
				return wish
			}
		}
	}
	return ranges[0]
}
