package render

import (
	"strings"
	"unicode/utf8"

	"aidesk/core/markdown"
)

// table writes a table: natively where Slack takes it, else aligned.
func (s *sheet) table(t *markdown.Table, at spot) {
	if s.fenced || s.tables > 0 || at.quote > 0 || !native(t) {
		s.aligned(t, at)
		return
	}
	s.block("table")
	s.tables++
	s.out = append(s.out, `,"rows":[`...)
	s.row(t.Head, bold)
	for _, row := range t.Rows {
		s.out = append(s.out, ',')
		s.row(row, 0)
	}
	s.out = append(s.out, ']')
	s.columns(t)
	s.done()
}

// native reports whether Slack takes a table as such.
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

func (s *sheet) row(cells []markdown.Cell, st style) {
	s.out = append(s.out, '[')
	for i, c := range cells {
		if i > 0 {
			s.out = append(s.out, ',')
		}
		s.cell(c, st)
	}
	s.out = append(s.out, ']')
}

// cell writes one cell. Slack refuses the whole message for an empty one.
func (s *sheet) cell(c markdown.Cell, st style) {
	text := content(c)
	if text == "" {
		text = " "
	}
	if text == " " || st == 0 && !styled(c) {
		s.out = append(s.out, `{"type":"raw_text"`...)
		s.out = append(appendKey(s.out, "text", text), '}')
		return
	}
	s.out = append(s.out, `{"type":"rich_text","elements":[`+openers[section]+`,"elements":[`...)
	s.filled = false
	s.inlines(c, st, "")
	s.stop()
	s.filled = false
	s.out = append(s.out, `]}]}`...)
}

// wide is the length from which a cell is broken into lines.
const wide = 40

// columns writes how the columns look, where that is not what Slack does anyway.
func (s *sheet) columns(t *markdown.Table) {
	wrapped := make([]bool, len(t.Head))
	plain := true
	for row := range rows(t) {
		for i, c := range row {
			wrapped[i] = wrapped[i] || utf8.RuneCountInString(content(c)) > wide
			plain = plain && !wrapped[i]
		}
	}
	for _, a := range t.Align {
		plain = plain && (a == markdown.AlignNone || a == markdown.AlignLeft)
	}
	if plain {
		return
	}
	s.out = append(s.out, `,"column_settings":[`...)
	for i, a := range t.Align {
		if i > 0 {
			s.out = append(s.out, ',')
		}
		if a == markdown.AlignNone {
			a = markdown.AlignLeft
		}
		s.out = append(append(append(s.out, `{"align":"`...), a...), '"')
		if wrapped[i] {
			s.out = append(s.out, `,"is_wrapped":true`...)
		}
		s.out = append(s.out, '}')
	}
	s.out = append(s.out, ']')
}

// maxAligned is the width in columns up to which an aligned table can be read.
const maxAligned = 120

// aligned writes a table as preformatted text: in columns, or, where those would be
// too wide, each row as lines that begin with the column's name. Links stay.
func (s *sheet) aligned(t *markdown.Table, at spot) {
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
	s.enter(element{kind: preformatted, border: at.quote > 0}, "")
	s.flat = true
	if total <= maxAligned {
		s.level(t, t.Head, widths)
		s.text("\n"+strings.Repeat("─", total), 0)
		for _, row := range t.Rows {
			s.text("\n", 0)
			s.level(t, row, widths)
		}
	} else {
		s.records(t)
	}
	s.flat = false
}

// gap is what stands between columns.
const gap = "  "

// level writes one row in columns.
func (s *sheet) level(t *markdown.Table, row []markdown.Cell, widths []int) {
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
			s.text(gap, 0)
		}
		s.text(strings.Repeat(" ", before), 0)
		s.inlines(lined(c), 0, "")
		if i < len(row)-1 {
			s.text(strings.Repeat(" ", free-before), 0)
		}
	}
}

// records writes each row as lines; cells without content are left out.
func (s *sheet) records(t *markdown.Table) {
	if len(t.Rows) == 0 {
		t = &markdown.Table{Head: make([]markdown.Cell, len(t.Head)), Rows: [][]markdown.Cell{t.Head}}
	}
	apart := ""
	for _, row := range t.Rows {
		s.text(apart, 0)
		between := ""
		for i, c := range row {
			if blank(content(c)) {
				continue
			}
			s.text(between, 0)
			if head := oneLine(content(t.Head[i])); head != "" {
				s.text(head+": ", 0)
			}
			s.inlines(lined(c), 0, "")
			between = "\n"
		}
		apart = "\n\n"
	}
}

// width is that of a cell in one line.
func width(c markdown.Cell) int { return markdown.Width(content(lined(c))) }

// lined is a cell without line breaks.
func lined(ins []markdown.Inline) []markdown.Inline {
	if !strings.Contains(content(ins), "\n") {
		return ins
	}
	out := make([]markdown.Inline, len(ins))
	for i, in := range ins {
		if in.Kind == markdown.InlineBreak {
			in = markdown.Inline{Kind: markdown.InlineText, Text: " "}
		}
		in.Text = strings.ReplaceAll(in.Text, "\n", " ")
		in.Children = lined(in.Children)
		out[i] = in
	}
	return out
}
