package egress

import (
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRuleFaults(t *testing.T) {
	noCertificate := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(noCertificate, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := New(Rules{
		AllowHosts: []string{"localhost:4010", "127.0.0.1", "127.0.0.1:0", "10.0.0.0/8", "169.254.169.254:80"},
		Internal:   []Internal{{"wiki.test", "p"}, {"https://wiki.test:443", "p"}, {"wiki.test:443", ""}, {":443", "p"}, {"wiki.test:70000", "p"}},
		Trusted:    []Trusted{{"a@wiki.test:443", "p"}},
		Proxy:      "proxy.test:3128",
		CAFile:     noCertificate,
	})
	if err == nil {
		t.Fatal("no fault")
	}
	want := []string{
		`egress.allow_hosts: "localhost:4010" is not ip:port; write it like 127.0.0.1:4010`,
		`egress.allow_hosts: "127.0.0.1" is not ip:port; write it like 127.0.0.1:4010`,
		`egress.allow_hosts: "127.0.0.1:0" is not ip:port; write it like 127.0.0.1:4010`,
		`egress.allow_hosts: "10.0.0.0/8" is not ip:port; write it like 127.0.0.1:4010`,
		`egress.allow_hosts: 169.254.169.254:80 is a metadata or link-local address, which no rule can open`,
		`egress.internal: "wiki.test" is not host:port; write it like wiki.corp.example:443`,
		`egress.internal: "https://wiki.test:443" is not host:port; write it like wiki.corp.example:443`,
		`egress.internal: wiki.test:443 names no plugin; say which one may call it`,
		`egress.internal: ":443" is not host:port; write it like wiki.corp.example:443`,
		`egress.internal: "wiki.test:70000" is not host:port; write it like wiki.corp.example:443`,
		`trusted address: "a@wiki.test:443" is not host:port; write it like wiki.corp.example:443`,
		`egress.proxy: not the address of a proxy; write it like http://proxy.example:3128`,
		`egress.ca_file: ` + noCertificate + ` holds no certificate in PEM form`,
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Error(diff)
	}
	if _, err := New(Rules{CAFile: noCertificate + ".none"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: got %v", err)
	}
}

// The table of what each rule opens, and to what only.
func TestOpenings(t *testing.T) {
	rules := Rules{
		AllowHosts: []string{"127.0.0.1:4010", "[::1]:4011"},
		Internal:   []Internal{{"Wiki.test:443", "wiki"}},
		Trusted:    []Trusted{{"127.0.0.1:5000", "todo"}, {"todo.test:443", "todo"}},
	}
	w := &world{names: map[string][]string{"wiki.test": {"10.0.0.9"}, "todo.test": {"10.0.0.8"}, "other.test": {"10.0.0.9"}}}
	g := w.guard(t, rules)
	all := []Kind{Webpage, Image, Manifest, Document, Read, Effect}
	for _, c := range []struct {
		url, plugin string
		open        []Kind
	}{
		{"http://127.0.0.1:4010/", "todo", all},
		{"http://[::1]:4011/", "todo", all},
		{"http://127.0.0.1:4010/", "", []Kind{Webpage, Image}}, // a plugin that somebody typed
		{"http://127.0.0.1:4011/", "", nil},
		{"http://localhost:4010/", "", nil},
		{"http://127.0.0.2:4010/", "", nil},
		{"http://[::ffff:127.0.0.1]:4010/", "", nil},
		{"https://wiki.test/", "wiki", []Kind{Read, Effect}},
		{"https://WIKI.test.:443/", "wiki", []Kind{Read, Effect}},
		{"http://wiki.test/", "wiki", nil},
		{"https://wiki.test:8443/", "wiki", nil},
		{"https://wiki.test/", "todo", nil},
		{"https://wiki.test/", "", nil},
		{"https://other.test/", "wiki", nil},
		{"https://10.0.0.9/", "wiki", nil},
		{"http://127.0.0.1:5000/", "todo", []Kind{Manifest, Document, Read, Effect}},
		{"http://127.0.0.1:5000/", "wiki", nil},
		{"http://127.0.0.1:5000/", "", nil},
		{"http://127.0.0.1:5001/", "todo", nil},
		{"https://todo.test/", "todo", []Kind{Manifest, Document, Read, Effect}},
	} {
		for _, kind := range all {
			var err error
			if kind == Read || kind == Effect {
				_, _, err = g.Do(t.Context(), c.plugin, Request{Method: "POST", URL: c.url, Effect: kind == Effect})
			} else {
				_, err = g.Fetch(t.Context(), kind, c.plugin, c.url)
			}
			opened := len(w.connections()) > 0
			if want := slices.Contains(c.open, kind); opened != want {
				t.Errorf("%s for %q, kind %d: opened %v, want %v (%v)", c.url, c.plugin, kind, opened, want, err)
			}
			if !opened && !errors.Is(err, ErrRefused) {
				t.Errorf("%s for %q, kind %d: got %v", c.url, c.plugin, kind, err)
			}
		}
	}
}

// An internal or trusted host is not reached through a redirect, from wherever.
func TestRedirectsOpenNothing(t *testing.T) {
	var reached []string
	w := &world{
		names: map[string][]string{"wiki.test": {"10.0.0.9"}, "todo.test": {"10.0.0.8"}, "public.test": {"198.51.101.7"}},
		serve: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			reached = append(reached, r.Host+r.URL.Path)
			publicSite(w, r)
		}),
	}
	g := w.guard(t, Rules{
		AllowHosts: []string{"198.51.101.7:80"},
		Internal:   []Internal{{"wiki.test:80", "p"}},
		Trusted:    []Trusted{{"todo.test:80", "p"}, {"more.test:80", "p"}},
	})
	for _, c := range []struct {
		kind   Kind
		url    string
		status int // 0: refused
		want   []string
	}{
		{Webpage, "http://public.test/redir?to=http://wiki.test/x", 0, []string{"public.test/redir"}},
		{Image, "http://public.test/redir?to=http://wiki.test/x", 0, []string{"public.test/redir"}},
		{Manifest, "http://todo.test/redir?to=http://wiki.test/x", 0, []string{"todo.test/redir"}},
		{Document, "http://todo.test/redir?to=http://127.0.0.1/", 0, []string{"todo.test/redir"}},
		{Manifest, "http://todo.test/redir?to=http://more.test/x", 0, []string{"todo.test/redir"}},
		{Document, "http://198.51.101.7/redir?to=http://todo.test/x", 0, []string{"198.51.101.7/redir"}},
		{Manifest, "http://todo.test/redir?to=/x", 200, []string{"todo.test/redir", "todo.test/x"}},
		{Webpage, "http://public.test/redir?to=http://todo.test/x", 0, []string{"public.test/redir"}},
		{Read, "http://public.test/redir?to=http://wiki.test/x", 302, []string{"public.test/redir"}},
		{Read, "http://public.test/redir?to=http://todo.test/x", 302, []string{"public.test/redir"}},
		{Read, "http://wiki.test/x", 200, []string{"wiki.test/x"}},
		{Read, "http://wiki.test/redir?to=/x", 302, []string{"wiki.test/redir"}},
		{Read, "http://todo.test/redir?to=/x", 200, []string{"todo.test/redir", "todo.test/x"}},
		{Effect, "http://todo.test/redir?to=/x", 302, []string{"todo.test/redir"}},
	} {
		reached = nil
		var status int
		var err error
		if c.kind == Read || c.kind == Effect {
			var answer Response
			answer, _, err = g.Do(t.Context(), "p", Request{Method: "GET", URL: c.url, Effect: c.kind == Effect})
			status = answer.Status
		} else {
			var page Page
			page, err = g.Fetch(t.Context(), c.kind, "p", c.url)
			status = page.Status
		}
		if status != c.status || (c.status == 0) != errors.Is(err, ErrRefused) {
			t.Errorf("kind %d %s: got %d %v, want %d", c.kind, c.url, status, err, c.status)
		}
		if diff := cmp.Diff(c.want, reached); diff != "" {
			t.Errorf("kind %d %s:\n%s", c.kind, c.url, diff)
		}
	}
}

// A connection that was opened under a rule is not used by others.
func TestConnectionsStayInTheirLane(t *testing.T) {
	w := &world{names: map[string][]string{"wiki.test": {"10.0.0.9"}}, serve: publicSite}
	g := w.guard(t, Rules{Internal: []Internal{{"wiki.test:80", "wiki"}}})
	call := Request{Method: "GET", URL: "http://wiki.test/"}
	for range 2 {
		if _, _, err := g.Do(t.Context(), "wiki", call); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.connections(); len(got) != 1 {
		t.Errorf("reads made connections %v, want one that is kept", got)
	}
	if _, _, err := g.Do(t.Context(), "other", call); !errors.Is(err, ErrRefused) {
		t.Errorf("another plugin: got %v", err)
	}
}

func TestPorts(t *testing.T) {
	w := &world{names: map[string][]string{"api.test": {"198.51.101.7"}}, serve: publicSite}
	g := w.guard(t, Rules{})
	for _, c := range []struct {
		port uint16
		good bool
	}{{0, false}, {8442, false}, {8443, true}} {
		_, _, err := g.Do(t.Context(), "p", Request{Method: "GET", URL: "http://api.test:8443/", Port: c.port})
		if (err == nil) != c.good {
			t.Errorf("approved port %d: got %v", c.port, err)
		}
	}
	if got := w.connections(); !slices.Equal(got, []string{"198.51.101.7:8443"}) {
		t.Errorf("connected to %v", got)
	}
}

func TestCheck(t *testing.T) {
	w := &world{}
	g := w.guard(t, Rules{})
	for _, c := range []struct {
		kind Kind
		url  string
		want string
	}{
		{Read, "http://api.test/", "<nil>"},
		{Manifest, "http://api.test/", "api.test:80 is asked over plain http; a manifest or document needs https"},
		{Document, "https://api.test/openapi.json", "<nil>"},
		{Effect, "https://10.0.0.1/", "10.0.0.1:443 is a private address"},
		{Effect, "https://a b/", "the address is not a URL"},
	} {
		if got := fmt.Sprint(g.Check(c.kind, "p", c.url)); got != c.want {
			t.Errorf("%d %s: got %s, want %s", c.kind, c.url, got, c.want)
		}
	}
	if len(w.asked)+len(w.connections()) > 0 {
		t.Error("a check looked up or connected")
	}
}

func TestCompanyAuthority(t *testing.T) {
	server := httptest.NewTLSServer(publicSite)
	t.Cleanup(server.Close)
	server.Config.ErrorLog = quiet()
	file := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(file, block, 0o600); err != nil {
		t.Fatal(err)
	}
	allow := []string{server.Listener.Addr().String()}
	for _, c := range []struct{ file, want string }{
		{"", server.Listener.Addr().String() + " has a certificate of an unknown authority; a company's own authority goes into egress.ca_file"},
		{file, "<nil>"},
	} {
		g, err := New(Rules{AllowHosts: allow, AllowAll: true, CAFile: c.file})
		if err != nil {
			t.Fatal(err)
		}
		_, err = g.Fetch(t.Context(), Manifest, "", server.URL)
		if got := fmt.Sprint(err); got != c.want {
			t.Errorf("ca_file %q: got %s, want %s", c.file, got, c.want)
		}
		_, sent, err := g.Do(t.Context(), "", Request{Method: "POST", URL: server.URL, Effect: true, Body: []byte("{}")})
		if got := fmt.Sprint(err); got != c.want || c.file == "" && sent != Unsent || c.file != "" && sent != Answered {
			t.Errorf("ca_file %q, effect: got %s, %s", c.file, sent, got)
		}
		idle(g)
	}
}

// With a proxy, what is public goes through it and what the operator opened on
// this network does not; what can be judged without looking up is judged.
func TestProxy(t *testing.T) {
	var through []string
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		through = append(through, r.Method+" "+r.Host)
		if r.Method == http.MethodConnect {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		fmt.Fprint(w, "by the proxy")
	})
	lookup := (&world{names: map[string][]string{
		"public.test": {"198.51.101.7"}, "metadata.google.internal": {"198.51.101.7"}, "kubernetes.default.svc": {"198.51.101.7"}, "intranet": {"198.51.101.7"},
		"named.test": {"169.254.169.254"}, "mixed.test": {"198.51.101.7 10.0.0.1"},
	}}).lookup
	direct := serve(t, publicSite)
	here := direct.Listener.Addr().String()
	g, err := New(Rules{
		Proxy:      "http://user:SECRET@" + proxy.Listener.Addr().String(),
		AllowHosts: []string{here},
		Trusted:    []Trusted{{"todo.test:443", "todo"}, {"127.0.0.1:1", "todo"}},
	}, WithLookup(lookup))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { idle(g) })
	for _, c := range []struct {
		kind         Kind
		url, want    string
		wantsThrough string
	}{
		{Webpage, "http://public.test/", "<nil>", "GET public.test"},
		{Webpage, "https://public.test/", "the proxy of egress.proxy refused public.test:443 with status 403", "CONNECT public.test:443"},
		{Manifest, "https://todo.test/", "the proxy of egress.proxy refused todo.test:443 with status 403", "CONNECT todo.test:443"},
		{Webpage, direct.URL, "<nil>", ""},
		{Manifest, "http://127.0.0.1:1/", "127.0.0.1:1 cannot be reached: connection refused", ""},
		{Webpage, "http://10.0.0.1/", "10.0.0.1:80 is a private address", ""},
		{Webpage, "http://2130706433/", `"2130706433" is a number, not a host name; addresses are written like 192.0.2.1`, ""},
		{Webpage, "http://①②⑦.⓪.⓪.①/", `"①②⑦.⓪.⓪.①" is not ASCII; behind egress.proxy a host is written as punycode`, ""},
		{Webpage, "http://localhost/", "localhost:80 is a loopback address", ""},
		{Read, "http://metadata.google.internal/", `"metadata.google.internal" is the name of an inner network; the proxy is not asked for it`, ""},
		{Read, "http://Kubernetes.Default.SVC./", `"Kubernetes.Default.SVC." is the name of an inner network; the proxy is not asked for it`, ""},
		{Effect, "http://intranet/", `"intranet" is the name of an inner network; the proxy is not asked for it`, ""},
		{Read, "https://named.test/", "169.254.169.254:443 is a metadata or link-local address", ""},
		{Effect, "https://mixed.test/", "10.0.0.1:443 is a private address", ""},
		{Webpage, "http://unknown.test/", "unknown.test is a name that does not exist", ""},
	} {
		through = nil
		var err error
		if c.kind == Read || c.kind == Effect {
			_, _, err = g.Do(t.Context(), "todo", Request{Method: http.MethodGet, URL: c.url, Effect: c.kind == Effect})
		} else {
			_, err = g.Fetch(t.Context(), c.kind, "todo", c.url)
		}
		if got := fmt.Sprint(err); got != c.want || strings.Join(through, " ") != c.wantsThrough {
			t.Errorf("%s: got %s through %q, want %s through %q", c.url, got, through, c.want, c.wantsThrough)
		}
	}
	blind, err := New(Rules{Proxy: "http://" + proxy.Listener.Addr().String(), ProxyResolves: true}, WithLookup(lookup))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { idle(blind) })
	if _, err := blind.Fetch(t.Context(), Webpage, "", "http://unknown.test/"); err != nil {
		t.Errorf("a name that only the proxy resolves: %v", err)
	}
	through = nil
	response, err := g.Operator().Do(get(t, "http://model.test/v1"))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if !slices.Equal(through, []string{"GET model.test"}) {
		t.Errorf("the operator's client went through %q", through)
	}
	proxy.Close()
	if _, err := g.Fetch(t.Context(), Webpage, "", "https://public.test/"); fmt.Sprint(err) != "the proxy of egress.proxy cannot be reached: connection refused" {
		t.Errorf("proxy down: got %v", err)
	}
}

func get(t *testing.T, address string) *http.Request {
	t.Helper()
	if _, err := url.Parse(address); err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	return request
}
