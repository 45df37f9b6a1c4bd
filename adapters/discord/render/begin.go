package render

import (
	"unicode/utf8"

	"aidesk/core/markdown"
)

// leadingBlocks is how blocks begin: at least room bytes of what they say, if they say
// so much, and little more. It is what the first message is cut from when a text is
// so long that cutting all of it would take too much time.
func leadingBlocks(bs []markdown.Block, room int) []markdown.Block {
	out, _ := takeBlocks(bs, room)
	return out
}

// takeBlocks is beginning, and how much room is left.
func takeBlocks(bs []markdown.Block, room int) (out []markdown.Block, left int) {
	for _, b := range bs {
		if room <= 0 {
			break
		}
		switch b.Kind {
		case markdown.KindParagraph, markdown.KindHeading:
			b.Inlines, room = takeInlines(b.Inlines, room)
		case markdown.KindCode:
			b.Code, room = takeText(b.Code, room)
		case markdown.KindQuote:
			b.Blocks, room = takeBlocks(b.Blocks, room)
		case markdown.KindList:
			items := b.Items
			b.Items = nil
			for _, item := range items {
				if room <= 0 {
					break
				}
				item.Blocks, room = takeBlocks(item.Blocks, room)
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

func takeInlines(ins []markdown.Inline, room int) (out []markdown.Inline, left int) {
	for _, in := range ins {
		if room <= 0 {
			break
		}
		switch in.Kind {
		case markdown.InlineText, markdown.InlineCode:
			in.Text, room = takeText(in.Text, room)
		case markdown.InlineStrong, markdown.InlineEmphasis, markdown.InlineStrike:
			in.Children, room = takeInlines(in.Children, room)
		case markdown.InlineLink:
			room -= len(in.URL)
		case markdown.InlineBreak:
			room--
		}
		out = append(out, in)
	}
	return out, room
}

// takeText is how a text begins, cut between two characters.
func takeText(s string, room int) (cut string, left int) {
	if len(s) <= room {
		return s, room - len(s)
	}
	for !utf8.RuneStart(s[room]) {
		room--
	}
	return s[:room], 0
}
