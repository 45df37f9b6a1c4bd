package preview

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Caps of a card's texts, in runes.
const (
	titleCap       = 150
	descriptionCap = 300
	siteCap        = 80
)

// clean gives a text of strangers as one line: white space collapsed, control,
// bidirectional, zero-width, tag and blank characters removed, at most limit
// runes with an ellipsis where it was cut.
func clean(text string, limit int) string {
	var line strings.Builder
	runes, space := 0, false
	for _, r := range text {
		switch {
		case unicode.IsSpace(r) || unicode.Is(unicode.Z, r):
			space = runes > 0
			continue
		case !isVisible(r):
			continue
		}
		if space {
			line.WriteByte(' ')
			runes++
			space = false
		}
		line.WriteRune(r)
		if runes++; runes > limit {
			return clip(line.String(), limit)
		}
	}
	return line.String()
}

// clip shortens a line to limit runes, the last of them an ellipsis.
func clip(line string, limit int) string {
	for n := range line {
		if limit--; limit == 0 {
			return strings.TrimRightFunc(line[:n], unicode.IsSpace) + "…"
		}
	}
	return line
}

func isVisible(r rune) bool {
	switch {
	case r == utf8.RuneError, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Co):
		return false
	case r == 0x034F, r == 0x115F, r == 0x1160, r == 0x2800, r == 0x3164, r == 0xFFA0:
		return false // joiners and fillers that look like nothing
	case 0x17B4 <= r && r <= 0x17B5, 0xE0000 <= r && r <= 0xE0FFF:
		return false // invisible vowels; tags and supplementary variation selectors
	}
	return true
}
