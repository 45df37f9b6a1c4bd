package oracletest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
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

// Example is one of a specification: a text and what it means.
type Example struct {
	Name     string
	Markdown string
	HTML     string
}

// module is the folder of goldmark's sources, which bring the examples along; the
// test is skipped without.
func module(t testing.TB) string {
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
	found, _ := filepath.Glob(filepath.Join(cache, "github.com", "yuin", "goldmark@v1.8*"))
	if len(found) == 0 {
		t.Skip("goldmark's sources are not in the module cache")
	}
	return found[len(found)-1]
}

// CommonMark are the 652 examples of the specification.
func CommonMark(t testing.TB) []Example {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(module(t), "_test", "spec.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []struct {
		Markdown string `json:"markdown"`
		HTML     string `json:"html"`
		Section  string `json:"section"`
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	out := make([]Example, len(all))
	for i, e := range all {
		out[i] = Example{e.Section, e.Markdown, e.HTML}
	}
	return out
}

// fences part the examples of goldmark's own files, and their parts.
var (
	fence = regexp.MustCompile(`(?m)^//- [- ]*//\n`)
	end   = regexp.MustCompile(`(?m)^//= [= ]*//$`)
)

// GFM are the examples of GitHub's extensions, as goldmark tests them.
func GFM(t testing.TB) []Example {
	t.Helper()
	var out []Example
	for _, name := range []string{"table", "strikethrough", "tasklist", "linkify"} {
		data, err := os.ReadFile(filepath.Join(module(t), "extension", "_test", name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range end.Split(string(data), -1) {
			if p := fence.Split(one, -1); len(p) == 3 {
				if strings.Contains(p[0], "enableEscape") {
					p[1] = strings.ReplaceAll(p[1], `\t`, "\t")
				}
				out = append(out, Example{name + " " + strings.TrimSpace(p[0]), p[1], p[2]})
			}
		}
	}
	return out
}

// Reference is the text of the example's HTML, one blank between words. Raw HTML is
// literal, which is our rule for it, an image its alternative text; the box of a task
// is a sign.
func (e Example) Reference(t testing.TB) string {
	t.Helper()
	source := e.HTML
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(
		html.WithXHTML(), renderer.WithNodeRenderers(util.Prioritized(literal{}, 1)),
	))
	raw := false
	tree := md.Parser().Parse(text.NewReader([]byte(e.Markdown)))
	_ = ast.Walk(tree, func(n ast.Node, _ bool) (ast.WalkStatus, error) {
		raw = raw || n.Kind() == ast.KindRawHTML || n.Kind() == ast.KindHTMLBlock
		return ast.WalkContinue, nil
	})
	if raw {
		var b strings.Builder
		if err := md.Convert([]byte(e.Markdown), &b); err != nil {
			t.Fatal(err)
		}
		source = b.String()
	}
	root, err := xhtml.Parse(strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	read(&b, root)
	return strings.Join(strings.Fields(b.String()), " ")
}

func read(b *strings.Builder, n *xhtml.Node) {
	attr := func(name string) string {
		for _, a := range n.Attr {
			if a.Key == name {
				return a.Val
			}
		}
		return ""
	}
	switch {
	case n.Type == xhtml.TextNode:
		b.WriteString(n.Data)
	case n.Data == "br":
		b.WriteString("\n")
	case n.Data == "img":
		b.WriteString(attr("alt"))
	case n.Data == "input":
		sign := "☐"
		for _, a := range n.Attr {
			if a.Key == "checked" {
				sign = "☑"
			}
		}
		b.WriteString(sign + " ")
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		read(b, c)
	}
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
