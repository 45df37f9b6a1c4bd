package admin

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/chat"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// library is a plugin with a read, a search by POST, a write by PUT, and some more reads.
func library(t *testing.T, more int) *plugin.Plugin {
	t.Helper()
	var document strings.Builder
	document.WriteString(`openapi: 3.0.3
info: {title: Library, version: "1"}
servers: [{url: "https://library.example"}]
paths:
  /books:
    get: {operationId: listBooks, summary: List the books, responses: {"200": {description: d}}}
    post: {operationId: searchBooks, summary: Search the books, responses: {"200": {description: d}}}
    put: {operationId: replaceBooks, responses: {"200": {description: d}}}
`)
	for i := range more {
		fmt.Fprintf(&document, "  /more/%d:\n    get: {operationId: more%d, responses: {\"200\": {description: d}}}\n", i, i)
	}
	d, err := openapi.Read(t.Context(), openapi.Source{URL: "https://library.example/openapi.yaml", Data: []byte(document.String())}, openapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &plugin.Plugin{Document: d}
}

// TestAdminInputs: each operation has a box with its method, ticked at first; only a POST can
// be ticked as a read; more than can be ticked are named in a line, which says how many.
func TestAdminInputs(t *testing.T) {
	t.Parallel()
	inputs := addInputs(library(t, 0))
	if len(inputs) != 3 {
		t.Fatalf("%d inputs", len(inputs))
	}
	use, reads := inputs[1], inputs[2]
	if diff := cmp.Diff([]string{"GET listBooks: List the books", "POST searchBooks: Search the books", "PUT replaceBooks"}, use.Labels); diff != "" || use.Kind != chat.InputMany {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
	if !slices.Equal(use.Chosen(), use.Choices) || len(reads.Chosen()) != 0 {
		t.Errorf("ticked are %q and %q", use.Value, reads.Value)
	}
	if diff := cmp.Diff([]string{"searchBooks"}, reads.Choices); diff != "" {
		t.Errorf("reads (-want +got):\n%s", diff)
	}
	if n := len(addInputs(library(t, maxTicked-3))[1].Choices); n != maxTicked {
		t.Errorf("%d operations can be ticked", n)
	}
	inputs = addInputs(library(t, maxTicked-2))
	if in := inputs[1]; in.Name != inputWithout || in.Kind != chat.InputLine || !strings.Contains(in.Hint, "its 101 operations") {
		t.Errorf("of too many it asks %+v", in)
	}
}

// TestAdminForm: what was ticked, and what a form of an older version says in lines.
func TestAdminForm(t *testing.T) {
	t.Parallel()
	p := library(t, 0)
	for _, test := range []struct {
		name   string
		values map[string]string
		want   addition
		fault  string
	}{
		{"all", map[string]string{"for": textForEveryone, "operations": "listBooks\nsearchBooks\nreplaceBooks", "reads": ""}, addition{everyone: true}, ""},
		{"some", map[string]string{"for": textForChoosers, "operations": "listBooks\nsearchBooks", "reads": "searchBooks"}, addition{without: []string{"replaceBooks"}, reads: []string{"searchBooks"}}, ""},
		{"none", map[string]string{"operations": ""}, addition{without: []string{"listBooks", "searchBooks", "replaceBooks"}}, "operations: " + textNoOperations},
		{"a PUT", map[string]string{"operations": "listBooks\nsearchBooks\nreplaceBooks", "reads": "replaceBooks"}, addition{reads: []string{"replaceBooks"}}, "reads: replaceBooks is a PUT: only a POST can be marked as a read."},
		{"changed meanwhile", map[string]string{"operations": "gone"}, addition{without: []string{"listBooks", "searchBooks", "replaceBooks"}}, "operations:  has no operation “gone”."},
		{"an older version's", map[string]string{"for": textForChoosers, "without": "listBooks, replaceBooks", "reads": "searchBooks"}, addition{without: []string{"listBooks", "replaceBooks"}, reads: []string{"searchBooks"}}, ""},
	} {
		got, faults := readAddForm(p, test.values)
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(addition{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		var said []string
		for _, f := range faults {
			said = append(said, f.Input+": "+f.Message)
		}
		if strings.Join(said, "; ") != test.fault {
			t.Errorf("%s: the faults are %q; want %q", test.name, said, test.fault)
		}
	}
}
