package model

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strings"
)

// Parameters of BM25F: how soon a repeated word stops counting, and how much a
// long text is held against a tool.
const (
	saturation = 1.2
	byLength   = 0.75
)

// The fields of a tool in an Index. All weigh the same: measured, no other
// weights find more.
const (
	inName = iota
	inText
	inArguments
	inExamples
	fieldCount
)

// Ranked is a tool found for a query.
type Ranked struct {
	Tool  Tool
	Score float64
}

// Index finds tools by the words of a query.
type Index struct {
	tools    []Tool
	postings map[string][]posting
}

type posting struct {
	tool   int32
	weight float32
}

// fieldsOf gives the terms of a tool by field.
func fieldsOf(tool Tool) [fieldCount][]string {
	var f [fieldCount][]string
	f[inName] = terms(tool.Name + " " + tool.Typed + " " + tool.Plugin)
	slices.Sort(f[inName])
	f[inName] = slices.Compact(f[inName])
	f[inText] = terms(tool.Summary + " " + tool.Description)
	f[inArguments] = argumentTerms(tool.Schema)
	for _, example := range tool.Examples[:min(len(tool.Examples), maxExamples)] {
		f[inExamples] = append(f[inExamples], terms(slots.ReplaceAllString(example, " "))...)
	}
	return f
}

// maxDepth bounds how deep a schema is read for words.
const maxDepth = 6

type words struct {
	Description string                `json:"description"`
	Properties  map[string]*words     `json:"properties"`
	Items       *words       `json:"items"`
	AllOf, AnyOf, OneOf []*words
	Enum []any
}

func argumentTerms(schema json.RawMessage) []string {
	var w words
	_ = json.Unmarshal(schema, &w)
	var b strings.Builder
	w.write(&b, 0)
	return terms(b.String())
}

func (w *words) write(b *strings.Builder, depth int) {
	if w == nil || depth > maxDepth { return }
	if depth > 0 { b.WriteString(" " + w.Description) }
	for name, p := range w.Properties {
		b.WriteString(" " + name)
		p.write(b, depth+1)
	}
	w.Items.write(b, depth+1)
	for _, l := range [][]*words{w.AllOf, w.AnyOf, w.OneOf} { for _, x := range l { x.write(b, depth+1) } }
}

// NewIndex builds one.
func NewIndex(tools []Tool) *Index {
	x := &Index{tools: slices.Clone(tools), postings: map[string][]posting{}}
	slices.SortStableFunc(x.tools, func(a, b Tool) int { return cmp.Compare(a.Name, b.Name) })
	all := make([][fieldCount][]string, len(x.tools))
	var total [fieldCount]float64
	for i, tool := range x.tools {
		all[i] = fieldsOf(tool)
		for f := range fieldCount { total[f] += float64(len(all[i][f])) }
	}
	for i := range x.tools {
		tf := map[string]float64{}
		for f, list := range all[i] {
			if len(list) == 0 { continue }
			w := 1 / (1 - byLength + byLength*float64(len(list))*float64(len(x.tools))/total[f])
			for _, t := range list { tf[t] += w }
		}
		for t, n := range tf {
			x.postings[t] = append(x.postings[t], posting{int32(i), float32(n / (saturation + n))})
		}
	}
	return x
}

// Rank ranks.
func (x *Index) Rank(query string, limit int) []Ranked {
	scores := make([]float64, len(x.tools))
	whole := 0.0
	q := terms(query)
	slices.Sort(q)
	for _, t := range slices.Compact(q) {
		if stopW[t] { continue }
		p := x.postings[t]
		idf := math.Log(1 + (Prior + float64(len(x.tools)-len(p))+0.5)/(float64(len(p))+0.5))
		whole += idf
		for _, at := range p { scores[at.tool] += idf * float64(at.weight) }
	}
	var found []int
	for i, s := range scores { if s > 0 { found = append(found, i) } }
	slices.SortStableFunc(found, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	var list []Ranked
	for _, i := range found[:min(len(found), limit)] {
		list = append(list, Ranked{x.tools[i], scores[i] / whole})
	}
	return list
}
var stopW = map[string]bool{}
var Prior = 0.0
