package markdown

import (
	"slices"
	"strings"
)

// Limit says how much one message takes, in whatever a platform counts.
type Limit struct {
	// Fits reports whether a part may go out as one message: an adapter renders it and
	// measures. What fits must still fit when something is taken away. It is called
	// once when everything fits, else about a dozen times for each part, mostly with
	// parts of up to twice the limit. It must be set.
	Fits func(part Document) bool
}

// Sized returns the limit of parts whose size, by a measure that grows with the content, is
// at most limit.
func Sized(limit int, size func(part Document) int) Limit {
	return Limit{Fits: func(part Document) bool { return size(part) <= limit }}
}

// Split cuts the document into parts that fit, in reading order. It cuts between
// blocks first, and a block that is too long for any part between list items, table
// rows, lines of code, sentences, words, and only then anywhere. A heading stays with
// what follows it.
//
// Every part stands alone: a table's head is repeated, numbers go on, code keeps its
// language, emphasis is closed and opened again. The rest of a list item that was cut
// stands as plain blocks before the rest of the list. A row that is too long for a
// part becomes paragraphs, each led by its column's head. A link is never cut; one
// that fits nowhere becomes text. Blanks at a cut are dropped, nothing else is, and a
// part that cannot be made to fit is returned as it is.
//
// No part is [Document.Empty]; an empty document has none.
func (d Document) Split(limit Limit) []Document {
	if d.Empty() {
		return nil
	}
	if limit.Fits(d) {
		return []Document{d}
	}
	var parts []Document
	fits := func(blocks []Block) bool { return limit.Fits(New(blocks...)) }
	for rest := d.Blocks; len(rest) > 0; {
		head, tail, ok := splitter{fits: fits}.blocks(rest)
		if !ok {
			head, tail = rest[:1], rest[1:]
		}
		if part := New(slices.Clone(head)...); !part.Empty() {
			parts = append(parts, part)
		}
		rest = tail
	}
	return parts
}

// splitter cuts blocks to what fits at one place of a document.
type splitter struct {
	// fits reports whether the part may end with these blocks at this place.
	fits func([]Block) bool
	// hasContent is set when the part has content before these blocks, so that starting the
	// next part is better than a bad cut.
	hasContent bool
	// hasAnything is set when the part has anything before them, even only a heading: then
	// no link or table is given up to make a cut possible.
	hasAnything bool
	// inItem is set within a list item, whose blocks belong together.
	inItem bool
}

// after returns the splitter for what follows these blocks. Headings alone do not count as
// content: something should follow them even after a bad cut.
func (c splitter) after(before []Block) splitter {
	onlyHeadings := !slices.ContainsFunc(before, func(b Block) bool { return b.Kind != KindHeading })
	return splitter{hasContent: c.hasContent || !onlyHeadings, hasAnything: c.hasAnything || len(before) > 0, inItem: c.inItem, fits: func(blocks []Block) bool {
		return c.fits(slices.Concat(before, blocks))
	}}
}

// blocks takes as many blocks as fit; false: not even a piece of the first does.
func (c splitter) blocks(list []Block) (head, tail []Block, ok bool) {
	n := largestFit(len(list), 1, func(n int) bool { return c.fits(list[:n]) })
	if n == len(list) {
		return list, nil, true
	}
	keep := n // without headings at the end: they belong to what follows
	for keep > 0 && list[keep-1].Kind == KindHeading {
		keep--
	}
	if c.inItem || keep == 0 || !c.fits(list[keep:n+1]) {
		if a, b, ok := c.after(list[:n]).block(list[n]); ok {
			return slices.Concat(list[:n], a), slices.Concat(b, list[n+1:]), true
		}
	}
	if keep == 0 {
		keep = n
	}
	return list[:keep], list[keep:], keep > 0
}

// block cuts one block in two; false: there is no place to cut.
func (c splitter) block(b Block) (head, tail []Block, ok bool) {
	switch b.Kind {
	case KindParagraph, KindHeading:
		return c.paragraph(b)
	case KindList:
		return c.list(b)
	case KindQuote:
		inner := c
		inner.fits = func(blocks []Block) bool { return c.fits([]Block{Quote(blocks...)}) }
		head, tail, ok = inner.blocks(b.Blocks)
		if !ok {
			return nil, nil, false
		}
		if len(tail) > 0 {
			tail = []Block{Quote(tail...)}
		}
		return []Block{Quote(head...)}, tail, true
	case KindCode:
		return c.code(b)
	case KindTable:
		return c.table(b)
	}
	return nil, nil, false
}

func (c splitter) list(b Block) (head, tail []Block, ok bool) {
	n := largestFit(len(b.Items), 1, func(n int) bool { return c.fits([]Block{b.sublist(0, n)}) })
	if n > 0 && n < len(b.Items) {
		return []Block{b.sublist(0, n)}, []Block{b.sublist(n, len(b.Items))}, true
	}
	if n > 0 || len(b.Items) == 0 || c.hasContent && !c.inItem {
		return nil, nil, false
	}
	first := b.sublist(0, 1)
	task := b.Items[0].Task
	inner := splitter{hasContent: c.hasContent, hasAnything: c.hasAnything, inItem: true, fits: func(blocks []Block) bool {
		first.Items = []Item{{Blocks: blocks, Task: task}}
		return c.fits([]Block{first})
	}}
	in, out, ok := inner.blocks(b.Items[0].Blocks)
	if !ok {
		return nil, nil, false
	}
	first.Items = []Item{{Blocks: in, Task: task}}
	if len(b.Items) > 1 {
		out = append(slices.Clone(out), b.sublist(1, len(b.Items)))
	}
	return []Block{first}, out, true
}

// sublist returns the items from one to before another, with their numbers unchanged.
func (b Block) sublist(from, to int) Block {
	if b.Ordered {
		b.Start += from
	}
	b.Items = b.Items[from:to]
	return b
}

func (c splitter) code(b Block) (head, tail []Block, ok bool) {
	lines := strings.Split(b.Code, "\n")
	piece := func(code string) Block { return Block{Kind: KindCode, Lang: b.Lang, Code: code} }
	n := largestFit(len(lines)-1, 8, func(n int) bool { return c.fits([]Block{piece(strings.Join(lines[:n], "\n"))}) })
	if c.hasContent && n < min(len(lines)/2, 4) {
		return nil, nil, false
	}
	if n > 0 {
		return []Block{piece(strings.Join(lines[:n], "\n"))}, []Block{piece(strings.Join(lines[n:], "\n"))}, true
	}
	if c.hasContent {
		return nil, nil, false
	}
	ends := slices.Collect(graphemeEnds(lines[0]))
	n = largestFit(len(ends), 64, func(n int) bool { return c.fits([]Block{piece(b.Code[:ends[n-1]])}) })
	if n == 0 {
		return nil, nil, false
	}
	return []Block{piece(b.Code[:ends[n-1]])}, []Block{piece(b.Code[ends[n-1]:])}, true
}

func (c splitter) table(b Block) (head, tail []Block, ok bool) {
	t := b.Table
	rows := func(rows [][]Cell) Block {
		return Block{Kind: KindTable, Table: &Table{Align: t.Align, Head: t.Head, Rows: rows}}
	}
	n := largestFit(len(t.Rows), 1, func(n int) bool { return c.fits([]Block{rows(t.Rows[:n])}) })
	if n > 0 && n < len(t.Rows) {
		return []Block{rows(t.Rows[:n])}, []Block{rows(t.Rows[n:])}, true
	}
	if n > 0 || c.hasAnything {
		return nil, nil, false
	}
	var loose []Block
	if c.fits([]Block{rows(nil)}) && len(t.Rows) > 0 {
		loose = rowParagraphs(t.Head, t.Rows[0])
		if len(t.Rows) > 1 {
			loose = append(loose, rows(t.Rows[1:]))
		}
	} else {
		loose = rowParagraphs(nil, t.Head)
		for _, row := range t.Rows {
			loose = append(loose, rowParagraphs(nil, row)...)
		}
	}
	return c.blocks(loose)
}

// rowParagraphs returns a table's row as paragraphs, one for each cell that is not empty,
// each led by the column's head if there is one.
func rowParagraphs(head, row []Cell) []Block {
	var out []Block
	for i, cell := range row {
		if len(cell) == 0 {
			continue
		}
		if i < len(head) && len(head[i]) > 0 {
			cell = concat([]Inline{{Kind: InlineStrong, Children: head[i]}}, textInlines(": "), cell)
		}
		out = append(out, Block{Kind: KindParagraph, Inlines: cell})
	}
	return out
}

// largestFit returns the largest n up to limit for which ok holds; ok must hold for all
// smaller n too, and is not called with 0. It begins with step and doubles, because ok
// costs the more the larger n is.
func largestFit(limit, step int, ok func(int) bool) int {
	good, bad := 0, limit+1
	for n := min(step, limit); n > good && n < bad; {
		if ok(n) {
			good = n
		} else {
			bad = n
		}
		if bad > limit {
			n = min(2*n, limit)
		} else {
			n = good + (bad-good)/2
		}
	}
	return good
}
