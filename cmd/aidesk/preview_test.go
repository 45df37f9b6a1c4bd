package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestPreview runs the command against a site on loopback: $SITE is its address,
// $HOST its host and port.
func TestPreview(t *testing.T) {
	mux := http.NewServeMux()
	page := func(head string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte("<html><head>" + head + "</head><body>x</body></html>"))
		}
	}
	mux.HandleFunc("/page", page(`<title>Plain</title><meta property="og:title" content="A &lt;chair&gt; &amp; a table">
		<meta property="og:site_name" content="The Shop"><meta property="og:description" content="Very good.">
		<meta property="og:image" content="/chair.png">`))
	mux.HandleFunc("/bare", page(""))
	mux.Handle("/away", http.RedirectHandler("http://169.254.169.254/latest", http.StatusFound))
	mux.HandleFunc("/chair.png", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("\x89PNG\r\n\x1a\n"))
	})
	site := httptest.NewServer(mux)
	t.Cleanup(site.Close)
	// A subtest of testscript's runs in parallel, so the site is closed by Cleanup.
	testscript.Run(t, testscript.Params{
		Dir: "testdata/preview",
		Setup: func(e *testscript.Env) error {
			e.Setenv("SITE", site.URL)
			e.Setenv("HOST", strings.TrimPrefix(site.URL, "http://"))
			return nil
		},
	})
}

// TestPreviewCodes tells wrong use from failure.
func TestPreviewCodes(t *testing.T) {
	for want, lines := range map[int][]string{
		exitFailure: {"preview http://127.0.0.1:1/", "preview --json http://10.0.0.1/", "preview nonsense"},
		exitUsage:   {"preview", "preview a b", "preview --nonsense a", "preview --allow-host x http://a.example/"},
	} {
		for _, line := range lines {
			if got := run(t.Context(), strings.Fields(line), nil, io.Discard, io.Discard); got != want {
				t.Errorf("aidesk %s: exit code %d, want %d", line, got, want)
			}
		}
	}
}
