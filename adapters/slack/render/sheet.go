package render

import "unicode/utf8"

// sheet is the blocks of one message while they are written, as JSON. What is rich
// text joins the rich_text block that is open, or opens one; a block of another kind
// closes it.
type sheet struct {
	terms
	out    []byte // a JSON array without its end
	blocks int
	tables int // native ones

	rich    bool    // a rich_text block is open
	open    element // what is open in it
	filled  bool    // the innermost of that has something in it
	between string  // what goes before the next paragraph of it

	running bool // a text or a link is open in that
	style   style
	url     string // of the link
	flat    bool   // styles are left out, as preformatted text has none
}

// terms are what a message does without.
type terms struct {
	bare   bool // pictures, and the languages of code
	fenced bool // tables: they become aligned text
}

// element is what may stand in a rich_text block.
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

// openers are how elements begin.
var openers = [...]string{
	section:      `{"type":"rich_text_section"`,
	quote:        `{"type":"rich_text_quote"`,
	list:         `{"type":"rich_text_list"`,
	preformatted: `{"type":"rich_text_preformatted"`,
}

// size is the number of characters so far.
func (s *sheet) size() int { return utf8.RuneCount(s.out) + len("]") }

// block begins a block that is not rich text, done ends it.
func (s *sheet) block(kind string) {
	s.close()
	s.begin(kind)
}

func (s *sheet) done() { s.out = append(s.out, '}') }

func (s *sheet) begin(kind string) {
	if s.blocks > 0 {
		s.out = append(s.out, ',')
	} else {
		s.out = append(make([]byte, 0, 1<<10), '[')
	}
	s.out = append(append(append(s.out, `{"type":"`...), kind...), '"')
	s.blocks++
}

// close ends the rich_text block that is open, if one is.
func (s *sheet) close() {
	if !s.rich {
		return
	}
	s.leave()
	s.out = append(s.out, `]}`...)
	s.rich = false
}

// enter leaves the element that is open and begins another. lang is that of
// preformatted text.
func (s *sheet) enter(e element, lang string) {
	before := s.open.kind
	if s.rich {
		s.leave()
		s.out = append(s.out, ',')
	} else {
		s.begin("rich_text")
		s.out = append(s.out, `,"elements":[`...)
		s.rich, before = true, nothing
	}
	s.out = append(s.out, openers[e.kind]...)
	if e.border {
		s.out = append(s.out, `,"border":1`...)
	}
	if lang != "" {
		s.out = appendKey(s.out, "language", lang)
	}
	if e.kind == list {
		s.listed(e)
	}
	s.out = append(s.out, `,"elements":[`...)
	s.open = e
	switch {
	case e.kind == list:
		s.out = append(s.out, openers[section]+`,"elements":[`...)
	case e.kind == section && before == list: // nothing but this parts them
		s.text("\n", 0)
	}
}

// listed writes what makes a list one of its kind.
func (s *sheet) listed(e element) {
	style := "bullet"
	if e.number > 0 {
		style = "ordered"
	}
	s.out = appendKey(s.out, "style", style)
	if e.indent > 0 {
		s.out = appendNumber(s.out, "indent", min(e.indent, maxIndent))
	}
	if e.number > 1 {
		s.out = appendNumber(s.out, "offset", e.number-1)
	}
}

// leave ends the element that is open.
func (s *sheet) leave() {
	if s.open.kind == nothing {
		return
	}
	s.stop()
	if s.open.kind == list {
		s.leaveItem()
	}
	s.out = append(s.out, `]}`...)
	s.open, s.filled, s.between = element{}, false, ""
}

// item begins an item of a list: the next one of the list that is open, if that is
// the same, else the first of a new one.
func (s *sheet) item(e element) {
	if s.open == e {
		s.stop()
		s.leaveItem()
		s.out = append(s.out, `,`+openers[section]+`,"elements":[`...)
		s.filled, s.between = false, ""
	} else {
		s.enter(e, "")
	}
	if e.number > 0 {
		s.open.number++
	}
}

// leaveItem ends the item that is open. Slack takes none without a text.
func (s *sheet) leaveItem() {
	if !s.filled {
		s.text(" ", 0)
		s.stop()
	}
	s.out = append(s.out, `]}`...)
}
