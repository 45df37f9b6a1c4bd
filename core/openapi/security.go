package openapi

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/tree"
)

// maxAbout bounds the description of a scheme, in characters.
const maxAbout = 400

// readSecurity reads the declared security schemes of 2.0 and 3.x.
func (r *reader) readSecurity() {
	r.schemes = map[string]Scheme{}
	root := r.main.Cursor()
	for _, at := range [...]tree.Cursor{root.Child("components").Child("securitySchemes"), root.Child("securityDefinitions")} {
		if !at.Is(tree.Object) {
			continue
		}
		for i, name := range at.Keys {
			s, ok := r.refs.Follow(at.Entry(i), "securitySchemes")
			if !ok || !s.Is(tree.Object) || len(r.schemes) >= 50 {
				continue
			}
			r.schemes[name] = r.readScheme(s, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.schemes)) {
		r.doc.Schemes = append(r.doc.Schemes, r.schemes[name])
	}
}

func (r *reader) readScheme(s tree.Cursor, name string) Scheme {
	out := Scheme{Name: name, Type: s.Get("type").Line(), About: plaintext.ProseLine(s.Get("description").Text(), maxAbout)}
	switch strings.ToLower(out.Type) {
	case "apikey":
		out.Type, out.In, out.Field = "apiKey", strings.ToLower(s.Get("in").Line()), s.Get("name").Line()
		fits := out.In == "query" && out.Field != "" || out.In == "cookie" && plaintext.IsToken(out.Field) || out.In == "header" && plaintext.IsToken(out.Field)
		if !fits {
			r.Warnf("security-unreadable", s.At, "the security scheme %q does not say where its key goes", plaintext.Clip(name, 60))
			out.Type, out.In, out.Field = "", "", ""
		}
		if out.In == "header" {
			out.Prefix = credentialPrefix(out.Field, name, plaintext.Line(s.Get("description").Text(), maxAbout))
		}
	case "http":
		out.Type, out.Scheme = "http", strings.ToLower(s.Get("scheme").Line())
		out.In, out.Field = "header", "Authorization"
	case "basic", "bearer": // 2.0, and mistakes for it
		out.Type, out.Scheme = "http", strings.ToLower(out.Type)
		out.In, out.Field = "header", "Authorization"
	case "oauth2":
		out.Type, out.In, out.Field = "oauth2", "header", "Authorization"
		r.readFlows(s, &out)
	case "openidconnect":
		out.Type, out.In, out.Field = "openIdConnect", "header", "Authorization"
	case "mutualtls":
		out.Type = "mutualTLS"
	default:
		r.Warnf("security-unreadable", s.At, "the type %q of the security scheme %q is not known", plaintext.Line(out.Type, 40), plaintext.Clip(name, 60))
		out.Type = ""
	}
	return out
}

// The flows of an oauth2 scheme.
const (
	FlowCode              = "authorizationCode"
	FlowImplicit          = "implicit"
	FlowPassword          = "password"
	FlowClientCredentials = "clientCredentials"
)

// flowNames are the names of flows in both versions.
var flowNames = map[string]string{
	"authorizationcode": FlowCode, "accesscode": FlowCode, "implicit": FlowImplicit, "password": FlowPassword,
	"clientcredentials": FlowClientCredentials, "application": FlowClientCredentials,
}

// readFlows takes the addresses of the flow that a member can use: the authorization
// code flow, else the first that has addresses.
func (r *reader) readFlows(s tree.Cursor, out *Scheme) {
	type flow struct {
		tree.Cursor
		name string
	}
	flows := []flow{{s, flowNames[strings.ToLower(s.Get("flow").Line())]}} // 2.0 has a single flow, without "flows"
	if all := s.Child("flows"); all.Is(tree.Object) {
		flows = nil
		for _, name := range [...]string{"authorizationCode", "accessCode", "implicit", "password", "clientCredentials"} {
			if f := all.Child(name); f.Is(tree.Object) {
				flows = append(flows, flow{f, flowNames[strings.ToLower(name)]})
			}
		}
	}
	for _, named := range flows {
		f := named.Cursor
		out.Flow = named.name
		out.AuthorizeURL = r.absoluteURL(f, "authorizationUrl")
		out.TokenURL = r.absoluteURL(f, "tokenUrl")
		out.RefreshURL = r.absoluteURL(f, "refreshUrl")
		out.Scopes = nil
		if scopes := f.Get("scopes"); scopes.Is(tree.Object) {
			for _, scope := range scopes.Keys[:min(len(scopes.Keys), maxScopes)] {
				out.Scopes = append(out.Scopes, plaintext.Line(scope, 200))
			}
		}
		if out.AuthorizeURL != "" || out.TokenURL != "" {
			return
		}
	}
}

func (r *reader) absoluteURL(s tree.Cursor, key string) string {
	raw := s.Get(key).Line()
	if raw == "" {
		return ""
	}
	u, err := url.Parse(raw)
	if err == nil && !u.IsAbs() && r.base != nil {
		u = r.base.ResolveReference(u)
	}
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		r.Warnf("security-unreadable", s.At, "%s is not an absolute URL", key)
		return ""
	}
	return u.String()
}

// readRequirements reads how an operation is authenticated: by its own list, even an
// empty one, else by the document's.
func (r *reader) readRequirements(o *Operation, s tree.Cursor) {
	all := s.Child("security")
	if !all.Is(tree.List) {
		all = r.main.Cursor().Child("security")
	}
	if own := s.Child("security"); own.Is(tree.List) && len(own.Vals) == 0 {
		o.Security = []Requirement{}
		return
	}
	entries := []tree.Cursor{all}
	if all.Is(tree.List) {
		entries = nil
		for i := range min(len(all.Vals), 20) {
			entries = append(entries, all.Index(i))
		}
	}
	for _, entry := range entries {
		if !entry.Is(tree.Object) {
			continue
		}
		out := Requirement{Schemes: []Scheme{}}
		for i, name := range entry.Keys {
			if !r.spend(1 + len(entry.Vals[i].Entries())) {
				return
			}
			scheme, known := r.schemes[name]
			if !known {
				scheme, known = r.similarScheme(name)
				taken := "the manifest decides"
				if known {
					taken = fmt.Sprintf("%q is taken", plaintext.Line(scheme.Name, 60))
				}
				r.Infof("security-undeclared", entry.At, "the security scheme %q is not declared; %s", plaintext.Line(name, 60), taken)
			}
			scheme.Scopes = nil
			for _, scope := range entry.Vals[i].Entries() {
				scheme.Scopes = append(scheme.Scopes, plaintext.Line(scope.Text(), 200))
			}
			out.Schemes = append(out.Schemes, scheme)
		}
		o.Security = append(o.Security, out)
	}
}

// similarScheme returns the declared scheme whose name differs from a required one by case,
// blanks, hyphens and underscores only; without one, or with several, an undeclared scheme.
func (r *reader) similarScheme(name string) (Scheme, bool) {
	plain := func(name string) string {
		return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "", ".", "").Replace(name))
	}
	var like []Scheme
	for _, s := range r.doc.Schemes {
		if plain(s.Name) == plain(name) {
			like = append(like, s)
		}
	}
	if len(like) != 1 {
		return Scheme{Name: name}, false
	}
	return like[0], true
}

// carriedCredential returns the declared scheme whose credential is sent in a parameter:
// if there are several, the one that the operation requires. Such a parameter is never
// shown to the model.
func (r *reader) carriedCredential(o *Operation, in, name string) (Scheme, bool) {
	carries := func(s Scheme) bool {
		return s.In == in && s.Field != "" && (s.Field == name || in == "header" && strings.EqualFold(s.Field, name))
	}
	for _, q := range o.Security {
		if i := slices.IndexFunc(q.Schemes, carries); i >= 0 {
			return q.Schemes[i], true
		}
	}
	for _, s := range r.doc.Schemes {
		if carries(s) {
			s.Scopes = nil
			return s, true
		}
	}
	return Scheme{}, false
}

// requireHidden adds the schemes of required parameters that are hidden as credentials to
// every way to authenticate: the document says that the call needs them whichever is taken.
func (o *Operation) requireHidden() {
	if len(o.hidden) == 0 {
		return
	}
	if len(o.Security) == 0 {
		o.Security = []Requirement{{}}
	}
	var out []Requirement
	for _, q := range o.Security {
		all := slices.Clone(q.Schemes)
		for _, s := range o.hidden {
			if !slices.ContainsFunc(all, func(t Scheme) bool { return t.In == s.In && t.Field == s.Field }) {
				all = append(all, s)
			}
		}
		same := func(p Requirement) bool {
			return len(p.Schemes) == len(all) && !slices.ContainsFunc(all, func(s Scheme) bool {
				return !slices.ContainsFunc(p.Schemes, func(t Scheme) bool { return t.Name == s.Name })
			})
		}
		if !slices.ContainsFunc(out, same) {
			out = append(out, Requirement{Schemes: all})
		}
	}
	o.Security = out
}

// noteSecretParams notes parameters that look like credentials but are declared as
// ordinary ones, so that the model would have to fill them.
func (r *reader) noteSecretParams(o *Operation) {
	for _, name := range o.SecretArguments() {
		o.reading.addf(levelInfo, "secret-parameter", "", "the parameter %q looks like a credential; whoever calls this would have to write it", plaintext.Clip(name, 60))
	}
}

// SecretArguments names the parameters that look like credentials but are declared as
// ordinary ones.
func (o *Operation) SecretArguments() []string {
	var names []string
	for _, a := range o.builder.Args {
		if a.Param == nil {
			continue
		}
		switch strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(a.Param.Name)) {
		case "apikey", "xapikey", "token", "accesstoken", "authtoken", "xauthtoken", "apitoken", "password", "secret", "clientsecret":
			names = append(names, a.Param.Name)
		}
	}
	return names
}
