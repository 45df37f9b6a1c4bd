package plugin_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/chat"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

const loans = `openapi: 3.0.3
info: {title: T, version: "1"}
paths:
  /loans:
    post:
      operationId: lend
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [loan]
              properties:
                loan:
                  type: object
                  required: [amount, until]
                  properties:
                    amount: {type: integer, minimum: 1}
                    until: {type: string, format: date}
                    renew: {type: boolean}
                    at: {type: object, properties: {desk: {type: string}, room: {type: object, properties: {no: {type: integer}}}}}
      responses: {"200": {description: d}}
`

// lending is a plugin whose only operation wants nested objects.
func lending(t *testing.T) (h *host, r *plugin.Registry, p *plugin.Plugin, o *openapi.Operation) {
	t.Helper()
	h = newHost(t, "one")
	h.set("/openapi.yaml", loans)
	r = registry(t, open(t), h)
	if err := configure(t, r, h); err != nil {
		t.Fatal(err)
	}
	p, err := r.Find(t.Context(), place, "one")
	if err != nil {
		t.Fatal(err)
	}
	o, ok := p.Operation("lend")
	if !ok {
		t.Fatal("there is no operation lend")
	}
	return h, r, p, o
}

// TestFormNested: the fields of a nested object are inputs of their own, wrong values are
// told at their inputs, and what is filled in leaves as the object that it stands for.
func TestFormNested(t *testing.T) {
	h, r, p, o := lending(t)
	var got []string
	for _, in := range plugin.Form("f", p, o, nil).Inputs {
		got = append(got, strings.Join([]string{in.Name, in.Label, string(in.Kind), in.Hint, strings.Join(in.Choices, "|")}, "; "))
	}
	want := []string{
		"body.loan.amount; Loan: amount; number; ; ",
		"body.loan.until; Loan: until; date; ; ",
		"body.loan.renew; Loan: renew; choice; ; true|false",
		"body.loan.at.desk; Loan: at: desk; line; ; ",
		"more; More, as JSON; text; For: body.loan.at.room; ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	values := map[string]string{"body.loan.amount": "0", "body.loan.until": "soon", "body.loan.at.desk": "", "body.loan.renew": "true", "more": ""}
	args, err := plugin.FormArgs(o, values)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Call(o, args)
	wrong := []chat.Fault{{Input: "body.loan.amount", Message: "This must be at least 1."}, {Input: "body.loan.until", Message: "This must be a date such as 2026-01-31."}}
	if diff := cmp.Diff(wrong, plugin.FormFaults(err, values)); diff != "" {
		t.Error(diff)
	}

	for _, more := range []string{`{"body.loan.at.room": {"no": 7}}`, `{"body": {"loan": {"at": {"room": {"no": 7}}}}}`} {
		values = map[string]string{"body.loan.amount": "3", "body.loan.until": "2026-12-05", "body.loan.at.desk": "B", "body.loan.renew": "true", "more": more}
		args, err = plugin.FormArgs(o, values)
		if err != nil {
			t.Fatal(err)
		}
		// Edit is the same form, with what was filled in.
		for _, in := range plugin.Form("f", p, o, args).Inputs {
			if want := values[in.Name]; in.Value != want && in.Name != "more" {
				t.Errorf("%s holds %q, want %q", in.Name, in.Value, want)
			}
			values[in.Name] = in.Value
		}
		again, err := plugin.FormArgs(o, values)
		if err != nil || string(again) != string(args) {
			t.Errorf("edited without a change: %s, %v; want %s", again, err, args)
		}
		h.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
		if _, err := r.Send(t.Context(), chat.Place{}, p, call(t, p, "lend", string(args))); err != nil {
			t.Fatal(err)
		}
		want := []string{`POST /loans {"loan":{"amount":3,"at":{"desk":"B","room":{"no":7}},"renew":true,"until":"2026-12-05"}}`}
		if diff := cmp.Diff(want, h.calls()); diff != "" {
			t.Error(diff)
		}
	}
}

// TestFormJSON: values that no input holds are kept in the JSON, a form of before an
// upgrade can be submitted after it, and JSON that contradicts an input is refused.
func TestFormJSON(t *testing.T) {
	_, _, p, o := lending(t)
	f := plugin.Form("f", p, o, []byte(`{"body":{"loan":{"amount":1,"renew":null,"other":"x"}}}`))
	if last := f.Inputs[len(f.Inputs)-1]; last.Name != "more" || last.Value != `{"body":{"loan":{"other":"x","renew":null}}}` {
		t.Errorf("the JSON is %q of %s", last.Value, last.Name)
	}
	for _, test := range []struct{ name, more, amount, want string }{
		{"before the upgrade", `{"body":{"loan":{"amount":2,"until":"2026-12-05"}}}`, "", `{"body":{"loan":{"amount":2,"until":"2026-12-05"}}}`},
		{"whole by name", `{"body.loan.at.room":{"no":1}}`, "2", `{"body":{"loan":{"amount":"2","at":{"room":{"no":1}}}}}`},
		{"contradiction", `{"body":{"loan":5}}`, "2", "body.loan has fields of its own in this form, so in the JSON it must be an object."},
		{"the same", `{"body":{"loan":{"amount":2}}}`, "2", `{"body":{"loan":{"amount":2}}}`},
		{"another value", `{"body.loan.amount":3}`, "2", "body.loan.amount has a field of its own in this form with another value; leave it out of the JSON."},
		{"no object", `[1]`, "2", plugin.ErrMore.Error() + "."},
	} {
		values := map[string]string{"body.loan.amount": test.amount, "more": test.more}
		got, err := plugin.FormArgs(o, values)
		said := string(got)
		if err != nil {
			said = plugin.FormFaults(err, values)[0].Message
		}
		if said != test.want {
			t.Errorf("%s: %s; want %s", test.name, said, test.want)
		}
	}

	// An object that is missing as a whole is told at the first of its fields.
	values := map[string]string{"body.loan.amount": "", "body.loan.until": ""}
	_, err := p.Call(o, []byte(`{"body":{}}`))
	if got := plugin.FormFaults(err, values); len(got) != 1 || got[0].Input != "body.loan.amount" {
		t.Errorf("a missing object is told at %v", got)
	}
}

// TestFormDigits: a number keeps all its digits in a form, in an input and in the JSON.
func TestFormDigits(t *testing.T) {
	_, _, p, o := lending(t)
	const args = `{"body":{"loan":{"amount":12345678901234567,"at":{"room":{"no":76543210987654321}}}}}`
	values := map[string]string{}
	for _, in := range plugin.Form("f", p, o, []byte(args)).Inputs {
		values[in.Name] = in.Value
	}
	if values["body.loan.amount"] != "12345678901234567" {
		t.Errorf("the input holds %s", values["body.loan.amount"])
	}
	got, err := plugin.FormArgs(o, values)
	want := `{"body":{"loan":{"amount":"12345678901234567","at":{"room":{"no":76543210987654321}}}}}`
	if string(got) != want || err != nil {
		t.Errorf("the form is read as %s, %v; want %s", got, err, want)
	}
}
