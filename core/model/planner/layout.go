package planner

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds of a list and a table.
const (
	maxRows    = 10
	maxColumns = 10 // where every cell is short
	fewColumns = 5
	maxCell    = 24 // characters of a short cell
	maxUnwrap  = 3  // objects around the only thing in them
)

// layout shows a result by its shape.
func layout(content string) string {
	v, ok := parse(content)
	if !ok {
		return paragraphs(content)
	}
	return show(v)
}

// show shows a value.
func show(v value) string {
	switch v = unwrap(v); v.kind {
	case 'a':
		return rows(v.items)
	case 'o':
		return open(v).detail()
	case 's':
		return paragraphs(v.text)
	}
	return escape(v.text)
}

// unwrap takes away objects around a single thing, and around a single list
// that has only counters beside it.
func unwrap(v value) value {
	for range maxUnwrap {
		if v.kind != 'o' {
			break
		}
		inner, others := value{}, 0
		for i, key := range v.keys {
			switch x := v.items[i]; {
			case x.kind == '0' || is(key, countKeys) && (x.scalar() || x.kind == '0'):
			case inner.kind == 0 && (x.kind == 'a' || x.kind == 'o'):
				inner = x
			default:
				others++
			}
		}
		if inner.kind == 0 || others > 0 {
			break
		}
		v = inner
	}
	return v
}

// rows shows a list: as a table where its items have the same few plain values,
// else one line for each.
func rows(items []value) string {
	if len(items) == 0 {
		return "Nothing found."
	}
	shown := items[:min(len(items), maxRows)]
	text := table(shown)
	if text == "" {
		var lines []string
		for _, v := range shown {
			line := plain(v)
			switch v.kind {
			case 'o':
				line = open(v).row()
			case 'a':
				line = flat(slices.DeleteFunc(slices.Clone(v.items), func(x value) bool { return !x.scalar() }))
			}
			if line != "" {
				lines = append(lines, "- "+line)
			}
		}
		text = strings.Join(lines, "\n")
	}
	if more := len(items) - len(shown); more > 0 {
		text = blocks(text, fmt.Sprintf("and %d more", more))
	}
	return text
}

// narrow says that every cell is short.
func narrow(rows []map[string]string) bool {
	for _, row := range rows {
		for _, text := range row {
			if utf8.RuneCountInString(text) > maxCell {
				return false
			}
		}
	}
	return true
}

// table shows objects that have no page of their own and only a few plain values;
// it is empty for others.
func table(items []value) string {
	var columns []string
	cells := make([]map[string]string, len(items))
	for i, v := range items {
		if v.kind != 'o' {
			return ""
		}
		it := open(v)
		if it.url != "" || len(it.sections) > 0 {
			return ""
		}
		cells[i] = map[string]string{}
		add := func(name, text string) {
			if !slices.Contains(columns, name) {
				columns = append(columns, name)
			}
			cells[i][name] = text
		}
		for j, key := range v.keys {
			// The title stands where the plugin put it.
			if v.items[j].text == it.title && is(key, titleKeys) {
				add(label(key), escape(clip(it.title, maxShort)))
				continue
			}
			for _, f := range it.fields {
				if f.label == label(key) || strings.HasPrefix(f.label, label(key)+" ") {
					add(f.label, f.text)
				}
			}
		}
	}
	if len(columns) < 2 || len(columns) > maxColumns || len(columns) > fewColumns && !narrow(cells) {
		return ""
	}
	var lines []string
	line := func(cell func(string) string) {
		var row []string
		for _, name := range columns {
			row = append(row, cell(name))
		}
		lines = append(lines, "| "+strings.Join(row, " | ")+" |")
	}
	line(escape)
	line(func(string) string { return "---" })
	for _, row := range cells {
		line(func(name string) string { return row[name] })
	}
	return strings.Join(lines, "\n")
}
