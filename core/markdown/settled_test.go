package markdown_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"aidesk/core/markdown"
)

func TestSettled(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"Hel", ""},
		{"Hello wor", "Hello"},
		{"It rains in Paris (until 5", "It rains in Paris (until"},
		{"See [the page](https://a.exa", "See"},
		{"See [the page](https://a.example) and then", "See"},
		{"See [the page](https://a.example)\n\nAnd th", "See [the page](https://a.example)\n\nAnd"},
		{"- one\n- two **bold", "- one\n- two"},
		{"- one `x\n- two` y", "- one `x\n"},
		{"text `x\n2. two` y", "text"},
		{"1. text `x\n2. two and", "1. text `x\n2. two"},
		{"> a `b [x](https://a.example)\n> c", ""},
		{"# Title\nMore text", "# Title\nMore"},
		{"```go\nfunc a() {\n  b", "```go\nfunc a() {\n"},
		{"```\na\n```\nThen wo", "```\na\n```\nThen"},
		{"- ```\n  a [x](https://a.example)\nb `c\n", "- ```\n"[:0]},
		{"| a | b |\n|---|", ""},
		{"| a | b |\n|---|---|\n| 1 | 2 |\n| 3", "| a | b |\n|---|---|\n| 1 | 2 |\n"},
		{"| a | b |\n|---|\n| 1 | 2 |\n", ""},
		{"[a][b](https://a.example)\n\nmore\n\n", ""},
		{"see www.a.example and", "see www.a.example"},
	} {
		if got := markdown.Settled(c.text); got != c.want {
			t.Errorf("%q: settled %q, want %q", c.text, got, c.want)
		}
	}
}

// TestSettledShows: whatever follows, what was shown of the settled beginning is in the whole.
func TestSettledShows(t *testing.T) {
	t.Parallel()
	pieces := []string{
		"word", "more words", " ", " ", "\n", "\n", "\n\n", "\n\n", "- ", "* ", "1. ", "2. ", "7) ", "> ", "# ", "  ", "    ", "```", "~~~\n", "`", "``", "*", "**", "_", "~~", "\\",
		"[a](https://a.example/1)", "![p](https://a.example/2)", "[b]", "[a][b]", "](https://a.example/3)", "[", "]", "(", ")", "<", ">", "<!-- ", "-->", "<div>", "</div>",
		"[b]: https://a.example/4\n", "[^1]", "[^1]: note\n", "https://a.example/5", "www.a.example", "<https://a.example/6>", "x@a.example", "| a | b |", "|---|---|", "---", "===", "\t", "&amp;", "é", "@everyone", "<@U1>",
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 30).Draw(t, "text"), "")
		whole := markdown.Parse(text, everything)
		for end := range len(text) + 1 {
			settled := markdown.Settled(text[:end])
			if !strings.HasPrefix(text, settled) || len(settled) > end {
				t.Fatalf("%q is no beginning of %q", settled, text[:end])
			}
			shown := markdown.Parse(settled, everything)
			for _, l := range shown.Links() {
				if !slices.Contains(whole.Links(), l) {
					t.Fatalf("%q shows the link %s, which %q does not", settled, l, text)
				}
			}
			if !within(lettersOf(shown), lettersOf(whole)) {
				t.Fatalf("%q shows what %q does not\n%q\n%q", settled, text, shown.Text(), whole.Text())
			}
		}
	})
}

// lettersOf are those of the text and its digits: marks may turn out to be markup of a link that
// is defined later.
func lettersOf(d markdown.Document) []rune {
	return []rune(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, d.Text()))
}

// within says whether letters stand among others in their order.
func within(some, all []rune) bool {
	for _, r := range some {
		i := slices.Index(all, r)
		if i < 0 {
			return false
		}
		all = all[i+1:]
	}
	return true
}
