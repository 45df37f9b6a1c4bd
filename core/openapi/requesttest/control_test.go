package requesttest

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestOracle shows that the oracle can say no: requests that are right and wrong in
// known ways, on a document of our own.
func TestOracle(t *testing.T) {
	if os.Getenv("AIDESK_ORACLES") == "" {
		t.Skip("run by make test-requests")
	}
	const form = "application/x-www-form-urlencoded"
	tests := []struct{ name, method, path, url, media, body, fault string }{
		{"a query", "get", "/pets", "/v1/pets?limit=3&tags=a&tags=b&filter%5Bage%5D%5Bmin%5D=2", "", "", ""},
		{"another server", "get", "/pets", "https://evil.example/v1/pets?limit=3", "", "", "server"},
		{"above the base path", "get", "/pets", "/pets?limit=3", "", "", "server"},
		{"another path", "get", "/pets", "/v1/cats?limit=3", "", "", "path"},
		{"a required parameter is missing", "get", "/pets", "/v1/pets", "", "", "limit"},
		{"a word for a number", "get", "/pets", "/v1/pets?limit=three", "", "", "integer"},
		{"a name that is not declared", "get", "/pets", "/v1/pets?limit=3&order=up", "", "", "order is not declared"},
		{"too few in a list", "get", "/pets", "/v1/pets?limit=3&tags=a", "", "", "tags"},
		{"a word deep in an object", "get", "/pets", "/v1/pets?limit=3&filter%5Bage%5D%5Bmin%5D=old", "", "", "filter"},
		{"a path", "get", "/pets/{id}", "/v1/pets/7", "", "", ""},
		{"a word in the path", "get", "/pets/{id}", "/v1/pets/seven", "", "", "integer"},
		{"JSON", "post", "/pets", "/v1/pets", "application/json", `{"name":"Rex","kin":{"name":"Ada"}}`, ""},
		{"JSON without what is required", "post", "/pets", "/v1/pets", "application/json", `{"age":1}`, "name"},
		{"JSON wrong in a reference of a reference", "post", "/pets", "/v1/pets", "application/json", `{"name":"Rex","kin":{"name":1}}`, "string"},
		{"no body", "post", "/pets", "/v1/pets", "", "", "required"},
		{"another media type", "post", "/pets", "/v1/pets", "text/plain", `{"name":"Rex"}`, "content types"},
		{"a body that is not declared", "get", "/pets/{id}", "/v1/pets/7", "application/json", `{}`, "none is declared"},
		{"a form", "post", "/forms", "/v1/forms", form, "name=Rex+the+dog&tags%5B0%5D%5Bkey%5D=a&sizes=1&sizes=2", ""},
		{"a form with a word for a number", "post", "/forms", "/v1/forms", form, "name=Rex&sizes=big", "sizes"},
		{"a form without what is required", "post", "/forms", "/v1/forms", form, "sizes=1", "name"},
		{"a form with a wrong object in a list", "post", "/forms", "/v1/forms", form, "name=Rex&tags%5B0%5D%5Bkey%5D=long", "tags"},
	}
	var all []attempt
	for _, test := range tests {
		a := attempt{File: "control.yaml", Found: found, Method: test.method, Path: test.path, URL: test.url, Args: json.RawMessage("null"), Headers: map[string]string{}}
		if strings.HasPrefix(a.URL, "/") {
			a.URL = "https://api.example.com" + a.URL
		}
		if test.media != "" {
			a.Headers["Content-Type"], a.Body = test.media, []byte(test.body)
		}
		all = append(all, a)
	}
	for i, v := range judge(t, "testdata", all) {
		test := tests[i]
		said := strings.Join(v.Faults, "; ")
		if (said == "") != (test.fault == "") || !strings.Contains(said, test.fault) || v.Blind {
			t.Errorf("%s: the oracle says %q; want %q (blind: %v)", test.name, said, test.fault, v.Blind)
		}
	}
}

// TestGenerator keeps the generator to the schemas that it is for.
func TestGenerator(t *testing.T) {
	doc, err := parse("testdata/control.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		full bool
		want string
	}{{false, `{"name":"some name"}`}, {true, `{"age":3,"born":"2026-12-05","code":"aa1","kin":{"name":"some name"},"name":"some name","nick":["word","word"]}`}} {
		schema := doc.at("#/components/schemas/Pet")
		if got := compact(generator{tree: doc, full: test.full}.value(schema, 0)); got != test.want {
			t.Errorf("full %v: %s, want %s", test.full, got, test.want)
		}
	}
	for pattern, want := range map[string]string{
		`^[a-z]{3}$`: "aaa", `^(0|[1-9][0-9]*)$`: "0", `/^\d+$/`: "1", `^[A-Z]{2}-\d{2,4}$`: "AA-11", `(?=x)`: "",
	} {
		if got, _ := matching(pattern, 0); got != want {
			t.Errorf("%s gives %q, want %q", pattern, got, want)
		}
	}
}
