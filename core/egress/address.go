package egress

import (
	"net/netip"
	"slices"

	"code.dny.dev/ssrf"
)

// metadata are the addresses at which clouds hand out a machine's credentials.
// They stay refused under every rule.
var metadata = []netip.Prefix{
	netip.MustParsePrefix("169.254.0.0/16"),     // AWS, GCP, Azure, ECS, and all other link-local
	netip.MustParsePrefix("168.63.129.16/32"),   // Azure WireServer: in public space
	netip.MustParsePrefix("192.0.0.192/32"),     // Oracle
	netip.MustParsePrefix("100.100.100.200/32"), // Alibaba
	netip.MustParsePrefix("fe80::/10"),          // link-local
	netip.MustParsePrefix("fd00:ec2::/32"),      // AWS
	netip.MustParsePrefix("fd20:ce::254/128"),   // GCP
}

// public knows the IANA registries of special addresses; ports are judged in
// the URL.
var public = ssrf.New(ssrf.WithAnyPort(), ssrf.WithDeniedV4Prefixes(metadata[1]))

// Prefixes of IPv6 that carry an IPv4 address; in nat64Own its place depends on
// the network, so it stays hidden.
var (
	nat64     = netip.MustParsePrefix("64:ff9b::/96")
	nat64Own  = netip.MustParsePrefix("64:ff9b:1::/48")
	sixToFour = netip.MustParsePrefix("2002::/16")
	v4Compat  = netip.MustParsePrefix("::/96")
)

// carrier is the space that providers share; netip does not count it as private.
var carrier = netip.MustParsePrefix("100.64.0.0/10")

// plainAddress removes what would hide an address from a prefix: its zone, and
// the IPv6 form around an IPv4 address.
func plainAddress(addr netip.Addr) netip.Addr {
	addr = addr.WithZone("").Unmap()
	bytes := addr.As16()
	switch {
	case nat64.Contains(addr):
		return netip.AddrFrom4([4]byte(bytes[12:]))
	case sixToFour.Contains(addr):
		return netip.AddrFrom4([4]byte(bytes[2:6]))
	case v4Compat.Contains(addr) && !addr.IsLoopback() && !addr.IsUnspecified():
		return netip.AddrFrom4([4]byte(bytes[12:]))
	}
	return addr
}

func isMetadata(addr netip.Addr) bool {
	addr = plainAddress(addr)
	return slices.ContainsFunc(metadata, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// onlyPublic refuses every address that is not on the public internet.
func onlyPublic(address netip.AddrPort) error {
	if public.SafeAddr(address.Addr()) == nil {
		return nil
	}
	return refuse("%s is %s", address, addressClass(address.Addr()))
}

// notMetadata is what is left to refuse where the operator opened an address.
func notMetadata(address netip.AddrPort) error {
	addr := plainAddress(address.Addr())
	if isMetadata(addr) || addr.IsUnspecified() || addr.IsMulticast() || nat64Own.Contains(addr) {
		return refuse("%s is %s, which no rule can open", address, addressClass(addr))
	}
	return nil
}

// addressClass names the kind of a refused address.
func addressClass(addr netip.Addr) string {
	addr = plainAddress(addr)
	switch {
	case isMetadata(addr):
		return "a metadata or link-local address"
	case addr.IsLoopback():
		return "a loopback address"
	case addr.IsUnspecified():
		return "an address of this machine"
	case addr.IsPrivate(), carrier.Contains(addr):
		return "a private address"
	case addr.IsMulticast():
		return "a multicast address"
	}
	return "a reserved address"
}
