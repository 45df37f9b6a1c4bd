package result

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"aidesk/core/openapi/plaintext"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// readHTML returns the visible text of an HTML page, paragraph by paragraph, and its
// links and images.
func readHTML(data []byte) (string, []Link) {
	z := html.NewTokenizer(bytes.NewReader(data))
	z.SetMaxBuf(1 << 20)
	g := &linkCollector{seen: map[string]int{}}
	var out strings.Builder
	silent := atom.Atom(0) // the element whose content is being skipped, or 0
	anchor := -1           // the index of the link whose text is being read, or -1
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			if err := z.Err(); err != nil && !errors.Is(err, io.EOF) {
				out.WriteString("\n[the rest cannot be read]")
			}
			return tidyLines(out.String()), g.links
		case html.TextToken:
			if silent != 0 {
				continue
			}
			words := string(z.Text())
			out.WriteString(html.UnescapeString(words))
			if anchor >= 0 && g.links[anchor].Title == "" {
				g.links[anchor].Title = plaintext.Line(html.UnescapeString(words), 200)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			switch {
			case silent != 0:
			case t.DataAtom == atom.Script || t.DataAtom == atom.Style || t.DataAtom == atom.Noscript || t.DataAtom == atom.Template || t.DataAtom == atom.Svg || t.DataAtom == atom.Iframe:
				if kind == html.StartTagToken {
					silent = t.DataAtom
				}
			case t.DataAtom == atom.A:
				anchor = g.attr(t, "href", linkPage)
			case t.DataAtom == atom.Img:
				g.attr(t, "src", linkImage)
			case isBlock(t.DataAtom):
				out.WriteByte('\n')
			}
		case html.EndTagToken:
			t := z.Token()
			switch {
			case t.DataAtom == silent:
				silent = 0
			case t.DataAtom == atom.A:
				anchor = -1
			case t.DataAtom == atom.Td || t.DataAtom == atom.Th:
				out.WriteString(" \t")
			case isBlock(t.DataAtom):
				out.WriteByte('\n')
			}
		default: // comments and the doctype
		}
	}
}

// attr collects the absolute URL in an attribute and returns its index, or -1.
func (g *linkCollector) attr(t html.Token, name, kind string) int {
	for _, a := range t.Attr {
		if a.Key == name && isURL(strings.TrimSpace(a.Val)) {
			value := strings.TrimSpace(a.Val)
			g.add(Link{URL: value, Kind: kind})
			if i, kept := g.seen[value]; kept {
				return i
			}
		}
	}
	return -1
}

// isBlock reports whether an element is a block, so that lines end around it.
func isBlock(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Br, atom.Div, atom.Li, atom.Ul, atom.Ol, atom.Tr, atom.Table, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Title,
		atom.Section, atom.Article, atom.Header, atom.Footer, atom.Blockquote, atom.Pre, atom.Hr, atom.Dt, atom.Dd, atom.Main, atom.Nav, atom.Form, atom.Option:
		return true
	default:
		return false
	}
}

// tidyLines joins the blanks within lines and drops empty lines.
func tidyLines(s string) string {
	var lines []string
	for line := range strings.SplitSeq(plaintext.Clean(s), "\n") {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
