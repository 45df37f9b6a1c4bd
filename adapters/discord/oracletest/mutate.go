package oracletest

import (
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"
)

// Allowed is the one rule for links in mutated documents.
func Allowed(url string) bool {
	return strings.HasPrefix(url, "https://ok.example/") || url == "https://ok.example"
}

// seeds are documents that hostile or careless hands may write.
var seeds = []string{
	"# Title **b**\n\nText *em* **strong** ~~strike~~ `code`.\n\n- a\n  - b\n    1. c\n- [x] d\n",
	"> quote **a**\n> - b\n>\n> > nested `c`\n\n1. one\n2. two\n   ```go\n   x := \"```\"\n   ```\n3. three",
	"| A | B |\n|:--|--:|\n| **x** | `y` |\n| 日本 | [l](https://ok.example/t) |\n\ntext[^1]\n\n[^1]: note",
	"[a](https://ok.example/a_b) [b](https://evil.example/?q=1) <https://ok.example/x(y)> ![i](https://ok.example/i.png)",
	"*[em](https://ok.example/*x*)* **[s](https://ok.example/**)** ~~[t](https://ok.example/~~)~~ _`a_b`_",
	"hi <@123456789012345678> <@!123456789012345678> <@&123456789012345678> <#123456789012345678> @everyone @here",
	"<t:1700000000:R> </ask:123456789012345678> <id:customize> <:party:123456789012345678> <a:party:123456789012345678> :smile:",
	"||spoiler|| __under__ -# sub\n-# sub\n>>> all\n> one\n\\> x ¯\\\\_(ツ)_/¯",
	"**「重要」**です *強調*です ~~取消~~です 한국어**는**굵게",
	"http://evil.example/a https\\://evil.example www.evil.example discord.gg/abc <https://evil.example/#x>",
	"`` a`b ``` c `` ```` d ```` `e\\` **f** `g|h||i`",
	"1986\\. A year\n2020. Another\n+ plus\n- minus\n\n---\n***\n#hash ####### seven",
}

// tokens are what mutation puts in.
var tokens = []string{
	"*", "**", "***", "_", "__", "~~", "~", "`", "``", "```", "```\n", "\n```\n", "||", "|", "[", "]", "](", ")", "(", "<", ">", "\\", "\n", "\n\n", "  \n",
	"> ", ">>> ", "- ", "+ ", "1. ", "# ", "-# ", "    ", "@everyone", "@here", "<@123456789012345678>", "<@&123456789012345678>", "<#123456789012345678>",
	"<t:1:R>", "</x:123456789012345678>", "<a:ab:123456789012345678>", "https://ok.example/p_q", "https://evil.example/?d=1", "[x](https://ok.example/(a)b)",
	"[https://good.example](https://evil.example/)", "![](https://evil.example/i.png)", "<https://ok.example/*>", "&lt;@123456789012345678&gt;", "\\<@123456789012345678>",
	"http:", "//evil.example/", ":", "/", "://", "日本", "👩‍🚒", "é", "\u202e", "\u200b", "\x00", "a", " ", "$", "|a|b|\n|-|-|\n|c|d|\n", "~~~\n", "[^1]", "[^1]: n\n",
}

// Mutated gives the document with this number: always the same one.
func Mutated(number uint64, examples []string) string {
	r := rand.New(rand.NewPCG(number, 4))
	pool := slices.Concat(seeds, examples)
	pick := func() string { return pool[r.IntN(len(pool))] }
	texts := []string{pick()}
	for range r.IntN(3) {
		texts = append(texts, pick())
	}
	s := strings.Join(texts, "\n\n")
	for range 1 + r.IntN(12) {
		at := cutAt(s, r.IntN(len(s)+1))
		switch r.IntN(5) {
		case 0:
			s = s[:at] + s[cutAt(s, min(len(s), at+r.IntN(8))):]
		case 1:
			end := cutAt(s, min(len(s), at+r.IntN(30)))
			s = s[:end] + s[at:end] + s[end:]
		default:
			s = s[:at] + tokens[r.IntN(len(tokens))] + s[at:]
		}
	}
	if r.IntN(20) == 0 {
		s = strings.Repeat(s+"\n", 2+r.IntN(40))
	}
	return s
}

// cutAt is the nearest place before i that parts no character.
func cutAt(s string, i int) int {
	for i > 0 && i < len(s) && !utf8.RuneStart(s[i]) {
		i--
	}
	return i
}
