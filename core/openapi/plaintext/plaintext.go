// Package plaintext makes what an OpenAPI document says fit to be shown: one
// line, cut to a length, without markup and without characters that cannot be
// seen; and names made of letters that every provider of models takes.
package plaintext

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Clip cuts s to at most n characters and marks the cut. It prefers the end of
// a word.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	count, end := 0, len(s)
	for i := range s {
		if count++; count == n {
			end = i // of the characters that stay before the mark
		} else if count > n {
			break
		}
	}
	if count <= n {
		return s
	}
	runes := []rune(s[:end])
	for i := len(runes) - 1; i > len(runes)*3/4; i-- {
		if unicode.IsSpace(runes[i]) {
			runes = runes[:i]
			break
		}
	}
	return strings.TrimRight(string(runes), " \n,;:") + "…"
}

// OneLine joins the words of s with single blanks and drops what cannot be
// seen: control, bidirectional and zero-width characters.
func OneLine(s string) string {
	return strings.Join(strings.Fields(Clean(s)), " ")
}

// Line is OneLine, cut to at most n characters. Of a text that is very much longer only
// the beginning is looked at.
func Line(s string, n int) string { return Clip(OneLine(Head(s, n)), n) }

// ProseLine makes one line of a description, without HTML, cut as by Line.
func ProseLine(s string, n int) string { return Clip(prose(Head(s, n)), n) }

// Head cuts s to what n characters of it can be made of: with 16 bytes for each, as
// some of what stands there is markup and blanks.
func Head(s string, n int) string {
	if limit := 16*n + 1_024; len(s) > limit {
		return strings.ToValidUTF8(s[:limit], "")
	}
	return s
}

// tags matches common HTML tags and comments, but not "a < b" or "<id>".
var tags = regexp.MustCompile(`(?i)</?(?:a|abbr|b|big|blockquote|br|code|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|s|small|span|strong|sub|sup|table|tbody|td|th|thead|tr|tt|u|ul)(?:\s[^<>]*)?/?>|<!--[^>]*-->`)

// prose makes one line of a description, without the HTML that some documents use.
func prose(s string) string {
	if strings.ContainsAny(s, "<&") {
		s = html.UnescapeString(tags.ReplaceAllString(s, " "))
	}
	return OneLine(s)
}

// Paragraphs is ProseLine that keeps line ends.
func Paragraphs(s string, n int) string {
	lines := strings.Split(Head(s, n), "\n")
	for i, line := range lines {
		lines[i] = prose(line)
	}
	return Clip(strings.TrimSpace(strings.Join(lines, "\n")), n)
}

// Clean removes control characters except line ends, and characters that are
// invisible or change the direction of text.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t' || r == '\r':
			return ' '
		case IsHidden(r):
			return -1
		}
		return r
	}, s)
}

// IsHidden reports whether r is a control, format (bidirectional, zero-width,
// tag) or otherwise invisible character.
func IsHidden(r rune) bool {
	switch {
	case r < 0x80: // most text
		return r < ' ' || r == 0x7F
	case r == 0xFE0E, r == 0xFE0F: // variation selectors that choose between text and emoji
		return false
	case unicode.Is(unicode.C, r), unicode.In(r, unicode.Zl, unicode.Zp, unicode.Variation_Selector):
		return true
	case r == '\u115F', r == '\u1160', r == '\u3164', r == '\uFFA0', r == '\u034F', r == '\u17B4', r == '\u17B5', r == '\u2800':
		return true // letters and marks that fonts draw as nothing
	}
	return false
}

// SplitWords puts blanks between the words of a name: "checkIn" is "check In", and
// "HTMLPage" is "HTML Page".
func SplitWords(name string) string {
	runes := []rune(name)
	var b strings.Builder
	for i, r := range runes {
		if i > 0 && unicode.IsUpper(r) {
			after := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if unicode.IsLower(runes[i-1]) || unicode.IsDigit(runes[i-1]) || unicode.IsUpper(runes[i-1]) && after {
				b.WriteByte(' ')
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

// IsWord reports whether c is an ASCII letter or digit.
func IsWord(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// IsToken reports whether s can be a method or the name of a header field.
func IsToken(s string) bool {
	for _, c := range s {
		if !IsWord(c) && !strings.ContainsRune("!#$%&'*+-.^_`|~", c) {
			return false
		}
	}
	return s != "" && len(s) <= 100
}

// MaxName is the longest name of a tool or argument that every model provider accepts.
const MaxName = 64

// Key makes a key of at most n characters that every model provider accepts.
func Key(name string, n int) string {
	key := strings.Map(func(c rune) rune {
		if IsWord(c) || c == '_' || c == '-' {
			return c
		}
		return '_'
	}, name)
	key = key[:min(len(key), n)]
	if strings.Trim(key, "_") == "" {
		key = "value" // the name has no legal character
	} else if trimmed := strings.Trim(key, "_"); trimmed != key && name != key {
		key = trimmed // "filter[id]" is filter_id, "$top" is top
	}
	return key
}

// Count returns "1 field" or "3 fields".
func Count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return strconv.Itoa(n) + " " + of + "s"
}

// Entries returns "1 entry" or "3 entries".
func Entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return strconv.Itoa(n) + " entries"
}
