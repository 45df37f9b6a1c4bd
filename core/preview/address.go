package preview

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"aidesk/core/markdown"
)

const urlCap = 2048 // bytes

// parseURL reads the address of a page or picture that a card may carry.
func parseURL(text string) (*url.URL, error) {
	if len(text) > urlCap {
		return nil, fmt.Errorf("the address is longer than %d bytes", urlCap)
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("the address is not a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("only http and https addresses have previews")
	case u.Hostname() == "" || u.Opaque != "":
		return nil, errors.New("the address names no host")
	case u.User != nil:
		return nil, errors.New("the address carries credentials")
	}
	return u, nil
}

// cacheKey normalises an address: case of the host, default port and fragment do not
// distinguish two addresses.
func cacheKey(u *url.URL) string {
	k := *u
	k.Host = strings.ToLower(k.Host)
	if port := k.Port(); port == "80" && k.Scheme == "http" || port == "443" && k.Scheme == "https" {
		k.Host = strings.TrimSuffix(k.Host, ":"+port)
	}
	if k.Path == "" {
		k.Path = "/"
	}
	k.Fragment, k.RawFragment = "", ""
	return k.String()
}

// Names of query parameters, lower case without - _ . and brackets, that hold
// secrets. A GET may spend a one-time link, and a card would show it.
var (
	secretNames = []string{
		"auth", "authcode", "authkey", "authorization", "code", "hash", "hmac", "invite", "jwt", "key", "magic", "nonce",
		"otp", "pass", "passcode", "pin", "pwd", "resetkey", "session", "sessionid", "sid", "sig", "ticket", "verify",
	}
	secretParts    = []string{"accesskey", "apikey", "appkey", "credential", "passw", "privatekey", "secret", "signature", "token"}
	secretPrefixes = []string{"xamz", "xgoog"}
	squash         = strings.NewReplacer("-", "", "_", "", ".", "", "[", "", "]", "")
)

// credentialParam gives the first query parameter of u that looks like a credential.
func credentialParam(u *url.URL) (string, bool) {
	for part := range strings.FieldsFuncSeq(u.RawQuery, func(r rune) bool { return r == '&' || r == ';' }) {
		name, _, _ := strings.Cut(part, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		short := squash.Replace(strings.ToLower(strings.TrimSpace(name)))
		within := func(part string) bool { return strings.Contains(short, part) }
		leads := func(part string) bool { return strings.HasPrefix(short, part) }
		if slices.Contains(secretNames, short) || slices.ContainsFunc(secretParts, within) ||
			slices.ContainsFunc(secretPrefixes, leads) {
			return markdown.Line(name, 40), true
		}
	}
	return "", false
}

// fetchable tells why an address is not fetched.
func fetchable(u *url.URL) error {
	if name, ok := credentialParam(u); ok {
		return fmt.Errorf("the address seems to carry a secret in %q, so it is not fetched", name)
	}
	return nil
}

// imageURL gives an image address as a card carries it: absolute, without
// secrets; else empty.
func imageURL(base *url.URL, address string) string {
	address = strings.TrimSpace(address)
	if address == "" || len(address) > urlCap {
		return ""
	}
	u, err := base.Parse(address)
	if err != nil {
		return ""
	}
	if u, err = parseURL(u.String()); err != nil || fetchable(u) != nil {
		return ""
	}
	return u.String()
}

// host names the site of an address. A host that mixes scripts pretends to be
// another one and is not shown.
func host(u *url.URL) string {
	name := strings.ToLower(u.Hostname())
	if mixesScripts(name) {
		return ""
	}
	return markdown.Line(name, siteCap)
}

// mixesScripts reports whether letters of scripts that do not belong together meet.
func mixesScripts(name string) bool {
	latin, other := false, false
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r), unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo):
		case unicode.Is(unicode.Latin, r):
			latin = true
		default:
			other = true
		}
	}
	// The top domain is Latin in most names, so it says nothing.
	if dot := strings.LastIndexByte(name, '.'); dot > 0 && other {
		latin = strings.ContainsFunc(name[:dot], func(r rune) bool { return unicode.Is(unicode.Latin, r) })
	}
	return latin && other
}

// sameSite reports whether one host is the other or stands below it.
func sameSite(a, b string) bool {
	a, b = strings.TrimPrefix(strings.ToLower(a), "www."), strings.TrimPrefix(strings.ToLower(b), "www.")
	return a == b || strings.HasSuffix(a, "."+b) || strings.HasSuffix(b, "."+a)
}

// loginWords are path segments of pages that ask who one is.
var loginWords = []string{"login", "log-in", "signin", "sign-in", "sign_in", "sso", "auth", "authorize", "oauth", "oauth2", "saml"}

// isLogin reports whether a redirect from one address to another led to a login.
func isLogin(from, to *url.URL) bool {
	return !asksLogin(from) && asksLogin(to)
}

func asksLogin(u *url.URL) bool {
	for segment := range strings.SplitSeq(strings.ToLower(u.Path), "/") {
		name, _, _ := strings.Cut(segment, ".")
		if slices.Contains(loginWords, name) {
			return true
		}
	}
	return false
}
