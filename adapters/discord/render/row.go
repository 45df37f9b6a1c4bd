package render

import (
	"slices"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// mostButtons is how many a message takes.
const mostButtons = buttonsInRow * rowsLimit

// list adds rows: their texts as a list, and below it all their buttons. Discord
// puts buttons below everything, so as many rows go into a message as have room.
func (s *sheet) list(rows []chat.Row) error {
	for len(rows) > 0 {
		n, presses := 0, 0
		for n < len(rows) && (n == 0 || presses+len(rows[n].Buttons) <= mostButtons && units(items(rows[:n+1])) <= ContentLimit) {
			presses += len(rows[n].Buttons)
			n++
		}
		if err := s.rows(rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// rows adds as many rows as one message takes, or one that takes several.
func (s *sheet) rows(rows []chat.Row) error {
	content := items(rows)
	switch m := s.last(); {
	case content == "":
	case units(content) > ContentLimit:
		contents, file := parts(document(rows))
		for _, c := range contents {
			s.fresh()
			s.join(c, "\n\n")
		}
		if file != nil {
			s.attach(*file)
		}
	default:
		if len(m.Components) > 0 {
			s.add(Message{})
		}
		s.join(content, "\n\n")
	}
	var bs []chat.Button
	for _, r := range rows {
		bs = append(bs, r.Buttons...)
	}
	return s.press(bs)
}

// fresh makes the last message one without buttons.
func (s *sheet) fresh() {
	if len(s.last().Components) > 0 {
		s.add(Message{})
	}
}

// items is the text of rows.
func items(rows []chat.Row) string { return body(document(rows)) }

func document(rows []chat.Row) markdown.Document {
	b := markdown.Block{Kind: markdown.KindList, Tight: true}
	for _, r := range rows {
		if !r.Text.Empty() {
			b.Items = append(b.Items, markdown.Item{Blocks: slices.Clip(r.Text.Blocks)})
		}
	}
	return markdown.New(narrow([]markdown.Block{b})...)
}
