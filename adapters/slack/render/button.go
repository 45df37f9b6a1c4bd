package render

import (
	"cmp"
	"slices"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// buttons yields all buttons of a reply.
func buttons(r chat.Reply) func(yield func(chat.Button) bool) {
	all := slices.Clone(r.Buttons)
	for _, c := range r.Cards {
		all = append(all, c.Buttons...)
	}
	for _, row := range r.Rows {
		all = append(all, row.Buttons...)
	}
	return slices.Values(all)
}

// press is a row of buttons.
type press []chat.Button

func (p press) write(s *sheet) {
	for some := range slices.Chunk(p.shown(), maxActions) {
		s.block("actions")
		s.out = append(s.out, `,"elements":[`...)
		for i, b := range some {
			if i > 0 {
				s.out = append(s.out, ',')
			}
			s.button(b)
		}
		s.out = append(s.out, ']')
		s.done()
	}
}

// text names the buttons, which a text cannot have.
func (p press) text() string {
	var out []string
	for _, b := range p.shown() {
		name := "[" + markdown.Line(b.Label, maxLabel) + "]"
		if b.URL != "" {
			name += " (" + b.URL + ")"
		}
		out = append(out, name)
	}
	return joined(out, " ")
}

func (p press) presses() press { return p }

// shown are the buttons that can be: one whose address is none for a browser, or too
// long, is left out.
func (p press) shown() []chat.Button {
	var out []chat.Button
	for _, b := range p {
		if b.URL != "" {
			link := markdown.Link("", b.URL)
			if b.URL = clickable(link); b.URL == "" {
				continue
			}
		}
		out = append(out, b)
	}
	return out
}

// button writes a button as an element.
func (s *sheet) button(b chat.Button) {
	s.out = append(s.out, `{"type":"button"`...)
	s.plain(cmp.Or(markdown.Line(b.Label, maxLabel), "…"))
	if b.ID != "" {
		s.out = appendKey(s.out, "action_id", b.ID)
	}
	if b.URL != "" {
		s.out = appendKey(s.out, "url", b.URL)
	}
	if b.Style == chat.Primary || b.Style == chat.Danger {
		s.out = appendKey(s.out, "style", string(b.Style))
	}
	s.out = append(s.out, '}')
}

// section writes plain text as a block, more than one if it is long.
func (s *sheet) section(text string) {
	for _, piece := range chop(text, maxPlain) {
		s.block("section")
		s.plain(piece)
		s.done()
	}
}

// line is one line of a list that is plain text and one button, which Slack shows
// side by side.
type line struct {
	words  string
	button chat.Button
}

func (l line) write(s *sheet) {
	s.block("section")
	s.plain(l.words)
	s.out = append(s.out, `,"accessory":`...)
	s.button(l.button)
	s.done()
}
func (l line) text() string   { return joined([]string{l.words, press{l.button}.text()}, " ") }
func (l line) presses() press { return press{l.button} }

// entry is any other line of a list: its text with its buttons below.
type entry struct {
	words prose
	below press
}

func (e entry) write(s *sheet) {
	e.words.write(s)
	e.below.write(s)
}
func (e entry) text() string   { return joined([]string{e.words.text(), e.below.text()}, "\n") }
func (e entry) presses() press { return e.below }

// rowOf is a line of a list as parts. Text that is too long for one message stands
// before its buttons.
func rowOf(r chat.Row) []part {
	if len(r.Buttons) == 1 && len(press(r.Buttons).shown()) == 1 && simple(r.Text) {
		return []part{line{words: r.Text.Text(), button: press(r.Buttons).shown()[0]}}
	}
	e := entry{words: prose{Document: r.Text}, below: r.Buttons}
	if fitting(e, whole, terms{}) {
		return []part{e}
	}
	return append(e.words.split(whole, terms{}), e.below)
}

// simple reports whether a document is one paragraph that says as much in plain text.
func simple(d markdown.Document) bool {
	if len(d.Blocks) != 1 || d.Blocks[0].Kind != markdown.KindParagraph || len(d.Links()) > 0 {
		return false
	}
	text := content(d.Blocks[0].Inlines)
	return !blank(text) && escaped(text) <= maxPlain
}
