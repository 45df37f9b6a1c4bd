package markdown

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// Clean removes what a reader cannot see but a machine may obey: control
// characters besides newline and tab, bidirectional controls, zero-width and other
// format characters, tag characters, stray variation selectors, blank fillers and
// noncharacters. Every kind of line end becomes "\n", broken UTF-8 becomes U+FFFD.
//
// A joiner or variation selector stays where it changes a visible glyph: inside an
// emoji sequence, between letters of the scripts that need joiners (Arabic, the
// Indic ones), after a Han character.
func Clean(s string) string {
	if isPlainASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	prev := rune(0)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch r {
		case '\r':
			if strings.HasPrefix(s[i:], "\n") {
				continue
			}
			r = '\n'
		case '\u0085', '\u2028', '\u2029':
			r = '\n'
		}
		if !isVisible(prev, r, s[i:]) {
			continue
		}
		b.WriteRune(r)
		prev = r
	}
	return b.String()
}

// Misleads reports whether a text has characters by which it says other things to a machine
// than to a reader: tags, which are letters that nobody sees, and controls that reorder
// what stands around them. [Clean] removes them, also from the flags of regions, where they
// mislead nobody.
func Misleads(s string) bool {
	if isPlainASCII(s) {
		return false
	}
	return strings.ContainsFunc(regionFlags.ReplaceAllString(s, ""), func(r rune) bool {
		return r >= 0xe0000 && r <= 0xe0fff || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
	})
}

// regionFlags are a black flag and the tags that name a region, such as gbeng.
var regionFlags = regexp.MustCompile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")

// Line is a foreign text as one line: cleaned, every run of white space one blank,
// none at the ends, and at most limit runes, the last of which is "…" when something
// was cut. It never cuts within a visible character. A limit below 1 gives "".
func Line(s string, limit int) string {
	s = strings.Join(strings.Fields(Clean(s)), " ")
	if limit < 1 {
		return ""
	}
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	room, end := limit-1, 0
	for g := displaywidth.StringGraphemes(s); g.Next(); {
		room -= utf8.RuneCountInString(g.Value())
		if room < 0 {
			break
		}
		end += len(g.Value())
	}
	return strings.TrimRight(s[:end], " ") + "…"
}

// oneLine replaces newlines by spaces, as a code span needs it.
func oneLine(s string) string { return strings.ReplaceAll(s, "\n", " ") }

// isPlainASCII reports the common case: only printable ASCII, newline and tab.
func isPlainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 0x7f || c < ' ' && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

// isVisible reports whether r stays when prev is the rune kept before it and rest the text
// after it.
func isVisible(prev, r rune, rest string) bool {
	switch {
	case r == '\n' || r == '\t':
		return true
	case r < 0x80:
		return r >= ' ' && r != 0x7f
	case r < 0xa0:
		return false
	case r == '\u200d' || r == '\u200c': // the joiners
		next, _ := utf8.DecodeRuneInString(rest)
		emoji := r == '\u200d' && isPictograph(next) && (isPictograph(prev) || prev == '\ufe0f')
		return emoji || unicode.In(prev, joiningScripts...) && unicode.In(next, joiningScripts...)
	case r == '\ufe0e' || r == '\ufe0f': // text and emoji presentation
		return isPictograph(prev) || isKeycap(prev) && strings.HasPrefix(rest, "\u20e3")
	case r >= '\ufe00' && r < '\ufe0e' || r >= 0xe0100 && r <= 0xe01ef: // other variants
		return unicode.Is(unicode.Han, prev)
	case r >= 0xe0000 && r <= 0xe0fff: // tags, and what is reserved beside them
		return false
	case r == 0x034f || r == 0x115f || r == 0x1160 || r == 0x3164 || r == 0xffa0:
		return false // invisible letters
	case r >= 0x17b4 && r <= 0x17b5 || r >= 0x180b && r <= 0x180f && r != 0x180e:
		return unicode.Is(unicode.Mongolian, prev)
	case r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe || r >= 0xfff0 && r <= 0xfff8:
		return false // noncharacters
	case unicode.Is(unicode.Cf, r):
		return unicode.Is(unicode.Prepended_Concatenation_Mark, r)
	}
	return true
}

var joiningScripts = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Nko, unicode.Devanagari,
	unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil,
	unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Myanmar,
	unicode.Khmer, unicode.Tibetan,
}

func isKeycap(r rune) bool { return r >= '0' && r <= '9' || r == '#' || r == '*' }

// isPictograph approximates Unicode's Extended_Pictographic, and skin tones, for which the
// standard library has no table.
func isPictograph(r rune) bool {
	switch {
	case r >= 0x1f000 && r <= 0x1faff, r >= 0x2190 && r <= 0x21ff, r >= 0x2300 && r <= 0x23ff,
		r >= 0x2460 && r <= 0x24ff, r >= 0x25a0 && r <= 0x27bf, r >= 0x2900 && r <= 0x297f,
		r >= 0x2b00 && r <= 0x2bff:
		return true
	}
	switch r {
	case 0xa9, 0xae, 0x203c, 0x2049, 0x2122, 0x2139, 0x3030, 0x303d, 0x3297, 0x3299:
		return true
	}
	return false
}

// Visible strips nothing: every character that [Clean] would remove or change
// stands as its code point in angle quotes, like ‹U+202E›, and a byte that is not
// UTF-8 as ‹0xFF›. Newline and tab stay. It is for confirmation cards, where the
// reader must see exactly what will be sent.
func Visible(s string) string {
	if isPlainASCII(s) {
		return s
	}
	var b strings.Builder
	prev := rune(0)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, "‹0x%02X›", s[i])
			r = '›'
		case r == '\u2028' || r == '\u2029' || !isVisible(prev, r, s[i+n:]):
			fmt.Fprintf(&b, "‹U+%04X›", r)
			r = '›'
		default:
			b.WriteRune(r)
		}
		i += n
		prev = r
	}
	return b.String()
}

// Width is the number of columns that s takes in a monospaced font: two for wide
// East Asian characters and emoji, none for combining marks and controls. s is one
// line.
func Width(s string) int { return displaywidth.String(s) }
