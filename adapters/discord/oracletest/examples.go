package oracletest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Example is one of the CommonMark specification.
type Example struct {
	Markdown string `json:"markdown"`
	HTML     string `json:"html"`
	Number   int    `json:"example"`
}

// Examples are the 652 of the specification, as goldmark ships them in its module;
// the test is skipped where they are not.
func Examples(t testing.TB) []Example {
	t.Helper()
	var all []Example
	data, err := os.ReadFile(goldmark(t, "spec.json"))
	if err != nil {
		t.Skipf("the CommonMark examples are not in the module cache: %v", err)
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// goldmark is the path of a file among goldmark's tests.
func goldmark(t testing.TB, name string) string {
	t.Helper()
	cache := os.Getenv("GOMODCACHE")
	if cache == "" {
		root := os.Getenv("GOPATH")
		if root == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				t.Skip("no home folder, so no module cache")
			}
			root = filepath.Join(home, "go")
		}
		cache = filepath.Join(filepath.SplitList(root)[0], "pkg", "mod")
	}
	found, _ := filepath.Glob(filepath.Join(cache, "github.com", "yuin", "goldmark@v1.8*", "_test", name))
	if len(found) == 0 {
		t.Skip("goldmark's tests are not in the module cache")
	}
	return found[len(found)-1]
}

// GFM are the examples of goldmark's tests of the extensions that a Document knows.
func GFM(t testing.TB) []Example {
	t.Helper()
	var all []Example
	for _, name := range []string{"table", "strikethrough", "tasklist", "footnote", "linkify"} {
		data, err := os.ReadFile(filepath.Join(filepath.Dir(goldmark(t, "spec.json")), "..", "extension", "_test", name+".txt"))
		if err != nil {
			t.Skipf("goldmark's tests are not in the module cache: %v", err)
		}
		for part := range strings.SplitSeq(string(data), "\n//= = = = = = = = = = = = = = = = = = = = = = = =//") {
			head, html, ok := strings.Cut(part, "\n//- - - - - - - - -//\n")
			if !ok {
				continue
			}
			source, html, ok := strings.Cut(html, "\n//- - - - - - - - -//\n")
			if !ok {
				continue
			}
			number, _, _ := strings.Cut(strings.TrimSpace(head), ":")
			n, err := strconv.Atoi(strings.TrimSpace(number))
			if err != nil {
				continue
			}
			all = append(all, Example{Markdown: source, HTML: html, Number: n})
		}
	}
	return all
}
