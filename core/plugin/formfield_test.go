package plugin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/chat"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// operation is the only operation of a plugin, with this in its document.
func operation(t *testing.T, of string) (p *plugin.Plugin, o *openapi.Operation) {
	t.Helper()
	_, _, p, o = hosted(t, of)
	return p, o
}

// hosted is operation with the host of the plugin.
func hosted(t *testing.T, of string) (h *host, r *plugin.Registry, p *plugin.Plugin, o *openapi.Operation) {
	t.Helper()
	h = newHost(t, "one")
	h.set("/openapi.yaml", "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /things:\n    post:\n      operationId: make\n      responses: {'200': {description: d}}\n      "+of+"\n")
	r = registry(t, open(t), h)
	if err := configure(t, r, h); err != nil {
		t.Fatal(err)
	}
	p, err := r.Find(t.Context(), place, "one")
	if err != nil {
		t.Fatal(err)
	}
	o, ok := p.Operation("make")
	if !ok {
		t.Fatal("there is no operation make")
	}
	return h, r, p, o
}

// things wants a value of every kind, in an order that is not the alphabet's.
const things = `requestBody: {required: true, content: {application/json: {schema: {type: object, required: [until, amount], properties: {
  until: {type: string, format: date, description: Last day}, amount: {type: integer, minimum: 1, maximum: 9}, weight: {type: number},
  at: {type: string, format: date-time}, kind: {type: string, enum: [b, a]}, renew: {type: boolean}, name: {type: [string, "null"]},
  tags: {type: array, items: {type: string, enum: [x, "y, z"]}}, pages: {type: array, items: {type: integer}}, rows: {type: array, items: {type: object}}, either: {oneOf: [{type: integer}, {type: object}]}}}}}}`

// TestFormKinds: each value is asked for by an input of its kind, in the order of the
// document; what is filled in leaves as what it stands for; an edit without a change changes
// nothing.
func TestFormKinds(t *testing.T) {
	h, r, p, o := hosted(t, things)
	var got []string
	for _, in := range plugin.Form("f", p, o, nil).Inputs {
		got = append(got, strings.TrimRight(fmt.Sprintf("%s %s %s %s %s…%s %t %s", strings.TrimPrefix(in.Name, "body."), in.Kind, strings.Join(in.Choices, "|"), strings.Join(in.Labels, "|"), in.Min, in.Max, in.Required, in.Hint), " "))
	}
	want := []string{
		"until date   … true Last day",
		"amount number   1…9 true",
		"weight number   … false",
		"at date-time   … false",
		"kind choice b|a  … false",
		"renew choice true|false Yes|No … false",
		"name line   … false",
		"tags many x|y, z  … false",
		"pages text   … false One per line.",
		"more text   … false For: body.rows, body.either",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	values := map[string]string{
		"body.until": "2026-12-05", "body.amount": "3", "body.weight": "0.50", "body.at": "2026-12-05T14:00:00Z", "body.kind": "a", "body.renew": "false",
		"body.name": "", "body.tags": "x\ny, z", "body.pages": "3\n\n12345678901234567\n", "more": `{"body.rows":[{}],"body.either":{"n":1}}`,
	}
	args, err := plugin.FormArgs(o, values)
	if err != nil {
		t.Fatal(err)
	}
	again := map[string]string{}
	for _, in := range plugin.Form("f", p, o, call(t, p, "make", string(args)).Args).Inputs {
		again[in.Name] = in.Value
	}
	edited, err := plugin.FormArgs(o, again)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := call(t, p, "make", string(args)), call(t, p, "make", string(edited)); a.Digest != b.Digest {
		t.Errorf("edited without a change: %s; was %s", b.Args, a.Args)
	}
	h.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	if _, err := r.Send(t.Context(), chat.Place{}, p, call(t, p, "make", string(edited))); err != nil {
		t.Fatal(err)
	}
	sent := []string{`POST /things {"amount":3,"at":"2026-12-05T14:00:00Z","either":{"n":1},"kind":"a","pages":[3,12345678901234567],"renew":false,"rows":[{}],"tags":["x","y, z"],"until":"2026-12-05","weight":0.50}`}
	if diff := cmp.Diff(sent, h.calls()); diff != "" {
		t.Error(diff)
	}

	// A fault in a list is told at the list, one that has no input in the JSON.
	values["body.pages"], values["more"] = "3\nfour", `{"body.rows":[{}, 2]}`
	args, err = plugin.FormArgs(o, values)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Call(o, args)
	wrong := []chat.Fault{
		{Input: "body.pages", Message: "body.pages[1]: must be an integer, not a string."}, {Input: "more", Message: "body.rows[1]: must be an object, not a number."},
	}
	if diff := cmp.Diff(wrong, plugin.FormFaults(err, values)); diff != "" {
		t.Error(diff)
	}
}

// TestFormKeeps: what an input cannot say exactly stays in the JSON, so that an edit loses
// and changes nothing.
func TestFormKeeps(t *testing.T) {
	p, o := operation(t, things)
	p2, o2 := operation(t, `requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string, enum: ["x\ny", z]}}}}}}`)
	if in := plugin.Form("f", p2, o2, nil).Inputs; len(in) != 1 || in[0].Hint != "For: body.a" {
		t.Errorf("values of two lines are asked for by %+v", in)
	}
	for _, kept := range []string{`"tags":[]`, `"pages":[1,null]`, `"name":null`, `"name":""`, `"name":" "`, `"tags":["q"]`, `"kind":"q"`, `"name":5`, `"pages":[" 1"]`} {
		given := `{"body":{` + kept + `}}`
		inputs := plugin.Form("f", p, o, []byte(given)).Inputs
		if last := inputs[len(inputs)-1]; last.Name != "more" || last.Value != given {
			t.Errorf("of %s the JSON holds %q", given, last.Value)
		}
	}
	lines := plugin.Form("f", p, o, []byte(`{"body":{"name":"two\nlines"}}`)).Inputs
	if in := lines[6]; in.Kind != chat.InputText || in.Value != "two\nlines" {
		t.Errorf("a text of two lines is asked for by %s with %q", in.Kind, in.Value)
	}
}

// TestFormObjects: an object that must be sent and needs no field is sent empty.
func TestFormObjects(t *testing.T) {
	const of = `requestBody: {required: true, content: {application/json: {schema: {type: object, required: [loan], properties: {
		loan: {type: object, properties: {note: {type: string}, inner: {type: object, required: [x], properties: {x: {type: object, properties: {y: {type: string}}}}}}}}}}}}`
	_, o := operation(t, of)
	for _, test := range []struct{ name, text, want string }{
		{"body.loan.note", "", `{"body":{"loan":{}}}`},
		{"body.loan.note", "n", `{"body":{"loan":{"note":"n"}}}`},
		{"more", `{"body":{"loan":{"inner":{"x":{"y":"z"}}}}}`, `{"body":{"loan":{"inner":{"x":{"y":"z"}}}}}`},
	} {
		got, err := plugin.FormArgs(o, map[string]string{test.name: test.text})
		if err != nil || string(got) != test.want {
			t.Errorf("%s %q: %s, %v; want %s", test.name, test.text, got, err, test.want)
		}
	}
}

// TestFormNames: arguments whose names look alike keep apart, and none is taken for the JSON.
func TestFormNames(t *testing.T) {
	const of = `parameters: [{name: more, in: query, schema: {type: string}}, {name: filter.x, in: query, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {type: object, properties: {
        a: {type: object, properties: {x: {type: string}}}, a.x: {type: string}, über: {type: string}}}}}}`
	p, o := operation(t, of)
	var names []string
	for _, in := range plugin.Form("f", p, o, nil).Inputs {
		names = append(names, in.Name+": "+in.Label)
	}
	if diff := cmp.Diff([]string{"more~2: More", "filter_x: Filter x", "body.a.x: A: x", "body.a.x~2: A.x", "body.über: Über"}, names); diff != "" {
		t.Error(diff)
	}
	got, err := plugin.FormArgs(o, map[string]string{"body.a.x": "1", "body.a.x~2": "2", "more~2": "3", "filter_x": "4"})
	if want := `{"body":{"a":{"x":"1"},"a.x":"2"},"filter_x":"4","more":"3"}`; err != nil || string(got) != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
}

// TestFormRoom: a form asks for forty inputs, the last being the JSON for the rest.
func TestFormRoom(t *testing.T) {
	var all strings.Builder
	for i := range 60 {
		fmt.Fprintf(&all, "f%02d: {type: string}, ", i)
	}
	p, o := operation(t, "requestBody: {required: true, content: {application/json: {schema: {type: object, required: [f59], properties: {"+strings.TrimSuffix(all.String(), ", ")+"}}}}}")
	inputs := plugin.Form("f", p, o, nil).Inputs
	last := inputs[len(inputs)-1]
	if len(inputs) != chat.MaxInputs || inputs[0].Name != "body.f59" || inputs[1].Name != "body.f00" || !strings.HasPrefix(last.Hint, "For: body.f38, ") || !strings.HasSuffix(last.Hint, ", body.f58") {
		t.Errorf("%d inputs, the last: %+v", len(inputs), last)
	}
}
