package markdown_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"aidesk/core/markdown"
	"aidesk/core/markdown/markdowntest"
)

func everything(string) bool { return true }

// TestCommonMark compares what a reader sees with the text of the reference HTML.
func TestCommonMark(t *testing.T) {
	t.Parallel()
	for _, e := range markdowntest.CommonMark(t) {
		want := htmlFacts(e.Reference(t))
		d := markdown.Parse(e.Markdown, everything)
		got := facts(d)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s %q (-reference +ours):\n%s", e.Name, e.Markdown, diff)
		}
		check(t, d)
	}
}

// fact is what a document says: its words, and how often each element occurs.
type fact struct {
	Text     string
	Elements map[string]int
}

// htmlFacts reads them off HTML. Links are left out: those to no web address are
// none for us. An image is its alternative text.
func htmlFacts(root *html.Node) fact {
	f := fact{Elements: map[string]int{}}
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		if n.Type == html.ElementNode {
			switch n.Data {
			case "strong", "em", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre", "ul", "ol", "code":
				f.Elements[n.Data]++
			case "br":
				b.WriteString("\n")
			case "a":
				// What a messenger might make clickable although it is no web address is
				// code. (In a bare URL a backtick is none of its letters.)
				href := n.Attr[0].Val
				if _, web := markdown.Normal(href); strings.Contains(href, "://") && !web && !strings.Contains(href, "%60") {
					f.Elements["code"]++
				}
			case "img":
				for _, a := range n.Attr {
					if a.Key == "alt" {
						b.WriteString(a.Val)
					}
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
	f.Elements["code"] -= f.Elements["pre"]
	return f.done(b.String())
}

func (f fact) done(text string) fact {
	f.Text = strings.Join(strings.Fields(text), " ")
	for k, n := range f.Elements {
		if n == 0 {
			delete(f.Elements, k)
		}
	}
	return f
}

// facts reads them off a document.
func facts(d markdown.Document) fact {
	f := fact{Elements: map[string]int{}}
	var b strings.Builder
	inlines := func(ins []markdown.Inline) {
		walkInlines(ins, func(in markdown.Inline) {
			switch in.Kind {
			case markdown.InlineText:
				b.WriteString(in.Text)
			case markdown.InlineCode:
				b.WriteString(in.Text)
				f.Elements["code"]++
			case markdown.InlineBreak:
				b.WriteString("\n")
			case markdown.InlineStrong:
				f.Elements["strong"]++
			case markdown.InlineEmphasis:
				f.Elements["em"]++
			}
		})
	}
	walkBlocks(d.Blocks, func(block markdown.Block) {
		b.WriteString("\n")
		switch block.Kind {
		case markdown.KindHeading:
			f.Elements["h"+strconv.Itoa(block.Level)]++
		case markdown.KindQuote:
			f.Elements["blockquote"]++
		case markdown.KindCode:
			f.Elements["pre"]++
			b.WriteString(block.Code)
		case markdown.KindRule:
			f.Elements["hr"]++
		case markdown.KindList:
			f.Elements["li"] += len(block.Items)
			f.Elements[map[bool]string{true: "ol", false: "ul"}[block.Ordered]]++
		}
		inlines(block.Inlines)
	})
	return f.done(b.String())
}
