package planner

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds of a table. Six columns of short cells are what Discord shows as one.
const (
	maxTableRows = 15
	maxColumns   = 6
	fewColumns   = 5  // in which cells may be long
	maxCell      = 40 // characters of a short cell
)

// grid is a table that is being made: a column for each name of a value.
type grid struct {
	columns []string
	rows    []map[string]string // Markdown
	left    []string            // names of values that are in no column
}

// table shows objects that have no page of their own and short plain values; it is empty
// for others. What gets no column is named in a line to stand below it.
func table(items []value) (text, left string) {
	var g grid
	for _, v := range items {
		if v.kind != 'o' {
			return "", ""
		}
		it := describe(v)
		if it.url != "" {
			return "", ""
		}
		g.add(v, it)
	}
	if len(g.columns) > fewColumns && !g.narrow() {
		return "", ""
	}
	g.choose()
	if len(g.columns) < 2 {
		return "", ""
	}
	if len(g.left) > 0 {
		left = fmt.Sprintf(textLeftOut, strings.Join(g.left, ", "))
	}
	return g.markdown(), left
}

// add adds an object as a row. The title stands where the plugin put it.
func (g *grid) add(v value, it item) {
	row := map[string]string{}
	put := func(name, text string) {
		if !slices.Contains(g.columns, name) {
			g.columns = append(g.columns, name)
		}
		row[name] = text
	}
	for j, key := range v.keys {
		if v.items[j].text == it.title && hasName(key, titleKeys) {
			put(label(key), escape(clip(it.title, maxShort)))
			continue
		}
		for _, f := range it.fields {
			if f.label == label(key) || strings.HasPrefix(f.label, label(key)+" ") {
				put(f.label, f.text)
			}
		}
	}
	for _, s := range it.sections {
		g.leave(s.label)
	}
	g.rows = append(g.rows, row)
}

// leave notes that values have no column.
func (g *grid) leave(name string) {
	if name = escape(name); !slices.Contains(g.left, name) {
		g.left = append(g.left, name)
	}
}

// narrow reports whether every cell is short.
func (g *grid) narrow() bool {
	for _, row := range g.rows {
		for _, text := range row {
			if utf8.RuneCountInString(text) > maxCell {
				return false
			}
		}
	}
	return true
}

// choose leaves out columns until few enough remain: first those that tell nothing, from
// the last on, then those before the last, which often is the sum of the others.
func (g *grid) choose() {
	all := slices.Clone(g.columns)
	for i := len(g.columns) - 1; i >= 0 && len(g.columns) > maxColumns; i-- {
		if name := g.columns[i]; g.constant(name) || endsWith(name, dullWords) {
			g.columns = slices.Delete(g.columns, i, i+1)
		}
	}
	if last := len(g.columns) - 1; last >= maxColumns {
		g.columns = slices.Delete(g.columns, maxColumns-1, last)
	}
	for _, name := range all {
		if !slices.Contains(g.columns, name) {
			g.leave(name)
		}
	}
}

// dullWords end the names of values that plugins keep for themselves.
var dullWords = []string{"created", "updated", "modified", "at", "version", "revision"}

// constant reports whether several rows have one value there.
func (g *grid) constant(name string) bool {
	return len(g.rows) > 1 && !slices.ContainsFunc(g.rows, func(row map[string]string) bool { return row[name] != g.rows[0][name] })
}

// number is a number as escape leaves it.
var number = regexp.MustCompile(`^\\?[-+]?\d[\d.,]*$`)

// align is the line below the head for a column: numbers stand at the right.
func (g *grid) align(name string) string {
	for _, row := range g.rows {
		if text := row[name]; text != "" && !number.MatchString(text) {
			return "---"
		}
	}
	return "---:"
}

// markdown writes the table.
func (g *grid) markdown() string {
	var lines []string
	line := func(cell func(string) string) {
		var row []string
		for _, name := range g.columns {
			row = append(row, cell(name))
		}
		lines = append(lines, "| "+strings.Join(row, " | ")+" |")
	}
	line(escape)
	line(g.align)
	for _, row := range g.rows {
		line(func(name string) string { return row[name] })
	}
	return strings.Join(lines, "\n")
}
