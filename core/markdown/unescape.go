package markdown

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/util"
)

// unescape resolves backslash escapes and entities in one pass: doing one after the
// other would turn the escaped "\&lt;" into "<". Its result is not cleaned.
func unescape(s string) string { return resolve(s, true) }

// resolve is unescape, without the backslashes where they mean themselves.
func resolve(s string, backslash bool) string {
	if strings.IndexByte(s, '&') < 0 && (!backslash || strings.IndexByte(s, '\\') < 0) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case backslash && c == '\\' && i+1 < len(s) && util.IsPunct(s[i+1]):
			b.WriteByte(s[i+1])
			i += 2
		case c == '&':
			text, n := entity(s[i:])
			b.WriteString(text)
			i += n
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String()
}

// entity reads the reference at the start of s, which begins with "&", and how many
// bytes it took: one for an ampersand that begins no reference.
func entity(s string) (string, int) {
	end := strings.IndexByte(s[:min(len(s), 40)], ';') // the longest name has 31 letters
	if end < 2 {
		return "&", 1
	}
	name := s[1:end]
	if name[0] != '#' {
		if e, ok := util.LookUpHTML5EntityByName(name); ok {
			return string(e.Characters), end + 1
		}
		return "&", 1
	}
	digits, base, most := name[1:], 10, 7
	if digits != "" && (digits[0] == 'x' || digits[0] == 'X') {
		digits, base, most = digits[1:], 16, 6
	}
	if digits == "" || len(digits) > most || digits[0] == '+' || digits[0] == '-' {
		return "&", 1
	}
	n, err := strconv.ParseInt(digits, base, 32)
	if err != nil {
		return "&", 1
	}
	r := rune(n)
	if r == 0 || !utf8.ValidRune(r) {
		r = utf8.RuneError
	}
	return string(r), end + 1
}
