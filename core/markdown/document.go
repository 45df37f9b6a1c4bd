package markdown

import (
	"encoding/json"
	"fmt"
)

// Version is the version of the Document's data that this package writes.
const Version = 1

// Document is a parsed or built text: blocks in reading order. It is plain data:
// JSON carries it without loss, and it may be shared once made.
type Document struct {
	// V is the version of the data, see [Version].
	V int `json:"v"`
	// Blocks in reading order.
	Blocks []Block `json:"blocks,omitempty"`
}

// UnmarshalJSON refuses documents of a version that this program does not know.
func (d *Document) UnmarshalJSON(data []byte) error {
	type plain Document
	var p plain
	if err := json.Unmarshal(data, &p); err != nil {
		return fmt.Errorf("read document: %w", err)
	}
	if p.V > Version {
		return fmt.Errorf("read document: version %d is newer than %d: update aidesk", p.V, Version)
	}
	*d = Document(p)
	return nil
}

// Kind says what a Block is and which of its fields mean something.
type Kind string

// The kinds of blocks.
const (
	KindParagraph Kind = "paragraph" // Inlines
	KindHeading   Kind = "heading"   // Level, Inlines
	KindList      Kind = "list"      // Items, Ordered, Start, Tight
	KindQuote     Kind = "quote"     // Blocks
	KindCode      Kind = "code"      // Lang, Code
	KindTable     Kind = "table"     // Table
	KindRule      Kind = "rule"      // nothing
)

// Block is one block of a Document. Its Kind says which fields are used.
type Block struct {
	Kind Kind `json:"k"`
	// Level of a heading, 1 to 6.
	Level int `json:"level,omitempty"`
	// Lang is the language of a code block: one word without blanks, or empty.
	Lang string `json:"lang,omitempty"`
	// Code is the content of a code block, verbatim, without a final newline.
	Code string `json:"code,omitempty"`
	// Inlines of a paragraph or heading.
	Inlines []Inline `json:"in,omitempty"`
	// Items of a list.
	Items []Item `json:"items,omitempty"`
	// Ordered is set for a numbered list, whose first number is Start (0 is a number).
	Ordered bool `json:"ordered,omitempty"`
	Start   int  `json:"start,omitempty"`
	// Tight is set when a list's items stand without blank lines between them.
	Tight bool `json:"tight,omitempty"`
	// Blocks of a quote.
	Blocks []Block `json:"blocks,omitempty"`
	// Table of a table, never nil for that kind.
	Table *Table `json:"table,omitempty"`
}

// Item is one entry of a list: any blocks, usually a paragraph and maybe a list.
// It may be empty.
type Item struct {
	Blocks []Block `json:"blocks,omitempty"`
	// Task is nil for an ordinary item, else whether its box is ticked.
	Task *bool `json:"task,omitempty"`
}

// Align is the alignment of a table's column; empty when none was asked for.
type Align string

// The alignments of a column.
const (
	AlignNone   Align = ""
	AlignLeft   Align = "left"
	AlignCenter Align = "center"
	AlignRight  Align = "right"
)

// Table is rectangular: Align, Head and every row have the same length, which is
// at least one.
type Table struct {
	Align []Align  `json:"align"`
	Head  []Cell   `json:"head"`
	Rows  [][]Cell `json:"rows,omitempty"`
}

// Cell is the content of a table's cell. It may be empty, and it may contain line
// breaks.
type Cell []Inline

// InlineKind says what an Inline is and which of its fields mean something.
type InlineKind string

// The kinds of inlines.
const (
	InlineText     InlineKind = "text"     // Text; a "\n" in it is a soft line break
	InlineCode     InlineKind = "code"     // Text, verbatim, one line
	InlineStrong   InlineKind = "strong"   // Children
	InlineEmphasis InlineKind = "emphasis" // Children
	InlineStrike   InlineKind = "strike"   // Children
	InlineLink     InlineKind = "link"     // URL, Allowed, Children (the label, never empty, no links)
	InlineBreak    InlineKind = "break"    // nothing: a hard line break
)

// Inline is a piece of running text. Its Kind says which fields are used.
type Inline struct {
	Kind InlineKind `json:"k"`
	Text string     `json:"t,omitempty"`
	// URL of a link: absolute, http or https, percent-encoded so that no blank,
	// control character, quote, backslash, "<", ">" or "|" is left in it.
	URL string `json:"url,omitempty"`
	// Allowed says that a link may be clickable. Parse and the builders make no link
	// without it; whoever renders shows the Children alone when it is not set.
	Allowed  bool     `json:"ok,omitempty"`
	Children []Inline `json:"in,omitempty"`
}

// New returns a document of these blocks.
func New(blocks ...Block) Document { return Document{V: Version, Blocks: blocks} }

// Join returns the blocks of several documents as one.
func Join(docs ...Document) Document {
	out := New()
	for _, d := range docs {
		out.Blocks = append(out.Blocks, d.Blocks...)
	}
	return out
}

// Append returns the document with these blocks after its own; d itself does not change.
func (d Document) Append(blocks ...Block) Document { return Join(d, New(blocks...)) }

// Paragraph is running text.
func Paragraph(ins ...Inline) Block { return Block{Kind: KindParagraph, Inlines: withoutLinks(ins)} }

// Heading is a title of level 1 to 6; other levels are brought into that range.
func Heading(level int, ins ...Inline) Block {
	return Block{Kind: KindHeading, Level: min(max(level, 1), 6), Inlines: withoutLinks(ins)}
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
	return Block{Kind: KindCode, Lang: fenceLanguage(lang), Code: trimCode(Clean(text))}
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
		out[i] = withoutLinks([]Inline{Text(s)})
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

// Link is a clickable link of our own text. A label that is empty or names another host
// than the URL's is replaced by the URL's own host. A URL that [Normal] refuses leaves
// the label as text.
func Link(label, url string) Inline { return trustedLink(label, url) }

// Break is a hard line break.
func Break() Inline { return Inline{Kind: InlineBreak} }

// inlineBuilder collects inlines: adjacent texts become one, and empty ones are left out.
type inlineBuilder struct {
	list    []Inline
	pending []byte // text to which the next one may be joined
}

func (r *inlineBuilder) addText(s string) { r.pending = append(r.pending, s...) }

func (r *inlineBuilder) add(ins ...Inline) {
	for _, in := range ins {
		switch {
		case in.Kind == InlineText:
			r.addText(in.Text)
		case in.Kind != InlineCode || in.Text != "":
			r.flush()
			r.list = append(r.list, in)
		}
	}
}

func (r *inlineBuilder) flush() {
	if len(r.pending) > 0 {
		r.list = append(r.list, Inline{Kind: InlineText, Text: string(r.pending)})
		r.pending = r.pending[:0]
	}
}

// inlines returns everything collected; nil if that is nothing.
func (r *inlineBuilder) inlines() []Inline {
	r.flush()
	return r.list
}

// concat returns the inlines of several texts as one.
func concat(texts ...[]Inline) []Inline {
	var out inlineBuilder
	for _, ins := range texts {
		out.add(ins...)
	}
	return out.inlines()
}

// textInlines returns one text node; nil for an empty text.
func textInlines(s string) []Inline { return concat([]Inline{{Kind: InlineText, Text: s}}) }
