package sitetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// Plugin is a plugin that serves on loopback, with its own document read.
type Plugin struct {
	t      *testing.T
	URL    string
	Doc    *openapi3.T
	router routers.Router
}

// Start serves a plugin until the test ends. Its document must load and hold.
func Start(t *testing.T, h http.Handler) *Plugin {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	p := &Plugin{t: t, URL: server.URL}
	doc, err := openapi3.NewLoader().LoadFromData(p.fetch(t, http.MethodGet, "/openapi.yaml", "", nil).body)
	if err != nil {
		t.Fatalf("the document does not load: %v", err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatalf("the document does not hold: %v", err)
	}
	if p.router, err = gorillamux.NewRouter(doc); err != nil {
		t.Fatal(err)
	}
	p.Doc = doc
	return p
}

// answer is an answer that has been read whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// fetch sends one request.
func (p *Plugin) fetch(t *testing.T, method, path, body string, header http.Header) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, p.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name := range header {
		r.Header.Set(name, header.Get(name))
	}
	client := &http.Client{
		Timeout:       time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	got, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(got.Body)
	if err := errors.Join(err, got.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return answer{status: got.StatusCode, header: got.Header, body: text}
}

// Call calls an operation, with a body of JSON unless it is empty, and returns
// the answer decoded into V. The status must be want, and the answer must be
// what the document promises. A call that succeeds must itself be one that the
// document allows.
func Call[V any](t *testing.T, p *Plugin, method, path, body string, want int) V {
	t.Helper()
	header := http.Header{}
	if body != "" {
		header.Set("Content-Type", "application/json")
	}
	got := p.fetch(t, method, path, body, header)
	if got.status != want {
		t.Fatalf("%s %s %s: status %d, want %d: %s", method, path, body, got.status, want, got.body)
	}
	p.promised(t, method, path, body, got)
	var v V
	dec := json.NewDecoder(bytes.NewReader(got.body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%s %s: %v in %s", method, path, err, got.body)
	}
	return v
}

// promised checks an answer, and the call of one that succeeded, against the
// document.
func (p *Plugin) promised(t *testing.T, method, path, body string, got answer) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, p.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	route, values, err := p.router.FindRoute(r)
	if err != nil {
		t.Fatalf("%s %s is not in the document: %v", method, path, err)
	}
	for name, value := range values { // the router leaves them encoded
		if values[name], err = url.PathUnescape(value); err != nil {
			t.Fatal(err)
		}
	}
	options := &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true}
	input := &openapi3filter.RequestValidationInput{Request: r, PathParams: values, Route: route, Options: options}
	if got.status < 300 {
		if err := openapi3filter.ValidateRequest(t.Context(), input); err != nil {
			t.Errorf("the document forbids %s %s %s: %v", method, path, body, err)
		}
	}
	err = openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input,
		Status:                 got.status,
		Header:                 got.header,
		Body:                   io.NopCloser(bytes.NewReader(got.body)),
		Options:                options,
	})
	if err != nil {
		t.Errorf("%s %s: the answer is not what the document promises: %v\n%s", method, path, err, got.body)
	}
}

// Refusal is what a refused call answers.
type Refusal struct {
	Error string `json:"error"`
	Field string `json:"field"`
}

// Case is a call that must be refused.
type Case struct {
	Name         string
	Method, Path string
	Body         string
	Status       int
	Field        string // which input is blamed
	Says         string // what the sentence must contain
}

// Refuse makes each call and checks its refusal.
func (p *Plugin) Refuse(t *testing.T, cases []Case) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			got := Call[Refusal](t, p, c.Method, c.Path, c.Body, c.Status)
			if got.Field != c.Field || !strings.Contains(got.Error, c.Says) {
				t.Errorf("%s %s %s: got %+v, want the field %q and a sentence with %q", c.Method, c.Path, c.Body, got, c.Field, c.Says)
			}
		})
	}
}
