package schema_test

import (
	"strings"
	"testing"

	"aidesk/core/openapi"
)

// TestShown: a model is told nothing that cannot be seen, in names and values neither, and
// what it sends under the name that it was told goes out under that of the document.
func TestShown(t *testing.T) {
	t.Parallel()
	const document = `{"openapi":"3.1.0","servers":[{"url":"https://a.example"}],"paths":{"/x":{"post":{"operationId":"x",
		"parameters":[{"name":"p\u202eq","in":"query","schema":{"type":"string","default":"d\u200b"}}],
		"requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object","required":["na\udb40\udc41me"],"additionalProperties":false,"properties":{
		"na\udb40\udc41me":{"type":"string","enum":["on\u200be","two"]},
		"other\u2066":{"type":"string","pattern":"^a\u2066$","example":"a\u2066"}}}}}}}}}}`
	doc, err := openapi.Read(t.Context(), openapi.Source{Data: []byte(document)}, openapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o := doc.Operations[0]
	tool := o.Tool("p")
	for _, hidden := range []string{"\u202e", "\u200b", "\u2066", "\U000e0041"} {
		if strings.Contains(tool.Description+string(tool.Schema), hidden) {
			t.Errorf("the tool has %q in it: %s", hidden, tool.Schema)
		}
	}
	request, err := o.Request([]byte(`{"body":{"name":"one","other":"a"}}`))
	if err == nil {
		t.Errorf("the pattern took what it does not match: %s", request.Body)
	}
	request, err = o.Request([]byte(`{"body":{"name":"ONE","other":"a` + "\u2066" + `"}}`))
	if want := `{"na` + "\U000e0041" + `me":"on` + "\u200b" + `e","other` + "\u2066" + `":"a` + "\u2066" + `"}`; err != nil || string(request.Body) != want {
		t.Errorf("sent %q, %v; want %q", request.Body, err, want)
	}
}
