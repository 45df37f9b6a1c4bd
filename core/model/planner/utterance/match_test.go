package utterance

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"aidesk/core/model"
	"aidesk/core/model/search"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// probe is a tool with an argument of each kind.
var probe = model.Tool{
	Name: "probe", Typed: "probe.all", Plugin: "Probe",
	Schema: json.RawMessage(`{"type": "object", "required": ["word"], "properties": {
		"word": {"type": "string"}, "n": {"type": "integer", "minimum": -5}, "f": {"type": "number"}, "when": {"type": "string", "format": "date"},
		"flag": {"type": "boolean"}, "pick": {"enum": ["red_wine", "tea", 3]}, "list": {"type": "array", "items": {"type": "string"}},
		"body": {"type": "object", "properties": {"word": {"type": "string"}, "any": {"type": "object"}}}}}`),
	Examples: []string{
		"say {word}", "say {word} {n} times", "say {word} on {when} to {body.word}", "{word} or {body.word} or {pick}",
		"«{word}» is {flag}", "{word}, {f}", "a {word} a {body.word} a", "is it {n}-{word}?",
	},
}

// FuzzMatch holds what every hit promises, whatever was said.
func FuzzMatch(f *testing.F) {
	for _, s := range []string{
		"say hello", "say “a b” 3 times", "say x on today to y", "a or b or red wine", `"x y" is on`, "x, 2.5", "a a a a a a a", "is it 3-x?",
		"probe.all word=x n=3", `probe.all word="a b" list=["x",1] any={"a":1}`, "say a. b", "say a\nb", "say \xff", "say \u202eabc", "say '", `say ""`, "say …",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, said string) {
		for _, hit := range Match(said, []model.Tool{probe}, noon) {
			var args struct {
				Word *string `json:"word"`
				Body struct {
					Word *string `json:"word"`
				} `json:"body"`
			}
			if err := json.Unmarshal(hit.Args, &args); err != nil {
				t.Fatalf("%q: arguments %s: %v", said, hit.Args, err)
			}
			if args.Word == nil {
				t.Errorf("%q: no word in %s", said, hit.Args)
			}
			for _, text := range []*string{args.Word, args.Body.Word} {
				if text == nil {
					continue
				}
				if n := utf8.RuneCountInString(*text); n < 1 || n > maxText || strings.TrimSpace(*text) != *text || strings.ContainsAny(*text, "\n\r") {
					t.Errorf("%q: text %q", said, *text)
				}
				bare := strings.ToLower(strings.Join(strings.Fields(*text), " "))
				if !strings.Contains(strings.ToLower(strings.Join(strings.Fields(said), " ")), bare) {
					t.Errorf("%q: text %q was not said", said, *text)
				}
			}
			if hit.Words < 1 || !slices.Contains(probe.Examples, hit.Example) {
				t.Errorf("%q: hit %+v", said, hit)
			}
		}
		Near(said, []model.Tool{probe}, noon)
		words := model.Tool{Name: "words", Description: said, Schema: json.RawMessage(said)}
		for _, r := range search.NewIndex([]model.Tool{probe, words}).Related(Words(said), 2) {
			if !(r.Score > 0 && r.Score < 1) {
				t.Errorf("%q: score %v", said, r.Score)
			}
		}
		hit, found, err := Typed(said, []model.Tool{probe}, noon)
		if !found || err != nil {
			if err != nil && strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("%q: error of two lines: %q", said, err)
			}
			return
		}
		again, _, err := Typed(Line(probe, hit.Args), []model.Tool{probe}, noon)
		if err != nil || string(again.Args) != string(hit.Args) {
			t.Errorf("%q: %s is written %q and read %s, %v", said, hit.Args, Line(probe, hit.Args), again.Args, err)
		}
	})
}

// TestLine writes any arguments as a typed form and reads them back.
func TestLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		args := map[string]any{"word": rapid.StringMatching(`[^\x00]{1,30}`).Draw(t, "word")}
		if rapid.Bool().Draw(t, "more") {
			args["n"] = rapid.IntRange(-5, 1e9).Draw(t, "n")
			args["flag"] = rapid.Bool().Draw(t, "flag")
			args["pick"] = rapid.SampledFrom([]any{"red_wine", "tea", 3}).Draw(t, "pick")
			args["list"] = rapid.SliceOf(rapid.String()).Draw(t, "list")
			args["when"] = "2026-12-05"
			args["body"] = map[string]any{"word": rapid.StringN(1, 30, -1).Draw(t, "inner"), "any": map[string]any{"x": rapid.String().Draw(t, "x")}}
		}
		want, err := encode(args)
		if err != nil {
			t.Fatal(err)
		}
		line := Line(probe, want)
		hit, found, err := Typed(line, []model.Tool{probe}, noon)
		if !found || err != nil {
			t.Fatalf("%q: found %v, %v", line, found, err)
		}
		if diff := cmp.Diff(string(want), string(hit.Args)); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", line, diff)
		}
	})
}

// TestLineWithoutTyped has no typed form to write.
func TestLineWithoutTyped(t *testing.T) {
	if got := Line(model.Tool{Name: "x"}, json.RawMessage(`{"a": 1}`)); got != "" {
		t.Errorf("got %q", got)
	}
}

// TestMatchBounded gives a hostile plugin and a hostile member five times the
// second that the design allows.
func TestMatchBounded(t *testing.T) {
	tool := probe
	tool.Examples = nil
	for i := range maxExamples {
		tool.Examples = append(tool.Examples, strings.Repeat("a ", i)+"a {word} a {body.word} a {n} a {pick} a")
	}
	var schema strings.Builder
	schema.WriteString(`{"type":"object","properties":{"word":{"type":"string"}`)
	for i := range 60 {
		fmt.Fprintf(&schema, `,"s%d":{"type":"string"}`, i)
	}
	slotted := model.Tool{Name: "slotted", Schema: json.RawMessage(schema.String() + "}}"), Examples: []string{
		"a " + slotsOf(40), "{word} a " + slotsOf(40) + " b", slotsOf(20) + " a " + slotsOf(40)[100:],
	}}
	dated := model.Tool{
		Name: "dated", Schema: json.RawMessage(`{"properties":{"a":{"type":"string"},"b":{"type":"string"},"d":{"type":"string","format":"date"},"t":{"type":"string","format":"date-time"}}}`),
		Examples: []string{"a {a} {d} {b} {t} a", "{a} {t} a {d} {b}", "a {d} {a} {t} {b}"},
	}
	tools := []model.Tool{slotted, dated}
	for range 9 {
		tools = append(tools, tool)
	}
	for _, said := range []string{
		strings.Repeat("a ", 249), strings.Repeat("a ", 248) + "b", strings.Repeat(`"a `, 166), strings.Repeat("“", 500),
		strings.Repeat("a", 500), strings.Repeat("a.", 250), strings.Repeat("a, ", 166),
		"a " + strings.Repeat("today ", 80), strings.Repeat("a tomorrow at 14:30 ", 24),
	} {
		start := time.Now()
		Match(said, tools, noon)
		Near(said, tools, noon)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%.20q…: %v", said, took)
		} else {
			t.Logf("%.20q…: %v", said, took)
		}
	}
	if hits := Match("say "+strings.Repeat("a", 1<<20), []model.Tool{probe}, noon); hits != nil {
		t.Errorf("a message of a megabyte fits: %d hits", len(hits))
	}
}

// slotsOf is an example of n slots that nothing separates.
func slotsOf(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "{s%d} ", i)
	}
	return strings.TrimSpace(b.String())
}

func TestMatchRank(t *testing.T) {
	tool := func(name string, examples ...string) model.Tool {
		return model.Tool{
			Name: name, Plugin: name, Examples: examples,
			Schema: json.RawMessage(`{"type": "object", "properties": {"q": {"type": "string"}, "kind": {"enum": ["big cat", "dog"]}, "p": {"type": "string"}}}`),
		}
	}
	tests := []struct {
		name  string
		said  string
		tools []model.Tool
		want  []string
	}{
		{"more fixed words first", "find a dog", []model.Tool{tool("loose", "find {q}"), tool("exact", "find a {q}")}, []string{"exact", "loose"}},
		{"a typed slot before a text", "find big cat", []model.Tool{tool("text", "find {q}"), tool("enum", "find {kind}")}, []string{"enum", "text"}},
		{"once for each tool", "find a dog", []model.Tool{tool("one", "find {q}", "find a {q}", "find a dog", "find a dog?")}, []string{"one"}},
		{"unless it reads two ways", "find cats", []model.Tool{tool("one", "find {q}", "find {p}")}, []string{"one", "one"}},
		{"the order of tools otherwise", "find cats", []model.Tool{tool("b", "find {q}"), tool("a", "find {q}")}, []string{"b", "a"}},
		{"a text gives way to what could not be read", "find a horse now", []model.Tool{tool("one", "find {q}", "find a {kind} now")}, nil},
		{"but not to another plugin's", "find a horse now", []model.Tool{tool("one", "find {q}"), tool("two", "find a {kind} now")}, []string{"one"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, hit := range Match(test.said, test.tools, noon) {
				got = append(got, hit.Tool.Name)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFill(t *testing.T) {
	tests := []struct{ name, example, sample, want string }{
		{"nothing known", "add {title} to my list ", ``, "add ‹title› to my list"},
		{"top level", "for {nights} nights", `{"nights": 2.50}`, "for 2.50 nights"},
		{"body", "add {title} by {body.when}", `{"body": {"title": "milk", "when": true}}`, "add milk by true"},
		{"top level before body", "{id}", `{"id": 1, "body": {"id": 2}}`, "1"},
		{"a name of two words", "in {check_in}", `{}`, "in ‹check in›"},
		{"a generator's word", "add {title}", `{"title": "string"}`, "add ‹title›"},
		{"its own name", "add {title}", `{"title": "Title"}`, "add ‹title›"},
		{"null", "add {title}", `{"title": null}`, "add ‹title›"},
		{"structured", "add {title}", `{"title": ["x"]}`, "add ‹title›"},
		{"too long", "add {title}", `{"title": "` + strings.Repeat("x", maxFilled+1) + `"}`, "add ‹title›"},
		{"two lines", "add {title}", `{"title": "a\nb"}`, "add ‹title›"},
		{"a slot as a value", "add {title}", `{"title": "{id}"}`, "add ‹title›"},
		{"no object", "add {title}", `[1]`, "add ‹title›"},
		{"no slots", "what is new?", `{}`, "what is new?"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Fill(test.example, json.RawMessage(test.sample)); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestUsable(t *testing.T) {
	tool := probe
	tool.Examples = []string{" say {word}. ", "{word}", "say {n}", "say {nobody} {word}", "say {list} {word}", "say {word} {word}", "say {word}{n}", "say it"}
	if diff := cmp.Diff([]string{"say {word}."}, Usable(tool)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func BenchmarkMatch(b *testing.B) {
	var tools []model.Tool
	for i := range 300 {
		tool := probe
		tool.Name = fmt.Sprintf("probe%d", i)
		tool.Examples = []string{fmt.Sprintf("say {word} %d times", i), "tell me about {word}", "what about {word}"}
		tools = append(tools, tool)
	}
	for b.Loop() {
		if hits := Match("tell me about the weather in the mountains", tools, noon); len(hits) != 300 {
			b.Fatal(len(hits))
		}
	}
}
