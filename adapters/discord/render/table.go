package render

import (
	"slices"
	"strings"

	"aidesk/core/markdown"
)

// tableWidth is how many columns of code a narrow Discord window shows without wrapping.
const tableWidth = 58

// columnGap separates the columns of a table.
const columnGap = "  "

// tablesToLists turns tables that cannot be shown as aligned code into lists: those that
// are too wide, and those with links, which cannot be clicked in code.
func tablesToLists(bs []markdown.Block) []markdown.Block {
	if !slices.ContainsFunc(bs, mayHoldTable) {
		return bs
	}
	out := make([]markdown.Block, len(bs))
	for i, b := range bs {
		switch b.Kind {
		case markdown.KindQuote:
			b.Blocks = tablesToLists(b.Blocks)
		case markdown.KindList:
			items := make([]markdown.Item, len(b.Items))
			for j, item := range b.Items {
				item.Blocks = tablesToLists(item.Blocks)
				items[j] = item
			}
			b.Items = items
		case markdown.KindTable:
			if !fitsAsCode(b.Table) {
				b = tableToList(b.Table)
			}
		case markdown.KindParagraph, markdown.KindHeading, markdown.KindCode, markdown.KindRule:
		}
		out[i] = b
	}
	return out
}

// mayHoldTable reports whether a block is a table or has blocks within it.
func mayHoldTable(b markdown.Block) bool {
	return b.Kind == markdown.KindTable || b.Kind == markdown.KindQuote || b.Kind == markdown.KindList
}

// fitsAsCode reports whether a table can be shown as aligned code.
func fitsAsCode(t *markdown.Table) bool {
	for _, row := range allRows(t) {
		for _, c := range row {
			if hasLink(c) {
				return false
			}
		}
	}
	total := (len(t.Head) - 1) * len(columnGap)
	for _, w := range columnWidths(t) {
		total += w
	}
	return total <= tableWidth
}

func hasLink(ins []markdown.Inline) bool {
	for _, in := range ins {
		if in.Kind == markdown.InlineLink && in.Allowed || hasLink(in.Children) {
			return true
		}
	}
	return false
}

// allRows returns the head and the rows of a table.
func allRows(t *markdown.Table) [][]markdown.Cell {
	return append([][]markdown.Cell{t.Head}, t.Rows...)
}

func columnWidths(t *markdown.Table) []int {
	out := make([]int, len(t.Head))
	for _, row := range allRows(t) {
		for i, c := range row {
			out[i] = max(out[i], markdown.Width(cellText(c)))
		}
	}
	return out
}

// cellText is the text of a cell without emphasis, on one line.
func cellText(c markdown.Cell) string { return strings.Join(strings.Fields(plainText(c)), " ") }

// table writes a table as code with aligned columns.
func table(t *markdown.Table, w blockContext) []line {
	if !fitsAsCode(t) {
		return block(tableToList(t), w)
	}
	columns := columnWidths(t)
	var out []string
	for _, row := range allRows(t) {
		cells := make([]string, len(columns))
		for i, c := range row {
			cells[i] = padCell(cellText(c), columns[i], t.Align[i])
		}
		if text := strings.TrimRight(strings.Join(cells, columnGap), " "); text != "" || len(out) > 0 {
			out = append(out, text)
		}
		if len(out) == 1 && strings.TrimSpace(plainText(joinCells(t.Head))) != "" {
			for i, width := range columns {
				cells[i] = strings.Repeat("─", width)
			}
			out = append(out, strings.Join(cells, columnGap))
		}
	}
	if strings.TrimSpace(strings.Join(out, "")) == "" {
		return nil
	}
	return codeBlock("", strings.Join(out, "\n"))
}

func joinCells(cells []markdown.Cell) markdown.Cell {
	var out markdown.Cell
	for _, c := range cells {
		out = append(out, c...)
	}
	return out
}

func padCell(s string, width int, align markdown.Align) string {
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

// tableToList turns a table into a list: an item for each row, with a line for each
// non-empty cell that begins with the head of its column.
func tableToList(t *markdown.Table) markdown.Block {
	if len(t.Rows) == 0 {
		return markdown.Block{Kind: markdown.KindParagraph, Inlines: rowInlines(nil, t.Head)}
	}
	out := markdown.Block{Kind: markdown.KindList, Tight: true}
	for _, row := range t.Rows {
		out.Items = append(out.Items, markdown.Item{Blocks: []markdown.Block{{Kind: markdown.KindParagraph, Inlines: rowInlines(t.Head, row)}}})
	}
	return out
}

func rowInlines(head, row []markdown.Cell) []markdown.Inline {
	var out []markdown.Inline
	for i, c := range row {
		if cellText(c) == "" {
			continue
		}
		if len(out) > 0 {
			out = append(out, markdown.Break())
		}
		if i < len(head) && cellText(head[i]) != "" {
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
