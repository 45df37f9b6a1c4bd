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
	saturation = 1.2  // how soon it stops counting that a word is repeated
	byLength   = 0.75 // how much a long field is held against a tool
	background = 100  // tools imagined beside those there are, so that among few a word of one is not yet common
)

// The fields of a tool. All weigh the same: measured, no other weights find more,
// while without the arguments' texts a fifth is not found.
const (
	inName = iota
	inText
	inArguments
	inExamples
	fieldCount
)

// maxNested bounds how deep a schema is read for words.
const maxNested = 8

// maxExamples is how many examples of one tool are read.
const maxExamples = 20

// slot is a place in an example that a member fills in.
var slot = regexp.MustCompile(`\{([^{}\s]+)\}`)

// Ranked is a tool that a query found.
type Ranked struct {
	Tool  model.Tool
	Score float64 // above 0, below 1: how much of what the query says the tool says too
}

// Index finds tools by words: in their names, summaries, descriptions, arguments
// and examples. It is immutable and may be used concurrently.
type Index struct {
	tools    []model.Tool // by name
	postings map[string][]posting
}

// posting says how much a tool says a word.
type posting struct {
	tool   int32
	weight float32 // below 1
	head   bool    // in its name or summary
}

// Rank lists the tools that say most of what query says, the best first and equal
// ones by name, at most limit. Who asks often makes an Index once.
func Rank(query string, tools []model.Tool, limit int) []Ranked {
	return NewIndex(tools).Rank(query, limit)
}

// NewIndex reads tools; a tenth of a millisecond for each is ample.
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
				word = strings.Clone(word) // a part of the text would keep all of it
			}
			x.postings[word] = append(x.postings[word], posting{
				tool: int32(i), weight: float32(n / (saturation + n)), head: slices.Contains(head, word),
			})
		}
	}
	return x
}

// Rank is the function Rank for the tools of the index.
func (x *Index) Rank(query string, limit int) []Ranked {
	return x.rank(Terms(query), limit, func(score float64, _ int) bool { return score > 0 })
}

// rank scores the tools by words, each counted once, and keeps those that keep
// wants, which sees the score and how many words stand in the name or summary.
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

// rarity is what a word is worth: more, the fewer tools say it.
func (x *Index) rarity(word string) float64 {
	with := float64(len(x.postings[word]))
	return math.Log(1 + (background+float64(len(x.tools))-with+0.5)/(with+0.5))
}

// fieldsOf cuts what is known of a tool into words, by field.
func fieldsOf(tool model.Tool) [fieldCount][]string {
	var f [fieldCount][]string
	// The typed name mostly repeats the name.
	f[inName] = Terms(tool.Name + " " + tool.Typed + " " + tool.Plugin)
	slices.Sort(f[inName])
	f[inName] = slices.Compact(f[inName])
	f[inText] = Terms(tool.Summary + " " + tool.Description)
	f[inArguments] = argumentTerms(tool.Schema)
	for _, example := range tool.Examples[:min(len(tool.Examples), maxExamples)] {
		f[inExamples] = append(f[inExamples], Terms(slot.ReplaceAllString(example, " "))...)
	}
	return f
}

// prose is what a schema says in words.
type prose struct {
	Description string            `json:"description"`
	Properties  map[string]*prose `json:"properties"`
	Items       *prose            `json:"items"`
	AllOf       []*prose          `json:"allOf"`
	AnyOf       []*prose          `json:"anyOf"`
	OneOf       []*prose          `json:"oneOf"`
}

// argumentTerms are the words of the names and descriptions of a tool's arguments
// and of what stands in them.
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

// write appends the words of a schema.
func (p *prose) write(b *strings.Builder, depth int) {
	if p == nil || depth > maxNested {
		return
	}
	b.WriteString(" " + p.Description)
	for name, inner := range p.Properties {
		b.WriteString(" " + name)
		inner.write(b, depth+1)
	}
	p.Items.write(b, depth+1)
	for _, inner := range slices.Concat(p.AllOf, p.AnyOf, p.OneOf) {
		inner.write(b, depth+1)
	}
}
