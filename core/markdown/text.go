package markdown

import (
	"slices"
	"strconv"
	"strings"
)

// Text returns the document as plain text, for fallbacks, notifications and transcripts:
// bullets, numbers, ticked boxes, quote marks and table cells as a person would type
// them, code verbatim, a link as its label with the URL in brackets. It has no final
// newline. Code may hold URLs that are not allowed, so whoever sends the text turns
// the platform's own linking off.
func (d Document) Text() string {
	var b strings.Builder
	writeBlocks(&b, d.Blocks, "\n\n")
	return b.String()
}

// Empty reports whether the document shows nothing.
func (d Document) Empty() bool { return !slices.ContainsFunc(d.Blocks, Block.isVisible) }

// isVisible reports whether a reader sees anything of the block.
func (b Block) isVisible() bool {
	switch b.Kind {
	case KindParagraph, KindHeading:
		return strings.TrimSpace(visibleText(b.Inlines)) != ""
	case KindQuote:
		return slices.ContainsFunc(b.Blocks, Block.isVisible)
	case KindCode:
		return strings.TrimSpace(b.Code) != ""
	}
	return true
}

// Links returns the URLs of the document's links in reading order, each once.
func (d Document) Links() []string {
	var out []string
	seen := map[string]bool{}
	var inlines func([]Inline)
	inlines = func(ins []Inline) {
		for _, in := range ins {
			if in.Kind == InlineLink && in.Allowed && !seen[in.URL] {
				seen[in.URL] = true
				out = append(out, in.URL)
			}
			inlines(in.Children)
		}
	}
	var blocks func([]Block)
	blocks = func(list []Block) {
		for _, b := range list {
			inlines(b.Inlines)
			blocks(b.Blocks)
			for _, item := range b.Items {
				blocks(item.Blocks)
			}
			if b.Table == nil {
				continue
			}
			for _, row := range append([][]Cell{b.Table.Head}, b.Table.Rows...) {
				for _, c := range row {
					inlines(c)
				}
			}
		}
	}
	blocks(d.Blocks)
	return out
}

// visibleText returns running text as a reader sees it; a hard break is a newline.
func visibleText(ins []Inline) string {
	if len(ins) == 1 && len(ins[0].Children) == 0 {
		return ins[0].Text
	}
	var b strings.Builder
	writeContent(&b, ins, false)
	return b.String()
}

func writeContent(b *strings.Builder, ins []Inline, urls bool) {
	for _, in := range ins {
		switch in.Kind {
		case InlineBreak:
			b.WriteByte('\n')
		case InlineLink:
			label := visibleText(in.Children)
			b.WriteString(label)
			if urls && in.Allowed && label != in.URL {
				b.WriteString(" (" + in.URL + ")")
			}
		default:
			b.WriteString(in.Text)
			writeContent(b, in.Children, urls)
		}
	}
}

func writeBlocks(b *strings.Builder, blocks []Block, between string) {
	for i, block := range blocks {
		if i > 0 {
			b.WriteString(between)
		}
		writeBlock(b, block)
	}
}

func writeBlock(b *strings.Builder, block Block) {
	switch block.Kind {
	case KindParagraph, KindHeading:
		writeContent(b, block.Inlines, true)
	case KindCode:
		b.WriteString(block.Code)
	case KindRule:
		b.WriteString("---")
	case KindQuote:
		var inner strings.Builder
		writeBlocks(&inner, block.Blocks, "\n\n")
		b.WriteString(indent("> "+inner.String(), "> "))
	case KindList:
		writeList(b, block)
	case KindTable:
		writeRow(b, block.Table.Head)
		for _, row := range block.Table.Rows {
			b.WriteByte('\n')
			writeRow(b, row)
		}
	}
}

func writeList(b *strings.Builder, list Block) {
	between := "\n"
	if !list.Tight {
		between = "\n\n"
	}
	for i, item := range list.Items {
		if i > 0 {
			b.WriteString(between)
		}
		lead := "- "
		if list.Ordered {
			lead = strconv.Itoa(list.Start+i) + ". "
		}
		width := len(lead)
		if item.Task != nil {
			lead += checkbox(*item.Task)
		}
		var inner strings.Builder
		writeBlocks(&inner, item.Blocks, between)
		b.WriteString(indent(lead+inner.String(), strings.Repeat(" ", width)))
	}
}

func checkbox(ticked bool) string {
	if ticked {
		return "☑ "
	}
	return "☐ "
}

func writeRow(b *strings.Builder, row []Cell) {
	var line strings.Builder
	for i, c := range row {
		if i > 0 {
			line.WriteString(" | ")
		}
		var inner strings.Builder
		writeContent(&inner, c, true)
		line.WriteString(strings.Join(strings.Fields(inner.String()), " "))
	}
	b.WriteString(strings.TrimRight(line.String(), " "))
}

// indent puts a prefix before every line but the first, and trims the lines that are empty.
func indent(s, prefix string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if i > 0 {
			line = prefix + line
		}
		if i == 0 || line == prefix {
			line = strings.TrimRight(line, " ")
		}
		lines[i] = line
	}
	return strings.Join(lines, "\n")
}
