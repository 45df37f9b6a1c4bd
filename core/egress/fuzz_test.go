package egress

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

// No address makes the guard panic, quote a query or let a special address by.
func FuzzCheck(f *testing.F) {
	for _, c := range ownTargets {
		f.Add(c.url)
	}
	g, err := New(Rules{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		err := g.Check(Read, "p", text)
		if err != nil {
			if message := err.Error(); !errors.Is(err, ErrRefused) || len(message) > 600 || strings.ContainsAny(message, "\n\r\x1b") {
				t.Errorf("%q: %q", text, message)
			}
			return
		}
		u, err := url.Parse(text)
		if err != nil {
			t.Fatalf("%q passed: %v", text, err)
		}
		if addr, err := netip.ParseAddr(strings.TrimSuffix(u.Hostname(), ".")); err == nil && public.SafeAddr(addr) != nil {
			t.Errorf("%q passed", text)
		}
		if port := u.Port(); u.User != nil || u.Host == "" || port != "" && port != "80" && port != "443" && strings.TrimLeft(port, "0") != "80" && strings.TrimLeft(port, "0") != "443" {
			t.Errorf("%q passed", text)
		}
	})
}
