package plugin_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// TestFormOfManyTypes: a value of which the document does not say the type, or says several,
// is a line like any other.
func TestFormOfManyTypes(t *testing.T) {
	t.Parallel()
	const doc = `openapi: 3.1.0
servers: [{url: 'https://api.example'}]
paths: {/x: {post: {operationId: x, requestBody: {required: true, content: {application/json: {schema: {type: object, properties: {
  a: {}, b: {type: [integer, string]}, c: {type: [array, object]}, d: {oneOf: [{const: 1, title: Low}, {const: 2, title: High}]}}}}}}}}}
`
	d, err := openapi.Read(t.Context(), openapi.Source{Data: []byte(doc)}, openapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, in := range plugin.Form("f", &plugin.Plugin{}, d.Operations[0], nil).Inputs {
		got = append(got, in.Name+"; "+string(in.Kind)+"; "+in.Hint)
	}
	want := []string{"body.a; line; ", "body.b; line; ", "body.d; choice; (1 = Low, 2 = High)", "more; text; For: body.c"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	args, err := plugin.FormArgs(d.Operations[0], map[string]string{"body.a": "x", "body.b": "7", "body.d": "2"})
	if err != nil {
		t.Fatal(err)
	}
	if q, err := d.Operations[0].Request(args); err != nil || string(q.Body) != `{"a":"x","b":"7","d":2}` {
		t.Errorf("%s, %v", strings.TrimSpace(string(q.Body)), err)
	}
}
