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
