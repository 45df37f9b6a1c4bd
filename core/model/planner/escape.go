package planner

import (
	"regexp"
	"strings"
	"unicode"
)

// entity is what CommonMark would read as a character reference.
var entity = regexp.MustCompile(`&(#?[0-9A-Za-z]+;)`)

// listMarker is a number that would begin a list at the start of a line.
var listMarker = regexp.MustCompile(`^(\d{1,9})([.)])(\s|$)`)

// oneLine replaces what is no visible character by blanks and collapses these.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// escape makes foreign text Markdown that shows it as it is, in one line and
// without links. Only characters that could mean something are escaped, so that
// the text stays legible where nobody renders it.
func escape(s string) string {
	s = oneLine(s)
	runes := []rune(s)
	var b strings.Builder
	for i, r := range runes {
		if special(runes, i) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	s = listMarker.ReplaceAllString(b.String(), `$1\$2$3`)
	return entity.ReplaceAllString(s, `\&$1`)
}

// special reports whether the character at i could be markup.
func special(runes []rune, i int) bool {
	at := func(j int) rune {
		if j < 0 || j >= len(runes) {
			return ' '
		}
		return runes[j]
	}
	inWord := func(j int) bool { return unicode.IsLetter(at(j)) || unicode.IsDigit(at(j)) }
	switch runes[i] {
	case '\\', '`', '*', '[', ']', '<', '~', '|', '@':
		return true
	case '_':
		return !inWord(i-1) || !inWord(i+1)
	case '#', '>', '+', '-', '=':
		return i == 0
	case ':':
		return at(i+1) == '/'
	case '.':
		return i >= 3 && strings.EqualFold(string(runes[i-3:i]), "www")
	}
	return false
}

// code puts text into a code span, in which nothing else has a meaning.
func code(s string) string {
	s = oneLine(s)
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + s + fence
}

// link makes a link of foreign text and a URL that web gave.
func link(text, url string) string {
	return "[" + escape(text) + "](<" + destination(url) + ">)"
}

// destination escapes a URL for what stands between < and >.
func destination(url string) string {
	return entity.ReplaceAllString(strings.ReplaceAll(url, `\`, `\\`), `\&$1`)
}
