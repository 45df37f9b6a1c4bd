package markdown_test

import (
	"regexp"
	"strings"

	"aidesk/core/markdown"
)

// walkBlocks visits every block in reading order, the outer before the inner; a
// table's cells come as paragraphs.
func walkBlocks(blocks []markdown.Block, visit func(markdown.Block)) {
	for _, b := range blocks {
		visit(b)
		walkBlocks(b.Blocks, visit)
		for _, item := range b.Items {
			walkBlocks(item.Blocks, visit)
		}
		if b.Table == nil {
			continue
		}
		for _, row := range append([][]markdown.Cell{b.Table.Head}, b.Table.Rows...) {
			for _, c := range row {
				visit(markdown.Block{Kind: markdown.KindParagraph, Inlines: c})
			}
		}
	}
}

// walkInlines visits every inline in reading order, the outer before the inner.
func walkInlines(ins []markdown.Inline, visit func(markdown.Inline)) {
	for _, in := range ins {
		visit(in)
		walkInlines(in.Children, visit)
	}
}

// reporter is a test, or a property under test.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
}

var clickable = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*://|(^|[^a-z0-9])www\.[a-z0-9]`)

// check reports every promise of the package that a document breaks.
func check(t reporter, d markdown.Document) {
	t.Helper()
	var inlines func(ins []markdown.Inline, inLink bool, depth int)
	inlines = func(ins []markdown.Inline, inLink bool, depth int) {
		if depth > 10 {
			t.Errorf("emphasis is nested %d deep", depth)
		}
		for i, in := range ins {
			if in.Text != markdown.Clean(in.Text) {
				t.Errorf("text is not clean: %q", in.Text)
			}
			switch in.Kind {
			case markdown.InlineText:
				if in.Text == "" || i > 0 && ins[i-1].Kind == markdown.InlineText {
					t.Errorf("empty or divided text %q", in.Text)
				}
				if u := clickable.FindString(in.Text); u != "" && !inLink {
					t.Errorf("text holds %q: %q", u, in.Text)
				}
			case markdown.InlineCode:
				if in.Text == "" || strings.Contains(in.Text, "\n") {
					t.Errorf("code %q is empty or has lines", in.Text)
				}
			case markdown.InlineLink:
				if _, ok := markdown.Normal(in.URL); !ok || !in.Allowed || inLink || len(in.Children) == 0 {
					t.Errorf("bad link %+v", in)
				}
				if strings.ContainsAny(in.URL, " <>|\"\\`\n\t") {
					t.Errorf("unsafe URL %q", in.URL)
				}
			case markdown.InlineStrong, markdown.InlineEmphasis, markdown.InlineStrike:
				if len(in.Children) == 0 {
					t.Errorf("empty %s", in.Kind)
				}
			case markdown.InlineBreak:
			default:
				t.Errorf("unknown kind %q", in.Kind)
			}
			if in.Kind != markdown.InlineLink && (in.URL != "" || in.Allowed) {
				t.Errorf("%s carries a URL", in.Kind)
			}
			inlines(in.Children, inLink || in.Kind == markdown.InlineLink, depth+1)
		}
	}
	walkBlocks(d.Blocks, func(b markdown.Block) {
		inlines(b.Inlines, false, 0)
		if b.Code != markdown.Clean(b.Code) || strings.ContainsAny(b.Lang, " `\n") {
			t.Errorf("code is not clean: %q %q", b.Lang, b.Code)
		}
		if b.Kind == markdown.KindTable {
			for _, row := range b.Table.Rows {
				if len(row) != len(b.Table.Head) || len(row) != len(b.Table.Align) {
					t.Errorf("table is not rectangular")
				}
			}
		}
	})
}
