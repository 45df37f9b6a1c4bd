package markdown_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aidesk/core/markdown"
	"aidesk/core/markdown/markdowntest"
)

// letters measures a part as a person would count it.
func letters(limit int) markdown.Limit {
	return markdown.Sized(limit, func(d markdown.Document) int { return utf8.RuneCountInString(d.Text()) })
}

func TestSplit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, source string
		limit        int
		want         []string
	}{
		{"nothing", "", 10, nil},
		{"fits", "one\n\ntwo", 20, []string{"one\n\ntwo"}},
		{"between blocks", "first block\n\nsecond block\n\nthird", 24, []string{"first block", "second block\n\nthird"}},
		{"a heading stays with its text", "intro\n\n# Title\n\nThe text below it", 20, []string{"intro", "Title\n\nThe text", "below it"}},
		{"behind a sentence", "One two. Three four five. Six seven.", 28, []string{"One two. Three four five.", "Six seven."}},
		{"no tiny sentence", "Hi. a bb ccc dddd eeeee ffffff", 24, []string{"Hi. a bb ccc dddd eeeee", "ffffff"}},
		{"Japanese sentence", "これは文です。次の文はここです。", 12, []string{"これは文です。", "次の文はここです。"}},
		{"behind a word", "alpha beta gamma delta", 12, []string{"alpha beta", "gamma delta"}},
		{"anywhere", strings.Repeat("x", 25), 10, []string{"xxxxxxxxxx", "xxxxxxxxxx", "xxxxx"}},
		{"visible characters stay whole", strings.Repeat("👩‍🚒", 5), 7, []string{"👩‍🚒👩‍🚒", "👩‍🚒👩‍🚒", "👩‍🚒"}},
		{"one huge character", "a" + strings.Repeat("\u0301", 60), 40, []string{"a" + strings.Repeat("\u0301", 39), strings.Repeat("\u0301", 21)}},
		{"list items", "1. one\n2. two\n3. three", 14, []string{"1. one\n2. two", "3. three"}},
		{"a long item", "3. alpha beta gamma\n4. delta", 14, []string{"3. alpha beta", "gamma", "4. delta"}},
		{"nested list", "- a\n  - one\n  - two\n  - three\n- b", 16, []string{"- a\n  - one", "- two\n- three", "- b"}},
		{"quote", "> one two three\n>\n> four five six", 18, []string{"> one two three", "> four five six"}},
		{"code lines", "```go\none\n  two\n\nthree\nfour\n```", 11, []string{"one\n  two\n", "three\nfour"}},
		{"a long code line", "```\n" + strings.Repeat("y", 25) + "\nz\n```", 10, []string{"yyyyyyyyyy", "yyyyyyyyyy", "yyyyy\nz"}},
		{"table", "|h|k|\n|-|-|\n|a|b|\n|c|d|\n|e|f|", 18, []string{"h | k\na | b\nc | d", "h | k\ne | f"}},
		{"a long row", "|h|k|\n|-|-|\n|a|aaa bbb ccc ddd|\n|e|f|", 14, []string{"h: a", "k: aaa bbb ccc", "ddd", "h | k\ne | f"}},
		{"a long head", "|hhhh hhhh|kkkk kkkk|\n|-|-|\n|a|b|", 12, []string{"hhhh hhhh", "kkkk kkkk\n\na", "b"}},
		{"emphasis goes on", "**alpha beta gamma**", 12, []string{"alpha beta", "gamma"}},
		{"a code span stays whole", "aa `bb cc dd` ee", 12, []string{"aa bb cc dd", "ee"}},
		{"long code span", "`aaaaaaaaaaaaaaa`", 10, []string{"aaaaaaaaaa", "aaaaa"}},
		{"never inside a link", "see the [long label here](https://a.b) now", 40, []string{"see the long label here (https://a.b)", "now"}},
		{"a link that fits nowhere", "[label](https://a.b/" + strings.Repeat("c", 30) + ")", 20, []string{"label", "(", "a.b/cccccccccccccccc", "cccccccccccccc)"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := markdown.Parse(test.source, everything)
			var got []string
			for _, part := range d.Split(letters(test.limit)) {
				check(t, part)
				got = append(got, part.Text())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestSplitKeepsStyle looks at what text alone does not show.
func TestSplitKeepsStyle(t *testing.T) {
	t.Parallel()
	d := markdown.Parse("```go\nfirst line\nsecond line\n```\n\n***alpha** beta gamma delta*\n", nil)
	parts := d.Split(letters(14))
	for i, lang := range []string{"go", "go"} {
		if b := parts[i].Blocks[0]; b.Kind != markdown.KindCode || b.Lang != lang {
			t.Errorf("part %d begins with %+v", i, b)
		}
	}
	last := parts[len(parts)-1].Blocks[0].Inlines
	if len(last) != 1 || last[0].Kind != markdown.InlineEmphasis {
		t.Errorf("the last part is %+v, want emphasis opened again", last)
	}
}

// TestSplitNothingFits must end, whatever the limit says.
func TestSplitNothingFits(t *testing.T) {
	t.Parallel()
	d := markdown.Parse("# a\n\ntext of some words\n\n- x\n- y\n\n|a|\n|-|\n|b|\n\n> q\n\n---\n\n```\nc\n```", nil)
	parts := d.Split(markdown.Limit{Fits: func(markdown.Document) bool { return false }})
	if got := stream(parts...); got != stream(d) {
		t.Errorf("lost text: %q", got)
	}
}

// stream is everything that documents say, without blanks and without the heads of
// tables, which may be repeated; list items with their numbers.
func stream(docs ...markdown.Document) string {
	var b strings.Builder
	text := func(s string) {
		for _, r := range s {
			if !unicode.IsSpace(r) {
				b.WriteRune(r)
			}
		}
	}
	var blocks func([]markdown.Block)
	blocks = func(list []markdown.Block) {
		for _, block := range list {
			walkInlines(block.Inlines, func(in markdown.Inline) { text(in.Text + in.URL) })
			text(block.Code)
			if block.Kind == markdown.KindRule {
				text("---")
			}
			blocks(block.Blocks)
			for i, item := range block.Items {
				if block.Ordered {
					fmt.Fprintf(&b, "(%d)", block.Start+i)
				} else {
					b.WriteString("(-)")
				}
				blocks(item.Blocks)
			}
			if block.Table != nil {
				for _, row := range block.Table.Rows {
					for _, c := range row {
						walkInlines(c, func(in markdown.Inline) { text(in.Text + in.URL) })
					}
				}
			}
		}
	}
	for _, d := range docs {
		blocks(d.Blocks)
	}
	return markdowntest.CutHeads(b.String())
}

// TestSplitProperty: the parts carry exactly the text of the whole, each fits, each
// keeps the package's promises, tables keep their head.
func TestSplitProperty(t *testing.T) {
	t.Parallel()
	documents := markdowntest.Documents()
	rapid.Check(t, func(rt *rapid.T) {
		d := documents.Draw(rt, "document")
		limit := letters(rapid.IntRange(60, 500).Draw(rt, "limit"))
		before := d.Text()
		parts := d.Split(limit)
		if d.Text() != before {
			rt.Fatal("Split changed the document")
		}
		if got, want := stream(parts...), stream(d); got != want {
			rt.Fatalf("text differs:\n got %q\nwant %q", got, want)
		}
		for i, part := range parts {
			if !limit.Fits(part) {
				rt.Errorf("part %d of %d is too long: %q", i, len(parts), part.Text())
			}
			if part.Empty() && !d.Empty() {
				rt.Errorf("part %d of %d is empty", i, len(parts))
			}
			check(rt, part)
			walkBlocks(part.Blocks, func(b markdown.Block) {
				if b.Kind == markdown.KindTable && b.Table.Head[0][0].Text != markdowntest.Head {
					rt.Errorf("a table has lost its head")
				}
			})
		}
	})
}
