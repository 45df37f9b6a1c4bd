package planner

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds of a result.
const (
	maxRows   = 10 // of a list
	maxUnwrap = 3  // objects around the only thing in them
)

// layout shows a result according to its shape.
func layout(content string) string {
	v, ok := parse(content)
	if ok {
		return show(v)
	}
	// Header fields of the answer may follow its JSON after an empty line.
	body, fields, found := strings.Cut(content, "\n\n")
	if v, ok = parse(body); found && ok {
		return blocks(show(v), paragraphs(fields))
	}
	return paragraphs(content)
}

// show shows a value.
func show(v value) string {
	switch v = unwrap(v); v.kind {
	case 'a':
		return rows(v.items)
	case 'o':
		return describe(v).detail()
	case 's':
		return paragraphs(v.text)
	}
	return escape(v.text)
}

// unwrap removes objects around a single thing, or around a single list with only
// counters beside it.
func unwrap(v value) value {
	for range maxUnwrap {
		if v.kind != 'o' {
			break
		}
		inner, others := value{}, 0
		for i, key := range v.keys {
			switch x := v.items[i]; {
			case x.kind == '0' || hasName(key, countKeys) && (x.scalar() || x.kind == '0'):
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
		return textNothing
	}
	shown := items[:min(len(items), maxTableRows)]
	text, left := table(shown)
	if text == "" {
		shown = items[:min(len(items), maxRows)]
		text = list(shown)
	}
	more := ""
	if n := len(items) - len(shown); n > 0 {
		more = fmt.Sprintf(textMore, n)
	}
	return blocks(text, more, left)
}

// list shows each item in a line.
func list(items []value) string {
	var lines []string
	for _, v := range items {
		line := plain(v)
		switch v.kind {
		case 'o':
			line = describe(v).row()
		case 'a':
			line = flat(slices.DeleteFunc(slices.Clone(v.items), func(x value) bool { return !x.scalar() }))
		}
		if line != "" {
			lines = append(lines, "- "+line)
		}
	}
	return strings.Join(lines, "\n")
}

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

// item is an object prepared for showing.
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

// describe prepares an object: its title and address, plain values including those of
// objects in it, and lists. Pictures and ids are left out.
func describe(v value) item {
	titleKey, urlKey := "", ""
	for i, key := range v.keys {
		inner := v.items[i]
		if hasName(key, titleKeys) && inner.kind == 's' && oneLine(inner.text) != "" &&
			(titleKey == "" || keyRank(key, titleKeys) < keyRank(titleKey, titleKeys)) {
			titleKey = key
		}
		if inner.web() != "" && !isImage(key, inner) && endsWith(key, urlKeys) &&
			(urlKey == "" || keyRank(key, urlKeys) < keyRank(urlKey, urlKeys)) {
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

// firstName returns the first property that can serve as a page's title.
func firstName(v value, not string) string {
	for i, key := range v.keys {
		inner := v.items[i]
		if key != not && inner.kind == 's' && inner.web() == "" && !isIdentifier(key, inner) &&
			oneLine(inner.text) != "" && utf8.RuneCountInString(inner.text) <= maxName {
			return key
		}
	}
	return ""
}

// keyRank returns the position of a property in a list of names, or the list's
// length.
func keyRank(key string, names []string) int {
	if i := slices.Index(names, strings.ToLower(label(key))); i >= 0 {
		return i
	}
	return len(names)
}

// collect adds the properties of v, named after those above them.
func (it *item) collect(v value, above string, depth int, skip ...string) {
	for i, key := range v.keys {
		inner := v.items[i]
		name := strings.TrimSpace(above + " " + label(key))
		switch {
		case depth == 0 && slices.Contains(skip, key), isImage(key, inner):
		case isIdentifier(key, inner):
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
		case inner.kind == 'o' && len(inner.keys) > 0: // too deep
			it.fields = append(it.fields, field{label: name, text: "…"})
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
		s += " " + fmt.Sprintf(textMore, more)
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
	more := max(0, len(fields)-maxFields)
	for _, s := range it.sections {
		if len(short) == maxFields {
			more++
			continue
		}
		short = append(short, fmt.Sprintf("%d %s", len(s.rows), escape(s.label)))
	}
	if more > 0 {
		short = append(short, fmt.Sprintf(textMore, more))
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
		short = append(short, "- "+fmt.Sprintf(textMore, more))
	}
	parts := append([]string{it.heading(), strings.Join(short, "\n")}, long...)
	for _, s := range it.sections {
		parts = append(parts, "**"+escape(s.label)+"**", rows(s.rows))
	}
	return blocks(parts...)
}
