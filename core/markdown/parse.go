package markdown

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// How much of a text is read: beyond maxMarkup bytes it becomes plain paragraphs, beyond
// maxText bytes it is cut off.
const (
	maxMarkup = 128 << 10
	maxText   = 1 << 20
)

// Parse reads CommonMark with GFM's tables, strikethrough, task lists and bare URLs,
// and footnotes. It takes any input and never fails: it is linear in time and
// memory, and what it does not read as markup stays as text. Markup is read in the
// first 128 KiB; what follows are plain paragraphs, and behind 1 MiB the text ends
// with "…".
//
// A link reference may be defined anywhere. A footnote's mark becomes "[1]", the
// notes are the last paragraphs, each led by its mark.
//
// allow is asked for every http or https URL that [Normal] accepts, in the form that
// the link would carry; nil allows none. What is not allowed becomes inert text
// without its query: the label, then host and path as code.
func Parse(text string, allow func(url string) bool) Document {
	text, cut := truncate(text, maxText)
	text = Clean(text)
	markup, rest := text, ""
	if len(text) > maxMarkup {
		markup, rest = splitBefore(text, maxMarkup)
	}
	blocks := parsePieces(splitSource(markup), linkPolicy(allow))
	if cut {
		rest += "…"
	}
	for p := range strings.SplitSeq(rest, "\n\n") {
		if p = strings.Trim(p, "\n"); p != "" {
			blocks = append(blocks, Block{Kind: KindParagraph, Inlines: linkPolicy(allow).linkURLs(p)})
		}
	}
	return New(blocks...)
}

// parsePieces parses the pieces and joins their blocks.
func parsePieces(pieces []piece, policy linkPolicy) []Block {
	sources, trees := make([][]byte, len(pieces)), make([]ast.Node, len(pieces))
	var refs []parser.Reference
	for i, p := range pieces {
		pc := parser.NewContext()
		sources[i] = []byte(p.src)
		trees[i] = grammar.Parse(text.NewReader(sources[i]), parser.WithContext(pc))
		if len(pieces) > 1 {
			refs = append(refs, references(pc)...)
		}
	}
	if len(refs) > 0 { // a reference may be defined in another piece
		for i, source := range sources {
			pc := parser.NewContext()
			for _, ref := range refs {
				pc.AddReference(ref)
			}
			trees[i] = grammar.Parse(text.NewReader(source), parser.WithContext(pc))
		}
	}
	var out []Block
	var notes []footnote
	for i, p := range pieces {
		r := converter{policy: policy, src: sources[i], notesBefore: lastFootnote(notes)}
		out = p.appendBlocks(policy, out, r.blocks(trees[i]))
		notes = append(notes, r.notes...)
	}
	return append(out, footnoteBlocks(notes)...)
}

// references returns link references sorted by label: goldmark keeps them in a map.
func references(pc parser.Context) []parser.Reference {
	refs := pc.References()
	slices.SortFunc(refs, func(a, b parser.Reference) int {
		return bytes.Compare(a.Label(), b.Label())
	})
	return refs
}

// lastFootnote returns the highest number among the notes.
func lastFootnote(notes []footnote) int {
	n := 0
	for _, note := range notes {
		n = max(n, note.index)
	}
	return n
}

// footnoteBlocks returns the notes as blocks, sorted by number. Notes that nothing refers
// to come last, under their own label, so that no text is lost.
func footnoteBlocks(notes []footnote) []Block {
	slices.SortStableFunc(notes, func(a, b footnote) int {
		switch {
		case a.index == 0 || b.index == 0:
			return b.index - a.index
		default:
			return a.index - b.index
		}
	})
	var out []Block
	for _, n := range notes {
		lead := "[^" + n.label + "]"
		if n.index > 0 {
			lead = footnoteMark(n.index)
		}
		blocks := n.blocks
		if len(blocks) == 0 || blocks[0].Kind != KindParagraph {
			blocks = append([]Block{{Kind: KindParagraph}}, blocks...)
		}
		blocks[0].Inlines = concat(linkPolicy(nil).linkURLs(lead), textInlines(footnoteSpace(blocks[0].Inlines)), blocks[0].Inlines)
		out = append(out, blocks...)
	}
	return out
}

// truncate cuts s to at most limit bytes, between two characters.
func truncate(s string, limit int) (string, bool) {
	if len(s) <= limit {
		return s, false
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit], true
}

// splitBefore cuts s in two before limit, at the end of a paragraph, a line or a word if possible.
func splitBefore(s string, limit int) (string, string) {
	head, _ := truncate(s, limit)
	for _, sep := range []string{"\n\n", "\n", " "} {
		if i := strings.LastIndex(head, sep); i > limit/2 {
			return s[:i], s[i:]
		}
	}
	return head, s[len(head):]
}

// footnoteSpace returns what stands between a note's mark and its text.
func footnoteSpace(text []Inline) string {
	if len(text) == 0 {
		return ""
	}
	return " "
}

// maxPiece is how many bytes goldmark parses at once. Longer texts are parsed in pieces,
// because some of its steps take quadratic time.
const maxPiece = 16_000

// piece is a part of a long text, cut between blocks if possible.
type piece struct {
	src string
	// continues says how the piece continues the one before.
	continues continuation
}

// continuation says whether a piece begins a new block or continues the last block of the
// piece before: on a new line, after a space, or within a word.
type continuation int

const (
	newBlock continuation = iota
	afterNewline
	afterSpace
	withinWord
)

// splitSource cuts a long text between paragraphs, else between lines, else anywhere. A
// code fence that is cut is closed and opened again, and a table's head is repeated.
func splitSource(s string) []piece {
	var out []piece
	next := newBlock
	for len(s) > maxPiece {
		c := findCut(s)
		out = append(out, piece{src: s[:c.end] + c.suffix, continues: next})
		s = c.prefix + s[c.end:]
		next = c.continues
	}
	return append(out, piece{src: s, continues: next})
}

// cut is where a piece ends, with what is added on both sides so that each parses alone.
type cut struct {
	end            int
	continues      continuation
	prefix, suffix string
}

// findCut finds the best place to cut in the first maxPiece bytes of s.
func findCut(s string) cut {
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
		case !f.open() && delimiterColumns([]byte(text)) > 1 && strings.Contains(above, "|"):
			head = above + "\n" + text + "\n"
		}
		above = text
		line = cut{end: at, continues: afterNewline}
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
	end, _ := truncate(s, maxPiece)
	if i := strings.LastIndexByte(end, ' '); i > maxPiece/2 {
		return cut{end: i + 1, continues: afterSpace}
	}
	return cut{end: len(end), continues: withinWord}
}

// topLevel reports whether a text begins with a line that is not indented or empty.
func topLevel(s string) bool { return s != "" && s[0] != ' ' && s[0] != '\t' && s[0] != '\n' }

// fence tracks, line by line, whether a text is inside a fenced code block.
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

// appendBlocks appends the blocks of a piece and continues the last block if the cut went
// through it.
func (p piece) appendBlocks(policy linkPolicy, out, blocks []Block) []Block {
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
		last.Tight = last.Tight && next.Tight && p.continues != newBlock
	case p.continues == newBlock:
		return append(out, blocks...)
	case next.Kind == KindCode:
		last.Code += p.separator() + next.Code
	case next.Kind == KindTable && len(last.Table.Head) == len(next.Table.Head):
		last.Table.Rows = append(last.Table.Rows, next.Table.Rows...)
	case next.Kind == KindQuote:
		last.Blocks = p.appendBlocks(policy, last.Blocks, next.Blocks)
	case next.Kind == KindParagraph:
		last.Inlines = policy.resolve(concat(last.Inlines, textInlines(p.separator()), next.Inlines))
	default:
		return append(out, blocks...)
	}
	return append(out, blocks[1:]...)
}

// separator returns the white space at which the text was cut.
func (p piece) separator() string {
	switch p.continues {
	case afterNewline:
		return "\n"
	case afterSpace:
		return " "
	}
	return ""
}
