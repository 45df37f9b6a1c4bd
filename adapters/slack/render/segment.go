package render

import (
	"cmp"
	"slices"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// segment is a part of a reply that is not split between messages.
type segment interface {
	// write writes it as blocks and leaves no block open.
	write(w *blockWriter)
	// text is its content as plain text.
	text() string
	// allButtons are its buttons.
	allButtons() buttonRow
}

// prose is running text.
type prose struct {
	markdown.Document
	cached *blockWriter // the text alone, if it was written before
}

func (p prose) write(w *blockWriter) {
	if w.blocks == 0 && p.cached != nil && w.renderOptions == p.cached.renderOptions {
		*w = *p.cached
		w.out = slices.Clip(w.out) // others may go on from there
		return
	}
	w.document(p.Document)
}
func (p prose) text() string          { return p.Text() }
func (p prose) allButtons() buttonRow { return nil }

// split splits the text into segments that each fit into one message; none if the text is
// empty.
func (p prose) split(b messageLimit, t renderOptions) []segment {
	if p.Empty() {
		return nil
	}
	w := blockWriter{renderOptions: t}
	if p.write(&w); b.fits(&w) {
		return []segment{prose{p.Document, &w}}
	}
	var out []segment
	fits := func(d markdown.Document) bool { return fitsAlone(prose{Document: d}, b, t) }
	for _, d := range p.Split(markdown.Limit{Fits: fits}) {
		out = append(out, prose{Document: d})
	}
	return out
}

// fitsAlone reports whether a segment fits into a message of its own, if need be with
// aligned tables, which take less room than native ones.
func fitsAlone(s segment, b messageLimit, t renderOptions) bool {
	w := blockWriter{renderOptions: t}
	s.write(&w)
	if b.fits(&w) {
		return true
	}
	if t.noTables || w.tables == 0 {
		return false
	}
	t.noTables = true
	return fitsAlone(s, b, t)
}

// mention mentions the member whom a reply answers. Nothing else in a message can notify
// anybody.
type mention string

func (p mention) write(w *blockWriter) {
	w.openElement(element{kind: section}, "")
	w.out = append(appendKey(append(w.out, `{"type":"user"`...), "user_id", string(p)), '}')
	w.hasContent = true
	w.closeRichText()
}
func (p mention) text() string          { return "" }
func (p mention) allButtons() buttonRow { return nil }

// smallPrint are lines in small print.
type smallPrint []string

func (n smallPrint) write(w *blockWriter) {
	for some := range slices.Chunk(n.lines(), maxContext) {
		w.block("context")
		w.out = append(w.out, `,"elements":[`...)
		for i, text := range some {
			if i > 0 {
				w.out = append(w.out, ',')
			}
			w.out = appendObject(w.out, "plain_text", text)
		}
		w.out = append(w.out, ']')
		w.endBlock()
	}
}

func (n smallPrint) text() string          { return joined(n.lines(), "\n") }
func (n smallPrint) allButtons() buttonRow { return nil }

func (n smallPrint) lines() []string {
	var out []string
	for _, text := range n {
		if text = markdown.Line(text, maxNote); text != "" {
			out = append(out, text)
		}
	}
	return out
}

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

// buttonRow is a row of buttons.
type buttonRow []chat.Button

func (p buttonRow) write(w *blockWriter) {
	for some := range slices.Chunk(p.visible(), maxActions) {
		w.block("actions")
		w.out = append(w.out, `,"elements":[`...)
		for i, b := range some {
			if i > 0 {
				w.out = append(w.out, ',')
			}
			w.button(b)
		}
		w.out = append(w.out, ']')
		w.endBlock()
	}
}

// text names the buttons, since text cannot have any.
func (p buttonRow) text() string {
	var out []string
	for _, b := range p.visible() {
		name := "[" + markdown.Line(b.Label, maxLabel) + "]"
		if b.URL != "" {
			name += " (" + b.URL + ")"
		}
		out = append(out, name)
	}
	return joined(out, " ")
}

func (p buttonRow) allButtons() buttonRow { return p }

// visible are the buttons that Slack can show. A button whose address is too long or not
// for a browser is left out.
func (p buttonRow) visible() []chat.Button {
	var out []chat.Button
	for _, b := range p {
		if b.URL != "" {
			link := markdown.Link("", b.URL)
			if b.URL = allowedURL(link); b.URL == "" {
				continue
			}
		}
		out = append(out, b)
	}
	return out
}

// button writes a button element.
func (w *blockWriter) button(b chat.Button) {
	w.out = append(w.out, `{"type":"button"`...)
	w.plain(cmp.Or(markdown.Line(b.Label, maxLabel), "…"))
	if b.ID != "" {
		w.out = appendKey(w.out, "action_id", b.ID)
	}
	if b.URL != "" {
		w.out = appendKey(w.out, "url", b.URL)
	}
	if b.Style == chat.Primary || b.Style == chat.Danger {
		w.out = appendKey(w.out, "style", string(b.Style))
	}
	w.out = append(w.out, '}')
}

// section writes plain text as a section block, or several if it is long.
func (w *blockWriter) section(text string) {
	for _, piece := range splitText(text, maxPlain) {
		w.block("section")
		w.plain(piece)
		w.endBlock()
	}
}

// lineWithButton is a row of plain text with one button, which Slack shows side by side.
type lineWithButton struct {
	words  string
	button chat.Button
}

func (l lineWithButton) write(w *blockWriter) {
	w.block("section")
	w.plain(l.words)
	w.out = append(w.out, `,"accessory":`...)
	w.button(l.button)
	w.endBlock()
}

func (l lineWithButton) text() string {
	return joined([]string{l.words, buttonRow{l.button}.text()}, " ")
}
func (l lineWithButton) allButtons() buttonRow { return buttonRow{l.button} }

// textWithButtons is any other row: its text with its buttons below.
type textWithButtons struct {
	words prose
	below buttonRow
}

func (e textWithButtons) write(w *blockWriter) {
	e.words.write(w)
	e.below.write(w)
}

func (e textWithButtons) text() string          { return joined([]string{e.words.text(), e.below.text()}, "\n") }
func (e textWithButtons) allButtons() buttonRow { return e.below }

// rowSegments are a row as segments. Usually that is one; if the text is too long for a
// message, it is split, and the buttons follow.
func rowSegments(r chat.Row) []segment {
	if len(r.Buttons) == 1 && len(buttonRow(r.Buttons).visible()) == 1 && simple(r.Text) {
		return []segment{lineWithButton{words: r.Text.Text(), button: buttonRow(r.Buttons).visible()[0]}}
	}
	e := textWithButtons{words: prose{Document: r.Text}, below: r.Buttons}
	if fitsAlone(e, fullMessage, renderOptions{}) {
		return []segment{e}
	}
	return append(e.words.split(fullMessage, renderOptions{}), e.below)
}

// simple reports whether a document is one paragraph that loses nothing as plain text.
func simple(d markdown.Document) bool {
	if len(d.Blocks) != 1 || d.Blocks[0].Kind != markdown.KindParagraph || len(d.Links()) > 0 {
		return false
	}
	text := content(d.Blocks[0].Inlines)
	return !isBlank(text) && escapedLength(text) <= maxPlain
}
