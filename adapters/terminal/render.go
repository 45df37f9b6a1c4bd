package terminal

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Renderer renders replies as text. The text depends on nothing but its fields and the
// reply.
type Renderer struct {
	Width int            // columns of the terminal. Defaults to 80
	Color bool           // with ANSI sequences
	Zone  *time.Location // of times. Defaults to UTC

	// number returns the number that presses a button. Defaults to counting the buttons
	// of each reply from 1.
	number func(chat.Button) int
}

// Text is laid out as on a terminal of at least and at most so many columns: longer lines
// are hard to read.
const (
	minColumns = 20
	maxColumns = 120
)

// Render is the text of a whole reply, without a line end after it.
func (l Renderer) Render(r chat.Reply) string {
	l = l.withDefaults(r)
	return paint(l.layout(r), l.Color)
}

// withDefaults is l with its defaults.
func (l Renderer) withDefaults(r chat.Reply) Renderer {
	l.Width = min(max(cmp.Or(l.Width, 80), minColumns), maxColumns)
	l.Zone = cmp.Or(l.Zone, time.UTC)
	if l.number == nil {
		all := Buttons(r)
		l.number = func(b chat.Button) int {
			return 1 + slices.IndexFunc(all, func(o chat.Button) bool { return o.ID == b.ID })
		}
	}
	return l
}

// layout lays out a whole reply: text, cards, rows, previews, buttons, small print and files.
func (l Renderer) layout(r chat.Reply) []line {
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

// rows lays out rows, each behind a mark, with its buttons beside it if they fit, else below.
func (l Renderer) rows(rows []chat.Row) []line {
	var out []line
	for _, r := range rows {
		text := l.blocks(r.Text.Blocks, l.Width-2)
		press := l.buttons(r.Buttons, l.Width-2)
		if len(text) == 1 && len(press) == 1 && text[0].width()+len(gap)+press[0].width() <= l.Width-2 {
			text = []line{slices.Concat(text[0], line{{text: gap}}, press[0])}
		} else {
			text = append(text, press...)
		}
		out = append(out, hangingIndent(text, span{text: "• "})...)
	}
	return out
}

// preview lays out the preview of a page.
func (l Renderer) preview(p chat.Preview) []line {
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
	return withBar(lines, cyan)
}

// buttons lays out buttons side by side. A button that opens an address has no number: the
// member opens the address that is shown.
func (l Renderer) buttons(bs []chat.Button, width int) []line {
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

// labelLimit is a bit more than chat.Button allows, so that no label is cut off.
const labelLimit = 40

func (l Renderer) notes(notes []string) []line {
	var out []line
	for _, n := range notes {
		out = append(out, wrap([]span{words(n, dim)}, l.Width)...)
	}
	return out
}

// file lays out a file in full and without wrapping, so that it can be copied.
func file(f chat.File) []line {
	name := markdown.Line(f.Name, 200)
	out := []line{{{text: "--- " + name + " ---", style: dim}}}
	for text := range strings.SplitSeq(strings.TrimSuffix(verbatim(f.Text, 0).text, "\n"), "\n") {
		out = append(out, line{{text: text}})
	}
	return append(out, line{{text: "--- end of " + name + " ---", style: dim}})
}

// Buttons are the buttons of a reply that can be pressed, in the order of their numbers.
func Buttons(r chat.Reply) []chat.Button {
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

// renderChange is the text of what a new version of a reply adds to the one that is on the
// screen; empty if that is nothing. A terminal cannot edit what it has written, so what was
// merely removed is not mentioned.
func (l Renderer) renderChange(before, after chat.Reply) string {
	l = l.withDefaults(after)
	text := after.Text.Blocks
	for i := 0; i < len(before.Text.Blocks) && len(text) > 0 && same(before.Text.Blocks[i], text[0]); i++ {
		text = text[1:]
	}
	parts := [][]line{l.blocks(text, l.Width)}
	for i, c := range after.Cards {
		switch {
		case i < len(before.Cards) && same(before.Cards[i], c):
		case i < len(before.Cards) && c.State != chat.CardWaiting:
			parts = append(parts, l.cardUpdate(c))
		default:
			parts = append(parts, l.card(c))
		}
	}
	parts = append(parts, l.rows(added(before.Rows, after.Rows)))
	for _, p := range added(before.Previews, after.Previews) {
		parts = append(parts, l.preview(p))
	}
	parts = append(parts,
		l.buttons(added(before.Buttons, after.Buttons), l.Width),
		l.notes(added(before.Notes, after.Notes)))
	for _, f := range added(before.Files, after.Files) {
		parts = append(parts, file(f))
	}
	return paint(spaced(parts...), l.Color)
}

// added are the elements of after that before does not hold.
func added[T any](before, after []T) []T {
	held := map[string]bool{}
	for _, b := range before {
		held[key(b)] = true
	}
	var out []T
	for _, a := range after {
		if !held[key(a)] {
			out = append(out, a)
		}
	}
	return out
}

func same[T any](a, b T) bool { return key(a) == key(b) }

// key is a value as it would be stored. Only that is compared, because the old version may
// have been read from the store.
func key(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}
