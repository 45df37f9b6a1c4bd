package egress

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
)

// Guard is the way out. It is safe for concurrent use.
type Guard struct {
	book    book
	version string
	lookup  Lookup
	connect Connect // nil for the system's network

	direct, open, proxied lane
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
	book, err := rules.read()
	authorities, caErr := rules.authorities()
	if err := errors.Join(err, caErr); err != nil {
		return nil, err
	}
	g := &Guard{
		book:    book,
		version: "dev",
		lookup: func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		},
	}
	for _, option := range options {
		option(g)
	}
	g.direct = g.newLane(nil, authorities, onlyPublic)
	g.open = g.newLane(nil, authorities, notMetadata)
	g.proxied = g.newLane(book.proxy, authorities, notMetadata)
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

// Internal lists the hosts of an inner network that the operator opened to a
// plugin's calls, for those who decide about the plugin.
func (g *Guard) Internal(plugin string) []string {
	var hosts []string
	for o := range g.book.internal {
		if o.plugin == strings.ToLower(plugin) {
			hosts = append(hosts, o.host)
		}
	}
	slices.Sort(hosts)
	return hosts
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
		Transport:     &errand{guard: g, plugin: plugin},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       callTime,
	}
}

// Operator gives a client for the addresses that the operator wrote for models
// and messengers: the proxy and the certificate authorities of the rules apply,
// the environment does not, redirects are handed back and there is no limit of
// time or size. Addresses from anybody else never go through it.
func (g *Guard) Operator() *http.Client {
	way := g.open.keep
	if g.book.proxy != nil {
		way = g.proxied.keep
	}
	return &http.Client{
		Transport:     way,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// errand is the Effect rules as a RoundTripper.
type errand struct {
	guard  *Guard
	plugin string
}

func (e *errand) RoundTrip(request *http.Request) (*http.Response, error) {
	lane, err := e.guard.route(hop{kind: Effect, plugin: e.plugin, url: request.URL})
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
	response, err := lane.once.RoundTrip(request)
	if err != nil {
		return nil, plain(err, site(request.URL))
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
