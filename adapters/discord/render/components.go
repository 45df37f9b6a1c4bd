package render

import (
	"cmp"
	"slices"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// maxButtons is how many buttons a message takes.
const maxButtons = maxButtonsInRow * maxRows

// writeRows adds rows: their texts as a list, and their buttons below it. Discord shows
// all buttons below the text, so a message gets as many rows as fit.
func (s *messageWriter) writeRows(rows []chat.Row) error {
	for len(rows) > 0 {
		n, presses := 0, 0
		for n < len(rows) && (n == 0 || presses+len(rows[n].Buttons) <= maxButtons && utf16Len(rowsText(rows[:n+1])) <= MaxContent) {
			presses += len(rows[n].Buttons)
			n++
		}
		if err := s.writeRowGroup(rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// writeRowGroup adds as many rows as one message takes, or one row that takes several
// messages.
func (s *messageWriter) writeRowGroup(rows []chat.Row) error {
	content := rowsText(rows)
	switch m := s.last(); {
	case content == "":
	case utf16Len(content) > MaxContent:
		contents, file := splitText(rowsDocument(rows))
		for _, c := range contents {
			s.startBelowButtons()
			s.append(c, "\n\n")
		}
		if file != nil {
			s.attach(*file)
		}
	default:
		if len(m.Components) > 0 {
			s.add(Message{})
		}
		s.append(content, "\n\n")
	}
	var bs []chat.Button
	for _, r := range rows {
		bs = append(bs, r.Buttons...)
	}
	return s.writeButtons(bs)
}

// startBelowButtons starts a new message if the last one has buttons.
func (s *messageWriter) startBelowButtons() {
	if len(s.last().Components) > 0 {
		s.add(Message{})
	}
}

// rowsText is the text of rows.
func rowsText(rows []chat.Row) string { return documentText(rowsDocument(rows)) }

func rowsDocument(rows []chat.Row) markdown.Document {
	b := markdown.Block{Kind: markdown.KindList, Tight: true}
	for _, r := range rows {
		if !r.Text.Empty() {
			b.Items = append(b.Items, markdown.Item{Blocks: slices.Clip(r.Text.Blocks)})
		}
	}
	return markdown.New(tablesToLists([]markdown.Block{b})...)
}

// The limits of a button.
const (
	maxLabel     = 80
	maxCustomID  = 100
	maxButtonURL = 512
)

// The styles of buttons, and the types of components.
const (
	styleFilled = 1
	stylePlain  = 2
	styleDanger = 4
	styleLink   = 5

	typeRow    = 1
	typeButton = 2
)

// writeButtons adds buttons to the last message, or to new ones if there is no room. A
// button whose URL Discord would refuse becomes a link in the text.
func (s *messageWriter) writeButtons(bs []chat.Button) error {
	var out []buttonComponent
	for _, b := range bs {
		if b.URL != "" && !canBeLink(b.URL) {
			s.writeLink(b)
			continue
		}
		made, err := button(b)
		if err != nil {
			return err
		}
		same := func(o buttonComponent) bool { return o.CustomID != "" && o.CustomID == made.CustomID }
		if !slices.ContainsFunc(out, same) && !s.last().has(cmp.Or(made.CustomID, "-")) {
			out = append(out, made)
		}
	}
	for chunk := range slices.Chunk(out, maxButtonsInRow) {
		m := s.last()
		if len(m.Components) == maxRows {
			s.add(Message{})
			m = s.last()
		}
		m.Content = cmp.Or(m.Content, "Choose:")
		m.row(chunk)
	}
	return nil
}

// The thumbs of a rating.
const (
	thumbUp   = "👍"
	thumbDown = "👎"
)

// writeRating adds the two thumbs of a rating: a button of Discord's has no other words than
// those that everybody sees, so these stay small.
func (s *messageWriter) writeRating(r chat.Rating) error {
	return s.writeButtons([]chat.Button{{ID: r.ID, Label: thumbUp}, {ID: r.ID, Label: thumbDown, Form: true}})
}

// writeLink adds a button as a link in the text.
func (s *messageWriter) writeLink(b chat.Button) {
	contents, _ := splitText(markdown.New(markdown.Paragraph(markdown.Link(markdown.Line(b.Label, maxLabel), b.URL))))
	for _, c := range contents {
		s.append(c, "\n")
	}
}

// row adds a row of at most five buttons.
func (m *Message) row(bs []buttonComponent) {
	m.Components = append(m.Components, actionsRow{Type: typeRow, Components: bs})
}

func button(b chat.Button) (buttonComponent, error) {
	out := buttonComponent{Type: typeButton, Style: stylePlain, Label: cmp.Or(markdown.Line(b.Label, maxLabel/2), "…"), URL: b.URL}
	switch {
	case b.URL != "":
		out.Style = styleLink
		return out, nil
	case b.Style == chat.Primary:
		out.Style = styleFilled
	case b.Style == chat.Danger:
		out.Style = styleDanger
	}
	out.CustomID = buttonPrefix + b.ID
	if b.Form {
		out.CustomID = formButtonPrefix + b.ID
	}
	switch {
	case b.ID == "":
		return buttonComponent{}, buttonError(b, "it has neither an id nor an address")
	case utf16Len(out.CustomID) > maxCustomID:
		return buttonComponent{}, buttonError(b, "its id is too long")
	}
	return out, nil
}

// canBeLink reports whether a button can open a URL.
func canBeLink(url string) bool {
	_, ok := markdown.Normal(url)
	return ok && utf16Len(url) <= maxButtonURL
}
