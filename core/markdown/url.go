package markdown

import (
	"net"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// linkPolicy says which URLs may be clickable in one text. A nil linkPolicy allows none.
type linkPolicy func(url string) bool

func (policy linkPolicy) allows(href string) bool { return policy != nil && policy(href) }

// linkURLs replaces every URL in plain text by a link, if it is allowed, or by code. It
// looks at the characters only, not at the syntax around them: whatever a messenger would
// make clickable by itself ("x://" anywhere, "www." names) never stays text.
func (policy linkPolicy) linkURLs(s string) []Inline {
	var out inlineBuilder
	for {
		start, ok := findURL(s)
		if !ok {
			break
		}
		in, n := policy.readURL(s[start:])
		out.addText(s[:start])
		out.add(in)
		s = s[start+n:]
	}
	out.addText(s)
	return out.inlines()
}

// findURL returns where the next URL or www name begins.
func findURL(s string) (int, bool) {
	www := indexWWW(s, 0)
	for from := 0; ; {
		i := strings.Index(s[from:], "://")
		if i < 0 || www >= 0 && www < from+i {
			return www, www >= 0
		}
		at := from + i
		if start := schemeStart(s[:at]); start < at {
			return start, true
		}
		from = at + len("://")
	}
}

// schemeStart returns where the scheme at the end of a text begins; the text's length if
// there is none.
func schemeStart(s string) int {
	start := len(s)
	for i := len(s); i > 0 && isSchemeByte(s[i-1]); i-- {
		if isLetter(s[i-1]) {
			start = i - 1
		}
	}
	return start
}

// indexWWW returns the first "www.", at or after from, that begins a word and is followed
// by a name; -1 if there is none.
func indexWWW(s string, from int) int {
	for {
		i := strings.IndexByte(s[from:], '.')
		if i < 0 {
			return -1
		}
		dot := from + i
		if dot >= 3 && strings.EqualFold(s[dot-3:dot], "www") && dot+1 < len(s) && (isLetter(s[dot+1]) || isDigit(s[dot+1])) &&
			(dot == 3 || !isLetter(s[dot-4]) && !isDigit(s[dot-4])) {
			return dot - 3
		}
		from = dot + 1
	}
}

// readURL reads the URL at the start of s and returns what replaces it and its length in bytes.
func (policy linkPolicy) readURL(s string) (Inline, int) {
	all := s
	if i := strings.IndexFunc(s, isURLEnd); i >= 0 {
		all = s[:i]
	}
	all = trimURL(all)
	short := all
	if i := strings.IndexFunc(all, func(r rune) bool { return r >= utf8.RuneSelf }); i >= 0 {
		short = trimURL(all[:i])
	}
	for _, raw := range []string{all, short} {
		for _, full := range spellings(raw) {
			if href, u := linkTarget(full); u != nil && policy.allows(href) {
				return Inline{Kind: InlineLink, URL: href, Allowed: true, Children: []Inline{{Kind: InlineText, Text: raw}}}, len(raw)
			}
		}
	}
	for _, raw := range []string{short, all} {
		if _, u := linkTarget(spellings(raw)[0]); u != nil {
			return Inline{Kind: InlineCode, Text: displayURL(u)}, len(raw)
		}
	}
	return Inline{Kind: InlineCode, Text: displayOther(all)}, len(all)
}

// spellings returns the URLs that a bare text may mean: without a scheme, https or http.
func spellings(raw string) []string {
	if strings.Contains(raw, "://") {
		return []string{raw}
	}
	return []string{"https://" + raw, "http://" + raw}
}

func isURLEnd(r rune) bool {
	return r <= ' ' || r == '<' || r == '>' || r == '"' || r == '`' || unicode.IsSpace(r)
}

// Brackets of a pair stand at the same place.
const (
	opening = "([{"
	closing = ")]}"
)

// trimURL removes punctuation at a URL's end that belongs to the sentence around it.
func trimURL(s string) string {
	var extra [len(closing)]int // how many more closing brackets than opening ones there are
	for i := range closing {
		extra[i] = strings.Count(s, closing[i:i+1]) - strings.Count(s, opening[i:i+1])
	}
	for s != "" && !strings.HasSuffix(s, "://") {
		r, n := utf8.DecodeLastRuneInString(s)
		var cut bool
		switch r {
		case ';':
			cut, n = true, max(n, len(s)-entityStart(s)) // "&amp;" after a URL does not belong to it
		case '?', '!', '.', ',', ':', '*', '_', '~', '\'', '|', '\\':
			cut = true
		case ')', ']', '}':
			pair := strings.IndexRune(closing, r)
			cut = extra[pair] > 0
			extra[pair]--
		default:
			cut = r >= utf8.RuneSelf && unicode.IsPunct(r)
		}
		if !cut {
			break
		}
		s = s[:len(s)-n]
	}
	return s
}

// entityStart returns where the entity at the end of s begins; the length of s if there is none.
func entityStart(s string) int {
	i := len(s) - 2
	for i >= 0 && (isLetter(s[i]) || isDigit(s[i])) {
		i--
	}
	if i >= 0 && s[i] == '&' && i < len(s)-2 {
		return i
	}
	return len(s)
}

// displayOther returns what is shown of a URL that is no http address: its scheme, its
// host without user information and its path.
func displayOther(raw string) string {
	scheme, rest, _ := strings.Cut(raw, "://")
	if i := strings.IndexAny(rest, "?#"); i >= 0 {
		rest = rest[:i]
	}
	authority, path := rest, ""
	if i := strings.IndexAny(rest, "/\\"); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	return Line(scheme+"://"+authority[strings.LastIndexByte(authority, '@')+1:]+path, maxDisplay)
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isSchemeByte(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '+' || c == '-' || c == '.'
}

// Normal returns the form in which two URLs are compared to decide whether a link came
// from an API result: scheme and host in lower case, no default port, no dot behind
// the host, percent-encoding in one form, dot segments resolved, an empty path as
// "/", an empty query or fragment dropped. Query and fragment otherwise count, for
// both can carry data out; so do punycode and Unicode spellings of a host, which
// stay different. It reports false for what is not an absolute http or https URL,
// has no host or has user information, and returns "" then.
func Normal(raw string) (string, bool) {
	u := parseHTTP(raw)
	if u == nil {
		return "", false
	}
	out := url.URL{Scheme: u.Scheme, Host: u.Host, RawQuery: normalizeEscapes(u.RawQuery)}
	tail := ""
	if u.Fragment != "" {
		tail = "#" + normalizeEscapes(u.EscapedFragment())
	}
	p := normalizeEscapes(u.EscapedPath())
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

// linkTarget returns the URL that a link carries (as written, percent-encoded) and the
// parsed address; nil if it can be no link.
func linkTarget(raw string) (string, *url.URL) {
	u := parseHTTP(raw)
	if u == nil {
		return "", nil
	}
	_, rest, _ := strings.Cut(escapeURL(strings.TrimSpace(Clean(raw))), "://")
	authority := len(rest)
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority = i
	}
	return u.Scheme + "://" + rest[:authority] + escapeNonASCII(rest[authority:]), u
}

// parseHTTP parses an absolute http or https URL without user information; nil for anything
// else. The host is in lower case, without default port and final dot.
func parseHTTP(raw string) *url.URL {
	u, err := url.Parse(escapeURL(strings.TrimSpace(Clean(raw))))
	if err != nil || u.User != nil || u.Opaque != "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if host == "" || host[0] == '.' || strings.Contains(host, "..") || strings.IndexFunc(host, isNotHostRune) >= 0 {
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

func isNotHostRune(r rune) bool {
	return r != '.' && r != '-' && r != '_' && r != ':' && !unicode.In(r, unicode.L, unicode.M, unicode.Nd)
}

const hexDigits = "0123456789ABCDEF"

// escapeURL percent-encodes what may not occur in a URL or would end it in a messenger's
// own markup, and leaves the rest as it is written.
func escapeURL(s string) string {
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

// escapeNonASCII percent-encodes what is not ASCII.
func escapeNonASCII(s string) string {
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

// normalizeEscapes brings percent-encoding into one form: upper case where it is needed,
// decoded for the characters that never need it.
func normalizeEscapes(s string) string {
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
