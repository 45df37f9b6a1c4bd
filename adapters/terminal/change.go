package terminal

import (
	"encoding/json"

	"aidesk/core/chat"
)

// change is the text of what a newer version of a reply adds to an older one that
// already stands on the screen; empty if that is nothing. A terminal cannot edit
// what stands above, so what has merely vanished is not mentioned.
func (l Look) change(before, after chat.Reply) string {
	l = l.normal(after)
	text := after.Text.Blocks
	for i := 0; i < len(before.Text.Blocks) && len(text) > 0 && same(before.Text.Blocks[i], text[0]); i++ {
		text = text[1:]
	}
	parts := [][]line{l.blocks(text, l.Width)}
	for i, c := range after.Cards {
		switch {
		case i < len(before.Cards) && same(before.Cards[i], c):
		case i < len(before.Cards) && c.State != chat.CardWaiting:
			parts = append(parts, l.news(c))
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

// key is what of a value is kept over a restart, and so what is compared.
func key(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}
