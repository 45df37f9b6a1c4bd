package discord

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"aidesk/adapters/discord/oracletest"
	"aidesk/core/markdown"
)

// heads are the heads of every table here; parts repeat them.
var heads = regexp.MustCompile(`§\d:?`)

// utterances are the visible characters of contents, without heads of tables.
func heard(contents ...string) string {
	var b strings.Builder
	for _, c := range contents {
		for _, token := range oracletest.Read(c) {
			if token.Char != 0 {
				b.WriteRune(token.Char)
			} else {
				b.WriteString("(" + token.Link + token.Live + ")")
			}
		}
	}
	return heads.ReplaceAllString(b.String(), "")
}

// words draws running text.
func words(t *rapid.T, most int) string {
	word := rapid.SampledFrom([]string{"a", "be", "sea. ", "longer", "日本語。", "👩‍🚒", "x!", "-", "1.", "`", "*", "_", "~~", "](", "<@123456789012345678>", "e\u0301", strings.Repeat("w", 70)})
	return strings.Join(rapid.SliceOfN(word, 1, most).Draw(t, "words"), rapid.SampledFrom([]string{" ", "", "\n"}).Draw(t, "between"))
}

func running(t *rapid.T) []markdown.Inline {
	one := rapid.Custom(func(t *rapid.T) markdown.Inline {
		switch rapid.IntRange(0, 6).Draw(t, "inline") {
		case 0:
			return markdown.Strong(words(t, 8))
		case 1:
			return markdown.Emphasis(words(t, 8))
		case 2:
			return markdown.Link("l"+strconv.Itoa(rapid.IntRange(0, 999).Draw(t, "label")), "https://a.b/c_d")
		case 3:
			return markdown.Break()
		}
		return markdown.Text(words(t, 20))
	})
	return rapid.SliceOfN(one, 1, 5).Draw(t, "inlines")
}

func drawn(t *rapid.T, depth int) markdown.Block {
	most := 4
	if depth > 0 {
		most = 6
	}
	switch rapid.IntRange(0, most).Draw(t, "block") {
	case 0:
		return markdown.Heading(2, running(t)...)
	case 1:
		return markdown.Code("go", words(t, 60))
	case 2:
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) []string { return []string{words(t, 6), words(t, 3)} }), 1, 20).Draw(t, "rows")
		return markdown.TableOf([]string{"§1", "§2"}, rows)
	case 3:
		return markdown.Rule()
	case 5:
		return markdown.Quote(drawn(t, depth-1), drawn(t, depth-1))
	case 6:
		b := markdown.Block{Kind: markdown.KindList, Tight: true, Ordered: rapid.Bool().Draw(t, "ordered"), Start: 7}
		for range rapid.IntRange(1, 9).Draw(t, "items") {
			b.Items = append(b.Items, markdown.Item{Blocks: []markdown.Block{markdown.Paragraph(running(t)...), drawn(t, depth-1)}})
		}
		return b
	}
	return markdown.Paragraph(running(t)...)
}

// TestParts: the parts of a message say what the whole says, each fits, and each
// stands alone.
func TestParts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		blocks := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) markdown.Block { return drawn(t, 2) }), 1, 6).Draw(rt, "blocks")
		d := markdown.New(narrow(blocks)...)
		limit := rapid.IntRange(250, 1200).Draw(rt, "limit")
		parts := cut(d, limit)
		if got, want := heard(parts...), heard(body(d)); got != want {
			rt.Fatalf("the parts say\n%s\nnot\n%s", got, want)
		}
		for i, p := range parts {
			if units(p) > limit {
				rt.Errorf("part %d has %d units of %d:\n%s", i, units(p), limit, p)
			}
			fences := 0
			lines := strings.Split(p, "\n")
			for j, l := range lines {
				l = strings.TrimPrefix(l, "> ")
				if strings.HasPrefix(l, "```") {
					fences++
				}
				if strings.HasPrefix(l, "──") && l != rule && (j == 0 || !strings.Contains(lines[j-1], "§1")) {
					rt.Errorf("part %d has a table without its head:\n%s", i, p)
				}
			}
			if fences%2 != 0 {
				rt.Errorf("part %d has %d marks of fences:\n%s", i, fences, p)
			}
			if strings.TrimSpace(p) == "" {
				rt.Errorf("part %d is empty", i)
			}
		}
	})
}
