package agent_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"aidesk/core/agent"
	"aidesk/core/model"
	"aidesk/core/model/script"
	"aidesk/core/model/search"
	"aidesk/core/openapi"
)

// corpora is the folder of third-party documents; without it the test is skipped.
func corpora(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("AIDESK_CORPORA")
	if dir == "" {
		t.Skip("AIDESK_CORPORA is not set")
	}
	return dir
}

// exam is an entry of BFCL.
type exam struct {
	Question [][]struct{ Content string }
	Function []function
}

type function struct {
	Name, Description string
	Parameters        json.RawMessage
}

func readJSON[T any](t *testing.T, path ...string) (v T) {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(path...))
	if err == nil {
		err = json.Unmarshal(body, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// noWord is what stands in no operationId.
var noWord = regexp.MustCompile(`[^A-Za-z0-9_]`)

// pooled makes one plugin of functions: a POST with a body for each.
func pooled(functions []function) source {
	type m = map[string]any
	paths := m{}
	for i, f := range functions {
		schema := f.Parameters
		for from, to := range map[string]string{`"dict"`: `"object"`, `"float"`: `"number"`, `"tuple"`: `"array"`, `"type": "any"`: `"title": ""`, `"type":"any"`: `"title": ""`} {
			schema = bytes.ReplaceAll(schema, []byte(from), []byte(to))
		}
		paths[fmt.Sprintf("/f%d", i)] = m{"post": m{
			"operationId": noWord.ReplaceAllString(f.Name, "_"), "description": f.Description,
			"requestBody": m{"content": m{"application/json": m{"schema": schema}}}, "responses": m{"200": m{"description": "ok"}},
		}}
	}
	document, err := json.Marshal(m{"openapi": "3.0.3", "info": m{"title": "Pool", "version": "1"}, "servers": []m{{"url": "https://pool.example"}}, "paths": paths})
	if err != nil {
		panic(err)
	}
	return source{name: "pool", document: document}
}

// functionsOf are the functions of exams, each name once.
func functionsOf(exams []exam) []function {
	var all []function
	seen := map[string]bool{}
	for _, e := range exams {
		for _, f := range e.Function {
			if !seen[f.Name] {
				seen[f.Name] = true
				all = append(all, f)
			}
		}
	}
	return all
}

// padding is documents with exactly so many operations together that can be called.
func padding(t *testing.T, operations int) []source {
	t.Helper()
	type counted struct {
		source
		n int
	}
	var all []counted
	for _, pattern := range []string{"specs/*.*", "plugins/specs/*.*"} {
		files, err := filepath.Glob(filepath.Join(corpora(t), pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name := fmt.Sprintf("pad%d", len(all))
			d, err := openapi.Read(t.Context(), openapi.Source{URL: "https://" + name + ".example/openapi.json", Data: body, Domain: name + ".example"},
				openapi.Options{})
			if err != nil {
				continue
			}
			n := 0
			for _, o := range d.Operations {
				if o.Verdict != openapi.Refused {
					n++
				}
			}
			all = append(all, counted{source{name: name, document: body}, n})
		}
	}
	slices.SortStableFunc(all, func(a, b counted) int { return b.n - a.n })
	var list []source
	for _, c := range all {
		if c.n > 0 && c.n <= operations {
			list = append(list, c.source)
			operations -= c.n
		}
	}
	if operations != 0 {
		t.Fatalf("%d operations are missing in the corpora", operations)
	}
	t.Logf("filled up with %d documents", len(list))
	return list
}

// TestPool: whatever is enabled, the tools of a request stay within 4,000 tokens, each
// within 1,000, and the right one is among them.
func TestPool(t *testing.T) {
	dir := corpora(t)
	exams := readJSON[[]exam](t, dir, "bfcl", "multiple.json")
	answers := readJSON[[]struct {
		Truth []map[string]any `json:"ground_truth"`
	}](t, dir, "bfcl", "multiple_answers.json")
	functions := functionsOf(slices.Concat(exams, readJSON[[]exam](t, dir, "bfcl", "irrelevance.json")))
	most := len(functions)
	t.Logf("%9s %8s %6s %6s %6s %9s %6s %10s", "functions", "offered", "mean", "max", "one", "estimate", "brief", "right one")
	for _, n := range []int{3, 24, 30, 300, most, 2797} {
		plugins := []source{pooled(functions[:min(n, most)])}
		if n > most {
			plugins = append(plugins, padding(t, n-most)...)
		}
		a, turn := stocked(t, nil, plugins...)
		if got := enabled(t, a, turn); got != n {
			t.Fatalf("%d operations are enabled; want %d", got, n)
		}
		var offered, sum, high, one, estimate, brief, right, asking int
		for i, e := range exams {
			request, _ := asked(t, a, turn, e.Question[0][0].Content)
			tokens := toolTokens(t, request)
			if tokens > 4000 {
				t.Errorf("%d functions: %d tokens of tools for %q", n, tokens, e.Question[0][0].Content)
			}
			for _, tool := range request.Tools {
				if k := toolTokens(t, model.Request{Tools: []model.Tool{tool}}); k > 1000 {
					t.Errorf("%s has %d tokens", tool.Name, k)
				} else {
					one = max(one, k)
				}
			}
			offered, sum, high = offered+len(request.Tools), sum+tokens, max(high, tokens)
			estimate = max(estimate, estimated(request))
			brief = max(brief, search.Tokens(strings.Join(request.Brief, "\n")))
			for name := range answers[i].Truth[0] {
				if !slices.ContainsFunc(functions[:min(n, most)], func(f function) bool { return f.Name == name }) {
					continue
				}
				asking++
				if slices.ContainsFunc(request.Tools, func(tool model.Tool) bool { return tool.Typed == "pool."+noWord.ReplaceAllString(name, "_") }) {
					right++
				}
			}
		}
		share := float64(right) / float64(max(asking, 1))
		t.Logf("%9d %8.1f %6d %6d %6d %9d %6d %6.3f of %d", n, float64(offered)/float64(len(exams)), sum/len(exams), high, one, estimate, brief, share, asking)
		if brief > 3500 {
			t.Errorf("%d functions: descriptions of %d tokens", n, brief)
		}
		if asking > 0 && share < 0.97 {
			t.Errorf("%d functions: the right one is offered to %.3f of %d requests", n, share, asking)
		}
	}
}

// TestRestBench: of the operations that a question needs one after the other, as many as
// words can find are offered at once. Their 100 questions are written without a look at
// the document.
func TestRestBench(t *testing.T) {
	dir := corpora(t)
	document, err := os.ReadFile(filepath.Join(dir, "restbench", "tmdb_oas.json"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := openapi.Read(t.Context(), openapi.Source{URL: "https://tmdb.example/openapi.json", Data: document, Domain: "tmdb.example"}, openapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	typed := map[string]string{}
	for _, o := range d.Operations {
		typed[o.Method+" "+o.Path] = "tmdb." + o.ID
	}
	a, turn := stocked(t, nil, source{name: "tmdb", document: document})
	right, needed := 0, 0
	for _, e := range readJSON[[]struct {
		Query    string
		Solution []string
	}](t, dir, "restbench", "tmdb_queries.json") {
		request, _ := asked(t, a, turn, e.Query)
		for _, step := range e.Solution {
			name := typed[strings.TrimSpace(step)]
			if name == "" {
				t.Logf("no operation %q", step)
				continue
			}
			needed++
			if slices.ContainsFunc(request.Tools, func(tool model.Tool) bool { return tool.Typed == name }) {
				right++
			}
		}
	}
	share := float64(right) / float64(needed)
	t.Logf("%d operations: %.3f of %d needed ones are offered at once", len(typed), share, needed)
	if share < 0.5 {
		t.Errorf("only %.3f of %d needed operations are offered", share, needed)
	}
}

// enabled is how many operations are.
func enabled(t *testing.T, a *agent.Agent, turn agent.Turn) int {
	t.Helper()
	m := script.New(script.Say("hello")).With(model.Info{Wire: "script", Name: "script", Literal: true})
	a.Model, turn.Question = m, "hello"
	if _, err := a.Run(t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	return len(m.Requests()[0].Tools)
}

// estimated is what the tools are by our own count.
func estimated(request model.Request) int {
	n := 0
	for _, o := range request.Tools {
		n += 12 + search.Tokens(o.Name) + search.Tokens(o.Description) + search.Tokens(string(o.Schema))
	}
	return n
}
