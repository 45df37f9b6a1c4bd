package playground_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"aidesk/cmd/aidesk/playground"
	"aidesk/core/chat"
	"aidesk/core/egress"
)

// ask asks the page's server.
func ask(t *testing.T, p *playground.Playground, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = "127.0.0.1:4040"
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	p.Handler(http.NotFoundHandler()).ServeHTTP(w, r)
	return w
}

func stage() *playground.Playground {
	heard := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "the fake heard "+r.URL.Path) })
	return &playground.Playground{
		Platforms: []playground.Platform{{Name: "slack", Fake: heard, Shows: func(a string) bool { return strings.Contains(a, "/shown") }}},
		Grammar:   chat.Grammar{{Name: "plugins", Verbs: []chat.Verb{{Summary: "The list"}, {Name: "enable", Summary: "One more", Example: "/plugins enable NAME"}}}},
		Try:       []string{"show the standings"},
	}
}

// TestHandler: the page, what it asks and nothing else is there, for those who know the token.
func TestHandler(t *testing.T) {
	t.Parallel()
	p := stage()
	root := p.Path()
	for _, tt := range []struct {
		path    string
		headers []string
		status  int
		has     string
	}{
		{root, nil, 200, `<div id="root">`},
		{root + "page.js", nil, 200, ""},
		{root + "LICENCES.txt", nil, 200, "MIT"},
		{root + "about", nil, 200, `"usage":"plugins enable"`},
		{root + "about", nil, 200, `"show the standings"`},
		{root + "slack/_control/page", nil, 200, "the fake heard /_control/page"},
		{root + "slack/files/F1", nil, 200, "the fake heard /files/F1"},
		{root + "slack/api/auth.test", nil, 404, ""},
		{root + "discord/_control/page", nil, 404, ""},
		{root + "nothing", nil, 404, ""},
		{"/", nil, 404, ""},
		{"/about", nil, 404, ""},
		{root[:len(root)-2] + "/about", nil, 404, ""},
		{root, []string{"Host", "elsewhere.example"}, 403, ""},
		{root + "about", []string{"Origin", "https://elsewhere.example"}, 403, ""},
		{root + "picture?address=" + url.QueryEscape("http://127.0.0.1:1/shown.png"), nil, 404, ""},
	} {
		r := ask(t, p, tt.path, tt.headers...)
		text := r.Body.String()
		if r.Code != tt.status || !strings.Contains(text, tt.has) {
			t.Errorf("%s %v: %d, %.200s", tt.path, tt.headers, r.Code, text)
		}
		if policy := r.Header().Get("Content-Security-Policy"); tt.status == 200 && (!strings.HasPrefix(policy, "default-src 'self';") || strings.Contains(policy, "script")) {
			t.Errorf("%s: the policy is %q", tt.path, policy)
		}
	}
	if other := stage().Path(); other == root || len(root) < 22 {
		t.Errorf("the token can be guessed: %s, %s", root, other)
	}
}

// TestPicture: the pictures of messages are fetched, if they are pictures.
func TestPicture(t *testing.T) {
	t.Parallel()
	var drawn bytes.Buffer
	if err := png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 200, 200))); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/shown.png", "/hidden.png":
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write(drawn.Bytes())
		default:
			w.Header().Set("Content-Type", "image/svg+xml")
			_, _ = io.WriteString(w, `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`)
		}
	}))
	t.Cleanup(server.Close)
	at := netip.MustParseAddrPort(server.Listener.Addr().String())
	guard, err := egress.New(egress.Rules{AllowHosts: []string{at.String()}}, egress.WithConnect(func(ctx context.Context, _ netip.AddrPort) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", at.String())
	}))
	if err != nil {
		t.Fatal(err)
	}
	p := stage()
	p.Guard = guard
	for path, want := range map[string]int{"/shown.png": 200, "/hidden.png": 404, "/shown.svg": 502, "/shown/none": 502} {
		r := ask(t, p, p.Path()+"picture?address="+url.QueryEscape(server.URL+path))
		if r.Code != want || want == 200 && r.Header().Get("Content-Type") != "image/png" {
			t.Errorf("%s: %d, %s", path, r.Code, r.Header().Get("Content-Type"))
		}
	}
}
