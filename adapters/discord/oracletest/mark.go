package oracletest

import "strings"

// escapable reports whether a backslash before c is an escape.
func escapable(c rune) bool {
	plain := c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
	return !plain && (c < 0x2000 || c > 0x200a) && !strings.ContainsRune(" \t\n\r\v\f\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff", c)
}

// between is what stands between two marks, the second of which is not followed by
// not: /^mark(.+?)mark(?!not)/, where escapes may be known or not.
func between(s, mark, not string, escapes bool) string {
	if !strings.HasPrefix(s, mark) {
		return ""
	}
	for i := len(mark); i < len(s); i++ {
		if i > len(mark) && strings.HasPrefix(s[i:], mark) && !strings.HasPrefix(s[i+len(mark):], not) {
			return s[len(mark):i]
		}
		if escapes && s[i] == '\\' {
			i++
		}
	}
	return ""
}

// star is /^\*(?=\S)((?:\*\*|\\.|\s+(?:\\.|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)/.
func star(s string) string {
	if len(s) < 2 || s[0] != '*' || blank(s[1]) {
		return ""
	}
	for i := 1; i < len(s); {
		if i > 1 && s[i] == '*' && !strings.HasPrefix(s[i+1:], "*") {
			return s[1:i]
		}
		for i < len(s) && blank(s[i]) {
			i++
		}
		switch {
		case i >= len(s):
			return ""
		case s[i] == '\\' || strings.HasPrefix(s[i:], "**"):
			i += 2
		case s[i] == '*':
			return ""
		default:
			i++
		}
	}
	return ""
}

// underscore is /^\b_((?:__|\\.|[^\\_])+?)_\b/.
func underscore(s string) string {
	if s[0] != '_' {
		return ""
	}
	for i := 1; i < len(s); {
		if i > 1 && s[i] == '_' && (i+1 == len(s) || !wordly(s[i+1])) {
			return s[1:i]
		}
		switch {
		case s[i] == '\\' || strings.HasPrefix(s[i:], "__"):
			i += 2
		case s[i] == '_':
			return ""
		default:
			i++
		}
	}
	return ""
}

// code is /^(`+)([\s\S]*?[^`])\1(?!`)/, its content without the blanks that part
// backticks from marks.
func code(s string) (inner string, n int) {
	run := len(s) - len(strings.TrimLeft(s, "`"))
	for ; run > 0; run-- {
		mark := s[:run]
		for i := run + 1; i+run <= len(s); i++ {
			if s[i-1] != '`' && s[i:i+run] == mark && !strings.HasPrefix(s[i+run:], "`") {
				return s[run:i], i + run
			}
		}
	}
	return "", 0
}

func blank(c byte) bool  { return c == ' ' || c >= '\t' && c <= '\r' }
func wordly(c byte) bool { return c == '_' || !escapable(rune(c)) && !blank(c) }
