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

// How much of a text is read. Beyond maxMarkup bytes it is taken as plain
// paragraphs, beyond maxText bytes it is cut.
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
	text, cut := bound(text, maxText)
	text = Clean(text)
	markup, rest := text, ""
	if len(text) > maxMarkup {
		markup, rest = cutAt(text, maxMarkup)
	}
	blocks := assemble(pieces(markup), judge(allow))
	if cut {
		rest += "…"
	}
	for p := range strings.SplitSeq(rest, "\n\n") {
		if p = strings.Trim(p, "\n"); p != "" {
			blocks = append(blocks, Block{Kind: KindParagraph, Inlines: judge(allow).bare(p)})
		}
	}
	return New(blocks...)
}

// assemble parses the pieces and joins their blocks.
func assemble(pieces []piece, j judge) []Block {
	trees := make([]ast.Node, len(pieces))
	var refs []parser.Reference
	for i, p := range pieces {
		pc := parser.NewContext()
		trees[i] = grammar.Parse(text.NewReader([]byte(p.src)), parser.WithContext(pc))
		if len(pieces) > 1 {
			refs = append(refs, references(pc)...)
		}
	}
	if len(refs) > 0 { // a reference may be defined in another piece
		for i, p := range pieces {
			pc := parser.NewContext()
			for _, ref := range refs {
				pc.AddReference(ref)
			}
			trees[i] = grammar.Parse(text.NewReader([]byte(p.src)), parser.WithContext(pc))
		}
	}
	var out []Block
	var notes []note
	for i, p := range pieces {
		r := reader{judge: j, src: []byte(p.src), first: marked(notes)}
		out = p.join(j, out, r.blocks(trees[i]))
		notes = append(notes, r.notes...)
	}
	return append(out, endnotes(notes)...)
}

// references in the order of their labels: goldmark keeps them in a map.
func references(pc parser.Context) []parser.Reference {
	refs := pc.References()
	slices.SortFunc(refs, func(a, b parser.Reference) int {
		return bytes.Compare(a.Label(), b.Label())
	})
	return refs
}

// marked is the highest number among the notes.
func marked(notes []note) int {
	n := 0
	for _, note := range notes {
		n = max(n, note.index)
	}
	return n
}

// endnotes are the notes as blocks, in the order of their marks; those that nothing
// refers to come last, under their own label, so that no text is lost.
func endnotes(notes []note) []Block {
	slices.SortStableFunc(notes, func(a, b note) int {
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
			lead = mark(n.index)
		}
		blocks := n.blocks
		if len(blocks) == 0 || blocks[0].Kind != KindParagraph {
			blocks = append([]Block{{Kind: KindParagraph}}, blocks...)
		}
		blocks[0].Inlines = join(judge(nil).bare(lead), plain(space(blocks[0].Inlines)), blocks[0].Inlines)
		out = append(out, blocks...)
	}
	return out
}

// bound cuts s to at most limit bytes between two characters.
func bound(s string, limit int) (string, bool) {
	if len(s) <= limit {
		return s, false
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit], true
}

// cutAt cuts s before limit, at the end of a paragraph, a line or a word if it can.
func cutAt(s string, limit int) (string, string) {
	head, _ := bound(s, limit)
	for _, sep := range []string{"\n\n", "\n", " "} {
		if i := strings.LastIndex(head, sep); i > limit/2 {
			return s[:i], s[i:]
		}
	}
	return head, s[len(head):]
}

// space is what stands between a note's mark and its text.
func space(text []Inline) string {
	if len(text) == 0 {
		return ""
	}
	return " "
}
