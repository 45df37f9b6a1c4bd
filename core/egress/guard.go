package egress

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// Guard is the way out. It is safe for concurrent use.
type Guard struct {
	rules   ruleset
	version string
	lookup  Lookup
	connect Connect // nil for the system's network

	direct, open     transports
	proxied, trusted transports // by the proxy: to public addresses; to what the operator wrote
}

// Lookup gives the addresses of a host name.
type Lookup func(ctx context.Context, host string) ([]netip.Addr, error)

// Connect opens a TCP connection to an address that the guard has found good.
type Connect func(ctx context.Context, address netip.AddrPort) (net.Conn, error)

// Option changes how a [Guard] is made.
type Option func(*Guard)

// WithVersion sets the version that the User-Agent carries: aidesk/<version>.
// Defaults to "dev".
func WithVersion(version string) Option { return func(g *Guard) { g.version = version } }

// WithLookup replaces the system's resolver.
func WithLookup(lookup Lookup) Option { return func(g *Guard) { g.lookup = lookup } }

// WithConnect replaces the system's network: tests lead connections elsewhere.
// It is called only with addresses that have passed the guard.
func WithConnect(connect Connect) Option { return func(g *Guard) { g.connect = connect } }

// New makes a guard with the operator's rules. The error names every rule that
// cannot hold, one line each.
func New(rules Rules, options ...Option) (*Guard, error) {
	book, err := rules.compile()
	authorities, caErr := rules.authorities()
	if err := errors.Join(err, caErr); err != nil {
		return nil, err
	}
	g := &Guard{
		rules:   book,
		version: "dev",
		lookup: func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		},
	}
	for _, option := range options {
		option(g)
	}
	g.direct = g.newTransports(nil, authorities, onlyPublic)
	g.open = g.newTransports(nil, authorities, notMetadata)
	g.proxied = g.newTransports(g.publicByProxy, authorities, notMetadata)
	g.trusted = g.newTransports(http.ProxyURL(book.proxy), authorities, notMetadata)
	return g, nil
}

// dialer checks once more what the operating system is about to dial.
func dialer(judge func(netip.AddrPort) error) *net.Dialer {
	return &net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
		found, err := netip.ParseAddrPort(address)
		if err != nil {
			return refuse("the address dialled cannot be read")
		}
		return judge(found)
	}}
}

// Check judges a URL as it is written, without looking up its name or sending
// anything: nil means that a request of this kind may be tried. The error is
// [ErrRefused].
func (g *Guard) Check(kind Kind, plugin, url string) error {
	u, err := parse(url)
	if err != nil {
		return err
	}
	_, err = g.route(hop{kind: kind, plugin: plugin, url: u})
	return err
}

// Client gives a client for a library that wants one (a login at a plugin's
// token endpoint). It follows the rules of [Effect]: a request is sent at most
// once, redirects are handed back, not followed. An answer is at most 1 MiB and
// takes 45 s. Mind that http.Client puts the URL into the errors it returns; the
// guard's own error is inside.
func (g *Guard) Client(plugin string) *http.Client {
	return &http.Client{
		Transport:     &effectTransport{guard: g, plugin: plugin},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       callTime,
	}
}

// Operator gives a client for the addresses that the operator wrote for models
// and messengers: the proxy and the certificate authorities of the rules apply,
// the environment does not, redirects are handed back and there is no limit of
// time or size. Addresses from anybody else never go through it.
func (g *Guard) Operator() *http.Client {
	way := g.open.reused
	if g.rules.proxy != nil {
		way = g.trusted.reused
	}
	return &http.Client{
		Transport:     way,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// effectTransport applies the rules of [Effect] as a RoundTripper.
type effectTransport struct {
	guard  *Guard
	plugin string
}

func (e *effectTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	way, err := e.guard.route(hop{kind: Effect, plugin: e.plugin, url: request.URL})
	if err != nil {
		if request.Body != nil {
			_ = request.Body.Close()
		}
		return nil, err
	}
	request = request.Clone(context.WithValue(request.Context(), attemptKey{}, new(attempt)))
	request.GetBody = nil
	if request.Header.Get("User-Agent") == "" {
		request.Header.Set("User-Agent", e.guard.agent(Effect))
	}
	response, err := way.single.RoundTrip(request)
	if err != nil {
		return nil, describeError(err, hostOf(request.URL))
	}
	response.Body = http.MaxBytesReader(nil, response.Body, callLimit)
	return response, nil
}

// parse reads an absolute URL; the error does not quote it.
func parse(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, refuse("the address is not a URL")
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// Kind says what a request is for. It decides limits, redirects and which of
// the operator's rules may open an address to it.
type Kind int

// The kinds of request.
const (
	Webpage  Kind = iota // a page to preview: http or https, 1.5 MiB, 5 s, cut when longer
	Image                // a picture to probe: http or https, 64 KiB, 3 s, cut when longer
	Manifest             // a plugin's manifest: https, 256 KiB, 10 s, an error when longer
	Document             // an OpenAPI document: https, 8 MiB, 20 s, an error when longer
	Read                 // a plugin's call without effect
	Effect               // a plugin's call with effect
)

const (
	callTime     = 45 * time.Second
	callLimit    = 1 << 20
	maxRedirects = 5
)

// limit bounds a fetch.
type limit struct {
	time   time.Duration
	body   int64 // bytes, decompressed
	cut    bool  // longer bodies are cut, else refused
	accept string
}

var limits = map[Kind]limit{
	Webpage:  {5 * time.Second, 1536 << 10, true, "text/html,application/xhtml+xml"},
	Image:    {3 * time.Second, 64 << 10, true, "image/png,image/jpeg,image/gif"},
	Manifest: {10 * time.Second, 256 << 10, false, "application/json"},
	Document: {20 * time.Second, 8 << 20, false, "application/json,application/yaml;q=0.9,*/*;q=0.5"},
}

// agent is the User-Agent of a kind; sites want to know a preview from a call.
func (g *Guard) agent(kind Kind) string {
	if kind == Webpage || kind == Image {
		return "aidesk-preview/" + g.version + " (link preview bot)"
	}
	return "aidesk/" + g.version
}
