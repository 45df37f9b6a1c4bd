package render

import (
	"strings"
	"unicode/utf8"

	"aidesk/core/markdown"
)

// table writes a table as a table block if Slack accepts it, else as aligned text.
func (w *blockWriter) table(t *markdown.Table, at nesting) {
	if w.noTables || w.tables > 0 || at.quote > 0 || !native(t) {
		w.aligned(t, at)
		return
	}
	w.block("table")
	w.tables++
	w.out = append(w.out, `,"rows":[`...)
	w.row(t.Head, bold)
	for _, row := range t.Rows {
		w.out = append(w.out, ',')
		w.row(row, 0)
	}
	w.out = append(w.out, ']')
	w.columns(t)
	w.endBlock()
}

// native reports whether a table is within the limits of a table block.
func native(t *markdown.Table) bool {
	if len(t.Head) > maxColumns || len(t.Rows)+1 > maxRows {
		return false
	}
	size := 0
	for row := range rows(t) {
		for _, c := range row {
			size += max(utf8.RuneCountInString(content(c)), 1)
		}
	}
	return size <= maxCells
}

// rows yields the head and the rows of a table.
func rows(t *markdown.Table) func(yield func([]markdown.Cell) bool) {
	return func(yield func([]markdown.Cell) bool) {
		if !yield(t.Head) {
			return
		}
		for _, row := range t.Rows {
			if !yield(row) {
				return
			}
		}
	}
}

func (w *blockWriter) row(cells []markdown.Cell, st style) {
	w.out = append(w.out, '[')
	for i, c := range cells {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.cell(c, st)
	}
	w.out = append(w.out, ']')
}

// cell writes one cell. It is never empty, since Slack refuses the whole message then.
func (w *blockWriter) cell(c markdown.Cell, st style) {
	text := content(c)
	if text == "" {
		text = " "
	}
	if text == " " || st == 0 && !styled(c) {
		w.out = append(w.out, `{"type":"raw_text"`...)
		w.out = append(appendKey(w.out, "text", text), '}')
		return
	}
	w.out = append(w.out, `{"type":"rich_text","elements":[`+elementOpeners[section]+`,"elements":[`...)
	w.hasContent = false
	w.inlines(c, st, "")
	w.endText()
	w.hasContent = false
	w.out = append(w.out, `]}]}`...)
}

// wrapWidth is the length from which a cell is wrapped.
const wrapWidth = 40

// columns writes the settings of the columns, unless they are Slack's defaults.
func (w *blockWriter) columns(t *markdown.Table) {
	wrapped := make([]bool, len(t.Head))
	plain := true
	for row := range rows(t) {
		for i, c := range row {
			wrapped[i] = wrapped[i] || utf8.RuneCountInString(content(c)) > wrapWidth
			plain = plain && !wrapped[i]
		}
	}
	for _, a := range t.Align {
		plain = plain && (a == markdown.AlignNone || a == markdown.AlignLeft)
	}
	if plain {
		return
	}
	w.out = append(w.out, `,"column_settings":[`...)
	for i, a := range t.Align {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		if a == markdown.AlignNone {
			a = markdown.AlignLeft
		}
		w.out = append(append(append(w.out, `{"align":"`...), a...), '"')
		if wrapped[i] {
			w.out = append(w.out, `,"is_wrapped":true`...)
		}
		w.out = append(w.out, '}')
	}
	w.out = append(w.out, ']')
}

// maxAligned is the width up to which an aligned table is readable.
const maxAligned = 120

// aligned writes a table as preformatted text: in columns, or, if those would be too wide,
// each row as lines that begin with the name of the column. Links stay clickable.
func (w *blockWriter) aligned(t *markdown.Table, at nesting) {
	widths := make([]int, len(t.Head))
	for row := range rows(t) {
		for i, c := range row {
			widths[i] = max(widths[i], width(c))
		}
	}
	total := (len(widths) - 1) * len(gap)
	for _, w := range widths {
		total += w
	}
	w.openElement(element{kind: preformatted, border: at.quote > 0}, "")
	w.unstyled = true
	if total <= maxAligned {
		w.alignedRow(t, t.Head, widths)
		w.text("\n"+strings.Repeat("─", total), 0)
		for _, row := range t.Rows {
			w.text("\n", 0)
			w.alignedRow(t, row, widths)
		}
	} else {
		w.records(t)
	}
	w.unstyled = false
}

// gap separates columns.
const gap = "  "

// alignedRow writes one row in columns.
func (w *blockWriter) alignedRow(t *markdown.Table, row []markdown.Cell, widths []int) {
	for i, c := range row {
		free := widths[i] - width(c)
		before := 0
		switch t.Align[i] {
		case markdown.AlignRight:
			before = free
		case markdown.AlignCenter:
			before = free / 2
		case markdown.AlignLeft, markdown.AlignNone:
		}
		if i > 0 {
			w.text(gap, 0)
		}
		w.text(strings.Repeat(" ", before), 0)
		w.inlines(singleLine(c), 0, "")
		if i < len(row)-1 {
			w.text(strings.Repeat(" ", free-before), 0)
		}
	}
}

// records writes each row as lines, without its empty cells.
func (w *blockWriter) records(t *markdown.Table) {
	if len(t.Rows) == 0 {
		t = &markdown.Table{Head: make([]markdown.Cell, len(t.Head)), Rows: [][]markdown.Cell{t.Head}}
	}
	apart := ""
	for _, row := range t.Rows {
		w.text(apart, 0)
		between := ""
		for i, c := range row {
			if isBlank(content(c)) {
				continue
			}
			w.text(between, 0)
			if head := oneLine(content(t.Head[i])); head != "" {
				w.text(head+": ", 0)
			}
			w.inlines(singleLine(c), 0, "")
			between = "\n"
		}
		apart = "\n\n"
	}
}

// width is the width of a cell in one line.
func width(c markdown.Cell) int { return markdown.Width(content(singleLine(c))) }

// singleLine is a cell without line breaks.
func singleLine(ins []markdown.Inline) []markdown.Inline {
	if !strings.Contains(content(ins), "\n") {
		return ins
	}
	out := make([]markdown.Inline, len(ins))
	for i, in := range ins {
		if in.Kind == markdown.InlineBreak {
			in = markdown.Inline{Kind: markdown.InlineText, Text: " "}
		}
		in.Text = strings.ReplaceAll(in.Text, "\n", " ")
		in.Children = singleLine(in.Children)
		out[i] = in
	}
	return out
}
