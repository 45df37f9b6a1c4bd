package account

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"aidesk/core/egress"
)

// maxValue is how many bytes one value of a Credential may have: a signed token with many
// claims fits, and a request with it still fits into a server's usual limit for headers.
const maxValue = 16 << 10

// The places that a Slot names.
const (
	inHeader = "header"
	inQuery  = "query"
	inCookie = "cookie"
)

// Add puts the values of a credential into a request, each where its Slot says. hosts are
// those of the Account, each host:port, or a host alone for https on its usual port; a
// request to another one gets nothing, and the error is ErrHost.
//
// The place of a credential is the credential's: a header, parameter or cookie of the same
// name that is already in the request is replaced, so that nobody who writes the arguments of
// a call chooses as whom it goes, and no server has to choose between two. Nothing else
// of the request changes. With an error the request is as it was. No error names a value.
func (c Credential) Add(r *egress.Request, slots []Slot, hosts []string) error {
	if err := checkHost(r.URL, hosts); err != nil {
		return err
	}
	address, header := r.URL, r.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	var taken []string
	for _, slot := range slots {
		value, err := c.value(slot)
		if err != nil {
			return err
		}
		place := slot.place()
		if slices.Contains(taken, place) {
			return fmt.Errorf("adding the credential: two of its values go into the %s %q", slot.In, slot.Name)
		}
		taken = append(taken, place)
		switch slot.In {
		case inHeader:
			setHeader(header, slot.Name, value)
		case inQuery:
			address = setQuery(address, slot.Name, value)
		case inCookie:
			setCookie(header, slot.Name, value)
		}
	}
	if slices.Contains(taken, inHeader+" cookie") && slices.ContainsFunc(taken, func(p string) bool { return strings.HasPrefix(p, inCookie+" ") }) {
		return errors.New("adding the credential: one of its values is the header Cookie and another a cookie in it")
	}
	if err := checkHost(address, hosts); err != nil { // what was added cannot have moved it
		return err
	}
	r.URL, r.Header = address, header
	return nil
}

// place names where a slot is, the same for two that would meet there.
func (s Slot) place() string {
	if s.In == inHeader {
		return inHeader + " " + strings.ToLower(s.Name)
	}
	return s.In + " " + s.Name
}

// notOurs are headers that say how a request travels. A credential in one of them would
// change where it goes or where it ends.
var notOurs = []string{
	"host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade",
	"expect", "proxy-authorization", "proxy-connection", "content-type", "accept-encoding",
}

// value is what goes into a slot, prefix and all.
func (c Credential) value(s Slot) (string, error) {
	switch {
	case s.In != inHeader && s.In != inQuery && s.In != inCookie:
		return "", fmt.Errorf("adding the credential: %q is no place in a request", s.In)
	case s.In == inQuery && s.Name == "", s.In != inQuery && !isToken(s.Name):
		return "", fmt.Errorf("adding the credential: %q cannot be the name of a %s", s.Name, s.In)
	case s.In == inHeader && slices.Contains(notOurs, strings.ToLower(s.Name)):
		return "", fmt.Errorf("adding the credential: the header %s belongs to the request itself", s.Name)
	case strings.ContainsFunc(s.Prefix, isControl):
		return "", fmt.Errorf("adding the credential: what stands before the field %q has a line break or control character", s.Field)
	}
	value := c[s.Field].Reveal()
	if err := checkValue(s.Field, value); err != nil {
		return "", fmt.Errorf("adding the credential: %w", err)
	}
	prefix := s.Prefix
	if s.User != "" {
		user := c[s.User].Reveal()
		switch err := checkValue(s.User, user); {
		case err != nil:
			return "", fmt.Errorf("adding the credential: %w", err)
		case strings.Contains(user, ":"):
			return "", fmt.Errorf("adding the credential: the field %q has a colon, which a user name cannot have", s.User)
		case user == "" && value == "":
			return "", fmt.Errorf("adding the credential: the fields %q and %q are empty", s.User, s.Field)
		case prefix == "":
			prefix = "Basic "
		}
		value = base64.StdEncoding.EncodeToString([]byte(user + ":" + value))
	}
	switch {
	case value == "":
		return "", fmt.Errorf("adding the credential: the field %q is empty", s.Field)
	case s.In == inCookie && strings.ContainsAny(prefix+value, " ;,\"\\"):
		return "", fmt.Errorf("adding the credential: the field %q has a space, comma, semicolon, quotation mark or backslash, which a cookie cannot have", s.Field)
	}
	return prefix + value, nil
}

// checkValue refuses a value that would end the line it stands in. The error names the
// field, never the value.
func checkValue(field, value string) error {
	switch {
	case len(value) > maxValue:
		return fmt.Errorf("the field %q has more than %d KiB", field, maxValue>>10)
	case strings.ContainsFunc(value, isControl):
		return fmt.Errorf("the field %q has a line break or control character", field)
	}
	return nil
}

// isControl reports whether a character is a control character. Line and paragraph
// separators are among them: no credential has one, a text pasted by mistake may.
func isControl(r rune) bool {
	return r < ' ' || r >= 0x7f && r <= 0x9f || r == '\u2028' || r == '\u2029'
}

// isToken reports whether a text may be the name of a header or cookie (RFC 9110).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"(),/:;<=>?@[\\]{}", r)
	})
}

// checkHost reports whether an address is one of the hosts of an account.
func checkHost(address string, hosts []string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Opaque != "" {
		return fmt.Errorf("%w: the call has no address that a credential may go to", ErrHost)
	}
	at, ok := hostPort(u)
	if !ok || !slices.ContainsFunc(hosts, func(h string) bool { return pinned(h) == at }) {
		return fmt.Errorf("%w: it may not be used at %q", ErrHost, u.Host)
	}
	return nil
}

// hostPort is the host and port that a URL stands for; false where no credential goes:
// another scheme, or plain http at the port of https.
func hostPort(u *url.URL) (string, bool) {
	port := u.Port()
	switch {
	case u.Scheme == "https" && port == "":
		port = "443"
	case u.Scheme == "http" && port == "":
		port = "80"
	case u.Scheme != "https" && u.Scheme != "http", u.Scheme == "http" && port == "443":
		return "", false
	}
	return net.JoinHostPort(strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")), port), u.Hostname() != ""
}

// pinned is an entry of Account.Hosts as hostPort writes it; empty where it is no host.
func pinned(host string) string {
	at, ok := "", false
	if u, err := url.Parse("https://" + host); err == nil && u.Path == "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil {
		at, ok = hostPort(u)
	}
	if !ok {
		return ""
	}
	return at
}

// setHeader sets a header, and removes those of the same name in another case.
func setHeader(header http.Header, name, value string) {
	for existing := range header {
		if strings.EqualFold(existing, name) {
			delete(header, existing)
		}
	}
	header.Set(name, value)
}

// setQuery adds a parameter to an address and removes those of its name. The rest stays
// byte by byte: some servers tell %2F from a slash, and the call was approved as it is.
func setQuery(address, name, value string) string {
	address, _, _ = strings.Cut(address, "#")
	base, query, _ := strings.Cut(address, "?")
	return base + "?" + withParameter(query, name, value)
}

// withParameter is a query without the parameters of a name, and one of it at the end.
func withParameter(query, name, value string) string {
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		key, _, _ := strings.Cut(part, "=")
		if plain, err := url.QueryUnescape(key); part == "" || err == nil && plain == name {
			continue
		}
		kept = append(kept, part)
	}
	return strings.Join(append(kept, escapeQuery(name)+"="+escapeQuery(value)), "&")
}

// escapeQuery escapes for a query, a space as %20, which every server understands.
func escapeQuery(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// setCookie adds a cookie to those that a request has, and removes those of its name.
func setCookie(header http.Header, name, value string) {
	var kept []string
	for existing, lines := range header {
		if !strings.EqualFold(existing, "Cookie") {
			continue
		}
		for pair := range strings.SplitSeq(strings.Join(lines, ";"), ";") {
			pair = strings.TrimSpace(pair)
			if key, _, _ := strings.Cut(pair, "="); pair != "" && strings.TrimSpace(key) != name {
				kept = append(kept, pair)
			}
		}
		delete(header, existing)
	}
	header.Set("Cookie", strings.Join(append(kept, name+"="+value), "; "))
}
