package markdown_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/markdown"
)

// good allows what stands on ok.example, and its one page with a query.
func good(url string) bool {
	n, ok := markdown.Normal(url)
	return ok && (n == "https://ok.example/a?q=1" || n == "https://ok.example/%E6%97%A5%E6%9C%AC" ||
		strings.HasPrefix(n, "https://ok.example/") && !strings.ContainsAny(n, "?%"))
}

// In what is wanted, a link is [label](URL) and code stands in backticks.
func TestLinks(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, source, want string }{
		{"inline", "[label](https://ok.example/a?q=1)", "[label](https://ok.example/a?q=1)"},
		{"reference", "[label][r]\n\n[r]: https://ok.example/x 'T'", "[label](https://ok.example/x)"},
		{"autolink", "<https://ok.example/x>", "[https://ok.example/x](https://ok.example/x)"},
		{"bare", "see https://ok.example/x.", "see [https://ok.example/x](https://ok.example/x)."},
		{"image", "![a *b*](https://ok.example/i.png)", "[a b](https://ok.example/i.png)"},
		{"image without text", "![](https://ok.example/i.png)", "[ok.example/i.png](https://ok.example/i.png)"},
		{"image in a link", "[![a](https://ok.example/i.png) b](https://ok.example/x)", "[a b](https://ok.example/x)"},
		{"www", "www.ok.example and www.evil.example/x?q", "`www.ok.example` and `www.evil.example/x`"},
		{"entity in the URL", "[l](https://ok.example/a?q&#61;1)", "[l](https://ok.example/a?q=1)"},
		{"entity in a bare URL", "https://ok.example/a?q&equals;1", "[https://ok.example/a?q=1](https://ok.example/a?q=1)"},
		{"case", "[l](HTTPS://OK.example/x)", "[l](https://OK.example/x)"},
		{"letters of other scripts", "https://ok.example/日本 x", "[https://ok.example/日本](https://ok.example/%E6%97%A5%E6%9C%AC) x"},
		{"behind letters of other scripts", "詳細はhttps://ok.example/xです。", "詳細は[https://ok.example/x](https://ok.example/x)です。"},
		{"markup in the URL", "https://ok.example/a_b_c*d* **https://ok.example/x**", "[https://ok.example/a_b_c*d](https://ok.example/a_b_c*d)* **[https://ok.example/x](https://ok.example/x)**"},
		{"in brackets", "(https://ok.example/x_(y)) and [https://ok.example/z]", "([https://ok.example/x_(y)](https://ok.example/x_(y))) and [[https://ok.example/z](https://ok.example/z)]"},

		{"other inline", "[label](https://evil.example/x?secret=1)", "label (`evil.example/x`)"},
		{"other reference", "[label][r]\n\n[r]: <https://evil.example/?secret>", "label (`evil.example`)"},
		{"other collapsed reference", "[label][]\n\n[label]: https://evil.example/?secret", "label (`evil.example`)"},
		{"other autolink", "<https://evil.example/x?secret>", "`evil.example/x`"},
		{"other bare", "https://evil.example/x?secret#f, or", "`evil.example/x`, or"},
		{"other bare, upper case", "HTTPS://EVIL.example/X?secret", "`evil.example/X`"},
		{"other image", "![alt](https://evil.example/i.png?secret)", "alt (`evil.example/i.png`)"},
		{"other image by reference", "![alt][i]\n\n[i]: https://evil.example/i.png?secret", "alt (`evil.example/i.png`)"},
		{"other image without text", "![](https://evil.example/i.png?secret)", "`evil.example/i.png`"},
		{"HTML anchor", `<a href="https://evil.example/?secret">x</a>`, "<a href=\"`evil.example`\">x</a>"},
		{"HTML image", `<img src=https://evil.example/?secret>`, "<img src=`evil.example`>"},
		{"HTML block", "<div>\n<iframe src='//evil.example' data-x='http://evil.example/?s'>\n</div>", "<div>\n<iframe src='//evil.example' data-x='`evil.example`'>\n</div>"},
		{"by entities", "https&colon;//evil.example/?secret", "`evil.example`"},
		{"by escapes", `https\://evil.example/?secret`, "`evil.example`"},
		{"across emphasis", "https:/**/evil.example/?secret**", "`evil.example`"},
		{"across emphasis, opened", "https:*//evil.example/?secret*", "`evil.example`"},
		{"across strikes", "w~~ww.evil.example/?s~~", "`www.evil.example`"},
		{"inside a word", "xhttps://evil.example/?secret", "`xhttps://evil.example/`"},
		{"behind letters", "これはhttps://evil.example/?secretです", "これは`evil.example`です"},
		{"with user information", "https://ok.example@evil.example/x?secret", "`https://evil.example/x`"},
		{"with a backslash", "[l](https://ok.example\\\\@evil.example/x)", "l"},
		{"host of other script", "https://例え.example/x?secret", "`例え.example/x`"},
		{"query of an allowed page", "https://ok.example/x?secret", "`ok.example/x`"},
		{"zero-width inside", "https:/\u200b/evil.example/?secret", "`evil.example`"},
		{"other schemes", "ftp://u:p@evil.example/x?y slack://open steam://run/1?x", "`ftp://evil.example/x` `slack://open` `steam://run/1`"},
		{"no scheme", "://evil and http: //x", "://evil and http: //x"},
		{"a lone scheme", "http:// x", "`http://` x"},
		{"script", "[x](javascript:alert(1)) [d](data:text/html,x) [v](vbscript:x)", "x d v"},
		{"relative", "[x](/path) [y](page.html#f) [z](//evil.example)", "x y z"},
		{"mail", "[m](mailto:a@b.example?subject=s) <a@b.example> [a@b.example](mailto:a@b.example) c@d.example", "m (`a@b.example`) a@b.example a@b.example c@d.example"},
		{"telephone", "[call](tel:+4912345)", "call (`+4912345`)"},
		{"app scheme as label", "[slack://open](slack://open)", "`slack://open`"},
		{"empty", "[](https://evil.example/x) [](/x) []()", "`evil.example/x`  "},

		{"label lies, URL", "[https://good.example](https://ok.example/x)", "[ok.example](https://ok.example/x)"},
		{"label lies, host", "[good.example](https://ok.example/x)", "[ok.example](https://ok.example/x)"},
		{"label lies, code", "[`good.example`](https://ok.example/x)", "[ok.example](https://ok.example/x)"},
		{"label lies, emphasis inside", "[good.**example**](https://ok.example/x)", "[ok.example](https://ok.example/x)"},
		{"label lies, other dots", "[good。example](https://ok.example/x) [good．example](https://ok.example/x)", "[ok.example](https://ok.example/x) [ok.example](https://ok.example/x)"},
		{"label lies, other letters", "[оk.example](https://ok.example/x)", "[ok.example](https://ok.example/x)"},
		{"label lies, other slash", "[good.example⁄login](https://ok.example/x)", "[ok.example](https://ok.example/x)"},
		{"label lies, user information", "[https://ok.example@good.example](https://ok.example/x)", "[ok.example](https://ok.example/x)"},
		{"label lies, not allowed", "[https://ok.example/x](https://evil.example/?s)", "`evil.example`"},
		{"label lies among words", "[go to www.good.example now](https://ok.example/x)", "[ok.example](https://ok.example/x)"},
		{"label mentions", "[News from good.example](https://ok.example/x)", "[News from good.example](https://ok.example/x) (ok.example)"},
		{"label is the host", "[OK.example](https://ok.example/x) [www.ok.example](https://ok.example/x)", "[OK.example](https://ok.example/x) [www.ok.example](https://ok.example/x)"},
		{"label is another page", "[https://ok.example/y](https://ok.example/x)", "[ok.example/x](https://ok.example/x)"},
		{"label is a file name", "[README.md](https://ok.example/x/README.md)", "[README.md](https://ok.example/x/README.md)"},
		{"label has a version", "[v1.2.3, e.g. 4.5](https://ok.example/x)", "[v1.2.3, e.g. 4.5](https://ok.example/x)"},
		{"label says it already", "[evil.example/x](https://evil.example/x?secret)", "`evil.example/x`"},
		{"label keeps its style", "[**b** `c`](https://evil.example/x)", "**b** `c` (`evil.example/x`)"},
		{"URL in the label", "[see https://ok.example/x here](https://evil.example/)", "`evil.example`"},
		{"in a table", "|a|\n|-|\n|[l](https://evil.example/?s)|", "a\nl (`evil.example`)"},
		{"in code", "`https://evil.example/?q`", "`https://evil.example/?q`"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := markdown.Parse(test.source, good)
			check(t, d)
			if diff := cmp.Diff(test.want, show(d)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", test.source, diff)
			}
			for _, u := range d.Links() {
				if !good(u) {
					t.Errorf("link to %s", u)
				}
			}
			none := markdown.Parse(test.source, nil)
			check(t, none)
			if links := none.Links(); len(links) > 0 {
				t.Errorf("nothing is allowed, but %q are links", links)
			}
			if s := none.Text(); strings.Contains(s, "secret") {
				t.Errorf("the query is shown: %s", s)
			}
		})
	}
}

// show is a document on one line per block, with its links and code marked.
func show(d markdown.Document) string {
	var lines []string
	walkBlocks(d.Blocks, func(b markdown.Block) {
		if b.Kind != markdown.KindTable && b.Kind != markdown.KindList && b.Kind != markdown.KindQuote {
			lines = append(lines, showInlines(b.Inlines)+b.Code)
		}
	})
	return strings.Join(lines, "\n")
}

func showInlines(ins []markdown.Inline) string {
	var b strings.Builder
	for _, in := range ins {
		inner := showInlines(in.Children)
		switch in.Kind {
		case markdown.InlineLink:
			inner = "[" + inner + "](" + in.URL + ")"
		case markdown.InlineCode:
			inner = "`" + in.Text + "`"
		case markdown.InlineStrong:
			inner = "**" + inner + "**"
		case markdown.InlineEmphasis:
			inner = "*" + inner + "*"
		case markdown.InlineStrike:
			inner = "~~" + inner + "~~"
		case markdown.InlineBreak:
			inner = "⏎"
		default:
			inner += in.Text
		}
		b.WriteString(inner)
	}
	return b.String()
}

func TestNormal(t *testing.T) {
	t.Parallel()
	same := [][]string{
		{"https://e.com/", "https://e.com", "HTTPS://E.COM:443/", "https://e.com.", "https://e.com/#", "https://e.com?", "https://e.com/./", "https://e.com/a/.."},
		{"http://e.com/a%2Fb", "http://e.com:80/a%2fb"},
		{"https://e.com/~a", "https://e.com/%7Ea", "https://e.com/%7ea"},
		{"https://e.com/%E6%97%A5", "https://e.com/日", "https://e.com/%e6%97%a5"},
		{"https://e.com/a%20b", "https://e.com/a b"},
		{"https://e.com/a%7Cb?c=%7C#d", "https://e.com/a|b?c=|#d"},
		{"https://e.com/a?b=1&c=%20", "https://e.com/a?b=1&c=%20"},
		{"https://[2001:db8::1]/", "https://[2001:DB8:0::1]:443"},
		{"https://e.com:8443/a/", "https://e.com:8443/a/b/.."},
	}
	for _, group := range same {
		for _, u := range group {
			if got, ok := markdown.Normal(u); !ok || got != group[0] {
				t.Errorf("Normal(%q) = %q, %t, want %q", u, got, ok, group[0])
			}
		}
	}
	different := []string{
		"https://e.com/", "http://e.com/", "https://e.com:8443/", "https://e.com/a", "https://e.com/A", "https://e.com/a/",
		"https://e.com/?a", "https://e.com/?A", "https://e.com/#a", "https://e.com//", "https://e.com/a//b", "https://e.com/%2F",
		"https://xn--bcher-kva.example/", "https://bücher.example/", "https://e.com/a+b", "https://e.com/a%20b",
	}
	seen := map[string]string{}
	for _, u := range different {
		n, ok := markdown.Normal(u)
		if other, dup := seen[n]; !ok || dup {
			t.Errorf("Normal(%q) = %q, %t, the same as of %q", u, n, ok, other)
		}
		seen[n] = u
	}
	for _, u := range []string{
		"", "e.com", "/a", "//e.com/a", "ftp://e.com/", "mailto:a@b.c", "javascript:alert(1)", "https:e.com", "https://", "https:///a",
		"https://u@e.com/", "https://u:p@e.com/", "https://e.com\\@f.com/", "https://e%2ecom/", "https://e.com:x/", "https://a b/",
		"https://..", "https://.a/", "https://a..b/", "https://[::1/", "https://e.com<x>/", "https://e.com|f.com/",
	} {
		if got, ok := markdown.Normal(u); ok || got != "" {
			t.Errorf("Normal(%q) = %q, %t, want it refused", u, got, ok)
		}
	}
}
