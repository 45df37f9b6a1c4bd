package render

import (
	"unicode/utf8"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// answerFile is the name of a file with an answer that is too long for messages. It
// is plain text: nothing that shows it makes links or pictures of what stands in it.
const answerFile = "answer.txt"

// answer is running text, in as many parts as it takes; or, if those are too many,
// its beginning and the whole as a file.
func answer(d markdown.Document) ([]part, []chat.File) {
	var parts []part
	if blocks, left := begin(d.Blocks, (maxMessages+1)*whole.size); left < 0 {
		parts = prose{Document: markdown.New(blocks...)}.split(whole, terms{}) // all of it would take long, for nothing
	}
	if len(parts) <= maxMessages {
		parts = prose{Document: d}.split(whole, terms{})
	}
	if len(parts) <= maxMessages {
		return parts, nil
	}
	return []part{parts[0], notes{"This is the beginning. The whole answer is in " + answerFile + "."}},
		[]chat.File{{Name: answerFile, Text: d.Text() + "\n"}}
}

// elementSize is what an element takes beside its text, at least.
const elementSize = len(`{"type":"text","text":""},`)

// begin takes blocks until they have room characters, within one where it must. What
// is left of the room is negative if there were more.
func begin(blocks []markdown.Block, room int) ([]markdown.Block, int) {
	var out []markdown.Block
	for _, b := range blocks {
		if room < 0 {
			break
		}
		switch b.Kind {
		case markdown.KindCode:
			b.Code, room = head(b.Code, room)
		case markdown.KindQuote:
			b.Blocks, room = begin(b.Blocks, room)
		case markdown.KindList:
			var items []markdown.Item
			for _, item := range b.Items {
				if room < 0 {
					break
				}
				item.Blocks, room = begin(item.Blocks, room-elementSize)
				items = append(items, item)
			}
			b.Items = items
		case markdown.KindTable:
			t := *b.Table
			t.Rows = nil
			for _, row := range b.Table.Rows {
				if room < 0 {
					break
				}
				for _, c := range row {
					room -= 1 + utf8.RuneCountInString(content(c))
				}
				t.Rows = append(t.Rows, row)
			}
			b.Table = &t
		case markdown.KindParagraph, markdown.KindHeading, markdown.KindRule:
			b.Inlines, room = beginInlines(b.Inlines, room-1)
		}
		out = append(out, b)
	}
	return out, room
}

func beginInlines(ins []markdown.Inline, room int) ([]markdown.Inline, int) {
	var out []markdown.Inline
	for _, in := range ins {
		if room < 0 {
			break
		}
		if in.Kind != markdown.InlineText && in.Kind != markdown.InlineBreak {
			room -= elementSize + len(in.URL)
		}
		if in.Text != "" {
			in.Text, room = head(in.Text, room)
		}
		if len(in.Children) > 0 {
			in.Children, room = beginInlines(in.Children, room)
		}
		out = append(out, in)
	}
	return out, room
}

// head is the first room characters of s, and what is then left of the room: -1 if s
// has more.
func head(s string, room int) (string, int) {
	if n := utf8.RuneCountInString(s); n <= room {
		return s, room - n
	}
	end := 0
	for range room {
		_, n := utf8.DecodeRuneInString(s[end:])
		end += n
	}
	return s[:end], -1
}
