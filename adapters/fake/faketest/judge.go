package faketest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"aidesk/adapters/fake/discord"
)

// Judge holds requests, and what the fake answers, against Discord's own OpenAPI
// document, so that the fake is not the only one who says what Discord takes. The
// document knows less than the fake in places (it lets 4,000 characters of content
// pass, or two equal custom_ids), and more in others.
type Judge struct{ router routers.Router }

// NewJudge reads the document: discord__openapi_v10_*.json of discord/discord-api-spec.
func NewJudge(path string) (*Judge, error) {
	doc, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("read Discord's OpenAPI document: %w", err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, fmt.Errorf("read Discord's OpenAPI document: %w", err)
	}
	return &Judge{router}, nil
}

// Attach has every request that is made of a fake judged when the test ends, also those
// that the fake refused.
func (j *Judge) Attach(t testing.TB, d *discord.Discord) {
	t.Cleanup(func() {
		t.Helper()
		var wrong []error
		said := map[string]bool{}
		for _, r := range d.Requests() {
			key := r.Name() + string(r.Body)
			if !said[key] { // judging takes a while
				wrong = append(wrong, j.Request(r))
			}
			said[key] = true
		}
		if err := errors.Join(wrong...); err != nil {
			t.Fatalf("%v", err)
		}
	})
}

// Request says what is wrong with a request; nil: nothing.
func (j *Judge) Request(r discord.Request) error {
	in, err := j.input(r)
	if err == nil {
		err = openapi3filter.ValidateRequest(context.Background(), in)
	}
	if err != nil {
		return fmt.Errorf("%s %s %s: %s", r.Method, r.Path, r.Body, brief(err))
	}
	return nil
}

// brief is a fault without the schemas and values that it quotes, and without saying
// of each alternative that it is another type.
func brief(err error) string {
	var out []string
	for line := range strings.Lines(err.Error()) {
		_, fault, ok := strings.Cut(line, `": at '`)
		if ok && !slices.Contains(out, fault) && !strings.Contains(fault, "type': value must be") {
			out = append(out, fault)
		}
	}
	if out == nil {
		short, _, _ := strings.Cut(err.Error(), "Schema:")
		return strings.TrimSpace(short)
	}
	return "\n" + strings.Join(out, "")
}

// Answer says what is wrong with what the fake answered; nil: nothing.
func (j *Judge) Answer(r discord.Request) error {
	in, err := j.input(r)
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.Method, r.Path, err)
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: r.Status, Header: http.Header{"Content-Type": {"application/json"}},
		Options: &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}
	if r.Answer != nil {
		out.Body = io.NopCloser(bytes.NewReader(r.Answer))
	}
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		return fmt.Errorf("%s %s, answered %d %s: %s", r.Method, r.Path, r.Status, r.Answer, brief(err))
	}
	return nil
}

// input is a request as the judge reads it: of v10, as JSON, with what the document
// says differently from Discord's pages put right.
func (j *Judge) input(r discord.Request) (*openapi3filter.RequestValidationInput, error) {
	url := "https://discord.com/api/v10" + strings.ReplaceAll(r.Path, "%40", "@") // as in @original
	if r.Query != "" {
		url += "?" + r.Query
	}
	q, err := http.NewRequestWithContext(context.Background(), r.Method, url, bytes.NewReader(whole(r.Body)))
	if err != nil {
		return nil, err
	}
	if len(r.Body) > 0 {
		q.Header.Set("Content-Type", "application/json")
	}
	route, vars, err := j.router.FindRoute(q)
	if err != nil {
		return nil, fmt.Errorf("no route of Discord's: %w", err)
	}
	return &openapi3filter.RequestValidationInput{
		Request: q, PathParams: vars, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}, nil
}

// whole puts right what the document says differently from Discord's pages:
// permissions are texts, and the document says whole numbers; the numbers of files are
// numbers, and it says texts.
func whole(body []byte) []byte {
	if !bytes.Contains(body, []byte("default_member_permissions")) && !bytes.Contains(body, []byte("attachments")) {
		return body
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var v any
	if decoder.Decode(&v) != nil {
		return body
	}
	right(v)
	out, _ := json.Marshal(v)
	return out
}

func right(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			right(e)
		}
	case map[string]any:
		if s, ok := v["default_member_permissions"].(string); ok && strings.Trim(s, "0123456789") == "" {
			v["default_member_permissions"] = json.Number(s)
		}
		attachments, _ := v["attachments"].([]any)
		for _, e := range attachments {
			if a, ok := e.(map[string]any); ok {
				if n, ok := a["id"].(json.Number); ok {
					a["id"] = n.String()
				}
			}
		}
		right(v["data"])
	}
}
