package openapi

import (
	"testing"
)

// TestSampleBeside: an example may stand in the schema or beside it, at a parameter or
// a media type; one that does not fit its schema is no example.
func TestSampleBeside(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, operation, want string }{
		{"at the parameter", `parameters: [{name: q, in: query, required: true, example: tea, schema: {type: string}}]`, `{"q":"tea"}`},
		{"the first of several", `parameters: [{name: q, in: query, required: true, examples: {a: {value: tea}, b: {value: milk}}, schema: {type: string}}]`, `{"q":"tea"}`},
		{"before the schema's", `parameters: [{name: q, in: query, required: true, example: tea, schema: {type: string, example: milk}}]`, `{"q":"tea"}`},
		{"it does not fit", `parameters: [{name: n, in: query, required: true, example: many, schema: {type: integer, minimum: 7}}]`, `{"n":7}`},
		{"at the body", `requestBody: {required: true, content: {application/json: {example: {title: tea}, schema: {type: object, properties: {title: {type: string}}}}}}`, `{"body":{"title":"tea"}}`},
	} {
		document := "openapi: 3.0.3\ninfo: {title: x, version: '1'}\npaths:\n  /a:\n    post:\n      operationId: a\n      " + c.operation + "\n"
		d, err := Read(t.Context(), Source{URL: "https://x.example/openapi.yaml", Data: []byte(document)}, Options{})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := string(d.Operations[0].Tool("x").Sample); got != c.want {
			t.Errorf("%s: sample %s, want %s", c.name, got, c.want)
		}
	}
}
