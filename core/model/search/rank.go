// Package search finds operations by words, and keeps what is offered to a model
// small: it ranks tools by how much of a message they say (BM25F), and estimates how
// many tokens a text, a message or a request takes before a provider has counted.
package search

import (
	"cmp"
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strings"

	"aidesk/core/model"
)

// Parameters of BM25F.
const (
	saturation = 1.2  // how soon repetitions of a word stop counting
	byLength   = 0.75 // how much the length of a field reduces its words' weight
	background = 100  // imagined further tools, so that among few tools a word that one of them uses is still rare
)

// The fields of a tool. All have the same weight: measured on BFCL, no other weights
// find more, but without the texts of the arguments a fifth of the tools is not
// found. Function words count in none but the name: they say nothing of what a tool is
// for, yet a question has more of them than of any others.
const (
	inName = iota
	inText
	inArguments
	inExamples
	fieldCount
)

// maxNested bounds the depth to which a schema is searched for text.
const maxNested = 8

// maxExamples bounds the examples of one tool that are read.
const maxExamples = 20

// slot matches a place in an example that a member fills in.
var slot = regexp.MustCompile(`\{([^{}\s]+)\}`)

// Ranked is a tool that a query found.
type Ranked struct {
	Tool  model.Tool
	Score float64 // between 0 and 1: the part of the query's words, by weight, that the tool has
}

// Index finds tools by words in their names, summaries, descriptions, arguments and
// examples. It is immutable and may be used concurrently.
type Index struct {
	tools    []model.Tool // by name
	postings map[string][]posting
}

// posting says how often a tool uses a word, normalised.
type posting struct {
	tool   int32
	weight float32 // below 1
	head   bool    // in its name or summary
}

// Rank lists the tools that match query best, best first and equal ones by name, at
// most limit. For repeated queries make an Index once.
func Rank(query string, tools []model.Tool, limit int) []Ranked {
	return NewIndex(tools).Rank(query, limit)
}

// NewIndex indexes tools, at less than a tenth of a millisecond each.
func NewIndex(tools []model.Tool) *Index {
	x := &Index{tools: slices.Clone(tools), postings: map[string][]posting{}}
	slices.SortStableFunc(x.tools, func(a, b model.Tool) int { return cmp.Compare(a.Name, b.Name) })
	read := make([][fieldCount][]string, len(x.tools))
	var total [fieldCount]int
	for i, tool := range x.tools {
		read[i] = fieldsOf(tool)
		for f, list := range read[i] {
			total[f] += len(list)
		}
	}
	for i, fields := range read {
		said := map[string]float64{}
		for f, list := range fields {
			if len(list) == 0 {
				continue
			}
			mean := float64(total[f]) / float64(len(read))
			one := 1 / (1 - byLength + byLength*float64(len(list))/mean)
			for _, word := range list {
				said[word] += one
			}
		}
		head := append(Terms(x.tools[i].Summary), fields[inName]...)
		for word, n := range said {
			if x.postings[word] == nil {
				word = strings.Clone(word) // a substring would keep the whole text in memory
			}
			x.postings[word] = append(x.postings[word], posting{
				tool: int32(i), weight: float32(n / (saturation + n)), head: slices.Contains(head, word),
			})
		}
	}
	return x
}

// Rank is like the function Rank, for the tools of the index. A query of nothing but
// function words, such as "who am I", is ranked by these.
func (x *Index) Rank(query string, limit int) []Ranked {
	words := Terms(query)
	if content := withoutFunctionWords(slices.Clone(words)); len(content) > 0 {
		words = content
	}
	return x.rank(words, limit, func(score float64, _ int) bool { return score > 0 })
}

// rank scores the tools, counting each word once, and keeps those for which keep
// returns true. heads is how many of the words are in the tool's name or summary.
func (x *Index) rank(words []string, limit int, keep func(score float64, heads int) bool) []Ranked {
	words = slices.Compact(slices.Sorted(slices.Values(words)))
	scores := make([]float64, len(x.tools))
	heads := make([]int, len(x.tools))
	whole := 0.0
	for _, word := range words {
		list := x.postings[word]
		rarity := x.rarity(word)
		whole += rarity
		for _, p := range list {
			scores[p.tool] += rarity * float64(p.weight)
			if p.head {
				heads[p.tool]++
			}
		}
	}
	if whole == 0 {
		return nil
	}
	var found []int
	for i, score := range scores {
		if keep(score/whole, heads[i]) {
			found = append(found, i)
		}
	}
	slices.SortStableFunc(found, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	var list []Ranked
	for _, i := range found[:max(0, min(len(found), limit))] {
		list = append(list, Ranked{Tool: x.tools[i], Score: scores[i] / whole})
	}
	return list
}

// rarity is the weight of a word: the fewer tools use it, the higher.
func (x *Index) rarity(word string) float64 {
	with := float64(len(x.postings[word]))
	return math.Log(1 + (background+float64(len(x.tools))-with+0.5)/(with+0.5))
}

// fieldsOf splits the texts of a tool into words, by field.
func fieldsOf(tool model.Tool) [fieldCount][]string {
	var f [fieldCount][]string
	// The typed name mostly repeats the name.
	f[inName] = Terms(tool.Name + " " + tool.Typed + " " + tool.Plugin)
	slices.Sort(f[inName])
	f[inName] = slices.Compact(f[inName])
	f[inText] = withoutFunctionWords(Terms(tool.Summary + " " + tool.Description))
	f[inArguments] = withoutFunctionWords(argumentTerms(tool.Schema))
	for _, example := range tool.Examples[:min(len(tool.Examples), maxExamples)] {
		f[inExamples] = append(f[inExamples], withoutFunctionWords(Terms(slot.ReplaceAllString(example, " ")))...)
	}
	return f
}

// prose is the part of a schema that has text.
type prose struct {
	Description string            `json:"description"`
	Title       string            `json:"title"`
	Enum        []any             `json:"enum"`
	Const       any               `json:"const"`
	Properties  map[string]*prose `json:"properties"`
	Items       *prose            `json:"items"`
	AllOf       []*prose          `json:"allOf"`
	AnyOf       []*prose          `json:"anyOf"`
	OneOf       []*prose          `json:"oneOf"`
}

// argumentTerms returns the words in the names, titles, descriptions and possible values
// of a tool's arguments, nested ones included.
func argumentTerms(schema json.RawMessage) []string {
	var top prose
	// What is of a wrong type is passed over: the schema was judged elsewhere.
	_ = json.Unmarshal(schema, &top)
	top.Description = ""
	var b strings.Builder
	if body := top.Properties["body"]; body != nil {
		// That there is a body is our word, not the plugin's.
		delete(top.Properties, "body")
		body.write(&b, 1)
	}
	top.write(&b, 0)
	return Terms(b.String())
}

// write appends the texts of a schema to b.
func (p *prose) write(b *strings.Builder, depth int) {
	if p == nil || depth > maxNested {
		return
	}
	b.WriteString(" " + p.Title + " " + p.Description)
	for _, value := range slices.Concat(p.Enum, []any{p.Const}) {
		if text, ok := value.(string); ok {
			b.WriteString(" " + text)
		}
	}
	for name, inner := range p.Properties {
		b.WriteString(" " + name)
		inner.write(b, depth+1)
	}
	p.Items.write(b, depth+1)
	for _, inner := range slices.Concat(p.AllOf, p.AnyOf, p.OneOf) {
		inner.write(b, depth+1)
	}
}

// A tool is clearly related to a message if two of the message's words are in its
// name or summary and its score is at least relatedByTwo, or if one is and its score
// is at least relatedByOne. Measured on BFCL, each request with the functions that
// stand beside it: the right one is among the first three for 70.5 % of the 200
// requests that one fits; something is offered for 5 % of the 240 that none fits.
// With 20 other functions beside them it is 70 % and 6 %.
const (
	relatedByTwo = 0.2
	relatedByOne = 0.5
)

// Word is a word of a message.
type Word struct {
	Text  string
	Value bool // a name, number or address, or in quotes: seldom what a request is about
}

// Related lists the tools that a message is clearly about, best first, at most limit,
// for a form to be offered, never to be called. It is stricter than Rank: stop words
// do not count, nor values that no tool mentions. For small talk it usually finds
// none.
func (x *Index) Related(message []Word, limit int) []Ranked {
	list := x.rank(x.content(message), limit, func(score float64, heads int) bool {
		return heads > 0 && score >= relatedByOne || heads > 1 && score >= relatedByTwo
	})
	return slices.DeleteFunc(list, func(r Ranked) bool { return r.Score < list[0].Score/2 })
}

// content returns the words of a message that can tell what it is about.
func (x *Index) content(message []Word) []string {
	var list []string
	for _, w := range message {
		for _, term := range Terms(w.Text) {
			if _, known := x.postings[term]; !function[term] && !empty[term] && (known || !w.Value) {
				list = append(list, term)
			}
		}
	}
	return list
}

// function holds function words: those that join others into a sentence and have no
// meaning of their own. Words of direction (up, out, off, under) are none of them, since
// they tell "log in" from "log out" and "above" from "below".
var function = wordSet(`
a an the this that these those some any all no not and or but if then else than so as too also very just only
of to in on at by for from with into onto about since until between
am is are was were be been being do does did doing done have has had having can could will would shall should may might must
i me my mine we us our you your he him his she her it its they them their there here
what which who whom whose when where why how much many
don won isn aren doesn didn can couldn wouldn t s re ve ll d m`)

// empty holds what besides is seldom what a message is about: directions, words of
// asking and courtesy, and those of the calendar.
var empty = wordSet(`
without over under up down out off after before
hello hi hey good nice great fine cool bye goodbye morning afternoon evening night please thanks thank sorry welcome yes yeah ok okay well
tell show give let make get want need like love know help try ask say speak talk look see think mean happen thing something anything everything
now today tonight tomorrow yesterday day week month year monday tuesday wednesday thursday friday saturday sunday`)

func wordSet(text string) map[string]bool {
	m := map[string]bool{}
	for _, word := range Terms(text) {
		m[word] = true
	}
	return m
}

// withoutFunctionWords takes the function words out of a list, in place.
func withoutFunctionWords(terms []string) []string {
	return slices.DeleteFunc(terms, func(term string) bool { return function[term] })
}
