package render

import (
	"fmt"
	"unicode/utf8"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// maxParts is how many messages a text may take before it is attached as a file.
const maxParts = 5

// splitText splits a document into the contents of messages. If they would be too many,
// or a piece cannot be split to fit, file holds the whole text and the only part its
// beginning.
func splitText(d markdown.Document) (out []string, file *chat.File) {
	d = markdown.New(tablesToLists(d.Blocks)...)
	whole := documentText(d)
	if whole == "" {
		return nil, nil
	}
	if utf16Len(whole) <= MaxContent {
		return []string{whole}, nil
	}
	if utf16Len(whole) <= maxParts*MaxContent {
		if out = split(d, MaxContent); len(out) <= maxParts && fits(out) {
			return out, nil
		}
	}
	file = &chat.File{Name: "answer.md", Text: whole + "\n"}
	where := fmt.Sprintf("-# This is only the beginning: the whole answer is in the attached %s.", file.Name)
	start := ""
	if out = split(markdown.New(leadingBlocks(d.Blocks, 2*MaxContent)...), MaxContent-utf16Len(where)-2); len(out) > 0 && fits(out[:1]) {
		start = out[0] + "\n"
	}
	return []string{start + where}, file
}

// split splits a document into parts of at most limit UTF-16 units.
func split(d markdown.Document, limit int) []string {
	var out []string
	for _, part := range d.Split(markdown.Sized(limit, func(p markdown.Document) int { return utf16Len(documentText(p)) })) {
		out = append(out, documentText(part))
	}
	return out
}

func fits(parts []string) bool {
	for _, p := range parts {
		if utf16Len(p) > MaxContent {
			return false
		}
	}
	return true
}

// smallPrint writes a note as small print, split where a message would be too long.
func smallPrint(note string) []string {
	write := func(d markdown.Document) string {
		lines := blocks(d.Blocks, blockContext{})
		for i, l := range lines {
			lines[i].text = "-# " + l.text
		}
		return joinLines(lines)
	}
	var out []string
	d := markdown.New(markdown.Paragraph(markdown.Text(note)))
	for _, part := range d.Split(markdown.Sized(MaxContent, func(p markdown.Document) int { return utf16Len(write(p)) })) {
		out = append(out, write(part))
	}
	return out
}

// leadingBlocks returns the beginning of a document: blocks with at least room bytes of
// text, and little more. Splitting all of a huge text only to show its beginning would
// take too long.
func leadingBlocks(bs []markdown.Block, room int) []markdown.Block {
	out, _ := takeBlocks(bs, room)
	return out
}

// takeBlocks is leadingBlocks that also returns how much room is left.
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

// takeText cuts a text after at most room bytes, between two characters.
func takeText(s string, room int) (cut string, left int) {
	if len(s) <= room {
		return s, room - len(s)
	}
	for !utf8.RuneStart(s[room]) {
		room--
	}
	return s[:room], 0
}
