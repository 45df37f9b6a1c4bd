package terminal

import (
	"strings"

	"aidesk/core/markdown"
)

// style is how a span looks: a set of flags. Without colour it is not shown at all.
type style uint16

const (
	bold style = 1 << iota
	dim
	italic
	underline
	strike
	red
	green
	yellow
	cyan
)

// codes are the numbers of ANSI's "select graphic rendition", in the order of the flags.
var codes = [...]string{"1", "2", "3", "4", "9", "31", "32", "33", "36"}

// span is a run of text in one style. Foreign text becomes a span only through
// plain, words or verbatim, which clean it: every control sequence that reaches
// the terminal is therefore our own.
type span struct {
	text  string
	style style
	whole bool // never broken, however long: an address, a button
}

// line is what stands in one line of the screen.
type line []span

// tabs stand for four blanks: a tab has no width of its own.
var tabs = strings.NewReplacer("\t", "    ")

// plain is foreign text, in which line ends count.
func plain(text string, s style) span {
	return span{text: tabs.Replace(markdown.Clean(text)), style: s}
}

// words is foreign running text, in which a line end is a blank.
func words(text string, s style) span {
	sp := plain(text, s)
	sp.text = strings.ReplaceAll(sp.text, "\n", " ")
	return sp
}

// verbatim is foreign text of which nothing may stay hidden.
func verbatim(text string, s style) span { return plain(markdown.Visible(text), s) }

// address is a URL, kept in one piece so that it can be copied.
func address(url string, s style) span {
	url = strings.Join(strings.Fields(markdown.Clean(url)), "")
	return span{text: url, style: s, whole: true}
}

// width is the number of columns that the line takes.
func (l line) width() int {
	w := 0
	for _, s := range l {
		w += markdown.Width(s.text)
	}
	return w
}

// add is the line with a span at its end, joined with the last where they look alike.
func (l line) add(s span) line {
	if n := len(l); n > 0 && l[n-1].style == s.style {
		l[n-1].text += s.text
		return l
	}
	return append(l, s)
}

// paint is the text of lines, with ANSI sequences only if color is set. Every
// line ends in the style in which it began, and none ends in a blank.
func paint(lines []line, color bool) string {
	var b strings.Builder
	for i, l := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		for _, s := range trim(l) {
			b.WriteString(styled(s.text, s.style, color))
		}
	}
	return b.String()
}

// trim is a line without the blanks at its end.
func trim(l line) line {
	for n := len(l); n > 0; n = len(l) {
		last := l[n-1]
		last.text = strings.TrimRight(last.text, " ")
		if last.text != "" {
			return append(l[:n-1:n-1], last)
		}
		l = l[:n-1]
	}
	return l
}

// styled is a text with the ANSI sequences of its style.
func styled(text string, s style, color bool) string {
	if !color || s == 0 || text == "" {
		return text
	}
	var on []string
	for i, code := range codes {
		if s&(1<<i) != 0 {
			on = append(on, code)
		}
	}
	return "\x1b[" + strings.Join(on, ";") + "m" + text + "\x1b[0m"
}
