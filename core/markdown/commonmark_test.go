package markdown_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	xhtml "golang.org/x/net/html"

	"aidesk/core/markdown"
)

type example struct {
	Markdown string `json:"markdown"`
	HTML     string `json:"html"`
	Number   int    `json:"example"`
	Section  string `json:"section"`
}

// examples are those of the CommonMark specification, as goldmark ships them.
func examples(t testing.TB) []example {
	t.Helper()
	cache := os.Getenv("GOMODCACHE")
	if cache == "" {
		root := os.Getenv("GOPATH")
		if root == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				t.Skip("no home folder, so no module cache")
			}
			root = filepath.Join(home, "go")
		}
		cache = filepath.Join(filepath.SplitList(root)[0], "pkg", "mod")
	}
	files, _ := filepath.Glob(filepath.Join(cache, "github.com", "yuin", "goldmark@v1.8*", "_test", "spec.json"))
	if len(files) == 0 {
		t.Skip("the CommonMark examples are not in the module cache")
	}
	data, err := os.ReadFile(files[len(files)-1])
	if err != nil {
		t.Fatal(err)
	}
	var all []example
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != 652 {
		t.Fatalf("%d examples, want 652", len(all))
	}
	return all
}

func everything(string) bool { return true }

// TestCommonMark compares what a reader sees with the text of the reference HTML. It
// is the specification's own HTML, or, where the example has raw HTML, goldmark's
// with the raw HTML shown literally, as is our rule.
func TestCommonMark(t *testing.T) {
	t.Parallel()
	for _, e := range examples(t) {
		reference, raw := e.HTML, false
		doc := goldmark.DefaultParser().Parse(text.NewReader([]byte(e.Markdown)))
		_ = ast.Walk(doc, func(n ast.Node, _ bool) (ast.WalkStatus, error) {
			raw = raw || n.Kind() == ast.KindRawHTML || n.Kind() == ast.KindHTMLBlock
			return ast.WalkContinue, nil
		})
		if raw {
			reference = literal(t, e.Markdown)
		}
		want := htmlFacts(t, reference)
		d := markdown.Parse(e.Markdown, everything)
		got := facts(d)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("example %d (%s) %q (-reference +ours):\n%s", e.Number, e.Section, e.Markdown, diff)
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
func htmlFacts(t *testing.T, source string) fact {
	t.Helper()
	root, err := xhtml.Parse(strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	f := fact{Elements: map[string]int{}}
	var b strings.Builder
	var walk func(*xhtml.Node)
	walk = func(n *xhtml.Node) {
		if n.Type == xhtml.TextNode {
			b.WriteString(n.Data)
		}
		if n.Type == xhtml.ElementNode {
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

// literal renders raw HTML as the text that it is.
func literal(t *testing.T, source string) string {
	t.Helper()
	md := goldmark.New(goldmark.WithRendererOptions(
		html.WithXHTML(),
		renderer.WithNodeRenderers(util.Prioritized(literalHTML{}, 1)),
	))
	var b strings.Builder
	if err := md.Convert([]byte(source), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

type literalHTML struct{}

func (literalHTML) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindRawHTML, func(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			_, _ = w.WriteString(xhtml.EscapeString(string(n.(*ast.RawHTML).Segments.Value(src))))
		}
		return ast.WalkSkipChildren, nil
	})
	r.Register(ast.KindHTMLBlock, func(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
		n := node.(*ast.HTMLBlock)
		if entering {
			raw := string(n.Lines().Value(src))
			if n.HasClosure() {
				raw += string(n.ClosureLine.Value(src))
			}
			_, _ = w.WriteString("<p>" + xhtml.EscapeString(raw) + "</p>\n")
		}
		return ast.WalkSkipChildren, nil
	})
}
