package bottest

import (
	"fmt"
	"slices"
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
		add(facts(c), c.Outcome, label(c.Buttons))
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

// facts are a card's line of small print.
func facts(c chat.Card) string {
	var all []string
	for _, f := range c.Facts {
		all = append(all, f.Text)
	}
	return strings.Join(all, " · ")
}

// Sends is what a card says its call sends: the method, the address without its scheme and, by
// what the button shows to those who may decide if the card has one, the body.
func (s *Stage) Sends(member string, c chat.Card) (method, address, body string) {
	s.T.Helper()
	for _, f := range c.Facts {
		if before, after, ok := strings.Cut(f.Text, " to "); ok && method == "" {
			method, address = before, after
		}
	}
	if method == "" {
		method, address = value(c.Details, "Method"), value(c.Details, "Host")+value(c.Details, "Path")
	}
	shows := slices.IndexFunc(c.Buttons, func(b chat.Button) bool { return b.Label == "Show the request" })
	if shows < 0 {
		return method, address, value(c.Details, "Body")
	}
	shown := s.Act(member, c.Buttons[shows])
	if want := method + " https://" + address; !strings.Contains(shown, want) && !strings.Contains(shown, method+" http://"+address) {
		s.T.Errorf("the card says %s; the request is\n%s", want, shown)
	}
	_, body, _ = strings.Cut(shown, "\n\n")
	return method, address, body
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
