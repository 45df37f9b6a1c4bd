package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// A plugin whose legal page is gone, whose logo is a text, and that counts its calls.
type loans struct {
	*httptest.Server
	reads, writes atomic.Int32
}

func newLoans(t *testing.T) *loans {
	t.Helper()
	l := &loans{}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method + " " + r.URL.Path {
		case "GET /.well-known/ai-plugin.json":
			fmt.Fprintf(w, `{"schema_version":"v1","name_for_model":"loans","name_for_human":"Loans","description_for_model":"Lends books to members.","description_for_human":"Lends books.",
				"auth":{"type":"none"},"api":{"type":"openapi","url":"/openapi.yaml"},"logo_url":"http://%[1]s/logo.png","contact_email":"a@loans.example","legal_info_url":"http://%[1]s/legal"}`, r.Host)
		case "GET /openapi.yaml":
			fmt.Fprint(w, `openapi: 3.0.3
info: {title: Loans, version: "1"}
paths:
  /books/{id}:
    get: {operationId: getBook, summary: Read about one book, parameters: [{name: id, in: path, required: true, schema: {type: string}}], responses: {"200": {description: A book.}}}
  /books:
    get: {operationId: listBooks, summary: List the books, x-aidesk-examples: ["what books are there?"], responses: {"200": {description: Books.}}}
  /loans:
    post: {operationId: lend, summary: Lend a book, requestBody: {required: true, content: {application/json: {schema: {type: object, required: [book], properties: {book: {type: string}}}}}}, responses: {"200": {description: Done.}}}
`)
		case "GET /logo.png":
			fmt.Fprint(w, "not yet")
		case "GET /books":
			l.reads.Add(1)
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"books":[{"title":"Emma","url":"https://loans.example/emma"}]}`)
		case "POST /loans":
			l.writes.Add(1)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(l.Close)
	return l
}

// chooser is a server of language models that calls the tool that is its model's name.
func chooser(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			Model string
			Tools []struct{ Function struct{ Name string } }
		}
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &q); err != nil || len(q.Tools) != 3 || r.Header.Get("Authorization") != "Bearer k" {
			http.Error(w, "bad request", http.StatusBadRequest)
			return
		}
		call := fmt.Sprintf(`"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":%q,"arguments":"{}"}}]`, q.Model)
		if bytes.Contains(body, []byte("joke")) {
			call = `"content":"Knock, knock."`
		}
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprintf(w, "data: {\"id\":\"r\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",%s}}]}\n\n", call)
		fmt.Fprint(w, "data: {\"id\":\"r\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
	}))
	t.Cleanup(s.Close)
	return s.URL + "/v1"
}

// TestPluginTrial does what the author of a plugin tries, and sees that nothing but one read
// reaches the plugin.
func TestPluginTrial(t *testing.T) {
	t.Setenv("AIDESK_MODEL_KEY", "k")
	l, models, dir := newLoans(t), chooser(t), t.TempDir()
	file := func(name, text string) string {
		t.Helper()
		at := filepath.Join(dir, name)
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return at
	}
	questions := file("q.yaml", `- {ask: "what books are there?", want: listBooks}
- {ask: tell me a joke, want: none}
`)
	wrong := file("wrong.yaml", `- {ask: "what books are there?", want: giveBack}`)
	document := file("doc.yaml", "openapi: 3.0.3\ninfo: {title: Loans, version: '1'}\npaths: {/books: {get: {operationId: listBooks, responses: {'200': {description: Books.}}}}}\n")
	host := strings.TrimPrefix(l.URL, "http://")
	for _, c := range []struct {
		name       string
		code       int
		args       []string
		want, errs []string
	}{
		{"links", exitOK, []string{l.URL}, []string{"Asked whether they answer: logo, legal page.", "the logo does not answer as it should: it is no picture but text/plain", "the legal page does not answer as it should: HTTP 404"}, nil},
		{"no links", exitOK, []string{l.URL, "--links=false"}, []string{"!Asked", "!link-dead"}, nil},
		{"plain http", exitFailure, []string{host}, nil, []string{"does not speak TLS on this port; if it is meant to be without, write http://" + host}},
		{"a call", exitOK, []string{l.URL, "--call"}, []string{"Called listBooks: GET " + l.URL + "/books", `"title":"Emma"`, "previews are made: 1, the first https://loans.example/emma"}, nil},
		{"a call of one", exitFailure, []string{l.URL, "--call=getBook", "--args", `{"id":"emma"}`}, []string{"GET " + l.URL + "/books/emma", "HTTP 404"}, []string{"getBook: The plugin does not know what was asked for (404)"}},
		{"a call that changes something", exitFailure, []string{l.URL, "--call=lend"}, []string{"!Called"}, []string{"lend is not called: it may change something"}},
		{"a call of nothing", exitFailure, []string{l.URL, "--call=sell"}, nil, []string{`there is no operation "sell"`}},
		{"a file and its server", exitOK, []string{document, "--base", l.URL, "--call"}, []string{`"title":"Emma"`, "!Asked"}, nil},
		{"a file and a server elsewhere", exitFailure, []string{file("private.yaml", "openapi: 3.0.3\nservers: [{url: '"+l.URL+"'}]\npaths: {/books: {get: {operationId: listBooks}}}\n"), "--call"}, nil, []string{"--allow-host IP:PORT"}},
		{"a file and a server allowed", exitOK, []string{filepath.Join(dir, "private.yaml"), "--call", "--allow-host", host}, []string{"Emma"}, nil},
		{"a prompt", exitOK, []string{l.URL, "--prompt=lend me Emma"}, []string{"What the plugin says of itself, sent as data (about ", "Plugin loans (Loans): Lends books to members.", "Tools (3, about ", "loans__lend (about ", `with the question "lend me Emma"`}, nil},
		{"the planner", exitOK, []string{l.URL, "--ask", questions}, []string{"2 of 2 are right, asked of planner. Nothing was sent to a plugin."}, nil},
		{"a model", exitOK, []string{l.URL, "--ask", questions, "--model-url", models, "--model", "loans__listBooks"}, []string{"right  1  loans.listBooks  loans.listBooks {}", "2 of 2 are right, asked of loans__listBooks."}, nil},
		{"a model that errs", exitFailure, []string{l.URL, "--ask", questions, "--model-url", models, "--model", "loans__lend"}, []string{"wrong  1  loans.listBooks", "1 of 2 are right"}, []string{"1 of 2 questions did not come out right"}},
		{"a wrong question", exitFailure, []string{l.URL, "--ask", wrong}, nil, []string{`wrong.yaml:1:40: [0].want: there is no operation "giveBack"`}},
		{"no such file", exitFailure, []string{l.URL, "--ask", filepath.Join(dir, "none")}, []string{"!Loans"}, []string{"cannot be read: no such file"}},
		{"no model's name", exitUsage, []string{l.URL, "--ask", questions, "--model-url", models}, nil, []string{"--model is missing"}},
		{"arguments of nothing", exitUsage, []string{l.URL, "--args", "{}"}, nil, []string{"--args is a JSON object for --call"}},
		{"an object and a call", exitUsage, []string{l.URL, "--json", "--call"}, nil, []string{"--json prints the report alone"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := run(t.Context(), append([]string{"plugin", "check"}, c.args...), strings.NewReader(""), &out, &errs)
			if code != c.code {
				t.Errorf("it ends with %d: %s", code, errs.String())
			}
			for text, wants := range map[string][]string{out.String(): c.want, errs.String(): c.errs} {
				for _, want := range wants {
					if not, is := strings.CutPrefix(want, "!"); is == strings.Contains(text, not) {
						t.Errorf("%q in:\n%s", want, text)
					}
				}
			}
		})
	}
	if l.writes.Load() > 0 || l.reads.Load() != 3 {
		t.Errorf("%d reads and %d writes reached the plugin", l.reads.Load(), l.writes.Load())
	}
}
