package egress

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Rules are the exceptions that the operator wrote. The zero value has none:
// only public addresses on ports 80 and 443 are reached, directly.
type Rules struct {
	AllowHosts []string   // "127.0.0.1:4010": exact ip:port, for development; open to pages, pictures and plugins of the configuration, over plain http too
	AllowAll   bool       // AllowHosts are open to every plugin, also to one whose address somebody typed in a chat
	Internal   []Internal // internal hosts, each open to one plugin's calls
	Trusted    []Trusted  // addresses of plugins as the operator wrote them

	Proxy         string // "http://proxy.example:3128"; empty for none. Hosts of AllowHosts and Internal are reached without it
	ProxyResolves bool   // names are resolved by the proxy alone, which must refuse inner addresses: else a name is sent there only if it stands for public addresses here too

	CAFile string // PEM file with certificate authorities accepted besides the system's; empty for none
}

// Internal opens one internal host to one plugin's calls: never for a manifest
// or document, never through a redirect or a preview.
type Internal struct {
	Host   string // "wiki.corp.example:443": name or address, and port
	Plugin string // the plugin's id: the domain under which it is registered
}

// Trusted is the address under which the operator wrote a plugin. It is open
// for that plugin's manifest, document and calls, whatever address the name
// stands for, and over plain http too.
type Trusted struct {
	Host   string // "127.0.0.1:4010" or "todo.example.com:443": exactly this host and port
	Plugin string // the plugin's id
}

// exception is a host:port that a rule opens to one plugin.
type exception struct{ host, plugin string }

// ruleset is Rules in the form in which they are looked up.
type ruleset struct {
	allowed  map[string]bool // by host:port
	internal map[exception]bool
	trusted  map[exception]bool
	proxy    *url.URL // nil for none

	allowAll, proxyResolves bool
}

// compile compiles the rules; the error joins every fault.
func (r Rules) compile() (ruleset, error) {
	b := ruleset{
		allowed: map[string]bool{}, internal: map[exception]bool{}, trusted: map[exception]bool{},
		allowAll: r.AllowAll, proxyResolves: r.ProxyResolves,
	}
	var faults []error
	fault := func(err error) {
		if err != nil {
			faults = append(faults, err)
		}
	}
	for _, host := range r.AllowHosts {
		address, err := parseAllowedHost(host)
		fault(err)
		b.allowed[address.String()] = true
	}
	for _, rule := range r.Internal {
		o, err := parseException("egress.internal", rule.Host, rule.Plugin)
		fault(err)
		b.internal[o] = true
	}
	for _, rule := range r.Trusted {
		o, err := parseException("trusted address", rule.Host, rule.Plugin)
		fault(err)
		b.trusted[o] = true
	}
	var err error
	b.proxy, err = proxyURL(r.Proxy)
	fault(err)
	return b, errors.Join(faults...)
}

// parseAllowedHost reads an entry of AllowHosts.
func parseAllowedHost(host string) (netip.AddrPort, error) {
	address, err := netip.ParseAddrPort(host)
	if err != nil || address.Port() == 0 {
		return address, fmt.Errorf("egress.allow_hosts: %q is not ip:port; write it like 127.0.0.1:4010", host)
	}
	if err := notMetadata(address); err != nil {
		return address, fmt.Errorf("egress.allow_hosts: %w", err)
	}
	return address, nil
}

// parseException reads a rule that opens a host to a plugin.
func parseException(where, host, plugin string) (exception, error) {
	name, port, err := net.SplitHostPort(host)
	number, portErr := strconv.ParseUint(port, 10, 16)
	if err != nil || portErr != nil || number == 0 || name == "" || strings.ContainsAny(name, "/@?#* ") {
		return exception{}, fmt.Errorf("%s: %q is not host:port; write it like wiki.corp.example:443", where, host)
	}
	if plugin == "" {
		return exception{}, fmt.Errorf("%s: %s names no plugin; say which one may call it", where, host)
	}
	if addr, err := netip.ParseAddr(name); err == nil {
		if err := notMetadata(netip.AddrPortFrom(addr, uint16(number))); err != nil {
			return exception{}, fmt.Errorf("%s: %w", where, err)
		}
	}
	return exception{hostPort(name, uint16(number)), plugin}, nil
}

func proxyURL(proxy string) (*url.URL, error) {
	if proxy == "" {
		return nil, nil
	}
	u, err := url.Parse(proxy)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, errors.New("egress.proxy: not the address of a proxy; write it like http://proxy.example:3128")
	}
	return u, nil
}

// hostPort is the one spelling of a host and port: lower case, no trailing dot,
// addresses in their canonical form.
func hostPort(host string, port uint16) string {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if addr, err := netip.ParseAddr(host); err == nil {
		return netip.AddrPortFrom(addr, port).String()
	}
	return net.JoinHostPort(host, strconv.Itoa(int(port)))
}
