package handbook

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
)

// The weights of the places where a word may stand.
const (
	inTitle   = 6
	inAlso    = 3
	inSummary = 2
	inText    = 1
)

// index knows how much each word says about each page.
type index struct {
	pages  []page
	weight []map[string]float64 // of each page: word -> weighted count
	spread map[string]int       // word -> how many pages have it
}

// result is a page that a search found, with the place that fits best.
type result struct {
	page    int
	score   float64
	excerpt string
}

func newIndex(pages []page) *index {
	x := &index{pages: pages, spread: map[string]int{}}
	for _, p := range pages {
		weight := map[string]float64{}
		for _, place := range []struct {
			text   string
			weight float64
		}{{p.Title, inTitle}, {p.Also, inAlso}, {p.Summary, inSummary}, {p.Text, inText}} {
			for _, word := range words(place.text) {
				weight[word] += place.weight
			}
		}
		for word := range weight {
			x.spread[word]++
		}
		x.weight = append(x.weight, weight)
	}
	return x
}

// search finds at most limit pages, the best first. Pages that fit much worse
// than the best one are left out.
func (x *index) search(query string, limit int) []result {
	asked := words(query)
	var all []result
	for n := range x.pages {
		if score := x.score(n, asked); score > 0 {
			all = append(all, result{page: n, score: score})
		}
	}
	slices.SortStableFunc(all, func(a, b result) int { return cmp.Compare(b.score, a.score) })
	if len(all) > 0 {
		best := all[0].score
		all = slices.DeleteFunc(all, func(f result) bool { return f.score < best/2 })
	}
	all = all[:min(limit, len(all))]
	for i := range all {
		all[i].excerpt = excerpt(x.pages[all[i].page], asked)
	}
	return all
}

// score adds up the words that a page has. A word counts more the fewer pages
// have it, and its second mention counts less than its first.
func (x *index) score(page int, asked []string) float64 {
	var score float64
	for _, word := range asked {
		if w := x.weight[page][word]; w > 0 {
			rare := math.Log(1 + float64(len(x.pages))/float64(x.spread[word]))
			score += rare * w / (w + 2)
		}
	}
	return score
}

// maxExcerpt is about how many characters an excerpt has at most.
const maxExcerpt = 240

// excerpt is the piece of a page that has most of the words asked for, or its
// beginning when none has any.
func excerpt(p page, asked []string) string {
	best, most := "", -1
	for _, b := range p.Blocks() {
		for _, text := range append(b.Items, b.Paragraph) {
			hits := 0
			for _, word := range words(text) {
				if slices.Contains(asked, word) {
					hits++
				}
			}
			if text != "" && hits > most {
				best, most = text, hits
			}
		}
	}
	if len(best) <= maxExcerpt {
		return best
	}
	return strings.TrimRightFunc(best[:strings.LastIndexByte(best[:maxExcerpt], ' ')], unicode.IsPunct) + " …"
}

// stopWords is the words that say nothing about a page.
var stopWords = map[string]bool{
	"a": true, "about": true, "an": true, "and": true, "are": true, "as": true, "at": true, "be": true, "by": true,
	"can": true, "do": true, "does": true, "for": true, "from": true, "get": true, "have": true, "how": true, "i": true,
	"if": true, "in": true, "is": true, "it": true, "many": true, "may": true, "me": true, "much": true, "my": true,
	"of": true, "on": true, "or": true, "our": true, "s": true, "say": true, "should": true, "the": true, "there": true,
	"to": true, "us": true, "we": true, "what": true, "when": true, "where": true, "which": true, "who": true,
	"will": true, "with": true, "you": true, "your": true,
}

// words is the words of a text in their plain form: small letters, no plural,
// without the little words that stand in every sentence.
func words(text string) []string {
	var list []string
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }) {
		if !stopWords[word] {
			list = append(list, stem(word))
		}
	}
	return list
}

// stem takes the commonest endings of English off a word.
func stem(word string) string {
	for _, ending := range []string{"ing", "ed", "es", "s", "e"} {
		if rest, ok := strings.CutSuffix(word, ending); ok && len(rest) >= 3 {
			return rest
		}
	}
	return word
}
