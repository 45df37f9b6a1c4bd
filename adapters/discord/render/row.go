package render

import (
	"slices"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// maxButtons is how many a message takes.
const maxButtons = maxButtonsInRow * maxRows

// writeRows adds rows: their texts as a list, and below it all their buttons. Discord
// puts buttons below everything, so as many rows go into a message as have room.
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

// writeRowGroup adds as many rows as one message takes, or one that takes several.
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

// startBelowButtons makes the last message one without buttons.
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
