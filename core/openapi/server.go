package openapi

import (
	"net"
	"net/url"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/request"
	"aidesk/core/openapi/tree"
)

// chooseServer chooses the base URL of an operation: its own, else the path's, else
// the document's, else the origin of the document.
func (r *reader) chooseServer(o *Operation, item, s tree.Cursor) {
	root := r.main.Cursor()
	for _, from := range []tree.Cursor{s, item, root} {
		if list := from.Child("servers"); list.Node != nil {
			if base := r.firstServer(list); base != nil {
				o.setServer(base)
				return
			}
		}
	}
	switch {
	case r.swagger2:
		o.setServer(r.swagger2Server(root))
	case r.base != nil:
		base := *r.base
		base.Path, base.RawPath = "/", ""
		o.setServer(&base)
		r.Infof("server-missing", "/servers", "there is no server; %s is taken", base.Scheme+"://"+base.Host)
	}
	if o.Server == "" {
		o.refusef(s.At, "server-missing", "there is no server and the address of the document is not known; give one with --base")
	}
}

func (o *Operation) setServer(base *url.URL) {
	if base == nil {
		return
	}
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

// firstServer returns the server of a list to use: the first on the plugin's domain,
// else the first usable one.
func (r *reader) firstServer(all tree.Cursor) *url.URL {
	var first *url.URL
	entries := []tree.Cursor{all}
	if all.Is(tree.List) {
		entries = nil
		for i := range min(len(all.Vals), maxServers) {
			entries = append(entries, all.Index(i))
		}
	}
	for _, entry := range entries {
		r.spend(1 + min(len(entry.Get("url").Text()), maxServer)/100)
		base := r.serverURL(entry)
		if base == nil {
			continue
		}
		if first == nil {
			first = base
		}
		if r.src.Domain == "" || onDomain(base.Hostname(), r.src.Domain) {
			return base
		}
	}
	return first
}

func onDomain(host, domain string) bool {
	domain = strings.TrimPrefix(strings.ToLower(domain), "www.")
	if name, _, err := net.SplitHostPort(domain); err == nil {
		domain = name
	}
	host = strings.ToLower(host)
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// serverURL reads one server: an object with a URL, or just a URL.
func (r *reader) serverURL(s tree.Cursor) *url.URL {
	raw := s.Get("url").Line()
	if s.Is(tree.Text) {
		raw = s.Line()
		r.Infof("server-text", s.At, "a server is a word; it was read as its URL")
	}
	raw, ok := r.fillVariables(raw, s)
	if !ok {
		return nil
	}
	return r.resolveServer(raw, s.At)
}

// fillVariables puts the defaults of the server's variables into its URL. ok is false if
// one has none, or if the URL becomes too long.
func (r *reader) fillVariables(raw string, s tree.Cursor) (filled string, ok bool) {
	vars := s.Child("variables")
	var out strings.Builder
	for {
		from := strings.IndexByte(raw, '{')
		to := strings.IndexByte(raw, '}')
		if from < 0 || to < from {
			return out.String() + raw, true
		}
		name := raw[from+1 : to]
		value := vars.Child(name)
		text := value.Get("default").Line()
		if text == "" && len(value.Get("enum").Entries()) > 0 {
			text = value.Get("enum").Entries()[0].Line()
		}
		if text == "" || strings.ContainsAny(text, "{}") {
			r.Warnf("server-variable", s.At, "the server variable %q has no default; the server cannot be used", plaintext.Line(name, 60))
			return "", false
		}
		out.WriteString(raw[:from])
		out.WriteString(text)
		if raw = raw[to+1:]; out.Len()+len(raw) > maxServer {
			r.Warnf("server-variable", s.At, "the server has more than %d KiB; it cannot be used", maxServer>>10)
			return "", false
		}
	}
}

// resolveServer resolves the URL of a server.
func (r *reader) resolveServer(raw, at string) *url.URL {
	u, err := url.Parse(raw)
	if err == nil && u.Host == "" && u.Scheme != "http" && u.Scheme != "https" && looksLikeHost(raw) {
		u, err = url.Parse("https://" + raw)
		r.Infof("server-scheme", at, "the server %q has no scheme; https is taken", plaintext.Line(raw, 120))
	}
	if err != nil || strings.Contains(raw, "\\") || request.HasDotSegment(u.EscapedPath()) && u.IsAbs() {
		r.Warnf("server-unreadable", at, "the server %q cannot be read as a URL", plaintext.Line(raw, 120))
		return nil
	}
	if !u.IsAbs() || u.Host == "" {
		if r.base == nil || u.IsAbs() {
			r.Warnf("server-relative", at, "the server %q is relative and the address of the document is not known; give one with --base", plaintext.Line(raw, 120))
			return nil
		}
		u = r.base.ResolveReference(u)
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		r.Warnf("server-scheme", at, "the server %q is neither http nor https", plaintext.Line(raw, 120))
		return nil
	}
	return u
}

// looksLikeHost reports whether raw begins with a host, such as "api.example.com/v1" or
// "localhost:3333", rather than a path.
func looksLikeHost(raw string) bool {
	if raw == "" || strings.ContainsAny(raw[:1], "/.") {
		return false
	}
	host, _, _ := strings.Cut(raw, "/")
	name, _, _ := strings.Cut(host, ":")
	return strings.Contains(name, ".") || name == "localhost"
}

// swagger2Server makes the server of a 2.0 document of its schemes, host and basePath.
func (r *reader) swagger2Server(root tree.Cursor) *url.URL {
	base := &url.URL{Scheme: "https", Path: "/"}
	if r.base != nil {
		base.Scheme, base.Host = r.base.Scheme, r.base.Host
	}
	host := root.Get("host").Line()
	if _, after, found := strings.Cut(host, "://"); found {
		host = after
	}
	host, under, _ := strings.Cut(host, "/")
	if host != "" {
		base.Host, base.Scheme = host, "https"
		var schemes []string
		for _, n := range root.Get("schemes").Entries() {
			schemes = append(schemes, strings.ToLower(n.Line()))
		}
		if strings.Join(schemes, "") == "http" || strings.HasSuffix(host, ":80") {
			base.Scheme = "http"
		}
	}
	if base.Host == "" {
		return nil
	}
	path := strings.Trim(under, "/") + "/" + strings.Trim(root.Get("basePath").Line(), "/")
	u, err := url.Parse(base.Scheme + "://" + base.Host + "/" + strings.Trim(path, "/"))
	if err != nil {
		r.Warnf("server-unreadable", "/host", "the host %q cannot be read", plaintext.Line(host, 120))
		return nil
	}
	if host == "" {
		r.Infof("server-missing", "/host", "there is no host; %s is taken", base.Host)
	}
	return u
}
