package markdown

import (
	"regexp"
	"strings"
	"unicode"
)

// Settled is the beginning of a text that is still being written of which Parse shows nothing
// that it would not show of the whole text, whatever follows: no link, no picture, no mark
// that turns out to be markup. It ends behind a block that is complete, behind a line of code or
// of a table, or behind plain words of the last paragraph. In doubt it is shorter.
func Settled(text string) string {
	s := settler{text: text}
	for at := 0; at < len(text) && !s.held; {
		end := strings.IndexByte(text[at:], '\n')
		if end < 0 {
			s.unfinished(at)
			break
		}
		s.line(at, at+end+1)
		at += end + 1
	}
	return text[:s.safe+s.plainWords()]
}

// settler reads lines and notes how much of a text is settled.
type settler struct {
	text   string
	safe   int    // so many bytes
	fence  string // the marks of the code block that is open; empty: none is
	inner  int    // how far that block is indented
	block  string // the newest line of the block that is read; empty: none is
	rows   int    // lines of the table that the block is; 0: it is none
	marker string // the mark of the newest item in these blocks; empty: none
	indent int    // and how far that was indented
	held   bool   // only the whole text says what follows
}

// maxSettledRows is how many rows of a table are settled before its end: a table that is too
// large is none.
const maxSettledRows = 100

// line reads a line that ends with a line feed.
func (s *settler) line(from, to int) {
	line := strings.TrimSpace(s.text[from:to])
	indent := len(s.text[from:to]) - len(strings.TrimLeft(s.text[from:to], " "))
	if s.fence != "" {
		s.code(line, indent, to)
		return
	}
	marker, body := cutMarker(line)
	begins := s.begins(marker, indent)
	mark := fenceMark(body)
	switch {
	case line == "":
		s.safe, s.block, s.rows = to, "", 0
		return
	case strings.Contains(line, "][") || strings.Contains(line, "[^"): // a definition at the end decides about these
		s.held = true
		return
	case mark != "" && (begins || marker == "" && (indent < 4 || s.marker != "")):
		s.fence, s.inner, s.safe = mark, indent+len(line)-len(body), from
	case s.rows > 0:
		s.row(line, to)
	case begins:
		s.safe = from
	case s.block == "" && marker == "" && indent == 0 && strings.Contains(line, "|"):
		s.rows = 1
	}
	if begins {
		s.marker, s.indent = marker, indent
	} else if s.block == "" && indent == 0 {
		s.marker = "" // the list has ended
	}
	s.block = line
}

// unfinished reads the last line as far as it was written: an item ends what stands before it.
func (s *settler) unfinished(from int) {
	line := strings.TrimLeft(s.text[from:], " ")
	marker, _ := cutMarker(line)
	if s.fence == "" && s.rows == 0 && s.begins(marker, len(s.text)-from-len(line)) {
		s.safe = from
	}
}

// code reads a line of a code block. What is in one that stands in an item waits for its end.
func (s *settler) code(line string, indent, to int) {
	switch {
	case strings.HasPrefix(line, s.fence) && strings.Trim(line, s.fence[:1]) == "":
		s.fence, s.block = "", line
		s.safe = to
	case s.inner == 0:
		s.safe = to
	case line != "" && indent < s.inner:
		s.held = true
	}
}

// delimiterRow is the second line of a table.
var delimiterRow = regexp.MustCompile(`^\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?$`)

// row reads a line of a table behind its first.
func (s *settler) row(line string, to int) {
	s.rows++
	switch {
	case s.rows == 2 && (!delimiterRow.MatchString(line) || cellCount(line) != cellCount(s.block)):
		s.held = true // it may be no table
	case s.rows > 2 && s.rows < maxSettledRows:
		s.safe = to
	}
}

func cellCount(line string) int {
	line = strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|")
	return strings.Count(line, "|") + 1
}

// begins says whether a mark begins an item or a heading, and so ends what stands before it.
// Numbers other than one do so among numbers alone.
func (s *settler) begins(marker string, indent int) bool {
	switch {
	case marker == "":
		return false
	case s.marker == "" && indent > 3, s.marker != "" && indent > s.indent+3:
		return false
	case marker[0] == '#':
		return indent < 4
	case unicode.IsDigit(rune(marker[0])):
		last := marker[len(marker)-1]
		return strings.TrimRight(marker, ".)") == "1" || s.block == "" || s.marker != "" && s.marker[len(s.marker)-1] == last && unicode.IsDigit(rune(s.marker[0]))
	}
	return true
}

// plainWords is the length of what is settled of the last, unfinished block: words up to the
// first character that may be markup or begin an address.
func (s *settler) plainWords() int {
	rest := s.text[s.safe:]
	if s.held || s.fence != "" || s.rows > 0 {
		return 0
	}
	first := strings.TrimLeft(rest, " ")
	marker, words := cutMarker(first)
	if len(rest)-len(first) > 3 || marker != "" && !s.begins(marker, len(rest)-len(first)) {
		return 0
	}
	last, fresh := 0, true // fresh: the line has no word yet
	for i, r := range words {
		if fresh && !unicode.IsLetter(r) || strings.ContainsRune("[]<>&\\*_~`|@#^$!/", r) || r < ' ' && r != '\n' {
			break
		}
		if fresh = r == '\n'; fresh || r == ' ' {
			last = i
		}
	}
	if last == 0 {
		return 0
	}
	return len(rest) - len(words) + last
}

// fenceMark is the marks with which a line opens a code block; empty: it opens none.
func fenceMark(line string) string {
	for _, mark := range []string{"`", "~"} {
		rest := strings.TrimLeft(line, mark)
		if n := len(line) - len(rest); n >= 3 && (mark == "~" || !strings.Contains(rest, mark)) {
			return line[:n]
		}
	}
	return ""
}

// cutMarker splits off the mark of an item or of a heading.
func cutMarker(line string) (marker, rest string) {
	marker, rest, ok := strings.Cut(line, " ")
	if !ok || rest == "" {
		return "", line
	}
	digits := strings.TrimRight(marker, ".)")
	switch {
	case marker == "-" || marker == "*" || marker == "+":
	case strings.Trim(marker, "#") == "" && len(marker) < 7:
	case len(marker) == len(digits)+1 && digits != "" && len(digits) < 10 && strings.Trim(digits, "0123456789") == "":
	default:
		return "", line
	}
	return marker, strings.TrimLeft(rest, " ")
}
