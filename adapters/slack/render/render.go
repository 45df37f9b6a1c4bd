package render

import (
	"fmt"
	"regexp"
	"time"
	"unicode/utf8"

	"aidesk/core/chat"
)

// Look is how replies are written: everything that a message becomes depends on it
// and on the reply alone.
type Look struct {
	Zone *time.Location // in which times are told. Defaults to UTC
	Ping bool           // the member whom the reply answers is notified by name
}

// Render is [Look.Render] with the defaults.
func Render(r chat.Reply) ([]Message, error) { return Look{}.Render(r) }

// Render makes the messages of a reply, in the order in which they are posted. A
// reply that shows nothing has none. It fails if a card cannot be shown whole, or if
// a button's id is longer than 255 characters.
func (l Look) Render(r chat.Reply) ([]Message, error) {
	if err := check(r); err != nil {
		return nil, err
	}
	parts, files, err := l.parts(r)
	if err != nil {
		return nil, err
	}
	return post(r.Place, parts, files), nil
}

func check(r chat.Reply) error {
	for b := range buttons(r) {
		if n := utf8.RuneCountInString(b.ID); n > MaxID {
			return fmt.Errorf("the id of button %q has %d characters, and Slack takes %d", b.Label, n, MaxID)
		}
		if b.ID == "" && b.URL == "" {
			return fmt.Errorf("button %q has neither an id nor an address", b.Label)
		}
	}
	return nil
}

// post packs the parts of a reply into messages. The files go behind the last one.
func post(place chat.Place, parts []part, files []chat.File) []Message {
	if len(parts) == 0 && len(files) > 0 {
		parts = []part{notes{"Attached."}}
	}
	out := pack(parts, whole, terms{})
	for i := range out {
		out[i].Channel, out[i].Thread = place.Channel, place.Thread
	}
	if n := len(out); n > 0 {
		out[n-1].Files = files
	}
	return out
}

// member is what an id of a member looks like.
var member = regexp.MustCompile(`^[UW][A-Z0-9]{2,}$`)

// parts are what a reply consists of, in the order in which it is read, and what is
// attached because it would not fit.
func (l Look) parts(r chat.Reply) ([]part, []chat.File, error) {
	var out []part
	var files []chat.File
	if l.Ping && member.MatchString(r.To) {
		out = append(out, ping(r.To))
	}
	texts, long := answer(r.Text)
	out, files = append(out, texts...), append(files, long...)
	for i, c := range r.Cards {
		p, attached, err := l.card(c, i+1)
		if err != nil {
			return nil, nil, err
		}
		out, files = append(out, p), append(files, attached...)
	}
	for _, row := range r.Rows {
		out = append(out, rowOf(row)...)
	}
	for _, p := range r.Previews[:min(len(r.Previews), maxPreviews)] {
		out = append(out, previewOf(p))
	}
	if len(r.Buttons) > 0 {
		out = append(out, press(r.Buttons))
	}
	if n := len(r.Previews) - maxPreviews; n > 0 {
		out = append(out, notes{fmt.Sprintf("and %d more", n)})
	}
	if len(r.Notes) > 0 {
		out = append(out, notes(r.Notes))
	}
	if r.Working {
		out = append(out, notes{"Working on it…"})
	}
	return out, append(files, r.Files...), nil
}
