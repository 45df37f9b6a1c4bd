package render

import (
	"strconv"
	"strings"

	"aidesk/core/markdown"
)

// line is one line of a message.
type line struct {
	text  string
	code  bool // code, which indentation would change
	quote bool // begins with the marker of a quote
}

// blockContext is what a block stands in.
type blockContext struct {
	item  bool // in a list item: no headings, no blank lines
	quote bool // in a quote: Discord does not nest quotes
}

// ruleLine stands for a thematic break, which Discord does not have.
var ruleLine = strings.Repeat("─", 20)

// documentText writes a document in Discord's dialect.
func documentText(d markdown.Document) string { return joinLines(blocks(d.Blocks, blockContext{})) }

func joinLines(lines []line) string {
	var b strings.Builder
	for i, l := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(l.text)
	}
	return b.String()
}

// blocks writes blocks with a blank line between them, but none below a heading, which
// Discord sets apart itself.
func blocks(bs []markdown.Block, w blockContext) []line {
	var out []line
	near := false
	for _, b := range bs {
		lines := block(b, w)
		if len(lines) == 0 {
			continue
		}
		if len(out) > 0 && !near && !w.item {
			out = append(out, line{})
		}
		out = append(out, lines...)
		near = b.Kind == markdown.KindHeading && b.Level <= deepestHeading
	}
	return out
}

func block(b markdown.Block, w blockContext) []line {
	switch b.Kind {
	case markdown.KindParagraph:
		return paragraph(b.Inlines)
	case markdown.KindHeading:
		return heading(b, w)
	case markdown.KindList:
		return list(b, w)
	case markdown.KindQuote:
		return quote(b, w)
	case markdown.KindCode:
		if strings.TrimSpace(b.Code) == "" {
			return nil
		}
		return codeBlock(b.Lang, b.Code)
	case markdown.KindTable:
		return table(b.Table, w)
	case markdown.KindRule:
		return []line{{text: ruleLine}}
	}
	return nil
}

func paragraph(ins []markdown.Inline) []line {
	s := strings.Trim(inlines(ins, 0), "\n")
	if strings.TrimSpace(s) == "" {
		return nil
	}
	var out []line
	for text := range strings.SplitSeq(s, "\n") {
		out = append(out, line{text: strings.TrimRight(text, " \t")})
	}
	return out
}

// deepestHeading is the level of the smallest heading in Discord.
const deepestHeading = 3

func heading(b markdown.Block, w blockContext) []line {
	s, lead := style(0), strings.Repeat("#", b.Level)+" "
	if b.Level > deepestHeading || w.item {
		s, lead = strong, ""
	}
	text := strings.TrimSpace(strings.ReplaceAll(inlines(b.Inlines, s), "\n", " "))
	if text == "" {
		return nil
	}
	return []line{{text: lead + text}}
}

func quote(b markdown.Block, w blockContext) []line {
	lines := blocks(b.Blocks, blockContext{item: w.item, quote: true})
	if w.quote {
		return lines
	}
	for i, l := range lines {
		lines[i] = line{text: "> " + l.text, quote: true}
	}
	return lines
}

func list(b markdown.Block, w blockContext) []line {
	var out []line
	for i, item := range b.Items {
		mark := "-"
		if b.Ordered {
			mark = strconv.Itoa(b.Start+i) + "."
		}
		if item.Task != nil {
			mark += " " + checkbox(*item.Task)
		}
		lines := blocks(item.Blocks, blockContext{item: true, quote: w.quote})
		alone := len(lines) == 0 || lines[0].code || lines[0].quote
		if alone { // a quote or code must begin a line
			out = append(out, line{text: mark})
		}
		for j, l := range lines {
			switch {
			case l.code:
			case j == 0 && !alone:
				l.text = mark + " " + l.text
			case l.text != "":
				l.text = "  " + l.text
			}
			out = append(out, l)
		}
	}
	return out
}

func checkbox(ticked bool) string {
	if ticked {
		return "☑"
	}
	return "☐"
}
