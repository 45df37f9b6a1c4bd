package markdown

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// Visible strips nothing: every character that [Clean] would remove or change
// stands as its code point in angle quotes, like ‹U+202E›, and a byte that is not
// UTF-8 as ‹0xFF›. Newline and tab stay. It is for confirmation cards, where the
// reader must see exactly what will be sent.
func Visible(s string) string {
	if plainASCII(s) {
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
		case r == '\u2028' || r == '\u2029' || !shown(prev, r, s[i+n:]):
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
