package openapi_test

import (
	"strings"
	"testing"

	"aidesk/core/openapi"
)

// TestFieldContradictions: a document that contradicts itself can be called all the same.
func TestFieldContradictions(t *testing.T) {
	param := func(path, in, schema string) string {
		return "openapi: 3.0.3\ninfo: {title: T, version: '1'}\nservers: [{url: 'https://api.example'}]\npaths: {" + path + ": {get: {operationId: x, parameters: [{name: v, in: " + in + ", required: true, " + schema + "}]}}}"
	}
	body := func(schema string) string {
		return "openapi: 3.0.3\ninfo: {title: T, version: '1'}\nservers: [{url: 'https://api.example'}]\npaths: {/x: {post: {operationId: x, requestBody: {required: true, content: {application/json: {schema: " + schema + "}}}}}}"
	}
	runField(t, []fieldCase{
		{folder: "06-pattern-with-flags", operation: "getVoucher", args: `{"code":"ABC-1234"}`, want: "GET /vouchers/ABC-1234 HTTP/1.1"},
		{folder: "06-pattern-with-flags", operation: "getVoucher", args: `{"code":"12"}`, refused: "pattern"},
		{folder: "06-pattern-with-flags", operation: "getSlug", args: `{"slug":"a-b"}`, want: "GET /slugs/a-b HTTP/1.1"},
		{folder: "06-pattern-with-flags", operation: "getSlug", args: `{"slug":"A b"}`, refused: "pattern"},
		{folder: "08-default-of-other-type", operation: "listRooms", args: `{}`, want: "GET /v1.10/rooms?limit=20&free=false HTTP/1.1"},
		{folder: "08-default-of-other-type", operation: "addRoom", args: `{"body":{"name":"A"}}`, want: "POST /v1.10/rooms HTTP/1.1\n{\"name\":\"A\",\"seats\":4}"},

		{name: "a literal of JavaScript", doc: param("/x", "query", `schema: {type: string, pattern: '/^[a-z]+\/[a-z]+$/gi'}`), operation: "x", args: `{"v":"A/b"}`, want: "GET /x?v=A%2Fb HTTP/1.1"},
		{name: "a literal of PHP", doc: param("/x", "query", `schema: {type: string, pattern: '~^\d{3}$~'}`), operation: "x", args: `{"v":"12"}`, refused: "pattern"},
		{name: "a path is no literal", doc: param("/x", "query", `schema: {type: string, pattern: '/foo/is'}`), operation: "x", args: `{"v":"/foo/is"}`, want: "GET /x?v=%2Ffoo%2Fis HTTP/1.1"},
		{name: "an example against the pattern", doc: param("/x", "query", `schema: {type: string, pattern: '^\\\\d+$', example: '12'}`), operation: "x", args: `{"v":"12"}`, want: "GET /x?v=12 HTTP/1.1"},
		{name: "an example beside against the pattern", doc: param("/x", "query", `example: '12', schema: {type: string, pattern: '^\\\\d+$'}`), operation: "x", args: `{"v":"12"}`, want: "GET /x?v=12 HTTP/1.1"},
		{name: "an enum against the pattern", doc: param("/x", "query", `schema: {type: string, pattern: '^[a-z]$', enum: [AB, CD]}`), operation: "x", args: `{"v":"AB"}`, want: "GET /x?v=AB HTTP/1.1"},
		{name: "an example against the format", doc: param("/x", "query", `schema: {type: string, format: date, example: 31/01/2026}`), operation: "x", args: `{"v":"01/02/2026"}`, want: "GET /x?v=01%2F02%2F2026 HTTP/1.1"},
		{name: "a default that does not fit", doc: param("/x", "query", `schema: {type: integer, minimum: 1, default: 0}`), operation: "x", args: `{}`, refused: "v: is required"},
		{name: "a default of another type", doc: body(`{type: object, required: [n, l, b], properties: {n: {type: number, default: '4.5'}, l: {type: array, items: {type: string}, default: a}, b: {type: boolean, default: 'True'}}}`), operation: "x", args: `{"body":{}}`, want: `{"b":true,"l":["a"],"n":4.5}`},
		{name: "a required name that is not allowed", doc: body(`{type: object, additionalProperties: false, required: [a, b], properties: {a: {type: string}}}`), operation: "x", args: `{"body":{"a":"1"}}`, want: `{"a":"1"}`},
		{name: "read-only fields in the path", doc: param("'/x/{v}'", "path", `schema: {type: object, properties: {id: {type: string, readOnly: true}}}`), operation: "x", args: `{"v":{"id":"7"}}`, want: "GET /x/id,7 HTTP/1.1"},
	})
}

// TestSampleRefused: a document by which no value can be sent has no verdict "ok".
func TestSampleRefused(t *testing.T) {
	t.Parallel()
	doc := "openapi: 3.0.3\nservers: [{url: 'https://api.example'}]\npaths: {/x: {post: {operationId: x, requestBody: {required: true, content: {application/json: {schema: " +
		"{type: object, required: [a], minProperties: 3, maxProperties: 1, properties: {a: {type: string}}}}}}}}}"
	d, err := openapi.Read(t.Context(), openapi.Source{Data: []byte(doc)}, openapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if o := d.Operations[0]; o.Verdict != openapi.Degraded || len(o.Notes) != 1 || !strings.Contains(o.Notes[0].Message, "at least 3 fields") {
		t.Errorf("%s %v", o.Verdict, o.Notes)
	}
}

// TestFieldDiscriminator: a model is told the values of a discriminator and the fields that
// belong to each, and a wrong one is refused.
func TestFieldDiscriminator(t *testing.T) {
	heirs := `swagger: '2.0'
host: api.example
paths: {/x: {post: {operationId: x, parameters: [{name: b, in: body, required: true, schema: {$ref: '#/definitions/Pet'}}]}}}
definitions:
  Pet: {type: object, required: [kind], discriminator: kind, properties: {kind: {type: string}, friend: {$ref: '#/definitions/Pet'}}}
  Cat: {allOf: [{$ref: '#/definitions/Pet'}, {type: object, required: [lives], properties: {lives: {type: integer}}}]}
`
	const folder = "11-discriminator"
	runField(t, []fieldCase{
		{folder: folder, operation: "sendNotice", args: `{"body":{"channel":"SMS_V2","number":"1"}}`, want: `{"channel":"SMS_V2","number":"1"}`},
		{folder: folder, operation: "sendNotice", args: `{"body":{"number":"1"}}`, want: `{"channel":"SMS_V2","number":"1"}`},
		{folder: folder, operation: "sendNotice", args: `{"body":{"channel":"sms","number":"1"}}`, refused: "SMS_V2"},
		{folder: folder, operation: "addShape", args: `{"body":{"type":"circle","radius":1}}`, want: `{"radius":1,"type":"circle"}`},
		{folder: folder, operation: "addShape", args: `{"body":{"type":"circle"}}`, refused: "radius: is required"},
		{name: "not to be told", doc: bodyOf(`{oneOf: [{type: object, required: [kind], properties: {kind: {const: a}, n: {type: integer}}}, {type: object, required: [kind], properties: {kind: {const: b}, n: {type: integer}}}]}`), operation: "x", args: `{"body":{"n":1}}`, refused: "kind: is required"},
		{name: "alike in all", doc: bodyOf(`{oneOf: [{type: object, required: [kind], properties: {kind: {const: a}, n: {type: integer}}}, {type: object, required: [kind], properties: {kind: {const: a}, n: {type: number}}}]}`), operation: "x", args: `{"body":{"n":1}}`, want: `{"kind":"a","n":1}`},
		{name: "told by another field", doc: bodyOf(`{oneOf: [{type: object, required: [kind], properties: {kind: {const: a}, n: {type: integer}}}, {type: object, required: [kind], properties: {kind: {const: b}, m: {type: integer}}}]}`), operation: "x", args: `{"body":{"m":1}}`, want: `{"kind":"b","m":1}`},
		{name: "2.0", doc: heirs, operation: "x", args: `{"body":{"kind":"Cat","lives":9}}`, want: `{"kind":"Cat","lives":9}`},
	})
	d, err := openapi.Read(t.Context(), openapi.Source{Data: []byte(heirs)}, openapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if tool := string(d.Operations[0].Tool("p").Schema); !strings.Contains(tool, `"enum":["Cat"]`) || !strings.Contains(tool, `"lives"`) {
		t.Errorf("the tool is %s", tool)
	}
}
