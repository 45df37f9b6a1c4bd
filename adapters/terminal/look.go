package terminal

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Look is how replies are written: everything that a message becomes depends on
// it and on the message alone.
type Look struct {
	Width int            // columns; below 20 counts as 20. Defaults to 80
	Color bool           // with ANSI sequences
	Zone  *time.Location // in which times are told. Defaults to UTC

	// number is the number of a button, under which it is pressed. Defaults to
	// counting the buttons of each reply from 1.
	number func(chat.Button) int
}

// Render is the text of a whole reply, without a line end after it.
func (l Look) Render(r chat.Reply) string {
	l = l.normal(r)
	return paint(l.whole(r), l.Color)
}

// normal is l with its defaults.
func (l Look) normal(r chat.Reply) Look {
	l.Width = max(cmp.Or(l.Width, 80), 20)
	l.Zone = cmp.Or(l.Zone, time.UTC)
	if l.number == nil {
		all := buttons(r)
		l.number = func(b chat.Button) int {
			return 1 + slices.IndexFunc(all, func(o chat.Button) bool { return o.ID == b.ID })
		}
	}
	return l
}

// whole lays out a reply: what it says, what it asks, what it lists, what it
// links to, and the small print.
func (l Look) whole(r chat.Reply) []line {
	parts := [][]line{l.blocks(r.Text.Blocks, l.Width)}
	for _, c := range r.Cards {
		parts = append(parts, l.card(c))
	}
	parts = append(parts, l.rows(r.Rows))
	for _, p := range r.Previews {
		parts = append(parts, l.preview(p))
	}
	parts = append(parts, l.buttons(r.Buttons, l.Width), l.notes(r.Notes))
	for _, f := range r.Files {
		parts = append(parts, file(f))
	}
	return spaced(parts...)
}

// rows lays out a list: each row behind a mark, its buttons beside it where they
// fit, else below.
func (l Look) rows(rows []chat.Row) []line {
	var out []line
	for _, r := range rows {
		text := l.blocks(r.Text.Blocks, l.Width-2)
		press := l.buttons(r.Buttons, l.Width-2)
		if len(text) == 1 && len(press) == 1 && text[0].width()+len(gap)+press[0].width() <= l.Width-2 {
			text = []line{slices.Concat(text[0], line{{text: gap}}, press[0])}
		} else {
			text = append(text, press...)
		}
		out = append(out, hang(text, span{text: "• "})...)
	}
	return out
}

// preview lays out the card of a page.
func (l Look) preview(p chat.Preview) []line {
	var lines []line
	say := func(text string, s style) {
		if text = strings.TrimSpace(text); text != "" {
			lines = append(lines, wrap([]span{words(text, s)}, l.Width-2)...)
		}
	}
	say(p.SiteName, dim)
	say(p.Title, bold)
	say(p.Description, 0)
	if p.Image != "" {
		lines = append(lines, wrap([]span{{text: "Image: ", style: dim}, address(p.Image, dim)}, l.Width-2)...)
	}
	lines = append(lines, line{address(p.URL, underline)})
	return bar(lines, cyan)
}

// buttons lays out buttons side by side. One that opens an address has no
// number: the address is what a member opens.
func (l Look) buttons(bs []chat.Button, width int) []line {
	var text []span
	for i, b := range bs {
		if i > 0 {
			text = append(text, span{text: "   "})
		}
		label := markdown.Line(b.Label, labelLimit)
		if b.URL != "" {
			text = append(text, span{text: label + " ", whole: true}, address("<"+b.URL+">", dim))
			continue
		}
		text = append(text, span{text: "[" + strconv.Itoa(l.number(b)) + "] " + label, style: bold, whole: true})
	}
	if len(text) == 0 {
		return nil
	}
	return wrap(text, width)
}

// labelLimit is what chat.Button allows, with some room: a label is not worth losing.
const labelLimit = 40

func (l Look) notes(notes []string) []line {
	var out []line
	for _, n := range notes {
		out = append(out, wrap([]span{words(n, dim)}, l.Width)...)
	}
	return out
}

// file writes a file out in full and unbroken, so that it can be copied.
func file(f chat.File) []line {
	name := markdown.Line(f.Name, 200)
	out := []line{{{text: "--- " + name + " ---", style: dim}}}
	for text := range strings.SplitSeq(strings.TrimSuffix(verbatim(f.Text, 0).text, "\n"), "\n") {
		out = append(out, line{{text: text}})
	}
	return append(out, line{{text: "--- end of " + name + " ---", style: dim}})
}

// buttons are those of a reply that can be pressed, in the order in which they are shown.
func buttons(r chat.Reply) []chat.Button {
	var out []chat.Button
	for _, c := range r.Cards {
		out = append(out, c.Buttons...)
	}
	for _, row := range r.Rows {
		out = append(out, row.Buttons...)
	}
	out = append(out, r.Buttons...)
	return slices.DeleteFunc(out, func(b chat.Button) bool { return b.URL != "" })
}
