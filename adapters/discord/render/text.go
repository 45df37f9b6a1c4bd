package render

import (
	"fmt"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// maxParts is how many messages an answer may take before it becomes a file.
const maxParts = 5

// splitText cuts a document into messages. Where they would be too many, or a piece
// cannot be cut to fit, file holds the whole and the only part its beginning.
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

// split splits a document into parts of at most limit units.
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

// smallPrint is small print: one line or more of it, cut where a message ends.
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
