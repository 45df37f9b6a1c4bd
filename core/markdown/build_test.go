package markdown_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/markdown"
	"aidesk/core/markdown/markdowntest"
)

// TestBuild makes one of everything, with foreign strings where a plugin's words
// would stand.
func TestBuild(t *testing.T) {
	t.Parallel()
	foreign := "*a* <!here> https://evil.example/?secret \u202ewww.evil.example"
	d := markdown.New(
		markdown.Heading(9, markdown.Text(foreign)),
		markdown.Paragraph(markdown.Strong("b"), markdown.Text(" "), markdown.Emphasis("e"), markdown.Break(), markdown.Mono("a\nb\u200b"), markdown.Link("desk", "https://desk.example/a b")),
		markdown.List([]markdown.Inline{markdown.Text("one")}, []markdown.Inline{markdown.Strong(foreign)}),
		markdown.Numbered([]markdown.Inline{markdown.Text("one")}, nil),
		markdown.Code("go run", "x\u202e\ny\n"),
		markdown.Quote(markdown.Paragraph(markdown.Text("q"))),
		markdown.Rule(),
		markdown.TableOf([]string{"h", "i"}, [][]string{{foreign}, {"1", "2", "3"}}),
	)
	check(t, d)
	want := "*a* <!here> evil.example www.evil.example\n\n" +
		"b e\na bdesk (https://desk.example/a%20b)\n\n" +
		"- one\n- *a* <!here> evil.example www.evil.example\n\n" +
		"1. one\n2.\n\nx\ny\n\n> q\n\n---\n\n" +
		"h | i\n*a* <!here> evil.example www.evil.example |\n1 | 2"
	if diff := cmp.Diff(want, d.Text()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if d.Blocks[0].Level != 6 || d.Blocks[4].Lang != "go" {
		t.Errorf("level %d, language %q", d.Blocks[0].Level, d.Blocks[4].Lang)
	}
	if got := d.Links(); len(got) != 1 || got[0] != "https://desk.example/a%20b" {
		t.Errorf("links %q", got)
	}
}

func TestBuildLinks(t *testing.T) {
	t.Parallel()
	tests := []struct{ label, url, want string }{
		{"l", "https://e.com/x", "[l](https://e.com/x)"},
		{"", "https://e.com/x", "[e.com/x](https://e.com/x)"},
		{"good.com", "https://e.com/x", "[e.com](https://e.com/x)"},
		{"l", "http://127.0.0.1:8080/oauth/start?id=1", "[l](http://127.0.0.1:8080/oauth/start?id=1)"},
		{"l", "javascript:alert(1)", "l"},
		{"l", "https://u@e.com/", "l"},
		{"https://f.com/?q", "nonsense", "`f.com`"},
	}
	for _, test := range tests {
		d := markdown.New(markdown.Paragraph(markdown.Link(test.label, test.url)))
		check(t, d)
		if got := show(d); got != test.want {
			t.Errorf("Link(%q, %q) is %s, want %s", test.label, test.url, got, test.want)
		}
	}
}

func TestJoin(t *testing.T) {
	t.Parallel()
	a := markdown.New(markdown.Paragraph(markdown.Text("a")))
	b := a.Append(markdown.Rule())
	c := markdown.Join(a, b, markdown.Document{})
	if len(a.Blocks) != 1 || len(b.Blocks) != 2 || c.V != markdown.Version || c.Text() != "a\n\na\n\n---" {
		t.Errorf("%q, %q, %q", a.Text(), b.Text(), c.Text())
	}
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	text := func(s string) markdown.Block { return markdown.Paragraph(markdown.Text(s)) }
	for _, d := range []markdown.Document{{}, markdown.New(), markdown.New(text(" \n"), markdown.Quote(text(""))), markdown.New(markdown.Code("go", " ")), markdown.New(markdown.TableOf(nil, nil))} {
		if !d.Empty() || d.Split(letters(10)) != nil {
			t.Errorf("%q is not empty", d.Text())
		}
	}
	if markdown.New(markdown.Rule()).Empty() || markdown.New(text("a")).Empty() {
		t.Error("something is empty")
	}
}

// answer is a typical answer of ten kilobytes.
func answer() string {
	return strings.Repeat("## Rooms\n\nI found **three** rooms for *12–14 May*, see [the list](https://ok.example/list):\n\n"+
		"1. [Blue door](https://ok.example/rooms/1): 80 €\n2. `Attic` with a view\n   - breakfast\n   - no lift\n\n"+
		"| Name | Price |\n|---|--:|\n| Blue door | 80 |\n| Attic | 70 |\n\n```json\n{\"room\": 1}\n```\n\nShall I book one?\n\n", 40)[:10<<10]
}

func BenchmarkParse(b *testing.B) {
	b.Run("examples", func(b *testing.B) {
		all := markdowntest.CommonMark(b)
		n := 0
		for b.Loop() {
			for _, e := range all {
				markdown.Parse(e.Markdown, everything)
				n++
			}
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "documents/s")
	})
	b.Run("answer", func(b *testing.B) {
		source := answer()
		b.SetBytes(int64(len(source)))
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			markdown.Parse(source, everything)
			n++
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "documents/s")
	})
}

func BenchmarkSplit(b *testing.B) {
	d := markdown.Parse(answer(), everything)
	calls, n := 0, 0
	limit := markdown.Limit{Fits: func(part markdown.Document) bool {
		calls++
		return len(part.Text()) <= 1990
	}}
	for b.Loop() {
		n += len(d.Split(limit))
	}
	b.ReportMetric(float64(calls)/float64(n), "calls/part")
}
