package openapi

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// written writes inputs as lines, those of an object below it.
func written(inputs []Input, indent string) string {
	var b strings.Builder
	for _, in := range inputs {
		fmt.Fprintf(&b, "%s%s: %s", indent, in.Name, in.Type)
		if in.Format != "" {
			fmt.Fprintf(&b, "/%s", in.Format)
		}
		if in.Required {
			b.WriteString("!")
		}
		if len(in.Enum) > 0 {
			fmt.Fprintf(&b, " %v", in.Enum)
		}
		if in.Min+in.Max != "" {
			fmt.Fprintf(&b, " %s…%s", in.Min, in.Max)
		}
		if in.Text != "" {
			fmt.Fprintf(&b, " %q", in.Text)
		}
		b.WriteString("\n")
		if in.Entry != nil {
			b.WriteString(written([]Input{*in.Entry}, indent+"  each"))
		}
		b.WriteString(written(in.Inputs, indent+"  "))
	}
	return b.String()
}

// TestInputs: a form is told every argument, in the order of the document.
func TestInputs(t *testing.T) {
	t.Parallel()
	const body = "requestBody: {required: true, content: {application/json: {schema: %s}}}"
	for _, c := range []struct{ name, operation, want string }{
		{
			"order", `parameters: [{name: z, in: query, schema: {type: string}}, {name: a, in: query, required: true, schema: {type: integer, minimum: 1, exclusiveMaximum: true, maximum: 9}}]`,
			"z: string\na: integer! 1…8\n",
		},
		{
			"types", fmt.Sprintf(body, `{type: object, required: [when, n], properties: {when: {type: string, format: date, description: The day}, at: {type: string, format: date-time},
			n: {type: number, minimum: 0.5}, ok: {type: boolean}, kind: {type: string, enum: [b, a, ""]}, tags: {type: array, items: {type: string, enum: [x, y]}}, who: {type: string, format: email, example: a@b.example}}}`),
			"body: object!\n  when: string/date! \"The day\"\n  at: string/date-time\n  n: number! 0.5…\n  ok: boolean\n  kind: string [b a]\n  tags: array\n    each: string [x y]\n  who: string \"(an e-mail address) (e.g. a@b.example)\"\n",
		},
		{
			"null", fmt.Sprintf(body, `{type: object, properties: {a: {type: [string, "null"]}, b: {anyOf: [{type: integer, minimum: 2}, {type: "null"}]}, c: {type: string, enum: [x, null]}}}`),
			"body: object!\n  a: string\n  b: integer 2…\n  c: string [x]\n",
		},
		{
			"choices", fmt.Sprintf(body, `{type: object, required: [to, kind], properties: {to: {type: string}}, oneOf: [
			{properties: {kind: {type: string, enum: [cat]}, lives: {type: integer}, same: {type: string}, differs: {type: string}}}, {properties: {kind: {type: string, enum: [dog]}, same: {type: string}, differs: {type: object, properties: {x: {type: string}}}}}]}`),
			"body: object!\n  to: string!\n  kind: string! [cat dog]\n  lives: integer\n  same: string\n  differs: \n",
		},
		{
			"enums", fmt.Sprintf(body, `{type: object, properties: {a: {oneOf: [{type: string, enum: [x]}, {type: string, enum: [y]}]}, b: {oneOf: [{type: string}, {type: object, properties: {c: {type: string}}}]}}}`),
			"body: object!\n  a: string [x y]\n  b: string\n",
		},
		{
			"fixed and read only", fmt.Sprintf(body, `{type: object, required: [v, id], properties: {v: {type: string, enum: [two]}, id: {type: string, readOnly: true}, old: {type: string, deprecated: true}}}`),
			"body: object!\n  v: string [two]\n",
		},
		{
			"not described", fmt.Sprintf(body, `{type: object, required: [x], properties: {y: {type: string}}}`),
			"body: object!\n  y: string\n  x: string!\n",
		},
		{"open", fmt.Sprintf(body, `{}`), "body: object!\n"},
	} {
		document := "openapi: 3.1.0\ninfo: {title: x, version: '1'}\npaths:\n  /a:\n    post:\n      operationId: a\n      " + c.operation + "\n"
		if diff := cmp.Diff(c.want, written(readOne(t, document).Inputs(), "")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestInputsBounded: an object that holds itself ends, and one with more than a form can ask
// for is asked for as a whole.
func TestInputsBounded(t *testing.T) {
	t.Parallel()
	var wide strings.Builder
	for i := range 900 {
		fmt.Fprintf(&wide, "        p%d: {$ref: '#/components/schemas/Node'}\n", i)
	}
	document := "openapi: 3.0.3\ninfo: {title: x, version: '1'}\npaths:\n  /a:\n    post:\n      operationId: a\n" +
		"      requestBody: {required: true, content: {application/json: {schema: {type: object, properties: {first: {type: string}, node: {$ref: '#/components/schemas/Node'}, last: {type: string}}}}}}\n" +
		"components:\n  schemas:\n    Node:\n      type: object\n      properties:\n" + wide.String()
	o := readOne(t, document)
	begun := time.Now()
	got := written(o.Inputs(), "")
	if took := time.Since(begun); took > time.Second {
		t.Errorf("it took %s", took)
	}
	if want := "body: object!\n  first: string\n  node: object\n  last: string\n"; got != want {
		t.Errorf("got %.300s", got)
	}
}

// readOne reads a document with one operation.
func readOne(t *testing.T, document string) *Operation {
	t.Helper()
	d, err := Read(t.Context(), Source{URL: "https://x.example/openapi.yaml", Data: []byte(document)}, Options{})
	if err != nil || len(d.Operations) != 1 {
		t.Fatalf("%v, %v", d, err)
	}
	return d.Operations[0]
}
