package markdown

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// maxEmphasis is how deep emphasis, strong and strike may lie in each other.
const maxEmphasis = 8

// reader turns goldmark's tree of one piece into blocks.
type reader struct {
	judge judge
	src   []byte
	first int // number of the piece's first footnote, less one
	notes []note
}

// note is a footnote's definition. Its index is 0 when nothing refers to it.
type note struct {
	index  int
	label  string
	blocks []Block
}

func (r *reader) blocks(parent ast.Node) []Block {
	var out []Block
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Paragraph, *ast.TextBlock:
			out = r.paragraph(out, r.inlines(n))
		case *ast.Heading:
			out = append(out, Block{Kind: KindHeading, Level: n.Level, Inlines: r.inlines(n)})
		case *ast.ThematicBreak:
			out = append(out, Rule())
		case *ast.CodeBlock:
			out = append(out, Code("", r.lines(n.Lines())))
		case *ast.FencedCodeBlock:
			lang := ""
			if n.Info != nil {
				lang = unescape(string(n.Info.Value(r.src)))
			}
			out = append(out, Code(lang, r.lines(n.Lines())))
		case *ast.HTMLBlock:
			raw := r.lines(n.Lines())
			if n.HasClosure() {
				raw += string(n.ClosureLine.Value(r.src))
			}
			var text run
			html(&text, strings.Trim(raw, "\n"))
			out = r.paragraph(out, r.judge.settle(text.done()))
		case *ast.Blockquote:
			out = append(out, Quote(r.blocks(n)...))
		case *ast.List:
			out = append(out, r.list(n))
		case *extast.Table:
			out = append(out, r.table(n))
		case *extast.FootnoteList:
			r.footnotes(n)
		}
	}
	return out
}

// paragraph appends a paragraph that has something in it.
func (r *reader) paragraph(out []Block, ins []Inline) []Block {
	if len(ins) == 0 {
		return out
	}
	return append(out, Block{Kind: KindParagraph, Inlines: ins})
}

func (r *reader) lines(lines *text.Segments) string { return string(lines.Value(r.src)) }

func (r *reader) list(n *ast.List) Block {
	b := Block{Kind: KindList, Ordered: n.IsOrdered(), Tight: n.IsTight}
	if b.Ordered {
		b.Start = n.Start
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		item := Item{}
		if p := c.FirstChild(); p != nil {
			if box, ok := p.FirstChild().(*extast.TaskCheckBox); ok {
				item.Task = new(box.IsChecked)
			}
		}
		item.Blocks = r.blocks(c)
		b.Items = append(b.Items, item)
	}
	return b
}

func (r *reader) table(n *extast.Table) Block {
	t := &Table{}
	for _, a := range n.Alignments {
		align := AlignNone
		switch a {
		case extast.AlignLeft:
			align = AlignLeft
		case extast.AlignRight:
			align = AlignRight
		case extast.AlignCenter:
			align = AlignCenter
		}
		t.Align = append(t.Align, align)
	}
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		cells := make([]Cell, 0, len(t.Align))
		for c := row.FirstChild(); c != nil && len(cells) < len(t.Align); c = c.NextSibling() {
			cells = append(cells, Cell(r.inlines(c)))
		}
		for len(cells) < len(t.Align) {
			cells = append(cells, nil)
		}
		if t.Head == nil {
			t.Head = cells
		} else {
			t.Rows = append(t.Rows, cells)
		}
	}
	return Block{Kind: KindTable, Table: t}
}

func (r *reader) footnotes(list *extast.FootnoteList) {
	for c := list.FirstChild(); c != nil; c = c.NextSibling() {
		n, ok := c.(*extast.Footnote)
		if !ok {
			continue
		}
		at := len(r.notes) // notes inside this one come after it
		r.notes = append(r.notes, note{label: Line(unescape(string(n.Ref)), maxShown)})
		if n.Index > 0 {
			r.notes[at].index = r.first + n.Index
		}
		blocks := r.blocks(n)
		r.notes[at].blocks = blocks
	}
}

// mark is how a footnote's number stands in the text and before the note.
func mark(index int) string { return "[" + strconv.Itoa(index) + "]" }

var lineBreak = regexp.MustCompile(`(?i)<br[ \t\n]*/?>`)

// html shows raw HTML literally; only <br> means something to a messenger.
func html(out *run, raw string) {
	for {
		at := lineBreak.FindStringIndex(raw)
		if at == nil {
			out.text(raw)
			return
		}
		out.text(raw[:at[0]])
		out.add(Break())
		raw = raw[at[1]:]
	}
}

// language is the first word of a fence's info string, if it is one that names a
// language.
func language(info string) string {
	words := strings.Fields(Clean(info))
	if len(words) == 0 || len(words[0]) > 40 {
		return ""
	}
	for i := range len(words[0]) {
		if c := words[0][i]; !letter(c) && !digit(c) && strings.IndexByte("+-#._", c) < 0 {
			return ""
		}
	}
	return words[0]
}

// trimCode takes off the newline that ends every code block.
func trimCode(s string) string { return strings.TrimSuffix(s, "\n") }
