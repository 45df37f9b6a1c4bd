package markdown_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"aidesk/core/markdown"
)

// lines makes n lines from a pattern with a number.
func lines(pattern string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, pattern, i)
	}
	return b.String()
}

// TestLong reads texts that are parsed in pieces: nothing may show where they were
// cut.
func TestLong(t *testing.T) {
	t.Parallel()
	filler := lines("Paragraph %d with some *words* in it.\n\n", 600)
	t.Run("paragraphs", func(t *testing.T) {
		t.Parallel()
		d := markdown.Parse(filler, nil)
		check(t, d)
		if len(d.Blocks) != 600 {
			t.Errorf("%d blocks", len(d.Blocks))
		}
	})
	t.Run("references", func(t *testing.T) {
		t.Parallel()
		d := markdown.Parse("[early][late]\n\n[first]: https://ok.example/first\n\n"+filler+"[later][first]\n\n[late]: https://ok.example/late\n[first]: https://ok.example/second\n", good)
		check(t, d)
		if got := d.Links(); len(got) != 2 || got[0] != "https://ok.example/late" || got[1] != "https://ok.example/first" {
			t.Errorf("links %q", got)
		}
	})
	t.Run("footnotes", func(t *testing.T) {
		t.Parallel()
		text := markdown.Parse("a[^1] b[^2]\n\n[^1]: one\n\n[^2]: two\n\n"+filler+"c[^1]\n\n[^1]: three\n", nil).Text()
		for _, want := range []string{"a[1] b[2]", "c[3]", "\n\n[1] one\n\n[2] two\n\n[3] three"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is missing", want)
			}
		}
	})
	t.Run("code", func(t *testing.T) {
		t.Parallel()
		code := lines("line %d\n\n  indented\n", 3000)
		d := markdown.Parse("before\n\n````go\n"+code+"```\n````\n\nafter", nil)
		if len(d.Blocks) != 3 || d.Blocks[1].Code != code+"```" || d.Blocks[1].Lang != "go" {
			t.Errorf("%d blocks", len(d.Blocks))
		}
	})
	t.Run("table", func(t *testing.T) {
		t.Parallel()
		d := markdown.Parse("before\n\n| n | text |\n|--:|---|\n"+lines("| %d | some longer text in the cell |\n", 1500)+"\nafter", nil)
		check(t, d)
		if len(d.Blocks) != 3 || len(d.Blocks[1].Table.Rows) != 1500 {
			t.Fatalf("%d blocks", len(d.Blocks))
		}
		for i, row := range d.Blocks[1].Table.Rows {
			if row[0][0].Text != strconv.Itoa(i) {
				t.Fatalf("row %d is %v", i, row)
			}
		}
	})
	t.Run("lists", func(t *testing.T) {
		t.Parallel()
		d := markdown.Parse("Start\n\n"+lines("1. item %d\n   - nested\n", 2000)+"\nend", nil)
		check(t, d)
		if len(d.Blocks) != 3 || len(d.Blocks[1].Items) != 2000 {
			t.Fatalf("%d blocks", len(d.Blocks))
		}
	})
	t.Run("one paragraph", func(t *testing.T) {
		t.Parallel()
		source := lines("word%d ", 6000)
		d := markdown.Parse(source, nil)
		if len(d.Blocks) != 1 || d.Text() != strings.TrimSpace(source) {
			t.Errorf("%d blocks", len(d.Blocks))
		}
	})
	t.Run("one word", func(t *testing.T) {
		t.Parallel()
		source := strings.Repeat("日本", 8000)
		if d := markdown.Parse(source, nil); len(d.Blocks) != 1 || d.Text() != source {
			t.Errorf("%d blocks", len(d.Blocks))
		}
	})
	t.Run("URLs at every cut", func(t *testing.T) {
		t.Parallel()
		for shift := range 9 {
			d := markdown.Parse(strings.Repeat("x", 16_000-shift)+"https://evil.example/?q "+filler, nil)
			check(t, d)
		}
	})
	t.Run("quote", func(t *testing.T) {
		t.Parallel()
		d := markdown.Parse(lines("> line %d of a long quotation\n", 1000), nil)
		if len(d.Blocks) != 1 || strings.Count(d.Text(), "\n") != 999 {
			t.Errorf("%d blocks", len(d.Blocks))
		}
	})
	t.Run("beyond the markup", func(t *testing.T) {
		t.Parallel()
		d := markdown.Parse(lines("Paragraph %d, **bold** and https://evil.example/?secret.\n\n", 3000), nil)
		check(t, d)
		text := d.Text()
		if !strings.HasPrefix(text, "Paragraph 0, bold") || !strings.Contains(text, "Paragraph 2999, **bold**") || strings.Contains(text, "secret") {
			t.Error("the end is lost, or not inert")
		}
	})
	t.Run("beyond everything", func(t *testing.T) {
		t.Parallel()
		text := markdown.Parse(strings.Repeat(strings.Repeat("é", 50)+"\n\n", 12_000), nil).Text()
		if !strings.HasSuffix(text, "…") || len(text) > 1<<20+10 {
			t.Errorf("%d bytes", len(text))
		}
	})
}
