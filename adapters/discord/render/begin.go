package render

import (
	"unicode/utf8"

	"aidesk/core/markdown"
)

// beginning is how blocks begin: at least room bytes of what they say, if they say
// so much, and little more. It is what the first message is cut from when a text is
// so long that cutting all of it would take too much time.
func beginning(bs []markdown.Block, room int) []markdown.Block {
	out, _ := begin(bs, room)
	return out
}

// begin is beginning, and how much room is left.
func begin(bs []markdown.Block, room int) (out []markdown.Block, left int) {
	for _, b := range bs {
		if room <= 0 {
			break
		}
		switch b.Kind {
		case markdown.KindParagraph, markdown.KindHeading:
			b.Inlines, room = beginText(b.Inlines, room)
		case markdown.KindCode:
			b.Code, room = head(b.Code, room)
		case markdown.KindQuote:
			b.Blocks, room = begin(b.Blocks, room)
		case markdown.KindList:
			items := b.Items
			b.Items = nil
			for _, item := range items {
				if room <= 0 {
					break
				}
				item.Blocks, room = begin(item.Blocks, room)
				b.Items = append(b.Items, item)
				room--
			}
		case markdown.KindTable:
			t := *b.Table
			t.Rows = t.Rows[:min(len(t.Rows), 1+room/len(t.Head))]
			b.Table = &t
			room -= len(t.Rows) * len(t.Head)
		case markdown.KindRule:
			room--
		}
		out = append(out, b)
	}
	return out, room
}

func beginText(ins []markdown.Inline, room int) (out []markdown.Inline, left int) {
	for _, in := range ins {
		if room <= 0 {
			break
		}
		switch in.Kind {
		case markdown.InlineText, markdown.InlineCode:
			in.Text, room = head(in.Text, room)
		case markdown.InlineStrong, markdown.InlineEmphasis, markdown.InlineStrike:
			in.Children, room = beginText(in.Children, room)
		case markdown.InlineLink:
			room -= len(in.URL)
		case markdown.InlineBreak:
			room--
		}
		out = append(out, in)
	}
	return out, room
}

// head is how a text begins, cut between two characters.
func head(s string, room int) (cut string, left int) {
	if len(s) <= room {
		return s, room - len(s)
	}
	for !utf8.RuneStart(s[room]) {
		room--
	}
	return s[:room], 0
}
