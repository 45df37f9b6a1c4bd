package egress

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// hop is one request of a fetch or call, as it is judged.
type hop struct {
	kind   Kind
	plugin string // id of a plugin of the configuration; empty for every other
	url    *url.URL
	from   *url.URL // the address that redirected here; nil for the first
	port   uint16   // approved besides 80 and 443; 0 for none
}

// route judges a URL as it is written and returns the transports by which it may be
// requested. They judge the address behind a host name when they dial it.
func (g *Guard) route(h hop) (*transports, error) {
	u := h.url
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, refuse("only http and https addresses are reached")
	case u.Opaque != "" || u.Hostname() == "":
		return nil, refuse("the address names no host")
	case u.User != nil:
		return nil, refuse("the address of %s carries credentials", clip(u.Hostname()))
	case len(u.String()) > urlLimit:
		return nil, refuse("the address at %s is over %d KiB long", clip(u.Hostname()), urlLimit>>10)
	}
	port, err := portOf(u)
	if err != nil {
		return nil, err
	}
	target := hostPort(u.Hostname(), port)
	if way := g.exceptionFor(h, target); way != nil {
		return way, nil
	}
	switch {
	case u.Scheme == "http" && (h.kind == Manifest || h.kind == Document):
		return nil, refuse("%s is asked over plain http; a manifest or document needs https", clip(target))
	case port != 80 && port != 443 && (h.port == 0 || port != h.port):
		return nil, refuse("%s: port %d is not 80 or 443", clip(u.Hostname()), port)
	}
	if err := judgeHost(u.Hostname(), port); err != nil {
		return nil, err
	}
	if g.rules.proxy == nil {
		return &g.direct, nil
	}
	if err := judgeProxied(u.Hostname()); err != nil {
		return nil, err
	}
	return &g.proxied, nil
}

// inner are the endings of names that only an inner network resolves: RFC 6762, 8375 and
// 9476, ICANN's .internal, and what clouds, clusters and routers use.
var inner = []string{".local", ".localdomain", ".internal", ".intranet", ".home.arpa", ".home", ".lan", ".corp", ".private", ".svc", ".alt"}

// judgeProxied refuses names of which a proxy may make an inner address: nobody here sees
// the address that it dials.
func judgeProxied(host string) error {
	if strings.ContainsFunc(host, func(r rune) bool { return r > '~' }) {
		return refuse("%q is not ASCII; behind egress.proxy a host is written as punycode", clip(host))
	}
	name := strings.TrimSuffix(strings.ToLower(host), ".")
	if _, err := netip.ParseAddr(name); err == nil {
		return nil // judged before
	}
	if !strings.Contains(name, ".") || slices.ContainsFunc(inner, func(end string) bool { return strings.HasSuffix(name, end) }) {
		return refuse("%q is the name of an inner network; the proxy is not asked for it", clip(host))
	}
	return nil
}

// exceptionFor returns the transports to use if a rule of the operator opens the target
// to this hop, else nil.
func (g *Guard) exceptionFor(h hop, target string) *transports {
	page := h.kind == Webpage || h.kind == Image
	if g.rules.allowed[target] && (page || h.plugin != "" || g.rules.allowAll) {
		return &g.open
	}
	if h.plugin == "" {
		return nil
	}
	key := exception{target, h.plugin}
	call := h.kind == Read || h.kind == Effect
	if call && h.from == nil && g.rules.internal[key] {
		return &g.open
	}
	if page || !g.rules.trusted[key] || h.from != nil && !sameOrigin(h.from, h.url) {
		return nil
	}
	if _, err := netip.ParseAddrPort(target); err != nil && g.rules.proxy != nil {
		return &g.trusted
	}
	return &g.open
}

// judgeHost refuses hosts that need no look-up to be refused.
func judgeHost(host string, port uint16) error {
	name := strings.TrimSuffix(strings.ToLower(host), ".")
	if addr, err := netip.ParseAddr(name); err == nil {
		return onlyPublic(netip.AddrPortFrom(addr, port))
	}
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return refuse("%s is a loopback address", clip(hostPort(name, port)))
	}
	// The short, decimal, octal and hexadecimal forms of inet_aton: no domain
	// ends in a number, but resolvers and proxies take them for addresses.
	last := name[strings.LastIndexByte(name, '.')+1:]
	if _, err := strconv.ParseUint(last, 0, 64); err == nil || strings.Trim(last, "0123456789") == "" {
		return refuse("%q is a number, not a host name; addresses are written like 192.0.2.1", clip(host))
	}
	return nil
}

func portOf(u *url.URL) (uint16, error) {
	switch text := u.Port(); {
	case text == "" && u.Scheme == "https":
		return 443, nil
	case text == "":
		return 80, nil
	default:
		port, err := strconv.ParseUint(text, 10, 16)
		if err != nil || port == 0 {
			return 0, refuse("%s: %s is not a port", clip(u.Hostname()), clip(text))
		}
		return uint16(port), nil
	}
}

// sameOrigin reports whether two URLs have the same scheme, host and port.
func sameOrigin(a, b *url.URL) bool {
	portA, errA := portOf(a)
	portB, errB := portOf(b)
	return errA == nil && errB == nil && a.Scheme == b.Scheme &&
		hostPort(a.Hostname(), portA) == hostPort(b.Hostname(), portB)
}
