package example_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"aidesk/cmd/exampleplugins/example"
)

// FuzzRequest sends whatever it finds: no plugin may panic, fail, redirect or
// answer something that claims to be JSON and is not.
func FuzzRequest(f *testing.F) {
	for _, path := range []string{
		"/", "/legal", "/openapi.yaml", "/.well-known/ai-plugin.json", "/stays?city=Paris&nights=2", "/stays/canal-loft",
		"/bookings", "/bookings/1", "/items", "/items/milk", "/items/1/complete", "/pages?q=leave", "/pages/pay",
		"/matches?status=live", "/teams/North%20Pier/next", "/standings", "/a/../b", "/%2e%2e/", "//", "/items/%00",
	} {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			f.Add(method, path, `{"title":"milk","stay":"Canal Loft","nights":2,"from":"2026-12-05"}`, "text/html")
		}
	}
	f.Fuzz(func(t *testing.T, method, path, body, accept string) {
		u, err := url.ParseRequestURI(path)
		if err != nil || u.Host != "" || !strings.HasPrefix(path, "/") {
			t.Skip("a server would not get this path")
		}
		plugins, err := example.All(example.Config{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range plugins {
			r := &http.Request{
				Method: method, URL: u, Host: "127.0.0.1:1", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
				Header: http.Header{"Content-Type": {"application/json"}, "Accept": {accept}},
				Body:   io.NopCloser(strings.NewReader(body)),
			}
			w := httptest.NewRecorder()
			p.Handler.ServeHTTP(w, r.WithContext(t.Context()))
			if w.Code >= 500 || w.Code/100 == 3 {
				t.Errorf("%s: %s %q answers %d %s", p.Name, method, path, w.Code, w.Body)
			}
			if w.Header().Get("Content-Type") == "application/json" && !json.Valid(w.Body.Bytes()) {
				t.Errorf("%s: %s %q answers no JSON: %s", p.Name, method, path, w.Body)
			}
		}
	})
}
