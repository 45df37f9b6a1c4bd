package render

import (
	"slices"

	"aidesk/core/markdown"
)

// part is a stretch of a reply that stands in one message.
type part interface {
	// write puts it on a sheet and leaves no block open.
	write(s *sheet)
	// text is what it says, as plain text.
	text() string
	// presses are its buttons.
	presses() press
}

// prose is running text.
type prose struct {
	markdown.Document
	drawn *sheet // the text alone, if it was written before
}

func (p prose) write(s *sheet) {
	if s.blocks == 0 && p.drawn != nil && s.terms == p.drawn.terms {
		*s = *p.drawn
		s.out = slices.Clip(s.out) // others may go on from there
		return
	}
	s.document(p.Document)
}
func (p prose) text() string   { return p.Text() }
func (p prose) presses() press { return nil }

// split is the text in parts that fit into messages of their own; none if it shows
// nothing.
func (p prose) split(b budget, t terms) []part {
	if p.Empty() {
		return nil
	}
	s := sheet{terms: t}
	if p.write(&s); b.fits(&s) {
		return []part{prose{p.Document, &s}}
	}
	var out []part
	fits := func(d markdown.Document) bool { return fitting(prose{Document: d}, b, t) }
	for _, d := range p.Split(markdown.Limit{Fits: fits}) {
		out = append(out, prose{Document: d})
	}
	return out
}

// fitting reports whether a part fits into a message of its own, if need be with
// aligned tables: a native one takes a lot of room.
func fitting(p part, b budget, t terms) bool {
	s := sheet{terms: t}
	p.write(&s)
	if b.fits(&s) {
		return true
	}
	if t.fenced || s.tables == 0 {
		return false
	}
	t.fenced = true
	return fitting(p, b, t)
}

// ping names the member whom a reply answers. It is the only thing that can notify
// somebody.
type ping string

func (p ping) write(s *sheet) {
	s.enter(element{kind: section}, "")
	s.out = append(appendKey(append(s.out, `{"type":"user"`...), "user_id", string(p)), '}')
	s.filled = true
	s.close()
}
func (p ping) text() string   { return "" }
func (p ping) presses() press { return nil }

// notes are small print.
type notes []string

func (n notes) write(s *sheet) {
	for some := range slices.Chunk(n.lines(), maxContext) {
		s.block("context")
		s.out = append(s.out, `,"elements":[`...)
		for i, text := range some {
			if i > 0 {
				s.out = append(s.out, ',')
			}
			s.out = appendObject(s.out, "plain_text", text)
		}
		s.out = append(s.out, ']')
		s.done()
	}
}

func (n notes) text() string   { return joined(n.lines(), "\n") }
func (n notes) presses() press { return nil }

func (n notes) lines() []string {
	var out []string
	for _, text := range n {
		if text = markdown.Line(text, maxNote); text != "" {
			out = append(out, text)
		}
	}
	return out
}
