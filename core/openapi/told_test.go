package openapi_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// bodyOf is a document whose only operation takes a body of a schema.
func bodyOf(schema string) string {
	return "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nservers: [{url: 'https://api.example'}]\npaths: {/x: {post: {operationId: x, requestBody: {required: true, content: {application/json: {schema: " + schema + "}}}}}}"
}

// TestTold: a model is told every kind of value that it may send, and what values mean.
func TestTold(t *testing.T) {
	t.Parallel()
	const anything = `{"anyOf":[{"type":"string"},{"type":"boolean"},{"type":"number"},{"items":{"type":"string"},"type":"array"},{"type":"object"}],"description":"(null: none)"}`
	for _, c := range []struct{ name, schema, want string }{
		{"nothing is said", `{}`, anything},
		{"only words about it", `{description: A setting.}`, `{"anyOf":[{"type":"string"},{"type":"boolean"},{"type":"number"},{"items":{"type":"string"},"type":"array"},{"type":"object"}],"description":"A setting. (null: none)"}`},
		{"a default", `{default: 5}`, `{"anyOf":[{"type":"string"},{"type":"boolean"},{"default":5,"type":"number"},{"items":{"type":"string"},"type":"array"},{"type":"object"}],"description":"(null: none)"}`},
		{"a list of anything", `{type: array}`, `{"items":` + anything[:len(anything)-len(`,"description":"(null: none)"}`)] + `},"type":"array"}`},
		{"the limits of a number", `{minimum: 5}`, `{"minimum":5,"type":"number"}`},
		{"the limits of a text", `{maxLength: 5}`, `{"maxLength":5,"type":"string"}`},
		{"a format", `{format: date}`, `{"description":"(YYYY-MM-DD)","type":"string"}`},
		{"the format of a number", `{format: int64}`, `{"type":"integer"}`},
		{"several types", `{type: [integer, string, 'null'], minimum: 1, maxLength: 9}`, `{"anyOf":[{"maxLength":9,"type":"string"},{"minimum":1,"type":"integer"}],"description":"(null: none)"}`},
		{"a text or an object", `{type: [object, string], description: Who., properties: {id: {type: integer}}}`, `{"anyOf":[{"type":"string"},{"properties":{"id":{"type":"integer"}},"type":"object"}],"description":"Who."}`},
		{"a number or a list", `{type: [array, number], items: {type: number}}`, `{"anyOf":[{"type":"number"},{"items":{"type":"number"},"type":"array"}]}`},
		{"an enum of several types", `{enum: [1, auto, true]}`, `{"enum":["1","auto","true"],"type":"string"}`},
		{"an enum of numbers", `{enum: [1, 2.5]}`, `{"description":"(one of 1, 2.5)","type":"number"}`},
		{"constants with titles", `{oneOf: [{const: 1, title: Low}, {const: 2, title: High}]}`, `{"description":"(1 = Low, 2 = High)","type":"integer"}`},
		{"constants with descriptions", `{description: How loud., oneOf: [{const: a, description: Not at all}, {const: b}]}`, `{"description":"How loud. (a = Not at all)","enum":["a","b"],"type":"string"}`},
		{"constants of several types", `{oneOf: [{const: 1}, {const: auto}, {type: 'null'}]}`, `{"description":"(null: none)","enum":["1","auto"],"type":"string"}`},
		{"names of NSwag", `{type: integer, enum: [0, 1], x-enumNames: [Open, Shut]}`, `{"description":"(0 = Open, 1 = Shut)","type":"integer"}`},
		{"names of the generator", `{type: integer, enum: [0, 1], x-enum-varnames: [OPEN, SHUT], x-enum-descriptions: [Anyone may enter, '']}`, `{"description":"(0 = Anyone may enter, 1 = SHUT)","type":"integer"}`},
		{"names that say the same", `{type: string, enum: [in-progress, done], x-enum-varnames: [IN_PROGRESS, DONE]}`, `{"enum":["in-progress","done"],"type":"string"}`},
		{"names by value", `{type: string, enum: [a, b], x-enumDescriptions: {b: The second}}`, `{"description":"(b = The second)","enum":["a","b"],"type":"string"}`},
		{"names of AutoRest", `{type: integer, enum: [1], x-ms-enum: {name: E, values: [{value: 1, name: One, description: The first}]}}`, `{"description":"(1 = The first)","type":"integer"}`},
		{"too few names", `{type: integer, enum: [0, 1], x-enumNames: [Open]}`, `{"description":"(one of 0, 1)","type":"integer"}`},
		{"the names of a list's entries", `{type: array, items: {type: integer, enum: [0, 1], x-enumNames: [Open, Shut]}}`, `{"items":{"description":"(0 = Open, 1 = Shut)","type":"integer"},"type":"array"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := read(t, bodyOf("{type: object, properties: {v: "+c.schema+"}}")).Operations[0]
			tool := o.Tool("p")
			rules(t, tool)
			var s struct {
				Properties struct {
					Body struct {
						Properties map[string]json.RawMessage `json:"properties"`
					} `json:"body"`
				} `json:"properties"`
			}
			if err := json.Unmarshal(tool.Schema, &s); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(s.Properties.Body.Properties["v"])); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if _, err := o.Request(tool.Sample); err != nil {
				t.Errorf("the sample %s is refused: %v", tool.Sample, err)
			}
		})
	}
}

// TestToldValues: what a model is told it may send arrives as it says it.
func TestToldValues(t *testing.T) {
	runField(t, []fieldCase{
		{name: "a number of anything", doc: bodyOf("{type: object, properties: {a: {}, b: {}, c: {}, d: {}, e: {}}}"), operation: "x", args: `{"body":{"a":5,"b":false,"c":null,"d":"5","e":[1,{"k":null}]}}`, want: `{"a":5,"b":false,"c":null,"d":"5","e":[1,{"k":null}]}`},
		{name: "a text that a number may be too", doc: bodyOf("{type: object, properties: {a: {type: [string, integer]}, b: {type: [string, integer]}}}"), operation: "x", args: `{"body":{"a":5,"b":"5"}}`, want: `{"a":5,"b":"5"}`},
		{name: "values of an enum of several types", doc: bodyOf("{type: object, properties: {a: {enum: [1, auto, true]}, b: {oneOf: [{const: 1}, {const: auto}]}}}"), operation: "x", args: `{"body":{"a":"true","b":"1"}}`, want: `{"a":true,"b":1}`},
		{name: "none of the constants", doc: bodyOf("{type: object, properties: {b: {oneOf: [{const: 1}, {const: 2}]}}}"), operation: "x", args: `{"body":{"b":3}}`, refused: "body.b: must be one of 1, 2"},
	})
}

// TestUnreadKeywords: what of a schema is not read is said, once for each keyword.
func TestUnreadKeywords(t *testing.T) {
	t.Parallel()
	o := read(t, bodyOf("{type: object, properties: {a: {not: {type: string}}, b: {not: {const: 1}}, if: {type: string}}, dependentRequired: {a: [b]}}")).Operations[0]
	var got []string
	for _, n := range o.Notes {
		got = append(got, n.Level+" "+n.Code+" "+n.Message)
	}
	want := []string{
		`info keyword-unread "dependentRequired" in a schema is not read: no model is told, and the plugin has to check it`,
		`info keyword-unread "not" in a schema is not read: no model is told, and the plugin has to check it`,
	}
	if diff := cmp.Diff(want, got); diff != "" || o.Verdict != "ok" {
		t.Errorf("%s (-want +got):\n%s", o.Verdict, diff)
	}
}
