package markdown

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// maxEmphasis is how deep emphasis, strong and strike may lie in each other.
const maxEmphasis = 8

// converter turns goldmark's tree of one piece into blocks.
type converter struct {
	policy      linkPolicy
	src         []byte
	notesBefore int // how many footnotes the pieces before this one have
	notes       []footnote
}

// footnote is a footnote's definition. Its index is 0 when nothing refers to it.
type footnote struct {
	index  int
	label  string
	blocks []Block
}

func (r *converter) blocks(parent ast.Node) []Block {
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
			var text inlineBuilder
			addHTML(&text, strings.Trim(raw, "\n"))
			out = r.paragraph(out, r.policy.resolve(text.inlines()))
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

// paragraph appends a paragraph unless it is empty.
func (r *converter) paragraph(out []Block, ins []Inline) []Block {
	if len(ins) == 0 {
		return out
	}
	return append(out, Block{Kind: KindParagraph, Inlines: ins})
}

func (r *converter) lines(lines *text.Segments) string { return string(lines.Value(r.src)) }

func (r *converter) list(n *ast.List) Block {
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

func (r *converter) table(n *extast.Table) Block {
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

func (r *converter) footnotes(list *extast.FootnoteList) {
	for c := list.FirstChild(); c != nil; c = c.NextSibling() {
		n, ok := c.(*extast.Footnote)
		if !ok {
			continue
		}
		at := len(r.notes) // notes inside this one are appended after it
		r.notes = append(r.notes, footnote{label: Line(unescape(string(n.Ref)), maxDisplay)})
		if n.Index > 0 {
			r.notes[at].index = r.notesBefore + n.Index
		}
		blocks := r.blocks(n)
		r.notes[at].blocks = blocks
	}
}

// footnoteMark returns the mark of a footnote, in the text and before the note.
func footnoteMark(index int) string { return "[" + strconv.Itoa(index) + "]" }

var lineBreak = regexp.MustCompile(`(?i)<br[ \t\n]*/?>`)

// addHTML adds raw HTML as text; only <br> becomes a line break.
func addHTML(out *inlineBuilder, raw string) {
	for {
		at := lineBreak.FindStringIndex(raw)
		if at == nil {
			out.addText(raw)
			return
		}
		out.addText(raw[:at[0]])
		out.add(Break())
		raw = raw[at[1]:]
	}
}

// fenceLanguage returns the first word of a fence's info string if it looks like the name
// of a language.
func fenceLanguage(info string) string {
	words := strings.Fields(Clean(info))
	if len(words) == 0 || len(words[0]) > 40 {
		return ""
	}
	for i := range len(words[0]) {
		if c := words[0][i]; !isLetter(c) && !isDigit(c) && strings.IndexByte("+-#._", c) < 0 {
			return ""
		}
	}
	return words[0]
}

// trimCode removes the newline that ends every code block.
func trimCode(s string) string { return strings.TrimSuffix(s, "\n") }

// inlines returns the running text of a block, with its links resolved.
func (r *converter) inlines(n ast.Node) []Inline { return r.policy.resolve(r.children(n, 0, false)) }

// children returns what n contains, without links if it is a link's label.
func (r *converter) children(n ast.Node, depth int, label bool) []Inline {
	var out inlineBuilder
	r.addChildren(&out, n, depth, label)
	return out.inlines()
}

func (r *converter) addChildren(out *inlineBuilder, parent ast.Node, depth int, label bool) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		r.addInline(out, n, depth, label)
	}
}

func (r *converter) addInline(out *inlineBuilder, n ast.Node, depth int, label bool) {
	switch n := n.(type) {
	case *ast.Text:
		s := string(n.Segment.Value(r.src))
		if !n.IsRaw() {
			s = unescape(s)
		}
		out.addText(Clean(s))
		if n.HardLineBreak() {
			out.add(Break())
		} else if n.SoftLineBreak() {
			out.addText("\n")
		}
	case *ast.CodeSpan:
		out.add(Mono(r.codeText(n)))
	case *ast.Emphasis:
		kind := InlineStrong
		if n.Level == 1 {
			kind = InlineEmphasis
		}
		r.addEmphasis(out, kind, n, depth, label)
	case *extast.Strikethrough:
		r.addEmphasis(out, InlineStrike, n, depth, label)
	case *ast.Link:
		if label {
			r.addChildren(out, n, depth, true)
		} else {
			out.add(writtenLink(unescape(string(n.Destination)), r.children(n, depth, true)))
		}
	case *ast.Image:
		alt := oneLine(visibleText(r.children(n, depth, true)))
		if label {
			out.addText(alt)
		} else {
			out.add(writtenLink(unescape(string(n.Destination)), textInlines(alt)))
		}
	case *ast.AutoLink:
		r.addAutolink(out, n, label)
	case *ast.RawHTML:
		addHTML(out, Clean(string(n.Segments.Value(r.src))))
	case *extast.FootnoteLink:
		out.addText(footnoteMark(r.notesBefore + n.Index))
	}
}

// codeText returns the content of a code span.
func (r *converter) codeText(n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Segment.Value(r.src))
		}
	}
	return b.String()
}

func (r *converter) addEmphasis(out *inlineBuilder, kind InlineKind, n ast.Node, depth int, label bool) {
	if depth >= maxEmphasis {
		r.addChildren(out, n, depth, label)
	} else if children := r.children(n, depth+1, label); len(children) > 0 {
		out.add(Inline{Kind: kind, Children: children})
	}
}

// writtenLink is a link as it was written, before linkPolicy.resolve.
func writtenLink(url string, label []Inline) Inline {
	return Inline{Kind: InlineLink, URL: url, Children: label}
}

// addAutolink adds a bare URL or one in angle brackets. If it is not allowed as it stands,
// it becomes text and is resolved together with the text around it.
func (r *converter) addAutolink(out *inlineBuilder, n *ast.AutoLink, label bool) {
	s := Clean(resolveEntities(string(n.Label(r.src)), false))
	if href, u := linkTarget(s); !label && u != nil && r.policy.allows(href) {
		out.add(writtenLink(s, textInlines(s)))
		return
	}
	out.addText(s)
}

// unescape resolves backslash escapes and entities in one pass: resolving one after the
// other would turn the escaped "\&lt;" into "<". The result is not cleaned.
func unescape(s string) string { return resolveEntities(s, true) }

// resolveEntities resolves entities, and backslash escapes if asked to.
func resolveEntities(s string, backslash bool) string {
	if strings.IndexByte(s, '&') < 0 && (!backslash || strings.IndexByte(s, '\\') < 0) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case backslash && c == '\\' && i+1 < len(s) && util.IsPunct(s[i+1]):
			b.WriteByte(s[i+1])
			i += 2
		case c == '&':
			text, n := entity(s[i:])
			b.WriteString(text)
			i += n
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String()
}

// entity returns the text of the reference at the start of s, which begins with "&", and
// its length: one byte for an ampersand that begins no reference.
func entity(s string) (string, int) {
	end := strings.IndexByte(s[:min(len(s), 40)], ';') // the longest name has 31 letters
	if end < 2 {
		return "&", 1
	}
	name := s[1:end]
	if name[0] != '#' {
		if e, ok := util.LookUpHTML5EntityByName(name); ok {
			return string(e.Characters), end + 1
		}
		return "&", 1
	}
	digits, base, most := name[1:], 10, 7
	if digits != "" && (digits[0] == 'x' || digits[0] == 'X') {
		digits, base, most = digits[1:], 16, 6
	}
	if digits == "" || len(digits) > most || digits[0] == '+' || digits[0] == '-' {
		return "&", 1
	}
	n, err := strconv.ParseInt(digits, base, 32)
	if err != nil {
		return "&", 1
	}
	r := rune(n)
	if r == 0 || !utf8.ValidRune(r) {
		r = utf8.RuneError
	}
	return string(r), end + 1
}
