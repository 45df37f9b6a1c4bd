package openapi

import (
	"net"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/request"
	"aidesk/core/openapi/tree"
)

// chooseServer chooses the base URL of an operation among its own servers, else the
// path's, else the document's. Only where none is declared it is the origin of the
// document: a server that cannot be used refuses the operation, for another host than
// the declared one must never get the call.
func (r *reader) chooseServer(o *Operation, item, s tree.Cursor) {
	root := r.main.Cursor()
	for _, from := range [...]tree.Cursor{s, item, root} {
		list := from.Child("servers")
		if !declaresServer(list.Node) {
			continue
		}
		base, why := r.firstServer(list)
		if base == nil {
			o.refusef(list.At, why.code, "%s", why.text)
			return
		}
		o.setServer(base)
		return
	}
	switch {
	case r.swagger2:
		base, why := r.swagger2Server(root)
		if base == nil && why.text != "" {
			o.refusef("/host", why.code, "%s", why.text)
			return
		}
		o.setServer(base)
	case r.base != nil:
		o.setServer(r.origin())
		r.Infof("server-missing", "/servers", "there is no server; %s is taken", r.base.Scheme+"://"+r.base.Host)
	}
	if o.Server == "" {
		o.refusef(s.At, "server-missing", "there is no server and the address of the document is not known; give one with --base")
	}
}

// declaresServer reports whether "servers" names any.
func declaresServer(n *tree.Node) bool {
	return n != nil && !n.Is(tree.Null) && (!n.Is(tree.List) || len(n.Vals) > 0)
}

// origin returns where the document lies, without its path.
func (r *reader) origin() *url.URL {
	return &url.URL{Scheme: r.base.Scheme, Host: r.base.Host, Path: "/"}
}

func (o *Operation) setServer(base *url.URL) {
	if base == nil {
		return
	}
	o.builder.BaseQuery = base.RawQuery
	base.User, base.RawQuery, base.Fragment, base.ForceQuery = nil, "", "", false
	base.Host = canonicalHost(base.Scheme, base.Host)
	base.Scheme = strings.ToLower(base.Scheme)
	o.builder.Base = base
	o.Server = strings.TrimSuffix(base.String(), "/")
	o.Host = base.Host
}

// canonicalHost returns a host in lower case and without the default port of the scheme.
func canonicalHost(scheme, host string) string {
	host = strings.ToLower(host)
	if name, port, err := net.SplitHostPort(host); err == nil {
		if port == "" || strings.EqualFold(scheme, "https") && port == "443" || strings.EqualFold(scheme, "http") && port == "80" {
			if strings.Contains(name, ":") {
				return "[" + name + "]"
			}
			return name
		}
	}
	return host
}

// reason says why a server cannot be used: the code of a note and its text.
type reason struct{ code, text string }

// firstServer returns the server of a list to use: the first for which a value of a
// variable was given, else the first on the plugin's domain, else the first usable one,
// by https if the list has it that way too; nil and the reason if there is none.
func (r *reader) firstServer(all tree.Cursor) (*url.URL, reason) {
	entries := []tree.Cursor{all}
	if all.Is(tree.List) {
		entries = nil
		for i := range min(len(all.Vals), maxServers) {
			entries = append(entries, all.Index(i))
		}
	}
	var best *url.URL
	var why reason
	rank, raw := 0, ""
	for _, entry := range entries {
		r.spend(1 + min(len(entry.Get("url").Text()), maxServer)/100)
		base, given, fault := r.serverURL(entry)
		if base == nil {
			r.Warnf(fault.code, entry.At, "%s", fault.text)
			if why.code == "" || fault.code == needsValue {
				why = fault
			}
			continue
		}
		n := 1
		switch {
		case given:
			n = 3
		case r.src.Domain == "" || onDomain(base.Hostname(), r.src.Domain):
			n = 2
		}
		if n > rank {
			best, rank, raw = base, n, serverText(entry)
		}
		if n == 3 || n == 2 && len(r.src.Variables) == 0 {
			break
		}
	}
	secure := func(entry tree.Cursor) bool { return "http"+strings.TrimPrefix(serverText(entry), "https") == raw }
	if best != nil && strings.HasPrefix(raw, "http:") && slices.ContainsFunc(entries, secure) {
		best.Scheme = "https" // the same address is there without and with encryption
	}
	return best, why
}

// serverText is the URL of a server as it is written.
func serverText(s tree.Cursor) string {
	if s.Is(tree.Text) {
		return s.Line()
	}
	return s.Get("url").Line()
}

func onDomain(host, domain string) bool {
	domain = strings.TrimPrefix(strings.ToLower(domain), "www.")
	if name, _, err := net.SplitHostPort(domain); err == nil {
		domain = name
	}
	host = strings.ToLower(host)
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// serverURL reads one server: an object with a URL, or just a URL. given is true if the
// value of one of its variables was given with the Source.
func (r *reader) serverURL(s tree.Cursor) (base *url.URL, given bool, why reason) {
	raw := serverText(s)
	if s.Is(tree.Text) {
		r.Infof("server-text", s.At, "a server is a word; it was read as its URL")
	}
	text, given, why := r.expand(raw, s)
	if why.text != "" {
		return nil, false, why
	}
	base, why = r.resolveServer(text, s.At)
	if base == nil && text != raw && r.mayBeGiven(raw, s) {
		// A default such as "" makes no address: it stands for a value to choose.
		why = r.valueNeeded(raw, s)
	}
	return base, given, why
}

// resolveServer resolves the URL of a server.
func (r *reader) resolveServer(raw, at string) (*url.URL, reason) {
	shown := plaintext.Line(raw, 120)
	unreadable := reason{"server-unreadable", "the server \"" + shown + "\" cannot be read as a URL"}
	u, err := url.Parse(raw)
	if (err != nil || u.Host == "" && u.Scheme != "http" && u.Scheme != "https") && looksLikeHost(raw) {
		u, err = url.Parse("https://" + raw)
		r.Infof("server-scheme", at, "the server %q has no scheme; https is taken", shown)
	}
	if err != nil || strings.ContainsAny(raw, "\\{}") || request.HasDotSegment(u.EscapedPath()) && u.IsAbs() {
		return nil, unreadable
	}
	if u.IsAbs() && u.Scheme != "http" && u.Scheme != "https" {
		return nil, reason{"server-scheme", "the server \"" + shown + "\" is neither http nor https"}
	}
	if !u.IsAbs() {
		if r.base == nil {
			return nil, reason{"server-relative", "the server \"" + shown + "\" is relative and the address of the document is not known; give one with --base"}
		}
		if u.Host == "" && u.Path == "" && !strings.HasPrefix(raw, "//") {
			// Resolved by the letter this would be the document itself.
			r.Infof("server-empty", at, "the server has no address; %s is taken", r.base.Scheme+"://"+r.base.Host)
			query := u.RawQuery
			u = r.origin()
			u.RawQuery = query
		}
		u = r.base.ResolveReference(u)
	}
	if !isHost(u.Hostname()) || strings.HasSuffix(u.Host, ":") && strings.HasPrefix(u.Path, "//") {
		return nil, unreadable
	}
	if u.User != nil {
		r.Warnf("server-user", at, "the address of the server holds a user or a password, which are not sent")
	}
	if u.Fragment != "" {
		r.Infof("server-fragment", at, "the fragment of the server's address is not sent")
	}
	if u.RawQuery != "" {
		r.Infof("server-query", at, "the query of the server's address goes with every call")
	}
	return u, reason{}
}

// isHost reports whether a name can be that of a host: labels without odd characters,
// none of them empty; or an address of IPv6.
func isHost(name string) bool {
	if net.ParseIP(name) != nil {
		return true
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(name, "."), ".") {
		if label == "" || label[0] == '-' || strings.HasSuffix(label, "-") || strings.ContainsFunc(label, func(c rune) bool {
			return c != '-' && c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsMark(c)
		}) {
			return false
		}
	}
	return true
}

// looksLikeHost reports whether raw begins with a host, such as "api.example.com/v1" or
// "localhost:3333", rather than a path.
func looksLikeHost(raw string) bool {
	if raw == "" || strings.ContainsAny(raw[:1], "/.?#") {
		return false
	}
	host, _, _ := strings.Cut(raw, "/")
	name, port, _ := strings.Cut(host, ":")
	if strings.Trim(port, "0123456789") != "" {
		return false
	}
	return strings.Contains(name, ".") || name == "localhost"
}

// swagger2Server makes the server of a 2.0 document of its schemes, host and basePath;
// nil without a reason if there is no host and the address of the document is unknown.
func (r *reader) swagger2Server(root tree.Cursor) (*url.URL, reason) {
	host := root.Get("host").Line()
	given, after, found := strings.Cut(host, "://")
	if found {
		host = after
	} else {
		given = ""
	}
	host, under, _ := strings.Cut(host, "/")
	path := root.Get("basePath").Line()
	if at, err := url.Parse(path); err == nil && at.IsAbs() && at.Host != "" && (host == "" || strings.EqualFold(at.Host, host)) {
		r.Infof("server-scheme", "/basePath", "\"basePath\" is a whole URL; it was read as one")
		given, host, under, path = at.Scheme, at.Host, "", at.EscapedPath()
	}
	scheme, why := r.swagger2Scheme(root, given, host)
	if why.text != "" {
		return nil, why
	}
	if host == "" {
		if r.base == nil {
			return nil, reason{}
		}
		r.Infof("server-missing", "/host", "there is no host; %s is taken", r.base.Host)
		host = r.base.Host
	}
	raw := strings.TrimRight(scheme+"://"+host+"/"+strings.Trim(strings.Trim(under, "/")+"/"+strings.Trim(path, "/"), "/"), "/")
	raw, _, why = r.expand(raw, root.With(nil))
	if why.text != "" {
		return nil, why
	}
	return r.resolveServer(raw, "/host")
}

// swagger2Scheme chooses the scheme of a 2.0 document: https if it is listed, else http;
// without a list that with which the document was read. given is a scheme that stands at
// the host by mistake.
func (r *reader) swagger2Scheme(root tree.Cursor, given, host string) (string, reason) {
	listed := map[string]bool{}
	for _, n := range root.Get("schemes").Entries() {
		listed[strings.ToLower(n.Line())] = true
	}
	switch {
	case listed["http"] && (!listed["https"] || strings.HasSuffix(host, ":80")):
		return "http", reason{}
	case listed["https"]:
		return "https", reason{}
	case len(listed) > 0:
		return "", reason{"server-scheme", "its schemes name neither http nor https"}
	case given != "":
		return strings.ToLower(given), reason{}
	case strings.HasSuffix(host, ":443"):
		return "https", reason{}
	case strings.HasSuffix(host, ":80"):
		return "http", reason{}
	case r.base != nil:
		r.Infof("server-scheme", "/schemes", "there is no scheme; %s is taken, by which the document was read", r.base.Scheme)
		return r.base.Scheme, reason{}
	}
	return "https", reason{}
}
