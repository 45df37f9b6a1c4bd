package render

import (
	"fmt"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// partsLimit is how many messages an answer may take before it becomes a file.
const partsLimit = 5

// parts cuts a document into messages. Where they would be too many, or a piece
// cannot be cut to fit, file holds the whole and the only part its beginning.
func parts(d markdown.Document) (out []string, file *chat.File) {
	d = markdown.New(narrow(d.Blocks)...)
	whole := body(d)
	if whole == "" {
		return nil, nil
	}
	if units(whole) <= ContentLimit {
		return []string{whole}, nil
	}
	if units(whole) <= partsLimit*ContentLimit {
		if out = cut(d, ContentLimit); len(out) <= partsLimit && fits(out) {
			return out, nil
		}
	}
	file = &chat.File{Name: "answer.md", Text: whole + "\n"}
	where := fmt.Sprintf("-# This is only the beginning: the whole answer is in the attached %s.", file.Name)
	start := ""
	if out = cut(markdown.New(beginning(d.Blocks, 2*ContentLimit)...), ContentLimit-units(where)-2); len(out) > 0 && fits(out[:1]) {
		start = out[0] + "\n"
	}
	return []string{start + where}, file
}

// cut splits a document into parts of at most limit units.
func cut(d markdown.Document, limit int) []string {
	var out []string
	for _, part := range d.Split(markdown.Sized(limit, func(p markdown.Document) int { return units(body(p)) })) {
		out = append(out, body(part))
	}
	return out
}

func fits(parts []string) bool {
	for _, p := range parts {
		if units(p) > ContentLimit {
			return false
		}
	}
	return true
}

// small is small print: one line or more of it, cut where a message ends.
func small(note string) []string {
	write := func(d markdown.Document) string {
		lines := blocks(d.Blocks, within{})
		for i, l := range lines {
			lines[i].text = "-# " + l.text
		}
		return text(lines)
	}
	var out []string
	d := markdown.New(markdown.Paragraph(markdown.Text(note)))
	for _, part := range d.Split(markdown.Sized(ContentLimit, func(p markdown.Document) int { return units(write(p)) })) {
		out = append(out, write(part))
	}
	return out
}
