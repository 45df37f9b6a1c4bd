package markdown

import (
	"net"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"unicode"
)

// Normal is the form in which two URLs are compared to decide whether a link came
// from an API result: scheme and host in lower case, no default port, no dot behind
// the host, percent-encoding in one form, dot segments resolved, an empty path as
// "/", an empty query or fragment dropped. Query and fragment otherwise count, for
// both can carry data out; so do punycode and Unicode spellings of a host, which
// stay different. It reports false for what is not an absolute http or https URL,
// has no host or has user information, and returns "" then.
func Normal(raw string) (string, bool) {
	u := address(raw)
	if u == nil {
		return "", false
	}
	out := url.URL{Scheme: u.Scheme, Host: u.Host, RawQuery: spell(u.RawQuery)}
	tail := ""
	if u.Fragment != "" {
		tail = "#" + spell(u.EscapedFragment())
	}
	p := spell(u.EscapedPath())
	resolved := path.Clean("/" + p)
	if strings.HasSuffix(p, "/") || strings.HasSuffix(p, "/.") || strings.HasSuffix(p, "/..") {
		resolved = strings.TrimSuffix(resolved, "/") + "/"
	}
	if strings.Contains(p, "//") { // path.Clean would join what a server may keep apart
		resolved = p
	}
	q := ""
	if out.RawQuery != "" {
		q = "?" + out.RawQuery
	}
	return out.Scheme + "://" + out.Host + resolved + q + tail, true
}

// target is the form that a link carries (as written, percent-encoded) and its
// parsed address; nil when it can be no link.
func target(raw string) (string, *url.URL) {
	u := address(raw)
	if u == nil {
		return "", nil
	}
	_, rest, _ := strings.Cut(encode(strings.TrimSpace(Clean(raw))), "://")
	authority := len(rest)
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority = i
	}
	return u.Scheme + "://" + rest[:authority] + encodeAll(rest[authority:]), u
}

// address parses an absolute http or https URL without user information; its host
// is in lower case, without a default port and without a dot at its end. nil is
// anything else.
func address(raw string) *url.URL {
	u, err := url.Parse(encode(strings.TrimSpace(Clean(raw))))
	if err != nil || u.User != nil || u.Opaque != "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if host == "" || host[0] == '.' || strings.Contains(host, "..") || strings.IndexFunc(host, notInHost) >= 0 {
		return nil
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		host = ip.String()
	} else if strings.ContainsRune(host, ':') {
		return nil
	}
	port := u.Port()
	if port == "80" && u.Scheme == "http" || port == "443" && u.Scheme == "https" {
		port = ""
	}
	u.Host = host
	if port != "" {
		u.Host = net.JoinHostPort(host, port)
	} else if strings.ContainsRune(host, ':') {
		u.Host = "[" + host + "]"
	}
	return u
}

func notInHost(r rune) bool {
	return r != '.' && r != '-' && r != '_' && r != ':' && !unicode.In(r, unicode.L, unicode.M, unicode.Nd)
}

const hexDigits = "0123456789ABCDEF"

// encode percent-encodes what may not stand in a URL or would end it in a
// messenger's own markup, and leaves the rest as it is written.
func encode(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		percent := c == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]))
		if c <= ' ' || c == 0x7f || percent || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			percentEncode(&b, c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func percentEncode(b *strings.Builder, c byte) {
	b.WriteByte('%')
	b.WriteByte(hexDigits[c>>4])
	b.WriteByte(hexDigits[c&15])
}

// encodeAll percent-encodes what is not ASCII.
func encodeAll(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c >= 0x80 {
			percentEncode(&b, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// spell gives percent-encoding one form: encoded in upper case where it is needed,
// and not at all for the characters that never need it.
func spell(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		escaped := c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2])
		if escaped {
			c = unhex(s[i+1])<<4 | unhex(s[i+2])
			i += 2
		}
		bare := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
		if !bare && (escaped || c <= ' ' || c >= 0x7f) {
			percentEncode(&b, c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}
