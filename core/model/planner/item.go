package planner

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds of what is shown of one item.
const (
	maxFields = 12   // in a row of a list
	maxDetail = 24   // of a single object
	maxNest   = 2    // how deep objects in objects are flattened
	maxShort  = 300  // characters of a value in a line
	maxLong   = 1500 // characters of a text that stands for itself
	maxFlat   = 5    // plain values of an array in a line
	maxName   = 60   // characters of a value that can stand for a title
)

// field is one value with its name in plain words.
type field struct {
	label string
	text  string // Markdown
	long  string // of a text too long for a line: Markdown, one or more paragraphs
}

// item is an object laid open for showing.
type item struct {
	title    string // not yet Markdown
	url      string
	fields   []field
	sections []section
	ids      []field // shown when there is nothing else
}

// section is a list of objects in an object.
type section struct {
	label string
	rows  []value
}

// open lays an object open: its title and address, plain values with those of
// objects in it, and lists. Pictures and ids are left out.
func open(v value) item {
	titleKey, urlKey := "", ""
	for i, key := range v.keys {
		inner := v.items[i]
		if is(key, titleKeys) && inner.kind == 's' && oneLine(inner.text) != "" &&
			(titleKey == "" || rank(key, titleKeys) < rank(titleKey, titleKeys)) {
			titleKey = key
		}
		if inner.web() != "" && !image(key, inner) && ends(key, urlKeys) &&
			(urlKey == "" || rank(key, urlKeys) < rank(urlKey, urlKeys)) {
			urlKey = key
		}
	}
	if titleKey == "" && urlKey != "" {
		titleKey = firstName(v, urlKey)
	}
	it := item{title: v.get(titleKey).text, url: v.get(urlKey).web()}
	it.collect(v, "", 0, titleKey, urlKey)
	return it
}

// firstName is the first property that can stand for the title of a page.
func firstName(v value, not string) string {
	for i, key := range v.keys {
		inner := v.items[i]
		if key != not && inner.kind == 's' && inner.web() == "" && !identifier(key, inner) &&
			oneLine(inner.text) != "" && utf8.RuneCountInString(inner.text) <= maxName {
			return key
		}
	}
	return ""
}

// rank is the place of a name in a list, its end when it is not there.
func rank(key string, names []string) int {
	if i := slices.Index(names, strings.ToLower(label(key))); i >= 0 {
		return i
	}
	return len(names)
}

// collect adds the properties of v, each named after those above it.
func (it *item) collect(v value, above string, depth int, skip ...string) {
	for i, key := range v.keys {
		inner := v.items[i]
		name := strings.TrimSpace(above + " " + label(key))
		switch {
		case depth == 0 && slices.Contains(skip, key), image(key, inner):
		case identifier(key, inner):
			it.ids = append(it.ids, field{label: name, text: plain(inner)})
		case inner.web() != "":
			it.fields = append(it.fields, field{label: name, text: "<" + destination(inner.web()) + ">"})
		case inner.scalar():
			it.add(name, inner)
		case inner.kind == 'o' && depth < maxNest:
			it.collect(inner, name, depth+1)
		case inner.kind == 'a' && len(inner.items) > 0 && !slices.ContainsFunc(inner.items, func(x value) bool { return !x.scalar() }):
			it.fields = append(it.fields, field{label: name, text: flat(inner.items)})
		case inner.kind == 'a':
			it.sections = append(it.sections, section{label: name, rows: inner.items})
		}
	}
}

// add adds a plain value.
func (it *item) add(name string, v value) {
	text := strings.TrimSpace(v.text)
	if text == "" {
		return
	}
	f := field{label: name, text: plain(v)}
	if utf8.RuneCountInString(text) > maxShort || strings.Contains(text, "\n") {
		f.long = paragraphs(text)
	}
	it.fields = append(it.fields, f)
}

// plain is a plain value in a line.
func plain(v value) string { return escape(clip(v.text, maxShort)) }

// flat is an array of plain values in a line.
func flat(items []value) string {
	var list []string
	for _, v := range items[:min(len(items), maxFlat)] {
		list = append(list, plain(v))
	}
	s := strings.Join(list, ", ")
	if more := len(items) - maxFlat; more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

// paragraphs is a longer text, its lines kept.
func paragraphs(s string) string {
	var list, lines []string
	for line := range strings.Lines(clip(strings.TrimSpace(s), maxLong)) {
		if line = escape(line); line != "" {
			lines = append(lines, line)
			continue
		}
		list, lines = append(list, strings.Join(lines, "\\\n")), nil
	}
	return blocks(append(list, strings.Join(lines, "\\\n"))...)
}

// heading is the title of an item as Markdown, a link where there is a page.
func (it item) heading() string {
	switch title := oneLine(clip(it.title, maxShort)); {
	case title != "" && it.url != "":
		return link(title, it.url)
	case title != "":
		return "**" + escape(title) + "**"
	case it.url != "":
		return "<" + destination(it.url) + ">"
	}
	return ""
}

// row is an item in one line of a list.
func (it item) row() string {
	fields := it.fields
	if len(fields) == 0 && it.heading() == "" {
		fields = it.ids
	}
	var short, long []string
	for _, f := range fields[:min(len(fields), maxFields)] {
		switch said := utf8.RuneCountInString(f.text) > 2 && strings.Contains(escape(it.title), f.text); {
		case said:
		case utf8.RuneCountInString(f.text) > maxName:
			long = append(long, f.text)
		default:
			short = append(short, escape(f.label)+": "+f.text)
		}
	}
	for _, s := range it.sections {
		if len(short) < maxFields {
			short = append(short, fmt.Sprintf("%d %s", len(s.rows), escape(s.label)))
		}
	}
	line := it.heading()
	if line != "" && len(short) > 0 {
		line += " · "
	}
	line += strings.Join(short, " · ")
	// A longer text is read after what is short, on a line of its own.
	for _, text := range long {
		if line != "" {
			line += "\\\n  "
		}
		line += text
	}
	return line
}

// detail is an item by itself.
func (it item) detail() string {
	fields := it.fields
	if len(fields) == 0 && it.heading() == "" && len(it.sections) == 0 {
		fields = it.ids
	}
	var short, long []string
	for _, f := range fields[:min(len(fields), maxDetail)] {
		if f.long != "" {
			long = append(long, f.long)
			continue
		}
		short = append(short, "- "+escape(f.label)+": "+f.text)
	}
	if more := len(fields) - maxDetail; more > 0 {
		short = append(short, fmt.Sprintf("- and %d more", more))
	}
	parts := append([]string{it.heading(), strings.Join(short, "\n")}, long...)
	for _, s := range it.sections {
		parts = append(parts, "**"+escape(s.label)+"**", rows(s.rows))
	}
	return blocks(parts...)
}
