package render

import (
	"slices"
	"unicode/utf8"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// paginate puts segments, in their order, into as few messages as possible. A segment that
// does not fit behind the one before begins a new message; one that is too long for any
// message becomes plain text.
func paginate(segments []segment, b messageLimit, t renderOptions) []Message {
	var out []Message
	var open []segment
	w := blockWriter{renderOptions: t}
	flush := func() {
		if len(open) > 0 {
			out = append(out, messageOf(&w, open))
		}
		w, open = blockWriter{renderOptions: t}, nil
	}
	for _, s := range segments {
		before := w
		if s.write(&w); b.fits(&w) {
			if w.blocks > before.blocks { // it shows something
				open = append(open, s)
			}
			continue
		}
		w = before
		flush()
		if m, ok := writeAlone(s, b, t); ok {
			if m.blocks > 0 { // else it stands below others only
				w, open = m, []segment{s}
			}
			continue
		}
		out = append(out, asPlainText(s)...)
	}
	flush()
	return out
}

// writeAlone writes a segment into a message of its own, if it fits: with the options
// given, else with aligned tables, else within the largest limit.
func writeAlone(s segment, b messageLimit, t renderOptions) (blockWriter, bool) {
	fenced := renderOptions{noImages: t.noImages, noTables: true}
	for _, try := range []struct {
		messageLimit
		renderOptions
	}{{b, t}, {b, fenced}, {fullMessage, fenced}} {
		w := blockWriter{renderOptions: try.renderOptions}
		if s.write(&w); try.fits(&w) {
			w.renderOptions = t
			return w, true
		}
	}
	return blockWriter{}, false
}

// asPlainText is a segment that is too long for any message, as plain text.
func asPlainText(s segment) []Message {
	m := Message{segments: []segment{s}}
	if out := plainWithButtons(m); out != nil {
		return out
	}
	return plainMessages(m.segments)
}

// messageOf is the message that was written.
func messageOf(w *blockWriter, segments []segment) Message {
	m := Message{Text: fallback(segments), segments: segments}
	if w.blocks > 0 {
		m.Blocks = slices.Clip(append(w.out, ']'))
	}
	return m
}

// answerFile is the name of the file with an answer that is too long for messages. Its
// type is plain text, so that no viewer makes links or images of what is in it.
const answerFile = "answer.txt"

// textSegments are a text split into segments that fit into messages; or, if that would
// take too many messages, its beginning, and all of it as a file.
func textSegments(d markdown.Document) ([]segment, []chat.File) {
	var segments []segment
	if blocks, left := truncateBlocks(d.Blocks, (maxMessages+1)*fullMessage.size); left < 0 {
		segments = prose{Document: markdown.New(blocks...)}.split(fullMessage, renderOptions{}) // all of it would take long, for nothing
	}
	if len(segments) <= maxMessages {
		segments = prose{Document: d}.split(fullMessage, renderOptions{})
	}
	if len(segments) <= maxMessages {
		return segments, nil
	}
	return []segment{segments[0], smallPrint{textBeginning + answerFile + "."}},
		[]chat.File{{Name: answerFile, Text: d.Text() + "\n"}}
}

// elementSize is the least length of an element's JSON without its text.
const elementSize = len(`{"type":"text","text":""},`)

// truncateBlocks cuts blocks off after room characters, and returns how much room is left:
// negative if something was cut off.
func truncateBlocks(blocks []markdown.Block, room int) ([]markdown.Block, int) {
	var out []markdown.Block
	for _, b := range blocks {
		if room < 0 {
			break
		}
		switch b.Kind {
		case markdown.KindCode:
			b.Code, room = truncateText(b.Code, room)
		case markdown.KindQuote:
			b.Blocks, room = truncateBlocks(b.Blocks, room)
		case markdown.KindList:
			var items []markdown.Item
			for _, item := range b.Items {
				if room < 0 {
					break
				}
				item.Blocks, room = truncateBlocks(item.Blocks, room-elementSize)
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
			b.Inlines, room = truncateInlines(b.Inlines, room-1)
		}
		out = append(out, b)
	}
	return out, room
}

func truncateInlines(ins []markdown.Inline, room int) ([]markdown.Inline, int) {
	var out []markdown.Inline
	for _, in := range ins {
		if room < 0 {
			break
		}
		if in.Kind != markdown.InlineText && in.Kind != markdown.InlineBreak {
			room -= elementSize + len(in.URL)
		}
		if in.Text != "" {
			in.Text, room = truncateText(in.Text, room)
		}
		if len(in.Children) > 0 {
			in.Children, room = truncateInlines(in.Children, room)
		}
		out = append(out, in)
	}
	return out, room
}

// truncateText cuts s off after room characters, and returns how much room is left: -1 if
// something was cut off.
func truncateText(s string, room int) (string, int) {
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
