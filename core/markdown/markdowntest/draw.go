package markdowntest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"aidesk/core/markdown"
)

// Head begins every table that [Documents] draws. Its heads stand nowhere else, so
// what says them again where a table is parted can be told by them.
const Head = "§1"

var heads = regexp.MustCompile(`§\d:?`)

// CutHeads takes the heads of drawn tables out of what a document says.
func CutHeads(s string) string { return heads.ReplaceAllString(s, "") }

// Documents draws documents of every kind of block and inline that the builders of
// package markdown can make. Their words are short, long, wide, of several code points
// or marks of CommonMark, and also these: what is special where they are rendered.
func Documents(special ...string) *rapid.Generator[markdown.Document] {
	p := press{rapid.SampledFrom(slices.Concat([]string{
		"a", "be", "sea. ", "word", "longer", "日本語。", "文", "👩‍🚒", "é", "e\u0301", "x!", "-", "1.", "`", "*", strings.Repeat("w", 70),
	}, special))}
	return rapid.Custom(func(t *rapid.T) markdown.Document {
		blocks := rapid.Custom(func(t *rapid.T) markdown.Block { return p.block(t, 2) })
		return markdown.New(rapid.SliceOfN(blocks, 1, 8).Draw(t, "blocks")...)
	})
}

// press draws what documents are made of.
type press struct{ word *rapid.Generator[string] }

func (p press) words(t *rapid.T, most int) string {
	words := rapid.SliceOfN(p.word, 1, most).Draw(t, "words")
	return strings.Join(words, rapid.SampledFrom([]string{" ", "", "\n"}).Draw(t, "between"))
}

func (p press) inlines(t *rapid.T) []markdown.Inline {
	one := rapid.Custom(func(t *rapid.T) markdown.Inline {
		switch rapid.IntRange(0, 7).Draw(t, "inline") {
		case 0:
			return markdown.Strong(p.words(t, 8))
		case 1:
			return markdown.Emphasis(p.words(t, 8))
		case 2:
			return markdown.Mono(p.words(t, 4))
		case 3:
			return markdown.Link("l"+strconv.Itoa(rapid.IntRange(0, 999).Draw(t, "label")), "https://a.b/c_d")
		case 4:
			return markdown.Break()
		}
		return markdown.Text(p.words(t, 60))
	})
	return rapid.SliceOfN(one, 1, 5).Draw(t, "inlines")
}

// block draws a block with blocks up to this deep in it.
func (p press) block(t *rapid.T, depth int) markdown.Block {
	kinds := 4
	if depth > 0 {
		kinds = 6
	}
	switch rapid.IntRange(0, kinds).Draw(t, "block") {
	case 0:
		return markdown.Heading(rapid.IntRange(1, 4).Draw(t, "level"), p.inlines(t)...)
	case 1:
		return markdown.Code("go", p.words(t, 60))
	case 2:
		row := rapid.Custom(func(t *rapid.T) []string { return []string{p.words(t, 6), p.words(t, 3)} })
		return markdown.TableOf([]string{Head, "§2"}, rapid.SliceOfN(row, 0, 20).Draw(t, "rows"))
	case 3:
		return markdown.Rule()
	case 5:
		return markdown.Quote(p.block(t, depth-1), p.block(t, depth-1))
	case 6:
		list := markdown.Block{Kind: markdown.KindList, Tight: true, Ordered: rapid.Bool().Draw(t, "ordered"), Start: rapid.IntRange(0, 9).Draw(t, "start")}
		for range rapid.IntRange(1, 9).Draw(t, "items") {
			item := markdown.Item{Blocks: []markdown.Block{markdown.Paragraph(p.inlines(t)...), p.block(t, depth-1)}}
			if rapid.Bool().Draw(t, "task") {
				item.Task = new(rapid.Bool().Draw(t, "ticked"))
			}
			list.Items = append(list.Items, item)
		}
		return list
	}
	return markdown.Paragraph(p.inlines(t)...)
}
