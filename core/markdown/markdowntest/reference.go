package markdowntest

import (
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	xhtml "golang.org/x/net/html"
)

// Reference is what the example says in HTML: its own or, where it has raw HTML,
// goldmark's with the raw HTML as the text that it is, which is our rule for it.
func (e Example) Reference(t testing.TB) *xhtml.Node {
	t.Helper()
	md := goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote), goldmark.WithRendererOptions(
		html.WithXHTML(), renderer.WithNodeRenderers(util.Prioritized(literal{}, 1)),
	))
	source, said, raw := []byte(e.Markdown), e.HTML, false
	doc := md.Parser().Parse(text.NewReader(source))
	_ = ast.Walk(doc, func(n ast.Node, _ bool) (ast.WalkStatus, error) {
		raw = raw || n.Kind() == ast.KindRawHTML || n.Kind() == ast.KindHTMLBlock
		return ast.WalkContinue, nil
	})
	if raw {
		var b strings.Builder
		if err := md.Renderer().Render(&b, source, doc); err != nil {
			t.Fatal(err)
		}
		said = b.String()
	}
	root, err := xhtml.Parse(strings.NewReader(said))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// literal renders raw HTML as the text that it is.
type literal struct{}

// RegisterFuncs makes it goldmark's renderer of raw HTML.
func (literal) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindRawHTML, func(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if raw, ok := n.(*ast.RawHTML); ok && entering {
			_, _ = w.WriteString(xhtml.EscapeString(string(raw.Segments.Value(src))))
		}
		return ast.WalkSkipChildren, nil
	})
	r.Register(ast.KindHTMLBlock, func(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if block, ok := n.(*ast.HTMLBlock); ok && entering {
			raw := string(block.Lines().Value(src))
			if block.HasClosure() {
				raw += string(block.ClosureLine.Value(src))
			}
			_, _ = w.WriteString("<p>" + xhtml.EscapeString(raw) + "</p>\n")
		}
		return ast.WalkSkipChildren, nil
	})
}
