package search_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/corporatest"
	"aidesk/core/model"
	"aidesk/core/model/planner/utterance"
	"aidesk/core/model/search"
)

func TestTerms(t *testing.T) {
	tests := []struct{ text, want string }{
		{"getUserByID", "get user by id"},
		{"HTTPServer_error-codes", "http server error cod"},
		{"v2Items2024", "v 2 item 2024"},
		{"Adding added adds add", "add add add add"},
		{"book booked booking bookings", "book book book book"},
		{"planning planned plans", "plan plan plan"},
		{"cities city; stories", "city city story"},
		{"calculates calculating calculate", "calculat calculat calculat"},
		{"calls called calling", "call call call"},
		{"boxes matches wishes classes", "box match wish class"},
		{"bus status is this was news", "bus status is this was new"},
		{"red bed sing king string", "red bed sing king string"},
		{"São Paulo’s Übergrößen", "são paulo s übergrößen"},
		{"日本", "日本"},
		{" .,!?\xff ", ""},
	}
	for _, test := range tests {
		if got := strings.Join(search.Terms(test.text), " "); got != test.want {
			t.Errorf("%q: got %q, want %q", test.text, got, test.want)
		}
	}
}

// shelf is a small desk: two plugins of which one has arguments in a body.
var shelf = []model.Tool{
	{
		Name: "stays_searchStays", Typed: "stays.searchStays", Plugin: "Stays", Summary: "Search stays by city, nights, guests and price",
		Schema: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string","description":"the city to look in"},"sort":{"enum":["price","rating"],"description":"how to order them"}}}`),
		Examples: []string{
			"what are my accommodation options in {city}?",
		},
	},
	{
		Name: "stays_bookStay", Typed: "stays.bookStay", Plugin: "Stays", Summary: "Book a stay", Write: true,
		Schema: json.RawMessage(`{"type":"object","properties":{"body":{"type":"object","description":"a booking","properties":{
			"stay":{"type":"string"},"arrival":{"type":"string","format":"date"},"extras":{"type":"array","items":{"type":"object","properties":{"breakfast":{"type":"boolean","description":"served early"}}}}}}}}`),
	},
	{
		Name: "list_addItem", Typed: "list.addItem", Plugin: "My List", Summary: "Add an item", Write: true,
		Schema:   json.RawMessage(`{"type":"object","properties":{"body":{"allOf":[{"properties":{"title":{"type":"string","description":"what is to be done"}, "kind":{"oneOf":[{"title":"Parcels","const":"fragile"},{"title":"Gone, out of stock","const":7}]}}},true]}}}`),
		Examples: []string{"add {title} to my list"},
	},
	{Name: "list_listItems", Typed: "list.listItems", Plugin: "My List", Summary: "List the items", Schema: json.RawMessage(`{"properties":7}`)},
}

func TestRank(t *testing.T) {
	tests := []struct{ name, query, want string }{
		{"name", "add item", "list_addItem list_listItems"},
		{"another form of the word", "adding items", "list_addItem list_listItems"},
		{"example", "accommodation", "stays_searchStays"},
		{"argument", "sort by arrival", "stays_bookStay stays_searchStays"},
		{"description of an argument", "how to order", "stays_searchStays"},
		{"possible value", "rating", "stays_searchStays"},
		{"possible value of a variant", "fragile", "list_addItem"},
		{"title of a variant", "parcels", "list_addItem"},
		{"function words beside others", "what is there to be done with a stay", "stays_bookStay stays_searchStays"},
		{"nothing but function words", "is it my", "list_listItems list_addItem"},
		{"a direction is a word", "sold out", "list_addItem"},
		{"property of the body", "title", "list_addItem"},
		{"deep in the body", "breakfast", "stays_bookStay"},
		{"that there is a body says nothing", "body", ""},
		{"slots of examples are arguments' names", "{city}", "stays_searchStays"},
		{"ties by name", "list", "list_listItems list_addItem"},
		{"nothing known", "weather", ""},
		{"nothing said", " ?", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, r := range search.Rank(test.query, shelf, 9) {
				got = append(got, r.Tool.Name)
				if r.Score <= 0 || r.Score >= 1 {
					t.Errorf("%s: score %v", r.Tool.Name, r.Score)
				}
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if got := search.Rank("stays", shelf, 1); len(got) != 1 {
		t.Errorf("limit 1: %d tools", len(got))
	}
	if got := len(search.Rank("stays", shelf, 0)) + len(search.Rank("stays", shelf, -1)) + len(search.Rank("stays", nil, 3)); got != 0 {
		t.Errorf("no room or no tools: %d tools", got)
	}
}

// TestRankIsStable gives the tools in any order and gets one order.
func TestRankIsStable(t *testing.T) {
	var tools []model.Tool
	for i := range 40 {
		tools = append(tools, model.Tool{Name: fmt.Sprintf("tool%02d", i), Summary: "Read the page", Description: strings.Repeat("page ", i%3)})
	}
	want := search.Rank("read a page", tools, 40)
	if !slices.IsSortedFunc(want[:3], func(a, b search.Ranked) int { return strings.Compare(a.Tool.Name, b.Tool.Name) }) {
		t.Errorf("ties are not by name: %s, %s, %s", want[0].Tool.Name, want[1].Tool.Name, want[2].Tool.Name)
	}
	for seed := range uint64(5) {
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(tools), func(i, j int) { tools[i], tools[j] = tools[j], tools[i] })
		if diff := cmp.Diff(want, search.Rank("read a page", tools, 40)); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
}

func TestRelated(t *testing.T) {
	tests := []struct{ name, said, want string }{
		{"paraphrase", "please put milk on the list of items", "list_listItems list_addItem"},
		{"another question", "is there a stay in Paris for my guests?", "stays_searchStays"},
		{"names do not count", "book Canal Loft in São Paulo on 5 December", "stays_bookStay"},
		{"joke", "tell me a joke", ""},
		{"small talk with a word of aidesk", "good morning, how was your stay at the sea with all the family?", ""},
		{"the plugin and a word", "My List: add milk", "list_addItem"},
		{"only a word of an argument's description", "early", ""},
		{"only words of asking", "what can you do for me?", ""},
		{"other subject", "who won the election in France", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, r := range search.NewIndex(shelf).Related(utterance.Words(test.said), 3) {
				got = append(got, r.Tool.Name)
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// exam is a request of BFCL with the functions that stand beside it.
type exam struct {
	Question [][]struct{ Role, Content string }
	Function []struct {
		Name, Description string
		Parameters        json.RawMessage
	}
}

// bfcl reads a file of BFCL.
func bfcl[T any](t *testing.T, name string) []T {
	t.Helper()
	var list []T
	corporatest.Read(t, "bfcl/"+name, &list)
	if len(list) < 200 {
		t.Fatalf("%s: only %d entries", name, len(list))
	}
	return list
}

// fitting names the function that fits each request of multiple.json.
func fitting(t *testing.T) []string {
	t.Helper()
	type answer struct {
		Truth []map[string]any `json:"ground_truth"`
	}
	var names []string
	for _, a := range bfcl[answer](t, "multiple_answers.json") {
		for name := range a.Truth[0] {
			names = append(names, name)
		}
	}
	return names
}

func (e exam) said() string {
	var said []string
	for _, turn := range e.Question {
		for _, m := range turn {
			if m.Role == "user" {
				said = append(said, m.Content)
			}
		}
	}
	return strings.Join(said, " ")
}

// toolsIn pools the functions of exams, each name once.
func toolsIn(exams ...exam) []model.Tool {
	var tools []model.Tool
	for _, e := range exams {
		for _, f := range e.Function {
			if !slices.ContainsFunc(tools, func(t model.Tool) bool { return t.Name == f.Name }) {
				tools = append(tools, model.Tool{Name: f.Name, Description: f.Description, Schema: f.Parameters})
			}
		}
	}
	return tools
}

// place is where a tool stands in a ranking, or past every limit.
func place(list []search.Ranked, name string) int {
	if i := slices.IndexFunc(list, func(r search.Ranked) bool { return r.Tool.Name == name }); i >= 0 {
		return i
	}
	return 1 << 20
}

// TestRankBFCL finds the right one of all the functions of the corpus.
func TestRankBFCL(t *testing.T) {
	exams, want := bfcl[exam](t, "multiple.json"), fitting(t)
	t.Logf("%-32s %9s  @1    @3    @5    @8    @20", "pool", "functions")
	for _, pool := range []struct {
		name  string
		tools []model.Tool
		floor float64 // of those among the first 8
	}{
		{"multiple", toolsIn(exams...), 0.97},
		{"multiple and irrelevance", toolsIn(slices.Concat(exams, bfcl[exam](t, "irrelevance.json"))...), 0.97},
	} {
		x := search.NewIndex(pool.tools)
		limits := []int{1, 3, 5, 8, 20}
		found := make([]int, len(limits))
		for i, e := range exams {
			at := place(x.Rank(e.said(), 20), want[i])
			for j, limit := range limits {
				if at < limit {
					found[j]++
				}
			}
		}
		share := func(j int) float64 { return float64(found[j]) / float64(len(exams)) }
		t.Logf("%-32s %9d %.3f %.3f %.3f %.3f %.3f", pool.name, len(pool.tools), share(0), share(1), share(2), share(3), share(4))
		if share(3) < pool.floor {
			t.Errorf("%s: %.3f of the right functions are among the first 8, less than %.2f", pool.name, share(3), pool.floor)
		}
	}
}

// TestRelatedBFCL measures what the constant related promises.
func TestRelatedBFCL(t *testing.T) {
	exams, want := bfcl[exam](t, "multiple.json"), fitting(t)
	others := bfcl[exam](t, "irrelevance.json")
	pool := toolsIn(exams...)
	// desk is the functions of one exam among others, the same in each run.
	desk := func(e exam, i, more int) *search.Index {
		tools := toolsIn(e)
		for k := 0; more > 0; k++ {
			tool := pool[(i*37+k*53)%len(pool)]
			if !slices.ContainsFunc(tools, func(t model.Tool) bool { return t.Name == tool.Name }) {
				tools = append(tools, tool)
				more--
			}
		}
		return search.NewIndex(tools)
	}
	t.Logf("%-6s %s  %s", "others", "offered when it fits", "offered when none fits")
	for _, more := range []int{0, 5, 20} {
		var fits, none float64
		for i, e := range exams {
			if place(desk(e, i, more).Related(utterance.Words(e.said()), 3), want[i]) < 3 {
				fits += 1 / float64(len(exams))
			}
		}
		for i, e := range others {
			if len(desk(e, i, more).Related(utterance.Words(e.said()), 3)) > 0 {
				none += 1 / float64(len(others))
			}
		}
		t.Logf("%6d %20.3f  %22.3f", more, fits, none)
		if fits < 0.65 || none > 0.07 {
			t.Errorf("with %d others: offered to %.3f of those it fits, and to %.3f of those that nothing fits", more, fits, none)
		}
	}
}

// many makes tools with texts as long as those of real plugins, of words as
// frequent as words are.
func many(n int) []model.Tool {
	r := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(r, 1.1, 4, 8000)
	text := func(words int) string {
		var b strings.Builder
		for range words {
			fmt.Fprintf(&b, "word%s ", string(rune('a'+zipf.Uint64()%26))+strings.Repeat("x", int(zipf.Uint64()%9)))
		}
		return b.String()
	}
	var tools []model.Tool
	for i := range n {
		properties := map[string]any{}
		for j := range 6 {
			properties[fmt.Sprintf("%s%d", strings.Fields(text(1))[0], j)] = map[string]any{"type": "string", "description": text(12)}
		}
		schema, _ := json.Marshal(map[string]any{"type": "object", "properties": properties})
		tools = append(tools, model.Tool{Name: fmt.Sprintf("tool%d", i), Summary: text(6), Description: text(30), Schema: schema})
	}
	return tools
}

// BenchmarkRank ranks 3,000 operations for a question of 20 words.
func BenchmarkRank(b *testing.B) {
	tools := many(3000)
	x := search.NewIndex(tools)
	query := tools[17].Description[:100]
	for b.Loop() {
		if got := x.Rank(query, 8); len(got) != 8 {
			b.Fatal(len(got))
		}
	}
}

// BenchmarkNewIndex reads 3,000 operations.
func BenchmarkNewIndex(b *testing.B) {
	tools := many(3000)
	for b.Loop() {
		search.NewIndex(tools)
	}
}
