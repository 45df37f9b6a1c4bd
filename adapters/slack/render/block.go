package render

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"aidesk/core/markdown"
)

// spot is where in a document blocks stand.
type spot struct {
	depth int // how many lists they are in
	quote int // how many quotations
}

// document writes blocks and closes what they opened.
func (s *sheet) document(d markdown.Document) {
	s.write(d.Blocks, spot{})
	s.close()
}

func (s *sheet) write(blocks []markdown.Block, at spot) {
	for _, b := range blocks {
		switch b.Kind {
		case markdown.KindParagraph:
			s.paragraph(b.Inlines, 0, at)
		case markdown.KindHeading:
			s.heading(b, at)
		case markdown.KindList:
			s.list(b, at)
		case markdown.KindQuote:
			s.write(b.Blocks, spot{depth: at.depth, quote: at.quote + 1})
		case markdown.KindCode:
			s.code(b, at)
		case markdown.KindTable:
			s.table(b.Table, at)
		case markdown.KindRule:
			s.block("divider")
			s.done()
		}
	}
}

// paragraph writes running text of its own. Paragraphs that follow one another
// stand in one element, as they do when a person types them.
func (s *sheet) paragraph(ins []markdown.Inline, st style, at spot) {
	if blank(content(ins)) {
		return
	}
	want := element{kind: section}
	if at.quote > 0 {
		want = element{kind: quote, border: at.quote > 1}
	}
	if s.open != want {
		s.enter(want, "")
	}
	s.join(ins, st)
}

// join writes running text into the element that is open.
func (s *sheet) join(ins []markdown.Inline, st style) {
	if blank(content(ins)) {
		return
	}
	s.text(s.between, 0)
	s.inlines(ins, st, "")
	s.between = "\n\n"
}

// heading is a header where Slack can show all of it, else bold.
func (s *sheet) heading(b markdown.Block, at spot) {
	text := strings.ReplaceAll(content(b.Inlines), "\n", " ")
	if b.Level > 2 || at != (spot{}) || blank(text) || utf8.RuneCountInString(text) > maxHeader || linked(b.Inlines) {
		s.paragraph(b.Inlines, bold, at)
		if s.open.kind == section || s.open.kind == quote {
			s.between = "\n"
		}
		return
	}
	s.block("header")
	s.plain(text)
	s.done()
}

// linked reports whether running text has links, which a header would lose, or code
// with an address, which it might make one of.
func linked(ins []markdown.Inline) bool {
	for _, in := range ins {
		switch {
		case in.Kind == markdown.InlineLink, linked(in.Children),
			in.Kind == markdown.InlineCode && (strings.Contains(in.Text, "://") || strings.Contains(in.Text, "www.")):
			return true
		}
	}
	return false
}

// plain writes the text of a block as plain text. It has to be within its limit.
func (s *sheet) plain(text string) { s.object("text", "plain_text", text) }

// object writes a text object under a key.
func (s *sheet) object(key, kind, text string) {
	s.out = append(append(append(s.out, `,"`...), key...), `":`...)
	s.out = appendObject(s.out, kind, text)
}

func appendObject(out []byte, kind, text string) []byte {
	out = append(append(append(out, `{"type":"`...), kind...), '"')
	out = appendKey(out, "text", text)
	if kind == "mrkdwn" {
		return append(out, `,"verbatim":true}`...)
	}
	return append(out, `,"emoji":false}`...)
}

// list writes a list. Items hold running text and nothing else in Slack, so
// whatever else stands in one ends the list, and the next item takes it up again:
// with the number that it has.
func (s *sheet) list(b markdown.Block, at spot) {
	inner := spot{depth: at.depth + 1, quote: at.quote}
	for i, item := range b.Items {
		e := element{kind: list, indent: min(at.depth, maxIndent), border: at.quote > 0}
		if b.Ordered {
			e.number = b.Start + i
		}
		if b.Ordered && e.number == 0 { // Slack counts from one
			s.zero(item, inner)
			continue
		}
		s.item(e)
		s.fill(item, inner)
	}
}

// fill writes what an item holds, the running text at its start into the item.
func (s *sheet) fill(item markdown.Item, at spot) {
	if item.Task != nil {
		s.text(box(*item.Task), 0)
	}
	for i, b := range item.Blocks {
		switch b.Kind {
		case markdown.KindParagraph:
			s.join(b.Inlines, 0)
		case markdown.KindHeading:
			s.join(b.Inlines, bold)
		default:
			s.write(item.Blocks[i:], at)
			return
		}
	}
}

// zero writes item 0 of a numbered list as a text that begins with its number.
func (s *sheet) zero(item markdown.Item, at spot) {
	lead := []markdown.Inline{{Kind: markdown.InlineText, Text: strconv.Itoa(0) + ". "}}
	s.paragraph(append(lead, first(item)...), 0, spot{quote: at.quote})
	if len(first(item)) > 0 {
		item.Blocks = item.Blocks[1:]
	}
	s.write(item.Blocks, at)
}

// first is the running text that an item begins with.
func first(item markdown.Item) []markdown.Inline {
	if len(item.Blocks) == 0 || item.Blocks[0].Kind != markdown.KindParagraph {
		return nil
	}
	return item.Blocks[0].Inlines
}

func box(ticked bool) string {
	if ticked {
		return "☑ "
	}
	return "☐ "
}

// code writes preformatted text.
func (s *sheet) code(b markdown.Block, at spot) {
	if blank(b.Code) {
		return
	}
	s.enter(element{kind: preformatted, border: at.quote > 0}, s.language(b.Lang))
	s.text(b.Code, 0)
}

// language is a name that Slack may know, or empty.
func (s *sheet) language(lang string) string {
	lang = strings.ToLower(lang)
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("+#.-_", r)
	}
	if s.bare || len(lang) > 32 || strings.ContainsFunc(lang, odd) {
		return ""
	}
	return lang
}
