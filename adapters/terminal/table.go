package terminal

import (
	"slices"
	"strings"

	"aidesk/core/markdown"
)

// Columns are a gap apart and never narrower than minColumn, unless their content is.
const (
	gap       = "  "
	minColumn = 8
)

// table lays out columns that fit into width, breaking cells over lines where it
// must. A table that cannot fit becomes a list with the column's name before
// each value.
func (l Renderer) table(t *markdown.Table, width int) []line {
	if t == nil || len(t.Head) == 0 {
		return nil
	}
	head := l.row(t.Head, bold)
	var rows [][][]span
	for _, r := range t.Rows {
		rows = append(rows, l.row(r, 0))
	}
	widths, ok := columns(append([][][]span{head}, rows...), width)
	if !ok {
		return records(head, rows, width)
	}
	align := func(column int) markdown.Align {
		if column < len(t.Align) {
			return t.Align[column]
		}
		return markdown.AlignNone
	}
	out := tableRow(head, widths, align)
	out = append(out, line{{text: ruler(widths), style: dim}})
	var parts [][]line
	broken := false
	for _, r := range rows {
		lines := tableRow(r, widths, align)
		broken = broken || len(lines) > 1
		parts = append(parts, lines)
	}
	if broken { // else nobody could tell where a row ends
		return append(out, spaced(parts...)...)
	}
	return append(out, slices.Concat(parts...)...)
}

func (l Renderer) row(cells []markdown.Cell, s style) [][]span {
	out := make([][]span, len(cells))
	for i, c := range cells {
		out[i] = l.inlines(c, s)
	}
	return out
}

// columns finds the widths: what the content wants, then the widest column gives
// way until all fit, but none is cut below its longest word.
func columns(rows [][][]span, width int) (widths []int, ok bool) {
	n := len(rows[0])
	widths, least := make([]int, n), make([]int, n)
	room := width - (n-1)*len(gap)
	for _, row := range rows {
		for i, cell := range row[:min(n, len(row))] {
			widths[i] = max(widths[i], min(widest(wrap(cell, unbounded)), max(room, 0)+1))
			least[i] = max(least[i], longest(cell), minColumn)
		}
	}
	total, tightest := 0, 0
	for i := range widths {
		least[i] = min(least[i], widths[i])
		total, tightest = total+widths[i], tightest+least[i]
	}
	if tightest > room {
		return nil, false
	}
	for ; total > room; total-- {
		give := -1
		for i, w := range widths {
			if w > least[i] && (give < 0 || w > widths[give]) {
				give = i
			}
		}
		widths[give]--
	}
	return widths, true
}

// unbounded is a width that no line reaches.
const unbounded = 1 << 30

func widest(lines []line) int {
	w := 0
	for _, ln := range lines {
		w = max(w, ln.width())
	}
	return w
}

// longest is the width of the longest piece of a cell that wrap would keep whole.
func longest(cell []span) int {
	w := 0
	for _, s := range cell {
		for rest := s.text; rest != ""; {
			n := len(rest)
			if !s.whole {
				n, _ = runLength(rest)
			}
			w = max(w, markdown.Width(strings.Trim(rest[:n], " ")))
			rest = rest[n:]
		}
	}
	return w
}

// tableRow lays out one row: as many lines as its highest cell has.
func tableRow(row [][]span, widths []int, align func(int) markdown.Align) []line {
	cells := make([][]line, len(widths))
	height := 1
	for i := range widths {
		if i < len(row) {
			cells[i] = wrap(row[i], widths[i])
		}
		height = max(height, len(cells[i]))
	}
	out := make([]line, height)
	for y := range out {
		for i, cell := range cells {
			var text line
			if y < len(cell) {
				text = cell[y]
			}
			free := max(widths[i]-text.width(), 0)
			before := 0
			switch align(i) {
			case markdown.AlignRight:
				before = free
			case markdown.AlignCenter:
				before = free / 2
			case markdown.AlignLeft, markdown.AlignNone:
			}
			if i > 0 {
				out[y] = append(out[y], span{text: gap})
			}
			out[y] = append(out[y], span{text: strings.Repeat(" ", before)})
			out[y] = append(out[y], text...)
			out[y] = append(out[y], span{text: strings.Repeat(" ", free-before)})
		}
	}
	return out
}

func ruler(widths []int) string {
	var b strings.Builder
	for i, w := range widths {
		if i > 0 {
			b.WriteString(gap)
		}
		b.WriteString(strings.Repeat("─", w))
	}
	return b.String()
}

// records writes each row as an entry of a list; a value without content is left out.
func records(head [][]span, rows [][][]span, width int) []line {
	var out []line
	for _, row := range rows {
		var lines []line
		for i, cell := range row {
			if len(cell) == 0 {
				continue
			}
			var text []span
			if i < len(head) && len(head[i]) > 0 {
				text = append(slices.Clone(head[i]), span{text: ": "})
			}
			lines = append(lines, wrap(append(text, cell...), width-2)...)
		}
		out = append(out, hangingIndent(lines, span{text: "• "})...)
	}
	return out
}
