package render_test

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"aidesk/adapters/discord/oracletest"
	"aidesk/core/markdown"
	"aidesk/core/markdown/markdowntest"
)

// TestSpecification reads back every example of CommonMark and GFM: it must say
// what its Document says, and what the reference HTML says.
func TestSpecification(t *testing.T) {
	t.Parallel()
	lost := 0
	for _, e := range slices.Concat(markdowntest.CommonMark(t), markdowntest.GFM(t), markdowntest.Footnotes(t)) {
		d := markdown.Parse(e.Markdown, everything)
		messages := said(t, d)
		harmless(t, messages, everything)
		got := whole(messages)
		diff, n := oracletest.Differ(oracletest.Said(d), got)
		lost += n
		if diff != "" {
			t.Errorf("%s %q: %s", e.Name, e.Markdown, diff)
		}
		if want := visible(e.Reference(t)); want != letters(t, got) && e.HTML != "" { // HTML leaves a note out that nothing refers to
			t.Errorf("%s %q:\n got %s\nwant %s", e.Name, e.Markdown, letters(t, got), want)
		}
	}
	if lost > 0 {
		t.Errorf("%d characters lost emphasis", lost)
	}
}

// letters are the visible characters of tokens, addresses without their scheme.
func letters(t *testing.T, tokens []oracletest.Token) string {
	t.Helper()
	var b strings.Builder
	for _, token := range tokens {
		switch {
		case token.Bare:
			address, err := url.PathUnescape(token.Link)
			if err != nil {
				t.Error(err)
			}
			b.WriteString(address)
		case token.Char != 0:
			b.WriteRune(token.Char)
		}
	}
	return schemes.Replace(b.String())
}

var schemes = strings.NewReplacer("https://", "", "http://", "")

// visible is what a reader of HTML sees, in the terms of letters: items with their
// marks, notes with their numbers in brackets.
func visible(root *html.Node) string {
	var b strings.Builder
	v := viewer{out: &b}
	v.walk(root)
	return schemes.Replace(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '─' || r == '\u200b' {
			return -1
		}
		return r
	}, markdown.Clean(b.String())))
}

type viewer struct {
	out   *strings.Builder
	items []int // the next number of each list; 0 of one with bullets
	notes bool
}

func (v *viewer) walk(n *html.Node) {
	if n.Type == html.TextNode {
		v.out.WriteString(n.Data)
	}
	class, _ := attr(n, "class")
	switch n.Data {
	case "ul", "ol":
		first := 0
		if n.Data == "ol" {
			first = 1
			if start, ok := attr(n, "start"); ok {
				first, _ = strconv.Atoi(start)
			}
			first++ // so that a list from 0 is told from one with bullets
		}
		v.items = append(v.items, first)
		v.children(n)
		v.items = v.items[:len(v.items)-1]
		return
	case "div":
		v.notes = v.notes || class == "footnotes"
	case "li":
		switch last := &v.items[len(v.items)-1]; {
		case *last == 0:
			v.out.WriteString("-")
		case v.notes:
			fmt.Fprintf(v.out, "[%d]", *last-1)
			*last++
		default:
			fmt.Fprintf(v.out, "%d.", *last-1)
			*last++
		}
	case "input":
		box := "☐"
		if _, ticked := attr(n, "checked"); ticked {
			box = "☑"
		}
		v.out.WriteString(box)
	case "img":
		alt, _ := attr(n, "alt")
		v.out.WriteString(alt)
	case "a":
		if class == "footnote-ref" {
			v.out.WriteString("[")
			defer v.out.WriteString("]")
		}
		if class == "footnote-backref" {
			return
		}
	}
	v.children(n)
}

func (v *viewer) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		v.walk(c)
	}
}

func attr(n *html.Node, name string) (string, bool) {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	if i < 0 {
		return "", false
	}
	return n.Attr[i].Val, true
}
