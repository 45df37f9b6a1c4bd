// Package markdowntest is what the tests of Documents and the tests of those who
// render them have in common: the examples of CommonMark and of its extensions with
// their HTML, the cases of the corpus that go wrong elsewhere, and random documents.
package markdowntest

import (
	"encoding/json"
	"fmt"
	"go/build"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"aidesk/core/corporatest"
)

// Example is a text and what it means.
type Example struct {
	Name     string // what it is about, and its number there
	Markdown string
	HTML     string // as those who made the example have it; a tricky case has none
}

// CommonMark are the 652 examples of the specification, as goldmark ships them; the
// test is skipped where the module cache lacks goldmark.
func CommonMark(t testing.TB) []Example {
	t.Helper()
	var all []struct {
		Section  string `json:"section"`
		Number   int    `json:"example"`
		Markdown string `json:"markdown"`
		HTML     string `json:"html"`
	}
	if err := json.Unmarshal(shipped(t, "_test/spec.json"), &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != 652 {
		t.Fatalf("%d examples of CommonMark, want 652", len(all))
	}
	out := make([]Example, len(all))
	for i, e := range all {
		out[i] = Example{fmt.Sprintf("%s %d", e.Section, e.Number), e.Markdown, e.HTML}
	}
	return out
}

// GFM are goldmark's examples of GitHub's extensions; the test is skipped as it is by
// [CommonMark].
func GFM(t testing.TB) []Example {
	t.Helper()
	out := extensions(t, "table", "strikethrough", "tasklist", "linkify")
	if len(out) < 40 {
		t.Fatalf("%d examples of GFM, want at least 40", len(out))
	}
	return out
}

// Footnotes are goldmark's examples of footnotes; the test is skipped as it is by
// [CommonMark].
func Footnotes(t testing.TB) []Example {
	t.Helper()
	out := extensions(t, "footnote")
	if len(out) < 5 {
		t.Fatalf("%d examples of footnotes, want at least 5", len(out))
	}
	return out
}

// Tricky are the cases of the corpus: what models write and renderers get wrong. The
// test is skipped without the corpora.
func Tricky(t testing.TB) []Example {
	t.Helper()
	var all []struct {
		ID string `json:"id"`
		MD string `json:"md"`
	}
	corporatest.Read(t, "markdown/tricky-cases.json", &all)
	out := make([]Example, len(all))
	for i, e := range all {
		out[i] = Example{Name: e.ID, Markdown: e.MD}
	}
	return out
}

// Texts are the texts of examples.
func Texts(examples []Example) []string {
	out := make([]string, len(examples))
	for i, e := range examples {
		out[i] = e.Markdown
	}
	return out
}

// The lines that part goldmark's examples of an extension, and the parts of one.
var (
	examples = regexp.MustCompile(`(?m)^//= [= ]*//$`)
	parts    = regexp.MustCompile(`(?m)^//- [- ]*//\n`)
)

func extensions(t testing.TB, names ...string) []Example {
	t.Helper()
	var out []Example
	for _, name := range names {
		for _, e := range examples.Split(string(shipped(t, "extension/_test/"+name+".txt")), -1) {
			p := parts.Split(e, -1)
			if len(p) != 3 {
				continue // what is behind the last
			}
			title, options, _ := strings.Cut(strings.TrimSpace(p[0]), "\n")
			source := strings.TrimSuffix(p[1], "\n")
			if strings.Contains(options, "enableEscape") {
				source = strings.ReplaceAll(source, `\t`, "\t")
			}
			out = append(out, Example{name + " " + title, source, p[2]})
		}
	}
	return out
}

// shipped reads a file among goldmark's tests.
func shipped(t testing.TB, name string) []byte {
	t.Helper()
	cache := os.Getenv("GOMODCACHE")
	if cache == "" {
		first, _, _ := strings.Cut(build.Default.GOPATH, string(filepath.ListSeparator))
		cache = filepath.Join(first, "pkg", "mod")
	}
	found, _ := filepath.Glob(filepath.Join(cache, "github.com", "yuin", "goldmark@v1.8*", filepath.FromSlash(name)))
	if len(found) == 0 {
		t.Skip("goldmark's examples are not in the module cache")
	}
	data, err := os.ReadFile(found[len(found)-1])
	if err != nil {
		t.Fatal(err)
	}
	return data
}
