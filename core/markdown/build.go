package markdown

// New is a document of these blocks.
func New(blocks ...Block) Document { return Document{V: Version, Blocks: blocks} }

// Join puts documents after one another.
func Join(docs ...Document) Document {
	out := New()
	for _, d := range docs {
		out.Blocks = append(out.Blocks, d.Blocks...)
	}
	return out
}

// Append is the document with these blocks after its own; d stays as it was.
func (d Document) Append(blocks ...Block) Document { return Join(d, New(blocks...)) }

// Paragraph is running text.
func Paragraph(ins ...Inline) Block { return Block{Kind: KindParagraph, Inlines: inert(ins)} }

// Heading is a title of level 1 to 6; other levels are brought into that range.
func Heading(level int, ins ...Inline) Block {
	return Block{Kind: KindHeading, Level: min(max(level, 1), 6), Inlines: inert(ins)}
}

// List is a list with bullets, one paragraph per item.
func List(items ...[]Inline) Block {
	b := Block{Kind: KindList, Tight: true}
	for _, ins := range items {
		b.Items = append(b.Items, Item{Blocks: []Block{Paragraph(ins...)}})
	}
	return b
}

// Numbered is a list with numbers from 1, one paragraph per item.
func Numbered(items ...[]Inline) Block {
	b := List(items...)
	b.Ordered, b.Start = true, 1
	return b
}

// Code is a block of verbatim text; lang may be empty. The text is cleaned.
func Code(lang, text string) Block {
	return Block{Kind: KindCode, Lang: language(lang), Code: trimCode(Clean(text))}
}

// Quote is a quotation of blocks.
func Quote(blocks ...Block) Block { return Block{Kind: KindQuote, Blocks: blocks} }

// Rule is a dividing line.
func Rule() Block { return Block{Kind: KindRule} }

// TableOf is a table of plain texts. Rows are cut or filled to the head's length;
// with no head there is no table but an empty paragraph.
func TableOf(head []string, rows [][]string) Block {
	if len(head) == 0 {
		return Paragraph()
	}
	t := &Table{Align: make([]Align, len(head)), Head: cells(head, len(head))}
	for _, r := range rows {
		t.Rows = append(t.Rows, cells(r, len(head)))
	}
	return Block{Kind: KindTable, Table: t}
}

func cells(texts []string, n int) []Cell {
	out := make([]Cell, n)
	for i, s := range texts[:min(n, len(texts))] {
		out[i] = inert([]Inline{Text(s)})
	}
	return out
}

// Text is plain text, which may be foreign: it is cleaned, nothing in it is markup,
// and a block builder turns every URL in it into inert code without its query.
func Text(s string) Inline { return Inline{Kind: InlineText, Text: Clean(s)} }

// Strong is bold plain text, see [Text].
func Strong(s string) Inline {
	return Inline{Kind: InlineStrong, Children: []Inline{Text(s)}}
}

// Emphasis is italic plain text, see [Text].
func Emphasis(s string) Inline {
	return Inline{Kind: InlineEmphasis, Children: []Inline{Text(s)}}
}

// Mono is text in the style of code: cleaned, on one line.
func Mono(s string) Inline { return Inline{Kind: InlineCode, Text: oneLine(Clean(s))} }

// Link is a link that we vouch for. A label that names another host than the URL's
// is replaced by the URL's own host; an empty one too. A URL that [Normal] refuses
// leaves the label as text.
func Link(label, url string) Inline { return vouched(label, url) }

// Break is a hard line break.
func Break() Inline { return Inline{Kind: InlineBreak} }
