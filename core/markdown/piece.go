package markdown

import "strings"

// maxPiece is how many bytes goldmark gets at once. Longer texts are parsed in
// pieces, because some of its steps look at everything again.
const maxPiece = 16_000

// piece is a part of a long text, cut where blocks end if possible.
type piece struct {
	src string
	// glue says how the piece continues the one before: it does not, or a block goes
	// on behind a line end, a blank, or within a word.
	glue glue
}

type glue int

const (
	apart glue = iota
	byLine
	byBlank
	byNothing
)

// pieces cuts a long text: between paragraphs, else between lines, else anywhere. A
// fence that is cut is closed and opened again, a table's head is repeated.
func pieces(s string) []piece {
	var out []piece
	next := apart
	for len(s) > maxPiece {
		c := scan(s)
		out = append(out, piece{src: s[:c.end] + c.suffix, glue: next})
		s = c.prefix + s[c.end:]
		next = c.glue
	}
	return append(out, piece{src: s, glue: next})
}

// cut is where a piece ends, and what makes both sides whole.
type cut struct {
	end            int
	glue           glue
	prefix, suffix string
}

// scan finds the best cut in the first maxPiece bytes of s.
func scan(s string) cut {
	var blank, flush, line cut
	var f fence
	head, above := "", ""
	for at := 0; at < maxPiece; {
		stop := strings.IndexByte(s[at:], '\n')
		if stop < 0 || at+stop >= maxPiece {
			break
		}
		text := s[at : at+stop]
		at += stop + 1
		f.read(text)
		switch {
		case strings.TrimSpace(text) == "":
			head = ""
			if !f.open() && topLevel(s[at:]) {
				blank = cut{end: at}
			}
		case !f.open() && delimiters([]byte(text)) > 1 && strings.Contains(above, "|"):
			head = above + "\n" + text + "\n"
		}
		above = text
		line = cut{end: at, glue: byLine}
		if f.open() {
			line.prefix, line.suffix = f.info+"\n", f.mark+"\n"
		} else if len(head) < maxPiece/8 {
			line.prefix = head
		}
		if !f.open() && topLevel(s[at:]) {
			flush = line
		}
	}
	for _, c := range []cut{blank, flush, line} {
		if c.end > maxPiece/4 && len(c.prefix) < maxPiece/8 {
			return c
		}
	}
	end, _ := bound(s, maxPiece)
	if i := strings.LastIndexByte(end, ' '); i > maxPiece/2 {
		return cut{end: i + 1, glue: byBlank}
	}
	return cut{end: len(end), glue: byNothing}
}

// topLevel reports whether a text begins with a line that starts a new block.
func topLevel(s string) bool { return s != "" && s[0] != ' ' && s[0] != '\t' && s[0] != '\n' }

// fence follows the fenced code blocks of a text line by line.
type fence struct {
	mark string // the run that opened it
	info string // the line that opened it
}

func (f *fence) open() bool { return f.mark != "" }

func (f *fence) read(line string) {
	text := strings.TrimLeft(line, " \t>")
	run := len(text) - len(strings.TrimLeft(text, "`"))
	if run == 0 {
		run = len(text) - len(strings.TrimLeft(text, "~"))
	}
	if run < 3 {
		return
	}
	rest := strings.TrimSpace(text[run:])
	switch {
	case !f.open() && (text[0] == '~' || !strings.Contains(rest, "`")):
		f.mark, f.info = text[:run], text
	case f.open() && rest == "" && text[0] == f.mark[0] && run >= len(f.mark):
		*f = fence{}
	}
}

// join appends the blocks of a piece, continuing the last block where the cut went
// through it.
func (p piece) join(j judge, out, blocks []Block) []Block {
	if len(out) == 0 {
		return blocks
	}
	if len(blocks) == 0 {
		return out
	}
	last, next := &out[len(out)-1], blocks[0]
	switch {
	case last.Kind != next.Kind:
		return append(out, blocks...)
	case next.Kind == KindList && last.Ordered == next.Ordered:
		last.Items = append(last.Items, next.Items...)
		last.Tight = last.Tight && next.Tight && p.glue != apart
	case p.glue == apart:
		return append(out, blocks...)
	case next.Kind == KindCode:
		last.Code += p.between() + next.Code
	case next.Kind == KindTable && len(last.Table.Head) == len(next.Table.Head):
		last.Table.Rows = append(last.Table.Rows, next.Table.Rows...)
	case next.Kind == KindQuote:
		last.Blocks = p.join(j, last.Blocks, next.Blocks)
	case next.Kind == KindParagraph:
		last.Inlines = j.settle(join(last.Inlines, plain(p.between()), next.Inlines))
	default:
		return append(out, blocks...)
	}
	return append(out, blocks[1:]...)
}

// between is what stood at the cut.
func (p piece) between() string {
	switch p.glue {
	case byLine:
		return "\n"
	case byBlank:
		return " "
	}
	return ""
}
