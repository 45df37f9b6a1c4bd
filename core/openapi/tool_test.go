package openapi_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"aidesk/core/openapi"
)

// rules checks a tool against what OpenAI, Anthropic and Gemini demand of one.
func rules(t *testing.T, tool openapi.Tool) {
	t.Helper()
	if !regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,63}$`).MatchString(tool.Name) {
		t.Errorf("illegal name %q", tool.Name)
	}
	if n := len([]rune(tool.Description)); n == 0 || n > 300 {
		t.Errorf("%s: a description of %d characters", tool.Name, n)
	}
	var root map[string]any
	if err := json.Unmarshal(tool.Schema, &root); err != nil {
		t.Fatalf("%s: %v", tool.Name, err)
	}
	for _, word := range []string{"oneOf", "allOf", "anyOf", "not", "enum", "$ref"} {
		if _, has := root[word]; has {
			t.Errorf("%s: %q at the top", tool.Name, word)
		}
	}
	if root["type"] != "object" {
		t.Errorf("%s: the top is no object", tool.Name)
	}
	top, _ := root["properties"].(map[string]any)
	if top == nil {
		t.Errorf("%s: no properties at the top", tool.Name)
	}
	for key := range top {
		if !regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`).MatchString(key) {
			t.Errorf("%s: illegal key %q", tool.Name, key)
		}
	}
	node(t, tool.Name, root, 0)
}

func node(t *testing.T, at string, n map[string]any, depth int) {
	t.Helper()
	if depth > 8 {
		t.Errorf("%s: too deep", at)
	}
	allowed := []string{"type", "description", "properties", "required", "items", "enum", "default", "format", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern", "anyOf", "additionalProperties"}
	for key := range n {
		if !slices.Contains(allowed, key) {
			t.Errorf("%s: the keyword %q", at, key)
		}
	}
	kind, typed := n["type"].(string)
	choices, open := n["anyOf"].([]any)
	if typed == open {
		t.Errorf("%s: needs either one type or anyOf", at)
	}
	for _, c := range choices {
		node(t, at+"|", c.(map[string]any), depth+1)
	}
	if enum, has := n["enum"].([]any); has {
		if kind != "string" || len(enum) == 0 || len(enum) > 500 {
			t.Errorf("%s: an enum of %d for %s", at, len(enum), kind)
		}
		for _, v := range enum {
			if s, isText := v.(string); !isText || s == "" {
				t.Errorf("%s: %v in an enum", at, v)
			}
		}
	}
	if items, has := n["items"].(map[string]any); kind == "array" != has {
		t.Errorf("%s: items at %s", at, kind)
	} else if has {
		node(t, at+"[]", items, depth+1)
	}
	if more, has := n["additionalProperties"].(map[string]any); has {
		node(t, at+"{}", more, depth+1)
	}
	props, _ := n["properties"].(map[string]any)
	for name, p := range props {
		node(t, at+"."+name, p.(map[string]any), depth+1)
	}
	for _, r := range slice(n["required"]) {
		if _, has := props[r.(string)]; !has {
			t.Errorf("%s: requires %q, which is not there", at, r)
		}
	}
	if f, has := n["format"]; has && f != "date-time" {
		t.Errorf("%s: the format %v", at, f)
	}
}

func slice(v any) []any {
	s, _ := v.([]any)
	return s
}

func unique(t *testing.T, tools []openapi.Tool) {
	t.Helper()
	seen := map[string]bool{}
	for _, tool := range tools {
		if seen[tool.Name] {
			t.Errorf("the name %s stands twice", tool.Name)
		}
		seen[tool.Name] = true
		if len(tool.Name) > 64 {
			t.Errorf("the name %s is too long", tool.Name)
		}
	}
}

func TestNames(t *testing.T) {
	long := strings.Repeat("x", 60)
	a := openapi.Tool{Name: "p__get", Plugin: "p", Operation: "get", Identity: "GET https://a.example /x"}
	b := openapi.Tool{Name: "p__get", Plugin: "p", Operation: "get", Identity: "GET https://b.example /x"}
	c := openapi.Tool{Name: "q__" + long, Plugin: "q", Operation: long}
	other := openapi.Tool{Name: "r__get", Plugin: "r"}
	one := openapi.Names([]openapi.Tool{a, b, other, c, c})
	unique(t, one)
	if one[2].Name != "r__get" {
		t.Errorf("a name that stands once became %s", one[2].Name)
	}
	two := openapi.Names([]openapi.Tool{b, other, a})
	if one[0].Name != two[2].Name || one[1].Name != two[0].Name {
		t.Errorf("the names depend on the order: %v, %v", one, two)
	}
	if a.Name != "p__get" {
		t.Error("the argument was changed")
	}
}

// TestToolReduced holds a tool of a huge operation to its size, with all that
// is required still in it.
func TestToolReduced(t *testing.T) {
	var props []string
	for i := range 300 {
		props = append(props, `"field_`+strings.Repeat("x", i%7)+string(rune('a'+i%26))+strings.Repeat("y", i/26)+`":{"type":"string","description":"`+strings.Repeat("word ", 40)+`"}`)
	}
	doc := read(t, `{"openapi":"3.0.0","info":{"title":"Big"},"servers":[{"url":"https://a.example"}],"paths":{"/x":{"post":{"operationId":"big","requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object","required":["must"],"properties":{"must":{"type":"string"},`+strings.Join(props, ",")+`}}}}}}}}}`)
	tool := doc.Operations[0].Tool("p")
	rules(t, tool)
	if tool.Tokens > 1_000 || !tool.Reduced || !strings.Contains(string(tool.Schema), `"required":["must"]`) {
		t.Errorf("%d tokens, reduced %v: %s", tool.Tokens, tool.Reduced, tool.Schema)
	}
	if whole := doc.Operations[0].ToolWithin("p", 1<<20); whole.Reduced {
		t.Error("reduced although there is room")
	}
	if _, err := doc.Operations[0].Request([]byte(`{"body":{"must":"x","field_xa":"left out of the tool"}}`)); err != nil {
		t.Errorf("what the tool leaves out cannot be sent: %v", err)
	}
}

// read reads a document that must be right.
func read(t *testing.T, data string) *openapi.Document {
	t.Helper()
	doc, err := openapi.Read(t.Context(), openapi.Source{Data: []byte(data), Base: "https://plugin.example.com/base/"}, openapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
