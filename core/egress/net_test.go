package egress

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
)

// world is a network for tests: names, and every address leads to one server on
// loopback or fails.
type world struct {
	names map[string][]string // answers of the resolver, one for each query, the last repeats
	serve http.Handler        // nil: connections are refused

	mu      sync.Mutex
	asked   map[string]int
	dialled []string
	server  *httptest.Server
}

func (w *world) lookup(_ context.Context, host string) ([]netip.Addr, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	answers := w.names[host]
	if len(answers) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if w.asked == nil {
		w.asked = map[string]int{}
	}
	answer := answers[min(w.asked[host], len(answers)-1)]
	w.asked[host]++
	var addrs []netip.Addr
	for text := range strings.FieldsSeq(answer) {
		addrs = append(addrs, netip.MustParseAddr(text))
	}
	return addrs, nil
}

func (w *world) connect(ctx context.Context, address netip.AddrPort) (net.Conn, error) {
	w.mu.Lock()
	w.dialled = append(w.dialled, address.String())
	w.mu.Unlock()
	if w.server == nil {
		return nil, io.EOF
	}
	return new(net.Dialer).DialContext(ctx, "tcp", w.server.Listener.Addr().String())
}

// connections gives the addresses connected to since the last call.
func (w *world) connections() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	dialled := w.dialled
	w.dialled = nil
	return dialled
}

// guard makes a guard that lives in the world.
func (w *world) guard(t testing.TB, rules Rules) *Guard {
	t.Helper()
	if w.serve != nil && w.server == nil {
		w.server = httptest.NewServer(w.serve)
		t.Cleanup(w.server.Close)
	}
	g, err := New(rules, WithLookup(w.lookup), WithConnect(w.connect), WithVersion("test"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { idle(g) })
	return g
}

// local makes a guard on the real network that allows a server on loopback.
func local(t testing.TB, servers ...*httptest.Server) *Guard {
	t.Helper()
	rules := Rules{AllowAll: true}
	for _, server := range servers {
		rules.AllowHosts = append(rules.AllowHosts, server.Listener.Addr().String())
	}
	g, err := New(rules)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { idle(g) })
	return g
}

func idle(g *Guard) {
	for _, l := range []transports{g.direct, g.open, g.proxied, g.trusted} {
		l.reused.CloseIdleConnections()
		l.single.CloseIdleConnections()
	}
}

func serve(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// quiet is a logger for servers whose clients break off on purpose.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
