package markdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// inlines is the running text of a block, its links judged.
func (r *reader) inlines(n ast.Node) []Inline { return r.judge.settle(r.children(n, 0, false)) }

// children is what n contains. In a label there are no links.
func (r *reader) children(n ast.Node, depth int, label bool) []Inline {
	var out run
	r.read(&out, n, depth, label)
	return out.done()
}

func (r *reader) read(out *run, parent ast.Node, depth int, label bool) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		r.inline(out, n, depth, label)
	}
}

func (r *reader) inline(out *run, n ast.Node, depth int, label bool) {
	switch n := n.(type) {
	case *ast.Text:
		s := string(n.Segment.Value(r.src))
		if !n.IsRaw() {
			s = unescape(s)
		}
		out.text(Clean(s))
		if n.HardLineBreak() {
			out.add(Break())
		} else if n.SoftLineBreak() {
			out.text("\n")
		}
	case *ast.CodeSpan:
		out.add(Mono(r.raw(n)))
	case *ast.Emphasis:
		kind := InlineStrong
		if n.Level == 1 {
			kind = InlineEmphasis
		}
		r.wrap(out, kind, n, depth, label)
	case *extast.Strikethrough:
		r.wrap(out, InlineStrike, n, depth, label)
	case *ast.Link:
		if label {
			r.read(out, n, depth, true)
		} else {
			out.add(written(unescape(string(n.Destination)), r.children(n, depth, true)))
		}
	case *ast.Image:
		alt := oneLine(content(r.children(n, depth, true)))
		if label {
			out.text(alt)
		} else {
			out.add(written(unescape(string(n.Destination)), plain(alt)))
		}
	case *ast.AutoLink:
		r.autolink(out, n, label)
	case *ast.RawHTML:
		html(out, Clean(string(n.Segments.Value(r.src))))
	case *extast.FootnoteLink:
		out.text(mark(r.first + n.Index))
	}
}

// raw is the content of a code span.
func (r *reader) raw(n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Segment.Value(r.src))
		}
	}
	return b.String()
}

func (r *reader) wrap(out *run, kind InlineKind, n ast.Node, depth int, label bool) {
	if depth >= maxEmphasis {
		r.read(out, n, depth, label)
	} else if children := r.children(n, depth+1, label); len(children) > 0 {
		out.add(Inline{Kind: kind, Children: children})
	}
}

// written is a link as it was written, not yet judged.
func written(url string, label []Inline) Inline {
	return Inline{Kind: InlineLink, URL: url, Children: label}
}

// autolink reads a bare URL or one in angle brackets. One that is not allowed as it
// stands is decided with the text around it.
func (r *reader) autolink(out *run, n *ast.AutoLink, label bool) {
	s := Clean(resolve(string(n.Label(r.src)), false))
	if href, u := target(s); !label && u != nil && r.judge.allows(href) {
		out.add(written(s, plain(s)))
		return
	}
	out.text(s)
}
