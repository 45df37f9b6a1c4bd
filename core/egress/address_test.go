package egress

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// publicSite answers /redir?to=X with a redirect to X and all else with 200.
var publicSite = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	if to := r.URL.Query().Get("to"); r.URL.Path == "/redir" {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
		return
	}
	fmt.Fprint(w, "ok")
})

// verdict is an address and what the guard must do with it.
type verdict struct{ id, want, url string }

// ownTargets are the classes of address by this project's own choice; the names
// are answered by ownNames.
var ownTargets = []verdict{
	{"loopback", "block", "http://127.8.9.10/"},
	{"loopback in six groups", "block", "http://[0:0:0:0:0:0:0:1]/"},
	{"two parts", "block", "http://127.1/"},
	{"decimal", "block", "http://3232235777/"},
	{"hexadecimal parts", "block", "http://0xc0.0xa8.1.1/"},
	{"octal", "block", "http://0300.0250.01.01/"},
	{"trailing dot", "block", "http://10.1.2.3./"},
	{"link-local metadata", "block", "http://169.254.169.254/"},
	{"wire server", "block", "http://168.63.129.16/"},
	{"Oracle metadata", "block", "http://192.0.0.192/"},
	{"Alibaba metadata", "block", "http://100.100.100.200/"},
	{"private 192.168", "block", "http://192.168.1.1/"},
	{"carrier", "block", "http://100.127.255.255/"},
	{"benchmark net", "block", "http://198.18.0.1/"},
	{"documentation net", "block", "http://203.0.113.9/"},
	{"reserved", "block", "http://240.0.0.1/"},
	{"this network", "block", "http://0.1.2.3/"},
	{"public", "allow", "http://198.51.101.7/"},
	{"mapped private", "block", "http://[::ffff:10.0.0.1]/"},
	{"compatible loopback", "block", "http://[::127.0.0.1]/"},
	{"NAT64 private", "block", "http://[64:ff9b::10.0.0.1]/"},
	{"local NAT64", "block", "http://[64:ff9b:1::1]/"},
	{"6to4 private", "block", "http://[2002:0a00:0001::1]/"},
	{"Teredo", "block", "http://[2001:0:1::1]/"},
	{"site-local", "block", "http://[fec0::1]/"},
	{"unique local", "block", "http://[fd12:3456::1]/"},
	{"zone", "block", "http://[fe80::1%25lo]/"},
	{"zone on a public address", "block", "http://[2606:4700::1%25eth0]/"},
	{"public v6", "allow", "http://[2606:4700::1111]/"},
	{"name of this machine", "block", "http://LocalHost./"},
	{"name below localhost", "block", "http://a.localhost/"},
	{"fullwidth", "block", "http://１２７.０.０.１/"},
	{"private behind a name", "block", "http://inside.test/"},
	{"first refused, second public", "allow", "http://mixed.test/"},
	{"rebinding", "block", "http://turning.test/"},
	{"public name", "allow", "http://public.test/"},
	{"public name, dot and case", "allow", "HTTP://PUBLIC.test./"},
	{"credentials", "block", "http://u:p@public.test/"},
	{"name before an at", "block", "http://public.test@10.0.0.1/"},
	{"mail port", "block", "http://public.test:25/"},
	{"port 0", "block", "http://public.test:0/"},
	{"port too large", "block", "http://public.test:65617/"},
	{"no host", "block", "http:///x"},
	{"opaque", "block", "http:public.test"},
	{"file", "block", "file:///etc/hosts"},
	{"ftp", "block", "ftp://public.test/"},
	{"javascript", "block", "javascript:alert(1)"},
	{"relative", "block", "/path"},
	{"redirect to private", "block", "http://public.test/redir?to=http://inside.test/"},
	{"redirect to a scheme", "block", "http://public.test/redir?to=file:///etc/hosts"},
	{"redirect without scheme", "block", "http://public.test/redir?to=//127.0.0.1/"},
	{"redirect to credentials", "block", "http://public.test/redir?to=http://a@public.test/"},
	{"redirect to itself", "allow", "http://public.test/redir?to=?x=1"},
}

var ownNames = map[string][]string{
	"public.test":  {"198.51.101.7"},
	"inside.test":  {"10.20.30.40"},
	"mixed.test":   {"fd00::1 198.51.101.7"},
	"turning.test": {"198.51.101.7", "127.0.0.1"},
	"127.0.0.1":    {"127.0.0.1"}, // as a lenient resolver would
}

func TestTargets(t *testing.T) {
	judgeAll(t, ownTargets, ownNames, Rules{})
}

// With the proxy variables set, every verdict and every connection is the same.
func TestTargetsWithProxyVariables(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"} {
		t.Setenv(name, "http://"+listener.Addr().String())
	}
	t.Setenv("NO_PROXY", "")
	judgeAll(t, ownTargets, ownNames, Rules{})
	if targets, names := corpus(t); targets != nil {
		judgeAll(t, targets, names, Rules{})
	}
}

func TestCorpus(t *testing.T) {
	targets, names := corpus(t)
	if targets == nil {
		t.Skip("AIDESK_CORPORA is not set")
	}
	judgeAll(t, targets, names, Rules{})
}

// Through the operator's proxy, which sees every connection, the verdicts are the same.
func TestTargetsByProxy(t *testing.T) {
	rules := Rules{Proxy: "http://198.51.101.99:3128"}
	own := slices.Clone(ownTargets)
	for i, c := range own {
		if c.id == "first refused, second public" {
			own[i].want = "block" // the proxy chooses the address, so each must be good
		}
	}
	judgeAll(t, own, ownNames, rules)
	if targets, names := corpus(t); targets != nil {
		judgeAll(t, targets, names, rules)
	}
}

// judgeAll asks each target as a page, a picture, a read and a call with effect.
func judgeAll(t *testing.T, targets []verdict, names map[string][]string, rules Rules) {
	t.Helper()
	for _, c := range targets {
		for _, kind := range []Kind{Webpage, Image, Read, Effect} {
			w := &world{names: names, serve: publicSite}
			g := w.guard(t, rules)
			if strings.Contains(c.url, "//rebind.") || strings.Contains(c.url, "//turning.") {
				host := strings.Trim(strings.TrimPrefix(c.url, "http:"), "/")
				if _, err := w.lookup(t.Context(), host); err != nil { // a pre-check has seen the first answer
					t.Fatal(err)
				}
			}
			err := ask(t, g, kind, c.url)
			hops := w.connections()
			redirect := strings.Contains(c.url, "/redir?")
			switch {
			case c.want == "allow":
				if err != nil || len(hops) == 0 {
					t.Errorf("%s (kind %d): %s: got %v after %v, want an answer", c.id, kind, c.url, err, hops)
				}
			case redirect && (kind == Read || kind == Effect):
				if err != nil || len(hops) != 1 {
					t.Errorf("%s (kind %d): %s: got %v after %v, want the redirect handed back", c.id, kind, c.url, err, hops)
				}
			default:
				if !errors.Is(err, ErrRefused) {
					t.Errorf("%s (kind %d): %s: got %v, want a refusal", c.id, kind, c.url, err)
				}
				if redirect && len(hops) != 1 || !redirect && len(hops) != 0 {
					t.Errorf("%s (kind %d): %s: connected to %v", c.id, kind, c.url, hops)
				}
				if err != nil && strings.ContainsAny(err.Error(), "?\n") {
					t.Errorf("%s: the error carries a query: %q", c.id, err)
				}
			}
			w.server.Close()
		}
	}
}

func ask(t *testing.T, g *Guard, kind Kind, url string) error {
	t.Helper()
	if kind == Webpage || kind == Image {
		_, err := g.Fetch(t.Context(), kind, "", url)
		return err
	}
	method := http.MethodGet
	if kind == Effect {
		method = http.MethodPost
	}
	_, sent, err := g.Do(t.Context(), "", Request{Method: method, URL: url, Effect: kind == Effect})
	if err != nil && sent != Unsent {
		t.Errorf("%s: refused but %s", url, sent)
	}
	return err
}

// corpus reads the shared list of targets; nil without it.
func corpus(t *testing.T) ([]verdict, map[string][]string) {
	t.Helper()
	folder := os.Getenv("AIDESK_CORPORA")
	if folder == "" {
		return nil, nil
	}
	file, err := os.Open(filepath.Join(folder, "ssrf-cases.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var targets []verdict
	names := map[string][]string{"127.0.0.1": {"127.0.0.1"}}
	for scan := bufio.NewScanner(file); scan.Scan(); {
		fields := strings.Split(scan.Text(), "\t")
		switch {
		case fields[0] == "#dns":
			names[fields[1]] = answers(fields[2])
		case strings.HasPrefix(fields[0], "#") || len(fields) < 3:
		default:
			targets = append(targets, verdict{fields[0], fields[1], fields[2]})
		}
	}
	if len(targets) != 60 || len(names) != 7 {
		t.Fatalf("read %d targets and %d names from %s", len(targets), len(names), file.Name())
	}
	return targets, names
}

// answers finds the addresses in the words of a #dns line, in order.
func answers(line string) []string {
	var found []string
	for word := range strings.FieldsSeq(strings.ReplaceAll(line, ",", " ")) {
		if _, err := netip.ParseAddr(word); err == nil {
			found = append(found, word)
		}
	}
	return found
}

func TestReasons(t *testing.T) {
	w := &world{names: ownNames}
	g := w.guard(t, Rules{})
	for url, want := range map[string]string{
		"http://127.0.0.1/?key=SECRET":      "127.0.0.1:80 is a loopback address",
		"https://169.254.169.254/":          "169.254.169.254:443 is a metadata or link-local address",
		"https://inside.test/path?s=1":      "10.20.30.40:443 is a private address",
		"http://[::1]/":                     "[::1]:80 is a loopback address",
		"http://[::]/":                      "[::]:80 is an address of this machine",
		"http://224.0.0.1/":                 "224.0.0.1:80 is a multicast address",
		"http://203.0.113.1/":               "203.0.113.1:80 is a reserved address",
		"http://localhost:80/":              "localhost:80 is a loopback address",
		"http://127.1/":                     `"127.1" is a number, not a host name; addresses are written like 192.0.2.1`,
		"http://public.test:22/":            "public.test: port 22 is not 80 or 443",
		"http://me:SECRET@public.test/":     "the address of public.test carries credentials",
		"ssh://public.test/":                "only http and https addresses are reached",
		"http://public.test/%zz?k=SECRET":   "the address is not a URL",
		"http://nowhere.test/":              "nowhere.test is a name that does not exist",
		"http://x\u202egnp.test/":           "x\ufffdgnp.test is a name that does not exist",
		"http://public.test/?key=SECRET":    "public.test closed the connection before the answer was complete",
		"http://public.test/" + long(17000): "the address at public.test is over 16 KiB long",
	} {
		_, err := g.Fetch(t.Context(), Webpage, "", url)
		if err == nil || err.Error() != want {
			t.Errorf("%.60s: got %v, want %s", url, err, want)
		}
	}
}

func long(n int) string { return strings.Repeat("a", n) }

func TestMetadataUnderEveryRule(t *testing.T) {
	addresses := []string{
		"169.254.169.254", "168.63.129.16", "192.0.0.192", "100.100.100.200", "fd00:ec2::254", "fd20:ce::254",
		"::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:a9fe:a9fe::", "::169.254.169.254", "fe80::1",
		"0.0.0.0", "::", "224.0.0.1",
	}
	for _, address := range addresses {
		host := netip.AddrPortFrom(netip.MustParseAddr(address), 80).String()
		for _, rules := range []Rules{
			{AllowHosts: []string{host}},
			{Internal: []Internal{{host, "p"}}},
			{Trusted: []Trusted{{host, "p"}}},
		} {
			if _, err := New(rules); err == nil || !errors.Is(err, ErrRefused) {
				t.Errorf("%+v: got %v, want a refusal", rules, err)
			}
		}
		w := &world{names: map[string][]string{"wiki.test": {address}}}
		g := w.guard(t, Rules{Internal: []Internal{{"wiki.test:80", "p"}}, Trusted: []Trusted{{"wiki.test:80", "p"}}})
		_, _, err := g.Do(t.Context(), "p", Request{Method: "GET", URL: "http://wiki.test/"})
		if dialled := w.connections(); len(dialled) > 0 || err == nil {
			t.Errorf("a rule opened %s: %v, %v", address, dialled, err)
		}
	}
}

// The address is checked once more by the operating system's dialer.
func TestDialerJudges(t *testing.T) {
	server := serve(t, publicSite)
	_, err := dialer(onlyPublic).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if !errors.Is(err, ErrRefused) {
		t.Errorf("got %v, want a refusal", err)
	}
	conn, err := dialer(notMetadata).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
}

func TestTriesTheNextAddress(t *testing.T) {
	names := map[string][]string{"many.test": {"198.51.101.1 10.0.0.1 198.51.101.2 198.51.101.3 198.51.101.4 198.51.101.5 198.51.101.6 198.51.101.7"}}
	w := &world{names: names}
	g := w.guard(t, Rules{})
	if _, err := g.Fetch(t.Context(), Webpage, "", "http://many.test/"); err == nil {
		t.Fatal("an answer without a server")
	}
	got := w.connections()
	want := []string{"198.51.101.1:80", "198.51.101.2:80", "198.51.101.3:80", "198.51.101.4:80", "198.51.101.5:80", "198.51.101.6:80"}
	if !slices.Equal(got, want) {
		t.Errorf("tried %v, want %v", got, want)
	}
}
