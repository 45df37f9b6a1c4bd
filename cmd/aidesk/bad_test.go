package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"aidesk/core/model/modeltest"
)

const goodManifest = `{"schema_version":"v1","name_for_model":"acme","name_for_human":"Acme","description_for_model":"d",
	"description_for_human":"d","auth":{"type":"none"},"api":{"type":"openapi","url":"/openapi.yaml"}}`

// TestBadPlugin starts the demo with plugins that cannot be used: each is one plain
// line that says what is wrong, and exit code 1.
func TestBadPlugin(t *testing.T) {
	t.Parallel()
	cycle := "openapi: 3.0.0\ninfo: {title: x, version: '1'}\npaths:\n  /a:\n    $ref: '#/paths/~1a'\n"
	for _, c := range []struct{ name, manifest, document, want string }{
		{"a web page", "<!doctype html><title>Hello</title>", "", "a web page came instead of a manifest"},
		{"not JSON", "{", "", "not valid JSON"},
		{"another JSON", `{"hello":1}`, "", "no plugin manifest"},
		{"huge", strings.Repeat(" ", 300<<10), "", "more than 256 KiB"},
		{"empty", "", "", "empty"},
		{"no address", `{"name_for_model":"acme"}`, "", "api.url is missing"},
		{"a document that is a web page", goodManifest, "<html>login</html>", "openapi.yaml"},
		{"a document without paths", goodManifest, "openapi: 3.0.0\ninfo: {title: x, version: '1'}\n", "paths"},
		{"a cyclic document", goodManifest, cycle, "openapi.yaml"},
		{"no document", goodManifest, "404", "is not there"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body := c.manifest
				if r.URL.Path == "/openapi.yaml" {
					body = c.document
				}
				if body == "404" {
					http.NotFound(w, r)
					return
				}
				fmt.Fprint(w, body)
			}))
			defer server.Close()
			line := failing(t, "demo", "--plugin", server.URL)
			if !strings.Contains(line, c.want) {
				t.Errorf("got %q, want something with %q", line, c.want)
			}
		})
	}
	t.Run("unreachable", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(http.NotFoundHandler())
		server.Close()
		failing(t, "demo", "--plugin", server.URL)
	})
}

// failing runs the program, which must fail with one plain line.
func failing(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(t.Context(), args, strings.NewReader(""), &out, &errs); code != exitFailure {
		t.Fatalf("exit code %d, want %d\n%s%s", code, exitFailure, out.String(), errs.String())
	}
	line := strings.TrimSuffix(errs.String(), "\n")
	if strings.Contains(line, "\n") || len(line) > 400 || !strings.HasPrefix(line, "aidesk: ") {
		t.Errorf("not one plain line: %q", line)
	}
	return line
}

// TestBadModel asks models that fail: the member gets one plain line, and the next
// question is answered.
func TestBadModel(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		answer modeltest.Answer
		times  int // that it is asked
		want   string
	}{
		{"a cut stream", modeltest.Break(modeltest.Chunk(map[string]any{"content": "Half of"}, "")), 3, "broke off"},
		{"a web page", modeltest.Raw(200, http.Header{"Content-Type": {"text/html"}}, "<html>login</html>"), 1, "No language model answers"},
		{"500", modeltest.JSON(500, `{"error":{"message":"boom"}}`), 3, "try again in a minute"},
		{"401", modeltest.JSON(401, `{"error":{"message":"bad key"}}`), 1, "does not accept aidesk's key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := modeltest.NewChat(t, append(slices.Repeat([]modeltest.Answer{c.answer}, c.times), modeltest.Text("Hello to you."))...)
			var out, errs bytes.Buffer
			in := strings.NewReader("hello\nhello again\n")
			if code := run(t.Context(), []string{"demo", "--model-url", server.URL, "--model", "m"}, in, &out, &errs); code != exitOK {
				t.Fatalf("exit code %d: %s", code, errs.String())
			}
			text := strings.Join(strings.Fields(out.String()), " ")
			if !strings.Contains(text, c.want) || !strings.Contains(text, "Hello to you.") || strings.Contains(text, "Half of") {
				t.Errorf("want %q and an answer to the next question:\n%s", c.want, out.String())
			}
		})
	}
}
