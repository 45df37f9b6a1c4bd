package render

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"aidesk/core/markdown"
)

// nesting is how deep a block is nested.
type nesting struct {
	depth int // in lists
	quote int // in quotations
}

// document writes a document and closes what it opened.
func (w *blockWriter) document(d markdown.Document) {
	w.write(d.Blocks, nesting{})
	w.closeRichText()
}

func (w *blockWriter) write(blocks []markdown.Block, at nesting) {
	for _, b := range blocks {
		switch b.Kind {
		case markdown.KindParagraph:
			w.paragraph(b.Inlines, 0, at)
		case markdown.KindHeading:
			w.heading(b, at)
		case markdown.KindList:
			w.list(b, at)
		case markdown.KindQuote:
			w.write(b.Blocks, nesting{depth: at.depth, quote: at.quote + 1})
		case markdown.KindCode:
			w.code(b, at)
		case markdown.KindTable:
			w.table(b.Table, at)
		case markdown.KindRule:
			w.block("divider")
			w.endBlock()
		}
	}
}

// paragraph writes a paragraph. Consecutive paragraphs share one element, as they do when a
// person types them.
func (w *blockWriter) paragraph(ins []markdown.Inline, st style, at nesting) {
	if isBlank(content(ins)) {
		return
	}
	want := element{kind: section}
	if at.quote > 0 {
		want = element{kind: quote, border: at.quote > 1}
	}
	if w.open != want {
		w.openElement(want, "")
	}
	w.appendInlines(ins, st)
}

// appendInlines writes running text into the element that is open.
func (w *blockWriter) appendInlines(ins []markdown.Inline, st style) {
	if isBlank(content(ins)) {
		return
	}
	w.text(w.separator, 0)
	w.inlines(ins, st, "")
	w.separator = "\n\n"
}

// heading writes a header block if that can show the whole heading, else bold text.
func (w *blockWriter) heading(b markdown.Block, at nesting) {
	text := strings.ReplaceAll(content(b.Inlines), "\n", " ")
	if b.Level > 2 || at != (nesting{}) || isBlank(text) || utf8.RuneCountInString(text) > maxHeader || hasLink(b.Inlines) {
		w.paragraph(b.Inlines, bold, at)
		if w.open.kind == section || w.open.kind == quote {
			w.separator = "\n"
		}
		return
	}
	w.block("header")
	w.plain(text)
	w.endBlock()
}

// hasLink reports whether running text has links, which a header would lose, or code with
// an address, of which a header might make a link.
func hasLink(ins []markdown.Inline) bool {
	for _, in := range ins {
		switch {
		case in.Kind == markdown.InlineLink, hasLink(in.Children),
			in.Kind == markdown.InlineCode && (strings.Contains(in.Text, "://") || strings.Contains(in.Text, "www.")):
			return true
		}
	}
	return false
}

// plain writes the text of a block as plain text. The caller keeps to the length limit.
func (w *blockWriter) plain(text string) { w.object("text", "plain_text", text) }

// object writes a text object under a key.
func (w *blockWriter) object(key, kind, text string) {
	w.out = append(append(append(w.out, `,"`...), key...), `":`...)
	w.out = appendObject(w.out, kind, text)
}

func appendObject(out []byte, kind, text string) []byte {
	out = append(append(append(out, `{"type":"`...), kind...), '"')
	out = appendKey(out, "text", text)
	if kind == "mrkdwn" {
		return append(out, `,"verbatim":true}`...)
	}
	return append(out, `,"emoji":false}`...)
}

// list writes a list. An item in Slack holds running text only. Any other block in an item
// ends the list, and the next item begins a new one that continues the numbers.
func (w *blockWriter) list(b markdown.Block, at nesting) {
	inner := nesting{depth: at.depth + 1, quote: at.quote}
	for i, item := range b.Items {
		e := element{kind: list, indent: min(at.depth, maxIndent), border: at.quote > 0}
		if b.Ordered {
			e.number = b.Start + i
		}
		if b.Ordered && e.number == 0 { // Slack counts from one
			w.itemZero(item, inner)
			continue
		}
		w.item(e)
		w.itemContent(item, inner)
	}
}

// itemContent writes the running text at the start of an item into it, and the rest after
// it.
func (w *blockWriter) itemContent(item markdown.Item, at nesting) {
	if item.Task != nil {
		w.text(checkbox(*item.Task), 0)
	}
	for i, b := range item.Blocks {
		switch b.Kind {
		case markdown.KindParagraph:
			w.appendInlines(b.Inlines, 0)
		case markdown.KindHeading:
			w.appendInlines(b.Inlines, bold)
		default:
			w.write(item.Blocks[i:], at)
			return
		}
	}
}

// itemZero writes item 0 of a numbered list as text that begins with its number, because
// Slack counts from one.
func (w *blockWriter) itemZero(item markdown.Item, at nesting) {
	lead := []markdown.Inline{{Kind: markdown.InlineText, Text: strconv.Itoa(0) + ". "}}
	w.paragraph(append(lead, first(item)...), 0, nesting{quote: at.quote})
	if len(first(item)) > 0 {
		item.Blocks = item.Blocks[1:]
	}
	w.write(item.Blocks, at)
}

// first is the running text that an item begins with.
func first(item markdown.Item) []markdown.Inline {
	if len(item.Blocks) == 0 || item.Blocks[0].Kind != markdown.KindParagraph {
		return nil
	}
	return item.Blocks[0].Inlines
}

func checkbox(ticked bool) string {
	if ticked {
		return "☑ "
	}
	return "☐ "
}

// code writes preformatted text.
func (w *blockWriter) code(b markdown.Block, at nesting) {
	if isBlank(b.Code) {
		return
	}
	w.openElement(element{kind: preformatted, border: at.quote > 0}, w.language(b.Lang))
	w.text(b.Code, 0)
}

// language is the name of a language for Slack, or "" if the name looks odd.
func (w *blockWriter) language(lang string) string {
	lang = strings.ToLower(lang)
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("+#.-_", r)
	}
	if w.noImages || len(lang) > 32 || strings.ContainsFunc(lang, odd) {
		return ""
	}
	return lang
}

// style is a set of text styles.
type style byte

const (
	bold style = 1 << iota
	italic
	strike
	code
)

// styles is the JSON of each set of styles.
var styles = func() (out [16]string) {
	for set := range out {
		var flags []string
		for i, name := range [...]string{"bold", "italic", "strike", "code"} {
			if set&(1<<i) != 0 {
				flags = append(flags, `"`+name+`":true`)
			}
		}
		if len(flags) > 0 {
			out[set] = `,"style":{` + strings.Join(flags, ",") + `}`
		}
	}
	return out
}()

// text writes a text. It continues the text before if that has the same style.
func (w *blockWriter) text(t string, st style) { w.writeText(t, st, "") }

// writeText writes a text or, with a url, a part of a link's label.
func (w *blockWriter) writeText(t string, st style, url string) {
	if t == "" {
		return
	}
	if w.unstyled {
		st = 0
	}
	if !w.inText || st != w.style || url != w.url {
		w.endText()
		if w.hasContent {
			w.out = append(w.out, ',')
		}
		if url == "" {
			w.out = append(w.out, `{"type":"text","text":"`...)
		} else {
			w.out = appendKey(append(w.out, `{"type":"link"`...), "url", url)
			w.out = append(w.out, `,"text":"`...)
		}
		w.inText, w.hasContent, w.style, w.url = true, true, st, url
	}
	w.out = appendInner(w.out, t)
}

// endText ends the text or link that is open.
func (w *blockWriter) endText() {
	if w.inText {
		w.out = append(append(append(w.out, '"'), styles[w.style]...), '}')
		w.inText = false
	}
}

// inlines writes running text.
func (w *blockWriter) inlines(ins []markdown.Inline, st style, url string) {
	for _, in := range ins {
		switch in.Kind {
		case markdown.InlineText:
			w.writeText(in.Text, st, url)
		case markdown.InlineCode:
			w.writeText(in.Text, st|code, url)
		case markdown.InlineStrong:
			w.inlines(in.Children, st|bold, url)
		case markdown.InlineEmphasis:
			w.inlines(in.Children, st|italic, url)
		case markdown.InlineStrike:
			w.inlines(in.Children, st|strike, url)
		case markdown.InlineLink:
			w.inlines(in.Children, st, allowedURL(in))
		case markdown.InlineBreak:
			w.writeText("\n", st, url)
		}
	}
}

// allowedURL is the address of a link that may be clickable, or "".
func allowedURL(in markdown.Inline) string {
	if !in.Allowed || utf8.RuneCountInString(in.URL) > maxURL {
		return ""
	}
	return in.URL
}

// content is the visible text of running text.
func content(ins []markdown.Inline) string {
	if len(ins) == 1 && len(ins[0].Children) == 0 {
		return ins[0].Text
	}
	var b strings.Builder
	writeContent(&b, ins)
	return b.String()
}

func writeContent(b *strings.Builder, ins []markdown.Inline) {
	for _, in := range ins {
		if in.Kind == markdown.InlineBreak {
			b.WriteByte('\n')
		}
		b.WriteString(in.Text)
		writeContent(b, in.Children)
	}
}

// styled reports whether running text has anything but plain text and line breaks.
func styled(ins []markdown.Inline) bool {
	for _, in := range ins {
		if in.Kind != markdown.InlineText && in.Kind != markdown.InlineBreak {
			return true
		}
	}
	return false
}

// isBlank reports whether a text is empty or white space.
func isBlank(s string) bool { return strings.TrimSpace(s) == "" }

// oneLine is a text with all white space replaced by single blanks.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
