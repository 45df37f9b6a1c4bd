package openapi

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
)

// security reads the declared security schemes of 2.0 and 3.x.
func (r *reader) security() {
	r.schemes = map[string]Scheme{}
	root := r.main.cursor()
	for _, at := range [...]spot{root.sub("components").sub("securitySchemes"), root.sub("securityDefinitions")} {
		if !at.is(dict) {
			continue
		}
		for i, name := range at.keys {
			s, ok := r.refs.follow(at.entry(i), "securitySchemes")
			if !ok || !s.is(dict) || len(r.schemes) >= 50 {
				continue
			}
			r.schemes[name] = r.scheme(s, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.schemes)) {
		r.doc.Schemes = append(r.doc.Schemes, r.schemes[name])
	}
}

func (r *reader) scheme(s spot, name string) Scheme {
	out := Scheme{Name: name, Type: s.get("type").line()}
	switch strings.ToLower(out.Type) {
	case "apikey":
		out.Type, out.In, out.Field = "apiKey", strings.ToLower(s.get("in").line()), s.get("name").line()
		fits := out.In == "query" && out.Field != "" || out.In == "cookie" && plaintext.IsToken(out.Field) || out.In == "header" && plaintext.IsToken(out.Field)
		if !fits {
			r.Warnf("security-unreadable", s.at, "the security scheme %q does not say where its key goes", plaintext.Clip(name, 60))
			out.Type, out.In, out.Field = "", "", ""
		}
	case "http":
		out.Type, out.Scheme = "http", strings.ToLower(s.get("scheme").line())
		out.In, out.Field = "header", "Authorization"
	case "basic", "bearer": // 2.0, and what is meant by it
		out.Type, out.Scheme = "http", strings.ToLower(out.Type)
		out.In, out.Field = "header", "Authorization"
	case "oauth2":
		out.Type, out.In, out.Field = "oauth2", "header", "Authorization"
		r.flows(s, &out)
	case "openidconnect":
		out.Type, out.In, out.Field = "openIdConnect", "header", "Authorization"
	case "mutualtls":
		out.Type = "mutualTLS"
	default:
		r.Warnf("security-unreadable", s.at, "the type %q of the security scheme %q is not known", plaintext.Clip(plaintext.OneLine(out.Type), 40), plaintext.Clip(name, 60))
		out.Type = ""
	}
	return out
}

// flows takes the addresses of the flow that suits a member: the
// authorization code, else the first that has any.
func (r *reader) flows(s spot, out *Scheme) {
	flows := []spot{s} // 2.0 has a single one, flat
	if all := s.sub("flows"); all.is(dict) {
		flows = nil
		for _, name := range [...]string{"authorizationCode", "accessCode", "implicit", "password", "clientCredentials"} {
			if f := all.sub(name); f.is(dict) {
				flows = append(flows, f)
			}
		}
	}
	for _, f := range flows {
		out.AuthorizeURL = r.link(f, "authorizationUrl")
		out.TokenURL = r.link(f, "tokenUrl")
		out.RefreshURL = r.link(f, "refreshUrl")
		out.Scopes = nil
		if scopes := f.get("scopes"); scopes.is(dict) {
			for _, scope := range scopes.keys {
				out.Scopes = append(out.Scopes, plaintext.Clip(plaintext.OneLine(scope), 200))
			}
		}
		if out.AuthorizeURL != "" || out.TokenURL != "" {
			return
		}
	}
}

func (r *reader) link(s spot, key string) string {
	raw := s.get(key).line()
	if raw == "" {
		return ""
	}
	u, err := url.Parse(raw)
	if err == nil && !u.IsAbs() && r.base != nil {
		u = r.base.ResolveReference(u)
	}
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		r.Warnf("security-unreadable", s.at, "%s is not an absolute URL", key)
		return ""
	}
	return u.String()
}

// requirements reads how an operation wants to be authenticated: its own list,
// also an empty one, else the document's.
func (r *reader) requirements(o *Operation, s spot) {
	all := s.sub("security")
	if !all.is(list) {
		all = r.main.cursor().sub("security")
	}
	entries := []spot{all}
	if all.is(list) {
		entries = nil
		for i := range min(len(all.vals), 20) {
			entries = append(entries, all.nth(i))
		}
	}
	for _, entry := range entries {
		if !entry.is(dict) {
			continue
		}
		out := Requirement{Schemes: []Scheme{}}
		for i, name := range entry.keys {
			scheme, known := r.schemes[name]
			if !known {
				scheme = Scheme{Name: name}
				r.Infof("security-undeclared", entry.at, "the security scheme %q is not declared; the manifest decides", plaintext.Clip(plaintext.OneLine(name), 60))
			}
			scheme.Scopes = nil
			for _, scope := range entry.vals[i].list() {
				scheme.Scopes = append(scheme.Scopes, plaintext.Clip(plaintext.OneLine(scope.str()), 200))
			}
			out.Schemes = append(out.Schemes, scheme)
		}
		o.Security = append(o.Security, out)
	}
}

// credential reports whether a parameter is where a credential goes. Such a
// parameter is never shown to the model.
func (r *reader) credential(in, name string) bool {
	for _, s := range r.schemes {
		if s.In == in && s.Field != "" && (s.Field == name || in == "header" && strings.EqualFold(s.Field, name)) {
			return true
		}
	}
	return false
}

// secrets notes parameters that seem to want a credential from the model: the
// document declares them as ordinary ones.
func (r *reader) secrets(o *Operation) {
	for _, a := range o.call.args {
		if a.param == nil {
			continue
		}
		switch name := strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(a.param.name)); name {
		case "apikey", "xapikey", "token", "accesstoken", "authtoken", "xauthtoken", "apitoken", "password", "secret", "clientsecret":
			o.found.addf(levelInfo, "secret-parameter", "", "the parameter %q looks like a credential; whoever calls this would have to write it", plaintext.Clip(a.param.name, 60))
		}
	}
}
