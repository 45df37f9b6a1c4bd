package render

import (
	"strings"

	"aidesk/core/markdown"
)

// tableWidth is how many columns of code a window of Discord shows unbroken.
const tableWidth = 58

// between stands between the columns of a table.
const between = "  "

// narrow turns the tables that cannot be shown as aligned code into lists: those
// that are too wide, and those with links, which code cannot hold.
func narrow(bs []markdown.Block) []markdown.Block {
	out := make([]markdown.Block, len(bs))
	for i, b := range bs {
		switch b.Kind {
		case markdown.KindQuote:
			b.Blocks = narrow(b.Blocks)
		case markdown.KindList:
			items := make([]markdown.Item, len(b.Items))
			for j, item := range b.Items {
				item.Blocks = narrow(item.Blocks)
				items[j] = item
			}
			b.Items = items
		case markdown.KindTable:
			if !aligns(b.Table) {
				b = records(b.Table)
			}
		case markdown.KindParagraph, markdown.KindHeading, markdown.KindCode, markdown.KindRule:
		}
		out[i] = b
	}
	return out
}

// aligns reports whether a table can be shown as code.
func aligns(t *markdown.Table) bool {
	for _, row := range rows(t) {
		for _, c := range row {
			if linked(c) {
				return false
			}
		}
	}
	total := (len(t.Head) - 1) * len(between)
	for _, w := range widths(t) {
		total += w
	}
	return total <= tableWidth
}

func linked(ins []markdown.Inline) bool {
	for _, in := range ins {
		if in.Kind == markdown.InlineLink && in.Allowed || linked(in.Children) {
			return true
		}
	}
	return false
}

// rows are the head and the rows.
func rows(t *markdown.Table) [][]markdown.Cell {
	return append([][]markdown.Cell{t.Head}, t.Rows...)
}

func widths(t *markdown.Table) []int {
	out := make([]int, len(t.Head))
	for _, row := range rows(t) {
		for i, c := range row {
			out[i] = max(out[i], markdown.Width(plain(c)))
		}
	}
	return out
}

// plain is a cell without style, on one line.
func plain(c markdown.Cell) string { return strings.Join(strings.Fields(said(c)), " ") }

// table aligns columns by what they take in a font of one width.
func table(t *markdown.Table, w within) []line {
	if !aligns(t) {
		return block(records(t), w)
	}
	columns := widths(t)
	var out []string
	for _, row := range rows(t) {
		cells := make([]string, len(columns))
		for i, c := range row {
			cells[i] = pad(plain(c), columns[i], t.Align[i])
		}
		if text := strings.TrimRight(strings.Join(cells, between), " "); text != "" || len(out) > 0 {
			out = append(out, text)
		}
		if len(out) == 1 && strings.TrimSpace(said(join(t.Head))) != "" {
			for i, width := range columns {
				cells[i] = strings.Repeat("─", width)
			}
			out = append(out, strings.Join(cells, between))
		}
	}
	if strings.TrimSpace(strings.Join(out, "")) == "" {
		return nil
	}
	return fence("", strings.Join(out, "\n"))
}

func join(cells []markdown.Cell) markdown.Cell {
	var out markdown.Cell
	for _, c := range cells {
		out = append(out, c...)
	}
	return out
}

func pad(s string, width int, align markdown.Align) string {
	free := max(width-markdown.Width(s), 0)
	left := 0
	switch align {
	case markdown.AlignRight:
		left = free
	case markdown.AlignCenter:
		left = free / 2
	case markdown.AlignLeft, markdown.AlignNone:
	}
	return strings.Repeat(" ", left) + s + strings.Repeat(" ", free-left)
}

// records is a table as a list: an item for each row, in it a line for each cell
// that is not empty, led by the head of its column.
func records(t *markdown.Table) markdown.Block {
	if len(t.Rows) == 0 {
		return markdown.Block{Kind: markdown.KindParagraph, Inlines: record(nil, t.Head)}
	}
	out := markdown.Block{Kind: markdown.KindList, Tight: true}
	for _, row := range t.Rows {
		out.Items = append(out.Items, markdown.Item{Blocks: []markdown.Block{{Kind: markdown.KindParagraph, Inlines: record(t.Head, row)}}})
	}
	return out
}

func record(head, row []markdown.Cell) []markdown.Inline {
	var out []markdown.Inline
	for i, c := range row {
		if plain(c) == "" {
			continue
		}
		if len(out) > 0 {
			out = append(out, markdown.Break())
		}
		if i < len(head) && plain(head[i]) != "" {
			out = append(out, markdown.Inline{Kind: markdown.InlineStrong, Children: head[i]}, markdown.Text(": "))
		}
		for _, in := range c {
			if in.Kind == markdown.InlineBreak {
				in = markdown.Text(" ")
			}
			out = append(out, in)
		}
	}
	return out
}
