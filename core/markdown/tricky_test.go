package markdown_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/markdown"
	"aidesk/core/markdown/markdowntest"
)

// tricky is what each case of the corpus must become, with every link allowed, in
// the notation of show; empty where a case is checked apart.
var tricky = map[string]string{
	"bold":                  "**bold** and **bold**",
	"bold-in-word":          "he**l**lo foo**bar**baz",
	"strong-adjacent-punct": "**Note:**text **\"q\"**.",
	"snake":                 "snake_case_name and 2 * 3 * 4 and a*b*c",
	"mrkdwn-literal":        "Use *single* as emphasis; raw text 5 ~ 6 ~ 7",
	"escape":                "AT&T <b> 1 < 2 > 0 < & ©",
	"broadcast":             "hi <!channel> <!here|here> <!everyone> <!subteam^S123> @everyone @here",
	"mention-user":          "hi <@U12345678> <#C12345678> <@&123> <@123456789012345678>",
	"link-url-pipe":         "[a](https://e.com/a%7Cb) [c](https://e.com/a%20b) [d](https://e.com/x%3Ey)",
	"link-paren":            "[w](https://en.wikipedia.org/wiki/Go_(game)) and ([https://en.wikipedia.org/wiki/Go_(game)](https://en.wikipedia.org/wiki/Go_(game)))",
	"link-js":               "x d m (`a@b.c`) s",
	"link-ref":              "[ref](https://e.com) and [r](https://e.com)",
	"link-spoof":            "[evil.com](https://evil.com) and [evil.com](https://evil.com)",
	"image":                 "[alt](https://e.com/i.png) text [e.com/j.png](https://e.com/j.png)",
	"heading":               "H1 **b** `c`\nH2 [l](https://e.com)\nSetext\ntext",
	"fence":                 "fmt.Println(\"*hi* <b> & @everyone\")",
	"fence-unclosed":        "text\nprint(1)",
	"code-pipe-lt":          "`a|b <c> &`",
	"quote":                 "a\nb\nc **d**",
	"table":                 "Name\nQty\nNote\na|b\n1\n**x**\n`c\nd`\n22\n日本\n3\n",
	"hr":                    "a\n\nb\n",
	"hardbreak":             "a⏎b⏎c\nd",
	"html":                  "a⏎b <b>bold</b> <script>x</script>\n<details><summary>S</summary>\ninner\n</details>\n<!-- c -->",
	"footnote":              "text[1]\n[1] the *note*",
	"emoji":                 ":smile: 12:30:45 :not an emoji: 👍",
	"ul-nested":             "a\nb\nc\nd\ne\nf",
	"ol-start":              "five\nsix\nsub\nseven",
	"task":                  "todo\ndone\nsub",
	"long-line":             strings.Repeat("x", 3500),
	"big-table":             "",
}

// trickyText is the plain text of the cases whose nesting show leaves out.
var trickyText = map[string]string{
	"ul-nested": "- a\n  - b\n    - c\n      1. d\n      2. e\n- f",
	"ol-start":  "5. five\n6. six\n   - sub\n7. seven",
	"task":      "- ☐ todo\n- ☑ done\n  - ☐ sub",
	"quote":     "> a\n> b\n>\n> c d",
	"hr":        "a\n\n---\n\nb\n\n---",
	"table":     "Name | Qty | Note\na|b | 1 | x\n`c | d` | 22\n日本 | 3 |",
}

func TestTricky(t *testing.T) {
	t.Parallel()
	cases := markdowntest.Tricky(t)
	if len(cases) != len(tricky) {
		t.Errorf("%d cases, know %d", len(cases), len(tricky))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			d := markdown.Parse(c.Markdown, everything)
			check(t, d)
			want, known := tricky[c.Name]
			if !known {
				t.Fatal("not known")
			}
			if diff := cmp.Diff(want, show(d)); want != "" && diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if text, ok := trickyText[c.Name]; ok && text != d.Text() {
				t.Errorf("text:\n%s\nwant:\n%s", d.Text(), text)
			}
			none := markdown.Parse(c.Markdown, nil)
			check(t, none)
			if links := none.Links(); len(links) > 0 {
				t.Errorf("links without leave: %q", links)
			}
			switch c.Name {
			case "big-table":
				if rows := d.Blocks[0].Table.Rows; len(rows) != 150 || rows[149][0][0].Text != "149" {
					t.Errorf("%d rows", len(rows))
				}
			case "fence":
				if d.Blocks[0].Lang != "go" {
					t.Errorf("language %q", d.Blocks[0].Lang)
				}
			case "table":
				want := []markdown.Align{markdown.AlignLeft, markdown.AlignRight, markdown.AlignCenter}
				if diff := cmp.Diff(want, d.Blocks[0].Table.Align); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}
