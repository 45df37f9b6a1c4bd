package render

import (
	"strconv"
	"unicode/utf8"
)

// blockWriter writes the blocks of one message as JSON. Rich text is appended to the
// rich_text block that is open, or opens one; a block of another kind closes it.
//
// It writes JSON by itself so that the length of the message is known at each step:
// a segment that turns out too long is taken back by restoring a copy of the writer.
type blockWriter struct {
	renderOptions
	out    []byte // a JSON array without its end
	blocks int
	tables int // native ones

	inRichText bool    // a rich_text block is open
	open       element // what is open in it
	hasContent bool    // the innermost of that has something in it
	separator  string  // what goes before the next paragraph of it

	inText   bool // a text or a link is open in that
	style    style
	url      string // of the link
	unstyled bool   // styles are left out, as preformatted text has none
}

// renderOptions are what a message has to do without, because Slack refused it.
type renderOptions struct {
	noImages bool // pictures, the languages of code, and ratings, which not every version of Slack knows
	noTables bool // tables: they become aligned text
}

// element is an element of a rich_text block.
type element struct {
	kind   kind
	indent int  // of a list, from 0
	number int  // of a list: that of the next item; 0 has bullets
	border bool // in a quotation, which for a list or code is drawn beside it
}

type kind byte

const (
	nothing kind = iota
	section
	quote
	list
	preformatted
)

// elementOpeners is the JSON with which elements begin.
var elementOpeners = [...]string{
	section:      `{"type":"rich_text_section"`,
	quote:        `{"type":"rich_text_quote"`,
	list:         `{"type":"rich_text_list"`,
	preformatted: `{"type":"rich_text_preformatted"`,
}

// size is the length of the JSON in characters.
func (w *blockWriter) size() int { return utf8.RuneCount(w.out) + len("]") }

// block begins a block that is not rich text; endBlock ends it.
func (w *blockWriter) block(kind string) {
	w.closeRichText()
	w.begin(kind)
}

func (w *blockWriter) endBlock() { w.out = append(w.out, '}') }

func (w *blockWriter) begin(kind string) {
	if w.blocks > 0 {
		w.out = append(w.out, ',')
	} else {
		w.out = append(make([]byte, 0, 1<<10), '[')
	}
	w.out = append(append(append(w.out, `{"type":"`...), kind...), '"')
	w.blocks++
}

// closeRichText ends the rich_text block, if one is open.
func (w *blockWriter) closeRichText() {
	if !w.inRichText {
		return
	}
	w.closeElement()
	w.out = append(w.out, `]}`...)
	w.inRichText = false
}

// openElement begins an element of a rich_text block, after closing the one that is open.
// lang is the language of preformatted text.
func (w *blockWriter) openElement(e element, lang string) {
	before := w.open.kind
	if w.inRichText {
		w.closeElement()
		w.out = append(w.out, ',')
	} else {
		w.begin("rich_text")
		w.out = append(w.out, `,"elements":[`...)
		w.inRichText, before = true, nothing
	}
	w.out = append(w.out, elementOpeners[e.kind]...)
	if e.border {
		w.out = append(w.out, `,"border":1`...)
	}
	if lang != "" {
		w.out = appendKey(w.out, "language", lang)
	}
	if e.kind == list {
		w.listAttributes(e)
	}
	w.out = append(w.out, `,"elements":[`...)
	w.open = e
	switch {
	case e.kind == list:
		w.out = append(w.out, elementOpeners[section]+`,"elements":[`...)
	case e.kind == section && before == list: // nothing but this parts them
		w.text("\n", 0)
	}
}

// listAttributes writes the attributes of a list.
func (w *blockWriter) listAttributes(e element) {
	style := "bullet"
	if e.number > 0 {
		style = "ordered"
	}
	w.out = appendKey(w.out, "style", style)
	if e.indent > 0 {
		w.out = appendNumber(w.out, "indent", min(e.indent, maxIndent))
	}
	if e.number > 1 {
		w.out = appendNumber(w.out, "offset", e.number-1)
	}
}

// closeElement ends the element that is open.
func (w *blockWriter) closeElement() {
	if w.open.kind == nothing {
		return
	}
	w.endText()
	if w.open.kind == list {
		w.closeItem()
	}
	w.out = append(w.out, `]}`...)
	w.open, w.hasContent, w.separator = element{}, false, ""
}

// item begins an item: the next one of the list that is open if e continues it, else the
// first of a new list.
func (w *blockWriter) item(e element) {
	if w.open == e {
		w.endText()
		w.closeItem()
		w.out = append(w.out, `,`+elementOpeners[section]+`,"elements":[`...)
		w.hasContent, w.separator = false, ""
	} else {
		w.openElement(e, "")
	}
	if e.number > 0 {
		w.open.number++
	}
}

// closeItem ends the item that is open. Slack refuses items without a text.
func (w *blockWriter) closeItem() {
	if !w.hasContent {
		w.text(" ", 0)
		w.endText()
	}
	w.out = append(w.out, `]}`...)
}

const hexDigits = "0123456789abcdef"

// appendInner appends s as the inside of a JSON string. Unlike encoding/json it does not
// escape <, > and &: that would count six characters each.
func appendInner(out []byte, s string) []byte {
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				out = append(append(out, s[from:i]...), "\uFFFD"...)
				from = i + 1
			}
			i += n
			continue
		}
		out = append(out, s[from:i]...)
		switch c {
		case '\n':
			out = append(out, `\n`...)
		case '\t':
			out = append(out, `\t`...)
		case '"', '\\':
			out = append(out, '\\', c)
		default:
			out = append(out, `\u00`...)
			out = append(out, hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		from = i
	}
	return append(out, s[from:]...)
}

// appendString appends s as a JSON string.
func appendString(out []byte, s string) []byte {
	return append(appendInner(append(out, '"'), s), '"')
}

// appendKey appends a comma, a key that needs no escaping, and a string.
func appendKey(out []byte, key, value string) []byte {
	out = append(append(append(out, `,"`...), key...), `":`...)
	return appendString(out, value)
}

// appendNumber appends a comma, a key that needs no escaping, and a number.
func appendNumber(out []byte, key string, value int) []byte {
	out = append(append(append(out, `,"`...), key...), `":`...)
	return strconv.AppendInt(out, int64(value), 10)
}
