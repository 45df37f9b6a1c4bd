package terminal

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"aidesk/core/markdown"
)

// minWidth is the width that a block gets however deep it is nested: it may then go beyond
// the edge, which is better than a column of single letters.
const minWidth = 8

// blocks lays out blocks with a blank line between them.
func (l Renderer) blocks(bs []markdown.Block, width int) []line {
	var parts [][]line
	for _, b := range bs {
		parts = append(parts, l.block(b, max(width, minWidth)))
	}
	return spaced(parts...)
}

func (l Renderer) block(b markdown.Block, width int) []line {
	switch b.Kind {
	case markdown.KindParagraph:
		return wrap(l.inlines(b.Inlines, 0), width)
	case markdown.KindHeading:
		return l.heading(b, width)
	case markdown.KindList:
		return l.list(b, width)
	case markdown.KindQuote:
		return withBar(l.blocks(b.Blocks, width-2), dim)
	case markdown.KindCode:
		return code(b.Code, width)
	case markdown.KindTable:
		return l.table(b.Table, width)
	case markdown.KindRule:
		return []line{{{text: strings.Repeat("─", width), style: dim}}}
	}
	return nil
}

// heading is bold; without colour it is underlined by a line of its own.
func (l Renderer) heading(b markdown.Block, width int) []line {
	s := bold
	if b.Level == 1 {
		s |= underline
	}
	lines := wrap(l.inlines(b.Inlines, s), width)
	if l.Color {
		return lines
	}
	mark := "-"
	if b.Level == 1 {
		mark = "="
	}
	return append(lines, line{{text: strings.Repeat(mark, widest(lines))}})
}

// list lays out each item behind its mark.
func (l Renderer) list(b markdown.Block, width int) []line {
	column := 0 // of the numbers, which are aligned at their points
	if b.Ordered {
		column = len(strconv.Itoa(b.Start+len(b.Items)-1)) + len(". ")
	}
	var items [][]line
	for i, item := range b.Items {
		mark := "• "
		switch {
		case b.Ordered:
			mark = fmt.Sprintf("%*d. ", column-len(". "), b.Start+i)
		case item.Task != nil && *item.Task:
			mark = "[x] "
		case item.Task != nil:
			mark = "[ ] "
		}
		var parts [][]line
		for _, inner := range item.Blocks {
			parts = append(parts, l.block(inner, max(width-markdown.Width(mark), minWidth)))
		}
		content := slices.Concat(parts...)
		if !b.Tight {
			content = spaced(parts...)
		}
		items = append(items, hangingIndent(content, span{text: mark}))
	}
	if b.Tight {
		return slices.Concat(items...)
	}
	return spaced(items...)
}

// code stands behind a bar; a dashed one where a line goes on that was too long.
func code(text string, width int) []line {
	var out []line
	for text := range strings.SplitSeq(plain(text, cyan).text, "\n") {
		for i, piece := range hardWrap(span{text: text, style: cyan}, width-2) {
			mark := "┃ "
			if i > 0 {
				mark = "┇ "
			}
			out = append(out, append(line{{text: mark, style: dim}}, piece...))
		}
	}
	return out
}

// inlines turns running text into spans. What colour would show is marked with
// the signs of CommonMark where its loss would change the meaning.
func (l Renderer) inlines(ins []markdown.Inline, s style) []span {
	var out []span
	for _, in := range ins {
		switch in.Kind {
		case markdown.InlineText:
			out = append(out, words(in.Text, s))
		case markdown.InlineCode:
			out = append(out, l.marked("`", s, words(in.Text, s|cyan))...)
		case markdown.InlineStrong:
			out = append(out, l.inlines(in.Children, s|bold)...)
		case markdown.InlineEmphasis:
			out = append(out, l.inlines(in.Children, s|italic)...)
		case markdown.InlineStrike:
			out = append(out, l.marked("~~", s, l.inlines(in.Children, s|strike)...)...)
		case markdown.InlineLink:
			out = append(out, l.link(in, s)...)
		case markdown.InlineBreak:
			out = append(out, span{text: "\n"})
		}
	}
	return out
}

// marked puts a sign around spans, unless colour shows what it means.
func (l Renderer) marked(sign string, s style, inner ...span) []span {
	if l.Color {
		return inner
	}
	return slices.Concat([]span{{text: sign, style: s}}, inner, []span{{text: sign, style: s}})
}

// link is a label and its address, which a terminal must show to be honest. A
// label that is the address itself is not said twice.
func (l Renderer) link(in markdown.Inline, s style) []span {
	label := l.inlines(in.Children, s|underline)
	if !in.Allowed {
		return l.inlines(in.Children, s)
	}
	target := address(in.URL, s|underline)
	var said strings.Builder
	for _, sp := range label {
		said.WriteString(sp.text)
	}
	if said.String() == target.text {
		return []span{target}
	}
	target.text, target.style = "<"+target.text+">", s|dim
	return append(label, span{text: " ", style: s}, target)
}

// spaced puts a blank line between parts; empty parts don't count.
func spaced(parts ...[]line) []line {
	var out []line
	for _, p := range parts {
		if len(p) == 0 {
			continue
		}
		if len(out) > 0 {
			out = append(out, nil)
		}
		out = append(out, p...)
	}
	return out
}

// withBar puts a bar before every line.
func withBar(lines []line, s style) []line {
	out := make([]line, len(lines))
	for i, ln := range lines {
		out[i] = append(line{{text: "│ ", style: s}}, ln...)
	}
	return out
}

// hangingIndent puts a mark before the first line, and blanks of its width before the
// others.
func hangingIndent(lines []line, mark span) []line {
	if len(lines) == 0 {
		return []line{{mark}}
	}
	blank := span{text: strings.Repeat(" ", markdown.Width(mark.text))}
	out := make([]line, len(lines))
	for i, ln := range lines {
		switch {
		case i == 0:
			out[i] = append(line{mark}, ln...)
		case len(ln) > 0:
			out[i] = append(line{blank}, ln...)
		}
	}
	return out
}
