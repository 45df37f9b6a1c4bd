package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestHandler asks the plugin what aidesk asks, and what it never should.
func TestHandler(t *testing.T) {
	t.Parallel()
	h, err := handler("https://ideas.example.com")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	for _, test := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/.well-known/ai-plugin.json", "", 200, `"url": "https://ideas.example.com/openapi.json"`},
		{"GET", "/openapi.json", "", 200, `"servers": [{"url": "https://ideas.example.com"}]`},
		{"GET", "/logo.png", "", 200, "PNG"},
		{"GET", "/ideas", "", 200, `{"ideas":[]}`},
		{"POST", "/ideas", `{"text":" <b>less paper</b> "}`, 201, `"number":1`},
		{"POST", "/ideas", `{"text":"more tea"}`, 201, `"url":"https://ideas.example.com/"`},
		{"GET", "/ideas?about=TEA", "", 200, `{"ideas":[{"number":2,"text":"more tea"`},
		{"GET", "/ideas?about=coffee", "", 200, `{"ideas":[]}`},
		{"GET", "/", "", 200, `<meta property="og:description" content="2 so far.">`},
		{"GET", "/", "", 200, "&lt;b&gt;less paper"},
		{"POST", "/ideas", `{"text":" "}`, 422, "from 1 to 200"},
		{"POST", "/ideas", `{"text":"` + strings.Repeat("é", 201) + `"}`, 422, "from 1 to 200"},
		{"POST", "/ideas", `text=x`, 400, "not a JSON object"},
		{"POST", "/ideas", `{"text":"` + strings.Repeat("x", 70<<10) + `"}`, 400, "not a JSON object"},
		{"GET", "/elsewhere", "", 404, ""},
		{"DELETE", "/ideas", "", 405, ""},
	} {
		request, err := http.NewRequestWithContext(t.Context(), test.method, server.URL+test.path, strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != test.status || !strings.Contains(string(body), test.want) {
			t.Errorf("%s %s answers %d %.200q, %v; want %d with %q", test.method, test.path, response.StatusCode, body, err, test.status, test.want)
		}
	}
}
