package bottest

import (
	"fmt"
	"strings"

	"aidesk/core/chat"
)

// Text is everything that a reply shows, as plain text.
func Text(r chat.Reply) string {
	var lines []string
	add := func(texts ...string) {
		for _, text := range texts {
			if text != "" {
				lines = append(lines, text)
			}
		}
	}
	label := func(list []chat.Button) string {
		var labels []string
		for _, b := range list {
			labels = append(labels, "["+b.Label+"]")
		}
		return strings.Join(labels, " ")
	}
	add(r.Text.Text())
	for _, c := range r.Cards {
		add(c.Sentence)
		for _, f := range append(append([]chat.Field{}, c.Values...), c.Details...) {
			add(f.Label + ": " + f.Value)
		}
		add(c.Outcome, label(c.Buttons))
	}
	for _, row := range r.Rows {
		add(row.Text.Text() + " " + label(row.Buttons))
	}
	for _, p := range r.Previews {
		add(fmt.Sprintf("%s | %s | %s | %s | %s", p.SiteName, p.Title, p.Description, p.Image, p.URL))
	}
	add(label(r.Buttons))
	add(r.Notes...)
	for _, f := range r.Files {
		add(f.Name, f.Text)
	}
	return strings.Join(lines, "\n")
}

// buttons are all buttons of a reply.
func buttons(r chat.Reply) []chat.Button {
	list := append([]chat.Button{}, r.Buttons...)
	for _, c := range r.Cards {
		list = append(list, c.Buttons...)
	}
	for _, row := range r.Rows {
		list = append(list, row.Buttons...)
	}
	return list
}
