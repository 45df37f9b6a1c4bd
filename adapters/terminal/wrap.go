package terminal

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"aidesk/core/markdown"
)

// wrap breaks running text into lines of at most width columns: at blanks, around
// wide East Asian characters, and within a word only if it is longer than a line.
// A "\n" always ends a line. Only a whole span may stand out over the edge.
func wrap(text []span, width int) []line {
	f := &filler{width: max(width, 1)}
	for _, s := range text {
		if s.whole {
			f.extend(s)
			f.last = ""
			continue
		}
		for rest := s.text; rest != ""; {
			n, last := runLength(rest)
			f.feed(span{text: rest[:n], style: s.style})
			rest, f.last = rest[n:], last
		}
	}
	f.flush()
	return append(f.done, f.line)
}

// hardWrap breaks a line only where it is full, and keeps all blanks, for code.
func hardWrap(s span, width int) []line {
	f := &filler{width: max(width, 1)}
	f.put(s)
	return append(f.done, f.line)
}

// filler fills lines word by word.
type filler struct {
	width int
	done  []line
	line  line // the one being filled
	used  int  // its columns
	blank line // blanks that follow it: they vanish if the line ends here
	word  line // what may not be broken
	last  string
}

// feed takes what runLength found.
func (f *filler) feed(s span) {
	switch s.text[0] {
	case '\n':
		f.flush()
		f.newline()
	case ' ':
		f.flush()
		f.blank = append(f.blank, s)
	default:
		if mayBreak(f.last, s.text[:cluster(s.text)]) {
			f.flush()
		}
		f.extend(s)
	}
}

// extend makes the word longer. What is glued to an address stays with it.
func (f *filler) extend(s span) {
	if n := len(f.word); n > 0 && f.word[n-1].whole {
		s.whole = true
	}
	f.word = append(f.word, s)
}

// flush puts the word on the line, or on the next one.
func (f *filler) flush() {
	if len(f.word) == 0 {
		return
	}
	if f.used > 0 && f.used+f.blank.width()+f.word.width() > f.width {
		f.newline()
	}
	for _, s := range f.blank {
		f.put(s)
	}
	for _, s := range f.word {
		f.put(s)
	}
	f.blank, f.word = nil, nil
}

// put writes a span, which is broken where the line is full.
func (f *filler) put(s span) {
	for rest := s.text; rest != ""; {
		n, w := fit(rest, f.width-f.used)
		if s.whole {
			n, w = len(rest), markdown.Width(rest)
		}
		if n == 0 && f.used > 0 {
			f.newline()
			continue
		}
		if n == 0 { // one character, wider than the whole line
			n = cluster(rest)
			w = markdown.Width(rest[:n])
		}
		f.line = f.line.add(span{text: rest[:n], style: s.style})
		f.used += w
		rest = rest[n:]
	}
}

func (f *filler) newline() {
	f.done = append(f.done, f.line)
	f.line, f.blank, f.used = nil, nil, 0
}

// runLength is the length of what stays together at the start of s: a line end, blanks,
// or visible characters, of which it also returns the last.
func runLength(s string) (n int, last string) {
	switch s[0] {
	case '\n':
		return 1, "\n"
	case ' ':
		return len(s) - len(strings.TrimLeft(s, " ")), " "
	}
	for n < len(s) && s[n] != ' ' && s[n] != '\n' {
		next := s[n : n+cluster(s[n:])]
		if n > 0 && mayBreak(last, next) {
			break
		}
		n, last = n+len(next), next
	}
	return n, last
}

// fit is the length of the part of s that takes at most room columns, and its columns.
func fit(s string, room int) (n, columns int) {
	for n < len(s) {
		c := cluster(s[n:])
		w := markdown.Width(s[n : n+c])
		if columns+w > room {
			break
		}
		n, columns = n+c, columns+w
	}
	return n, columns
}

// Marks that may not begin a line, and marks that may not end one.
const (
	closing = "、。，．：；？！）］｝」』】〕〉》’”…ー゛゜・々"
	opening = "（［｛「『【〔〈《‘“"
)

// mayBreak reports whether a line may end between two visible characters that no
// blank separates.
func mayBreak(before, after string) bool {
	if before == "" || before == " " || before == "\n" || !wide(before) && !wide(after) {
		return false
	}
	return !strings.Contains(closing, after) && !strings.Contains(opening, before)
}

// wide reports whether a visible character belongs to a script that is written
// without blanks, or is its punctuation.
func wide(c string) bool {
	r, _ := utf8.DecodeRuneInString(c)
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) ||
		r >= 0x3000 && r <= 0x30ff || r >= 0xff00 && r <= 0xff60
}

// cluster is the length in bytes of the first visible character of s: a letter
// with its marks, an emoji sequence, a flag.
func cluster(s string) int {
	first, n := utf8.DecodeRuneInString(s)
	joined, flag := false, regional(first)
	for n < len(s) && s[n] >= utf8.RuneSelf {
		r, size := utf8.DecodeRuneInString(s[n:])
		switch {
		case joined, unicode.Is(unicode.M, r), r == '\u200d', r >= 0x1f3fb && r <= 0x1f3ff:
		case flag && regional(r):
			flag = false
		default:
			return n
		}
		joined = r == '\u200d'
		n += size
	}
	return n
}

func regional(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }
