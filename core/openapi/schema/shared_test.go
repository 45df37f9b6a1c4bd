package schema_test

import (
	"fmt"
	"sync"
	"testing"

	"aidesk/core/openapi"
)

// TestSharedSchema: what an operation fills in from its document is a copy, for
// everyone who calls it at the same time has the same document.
func TestSharedSchema(t *testing.T) {
	t.Parallel()
	const shared = `{"type":"object","required":["n","list"],"properties":{"n":{"type":"integer"},"list":{"type":"array","items":{"type":"string"}},"free":{"type":"object","required":["a"],"properties":{"a":{"type":"string","default":"x"}}}}}`
	const value = `{"n":"1","list":[1,2,null],"free":{}}`
	document := `{"openapi":"3.1.0","servers":[{"url":"https://a.example"}],"paths":{"/x":{"post":{"operationId":"x","requestBody":{"required":true,"content":{"application/json":{"schema":{
		"type":"object","required":["fixed","constant","choice"],"anyOf":[{"properties":{"fixed":` + shared + `}},{"properties":{"constant":` + shared + `}}],
		"properties":{
			"fixed":{"allOf":[` + shared + `],"default":` + value + `},
			"constant":{"allOf":[` + shared + `],"const":` + value + `},
			"choice":{"allOf":[` + shared + `],"enum":[` + value + `,{"n":2}]}
		}}}}}}}}}`
	doc, err := openapi.Read(t.Context(), openapi.Source{Data: []byte(document)}, openapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o := doc.Operations[0]
	args := []byte(`{"body":{"choice":` + value + `}}`)
	want := fmt.Sprint(o.Request(args))
	tool := string(o.Tool("p").Schema)
	var group sync.WaitGroup
	for range 64 {
		group.Go(func() {
			for range 4 {
				if got := fmt.Sprint(o.Request(args)); got != want {
					t.Errorf("request %s, at first %s", got, want)
				}
				o.Arguments(args)
				if got := string(o.Tool("p").Schema); got != tool {
					t.Errorf("tool %s, at first %s", got, tool)
				}
			}
		})
	}
	group.Wait()
}
