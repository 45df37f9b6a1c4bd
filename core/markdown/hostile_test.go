package markdown_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"aidesk/core/costtest"
	"aidesk/core/markdown"
)

// hostile are inputs on which Markdown parsers are known to take quadratic time or
// to build far more than they were given.
func hostile() map[string]string {
	repeat := strings.Repeat
	return map[string]string{
		"table, 15 KB":          repeat("|a", 3700) + "|\n" + repeat("|-", 3700) + "|\n" + repeat("|\n", 20),
		"table, square":         repeat("|a", 1500) + "|\n" + repeat("|-", 1500) + "|\n" + repeat("|\n", 1500),
		"table, 50 columns":     repeat("|a", 50) + "|\n" + repeat("|-", 50) + "|\n" + repeat("|\n", 8000),
		"tables in quotes":      repeat("> "+repeat("|a", 40)+"|\n> "+repeat("|-", 40)+"|\n"+repeat("> |\n", 200)+"\n", 40),
		"table code pipes":      "|a|\n|-|\n|" + repeat("`\\|`", 8000) + "|\n",
		"links open":            repeat("[a](", 10_000),
		"links open, lines":     repeat("[a](\n", 6_000),
		"links empty":           repeat("[a](b", 6_000),
		"brackets":              repeat("[", 20_000) + repeat("]", 20_000),
		"brackets after a URL":  "https://a.example/" + repeat(")", 60_000) + repeat("]", 60_000),
		"images":                repeat("![", 15_000),
		"link of links":         repeat("[", 5000) + "a" + repeat("](b)", 5000),
		"references":            repeat("[a]: b\n", 4000) + repeat("[a]", 4000),
		"references, different": references(2000),
		"footnotes":             repeat("[^a]: x\n", 3000) + repeat("[^a]", 10_000),
		"footnotes in notes":    repeat("[^a]: ", 10_000),
		"bullets":               repeat("- ", 16_000),
		"bullets, lines":        repeat(repeat("- ", 40)+"x\n", 400),
		"numbers":               repeat("1. ", 16_000),
		"quotes":                repeat(">", 60_000),
		"quotes, lines":         repeat(repeat("> ", 60)+"x\n", 600),
		"staircase":             staircase(400),
		"stars":                 repeat("*", 60_000),
		"stars, words":          repeat("*a **a ", 8000),
		"stars, nested":         repeat("*a_ ", 5000) + repeat("a_* ", 5000),
		"stars, eastern":        repeat("**「あ」", 5000),
		"stars, notes":          repeat("**a:**b", 8000),
		"tildes":                repeat("~~a~ ", 10_000),
		"backticks":             backticks(340),
		"entities":              repeat("&amp;", 12_000) + repeat("&", 30_000),
		"escapes":               repeat("\\", 60_000),
		"html open":             repeat("<a ", 12_000),
		"html attributes":       "<a" + repeat(" b=\"c\"", 10_000),
		"comments":              repeat("<!-- ", 12_000),
		"cdata":                 repeat("<![CDATA[", 3000) + repeat("<?", 5000) + repeat("<!A", 5000),
		"bare URLs":             repeat("https://a.b/ ", 3000),
		"URLs in a row":         repeat("https://a.b/(", 5000),
		"schemes":               repeat("a://", 15_000),
		"www":                   repeat("www.", 15_000),
		"mail":                  repeat("a_", 30_000) + "@b.c",
		"brackets behind URL":   "https://a.b/" + repeat(")", 60_000),
		"one word":              repeat("x", 120_000),
		"zero-width":            repeat("\u200b", 40_000) + "x",
		"one character":         "a" + repeat("\u0301", 60_000),
		"fences":                repeat("```\n", 15_000),
		"fence, cut":            "```" + repeat("x", 39) + "\n" + repeat("y\n", 50_000),
		"rules":                 repeat("---\n", 15_000),
		"setext":                repeat("a\n=\n", 10_000),
		"blank lines":           "- a" + repeat("\n", 100_000) + "b",
		"tabs":                  repeat("\t", 100_000) + "x",
		"megabytes":             repeat("**bold** and [a](https://a.b/c) text\n\n", 10_000),
	}
}

func references(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("[r" + strings.Repeat("x", i%50) + "]: <u>\n")
	}
	return b.String() + strings.Repeat("[rx] ", n)
}

func staircase(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat("  ", i) + "- a\n")
	}
	return b.String()
}

func backticks(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("e" + strings.Repeat("`", i))
	}
	return b.String()
}

// TestHostile allows five times the second that the design demands (other tests run
// beside it), and of the 100 MB not even as much in sum, garbage included.
func TestHostile(t *testing.T) {
	for name, source := range hostile() {
		t.Run(name, func(t *testing.T) {
			var d markdown.Document
			took, used := costtest.Measure(func() { d = markdown.Parse(source, everything) })
			t.Logf("%d KB, %v, %d MB allocated", len(source)>>10, took, used)
			if took > costtest.Limit || used > 100 {
				t.Errorf("took %v and %d MB", took, used)
			}
			check(t, d)
			if _, err := json.Marshal(d); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestHostileSplit splits what was parsed from hostile inputs.
func TestHostileSplit(t *testing.T) {
	inputs := hostile()
	for _, name := range []string{"one word", "one character", "stars, words", "tables in quotes", "footnotes", "URLs in a row", "megabytes"} {
		t.Run(name, func(t *testing.T) {
			d := markdown.Parse(inputs[name], everything)
			limit := markdown.Sized(1990, func(d markdown.Document) int { return len(d.Text()) })
			start := time.Now()
			parts := d.Split(limit)
			took := time.Since(start)
			t.Logf("%d parts in %v", len(parts), took)
			if took > 5*time.Second {
				t.Errorf("took %v", took)
			}
			for _, part := range parts {
				if !limit.Fits(part) {
					t.Errorf("a part is too long: %.60q", part.Text())
				}
			}
		})
	}
}

// TestPromises puts pieces of markup together at random.
func TestPromises(t *testing.T) {
	t.Parallel()
	fragment := rapid.SampledFrom([]string{
		"https://evil.example/?q", "https:", "//", "http", "s://a.b", "www", ".a.b", "[", "](", ")", "![", "<", ">", "<a href=", "\"",
		"*", "**", "_", "~~", "`", "```\n", "\n", "\n\n", "- ", "1. ", "> ", "|", "|-|\n", "[^1]", "[^1]: ", "[r]", "[r]: ", "# ",
		"&#58;", "&colon;", "\\", "\u200b", "\u202e", "日本", "「", "」", "。", "a", "b ", "<br>", "<!--", "-->", "    ", "@", "mailto:",
	})
	rapid.Check(t, func(rt *rapid.T) {
		source := strings.Join(rapid.SliceOfN(fragment, 1, 30).Draw(rt, "source"), "")
		for i, allow := range []func(string) bool{nil, everything, func(u string) bool { return len(u)%2 == 0 }} {
			d := markdown.Parse(source, allow)
			check(rt, d)
			if s := strings.Join(textOnly(d), "\n"); i == 0 && clickable.MatchString(s) {
				rt.Errorf("%q is left in %q", clickable.FindString(s), s)
			}
		}
	})
}
