package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"sync/atomic"
	"time"
)

const (
	headerLimit = 64 << 10
	urlLimit    = 16 << 10
	dialTime    = 5 * time.Second // for the name and all addresses behind it
	shakeTime   = 5 * time.Second
	maxDialled  = 6 // addresses of one name that are tried
)

// transports are a pair of http.Transports with one rule for the addresses they dial.
// Connections are never shared between pairs, so a connection opened under a rule is
// used only by requests that this rule allows.
type transports struct {
	reused *http.Transport // keeps connections: reads
	single *http.Transport // one connection for each request: everything else
}

// proxyFor names the proxy that a request goes through, or refuses the request; a nil
// proxyFor is for connections without one.
type proxyFor func(*http.Request) (*url.URL, error)

func (g *Guard) newTransports(proxy proxyFor, authorities *x509.CertPool, judge func(netip.AddrPort) error) transports {
	return transports{g.transport(proxy, authorities, judge, false), g.transport(proxy, authorities, judge, true)}
}

func (g *Guard) transport(proxy proxyFor, authorities *x509.CertPool, judge func(netip.AddrPort) error, once bool) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	t := &http.Transport{
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			return g.dial(ctx, address, judge)
		},
		TLSClientConfig:        &tls.Config{RootCAs: authorities, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    shakeTime,
		MaxResponseHeaderBytes: headerLimit,
		MaxIdleConns:           128,
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        30 * time.Second,
		DisableKeepAlives:      once,
		Protocols:              protocols,
	}
	if proxy != nil {
		t.Proxy = proxy
		t.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, request *http.Request, response *http.Response) error {
			if response.StatusCode == http.StatusOK {
				return nil
			}
			return &guardError{text: fmt.Sprintf("the proxy of egress.proxy refused %s with status %d", clip(request.Host), response.StatusCode)}
		}
	}
	return t
}

// publicByProxy judges the addresses behind the host of a request before the proxy hears of
// it: what the proxy dials is not seen here.
func (g *Guard) publicByProxy(request *http.Request) (*url.URL, error) {
	if g.rules.proxyResolves {
		return g.rules.proxy, nil
	}
	ctx, cancel := context.WithTimeout(request.Context(), dialTime)
	defer cancel()
	port, err := portOf(request.URL)
	if err != nil {
		return nil, err
	}
	addresses, err := g.resolve(ctx, net.JoinHostPort(request.URL.Hostname(), strconv.Itoa(int(port))))
	if err != nil {
		return nil, err
	}
	for _, candidate := range addresses { // the proxy chooses, so each must be good
		if err := onlyPublic(candidate); err != nil {
			return nil, err
		}
	}
	return g.rules.proxy, nil
}

// attempt marks the context of a request that may be sent once.
type attempt struct{ dialled atomic.Bool }

type attemptKey struct{}

// dial opens a connection to the first address behind a name that the pair's
// rule lets through and that answers.
func (g *Guard) dial(ctx context.Context, address string, judge func(netip.AddrPort) error) (net.Conn, error) {
	// net/http sends a request with an Idempotency-Key again when a connection
	// breaks. It cannot on a fresh connection; should it ever try, it needs a
	// second one, which ends here.
	if a, ok := ctx.Value(attemptKey{}).(*attempt); ok && a.dialled.Swap(true) {
		return nil, &guardError{text: "the request was already sent once"}
	}
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	addresses, err := g.resolve(ctx, address)
	if err != nil {
		return nil, err
	}
	var refused, failed error
	tried := 0
	for i, candidate := range addresses {
		if err := judge(candidate); err != nil {
			refused = err
			continue
		}
		if tried++; tried > maxDialled {
			break
		}
		conn, err := g.dialOne(ctx, candidate, judge, len(addresses)-i)
		if err == nil {
			return conn, nil
		}
		failed = err
	}
	if failed != nil {
		return nil, failed
	}
	return nil, refused
}

// dialOne connects to one address, leaving time for the ones after it. ctx has a
// deadline.
func (g *Guard) dialOne(ctx context.Context, address netip.AddrPort, judge func(netip.AddrPort) error, left int) (net.Conn, error) {
	deadline, _ := ctx.Deadline()
	share := time.Until(deadline) / time.Duration(min(left, maxDialled))
	ctx, cancel := context.WithTimeout(ctx, max(share, time.Second))
	defer cancel()
	if g.connect != nil {
		return g.connect(ctx, address)
	}
	return dialer(judge).DialContext(ctx, "tcp", address.String())
}

// resolve gives the addresses of host:port; at least one.
func (g *Guard) resolve(ctx context.Context, address string) ([]netip.AddrPort, error) {
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, refuse("the address names no host and port")
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, refuse("%s: %s is not a port", clip(host), clip(portText))
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.AddrPort{netip.AddrPortFrom(addr, uint16(port))}, nil
	}
	addrs, err := g.lookup(ctx, host)
	if err != nil {
		return nil, lookupError(host, err)
	}
	if len(addrs) == 0 {
		return nil, &guardError{text: clip(host) + " has no address"}
	}
	found := make([]netip.AddrPort, len(addrs))
	for i, addr := range addrs {
		found[i] = netip.AddrPortFrom(addr.Unmap(), uint16(port))
	}
	return found, nil
}

// authorities reads the certificate authorities; nil stands for the system's.
func (r Rules) authorities() (*x509.CertPool, error) {
	if r.CAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(r.CAFile)
	if err != nil {
		return nil, fmt.Errorf("egress.ca_file: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("egress.ca_file: reading the system's certificate authorities: %w", err)
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("egress.ca_file: %s holds no certificate in PEM form", r.CAFile)
	}
	return pool, nil
}
