package plugin

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"aidesk/core/account"
	"aidesk/core/openapi"
)

// logins is what a plugin's manifest, its document and its administrators together say of
// logins. The manifest decides who logs in; the document says where the credential goes.
// Where the manifest wants no login, or there is none, the document's schemes decide.
type logins struct {
	p        *Plugin
	kind     account.Kind
	provider *account.Provider // of OAuth
	given    bool              // the manifest or an administrator decided the kind: a token may be given as a key
	says     bool              // the document says of an operation that it needs a login
	silent   bool              // of some operation it does not say that it needs none
	usual    *way              // the first way in the document, for operations of which it says nothing

	providers map[flow]*account.Provider // of the document's schemes; nil where nobody can log in
}

// flow names the provider of a scheme.
type flow struct{ name, authorize, token string }

func flowOf(s openapi.Scheme) flow { return flow{s.Flow, s.AuthorizeURL, s.TokenURL} }

// way is one way to authenticate.
type way struct {
	slots  []account.Slot
	fields []account.Field
}

// need is what calls of one operation need.
type need struct {
	ways    []way
	free    bool
	problem string
}

func (n need) slots() [][]account.Slot {
	var all [][]account.Slot
	for _, w := range n.ways {
		all = append(all, slices.Clone(w.slots))
	}
	return all
}

// readLogins reads a plugin's logins, or returns them as they were read before.
func (p *Plugin) readLogins() *logins {
	if p.logins == nil { // not compiled of bytes
		return newLogins(p)
	}
	key := p.loginKey()
	p.logins.mu.Lock()
	defer p.logins.mu.Unlock()
	l := p.logins.last
	if l == nil || p.logins.key != key {
		same := *p
		l = newLogins(&same)
		p.logins.key, p.logins.last = key, l
	}
	return l
}

// loginCache keeps the logins of a compiled plugin, which many registrations share: those that
// were asked for last. A plugin may have thousands of operations, and each call asks.
type loginCache struct {
	mu   sync.Mutex
	key  string
	last *logins
}

// loginKey names everything beside the bytes that decides about logins.
func (p *Plugin) loginKey() string {
	return fmt.Sprintf("%q %t %q %#v", p.ID, p.Locked, p.Without, p.LoginChoice)
}

func newLogins(p *Plugin) *logins {
	l := &logins{p: p, providers: map[flow]*account.Provider{}}
	for _, s := range p.Document.Schemes {
		l.providers[flowOf(s)] = p.providerOf(s)
	}
	for _, o := range p.Callable() {
		l.says = l.says || slices.ContainsFunc(o.Security, func(q openapi.Requirement) bool { return len(q.Schemes) > 0 })
		l.silent = l.silent || o.Security == nil || len(o.Security) > 0
	}
	wanted := p.LoginChoice.Kind
	if p.LoginChoice.Without {
		return l
	}
	if wanted == "" {
		wanted = map[string]account.Kind{"service_http": account.ServiceKey, "user_http": account.UserKey, "oauth": account.OAuth}[p.Manifest.Auth]
	}
	switch wanted {
	case account.ServiceKey, account.UserKey:
		l.kind, l.given = wanted, true
	case account.OAuth:
		l.given = p.byManifest()
		l.chooseProvider()
	default:
		l.chooseKind()
	}
	l.usual = l.findUsual()
	return l
}

// byManifest reports whether the manifest wants a login.
func (p *Plugin) byManifest() bool { return p.Manifest.Auth != "none" && p.Manifest.Auth != "" }

// chooseProvider takes the addresses of the manifest, else those of the document that serve
// the most operations.
func (l *logins) chooseProvider() {
	m := l.p.Manifest.Login
	at, token := loginURL(m.AuthorizeURL, l.p.host()), loginURL(m.TokenURL, l.p.host())
	if at != "" && token != "" {
		l.kind = account.OAuth
		l.provider = &account.Provider{
			AuthorizeURL: at, TokenURL: token, Scope: m.Scope,
			JSON: m.ContentType == "" || strings.Contains(strings.ToLower(m.ContentType), "json"),
		}
		l.provider.Basic = l.p.LoginChoice.Secret == SecretHeader
		l.chosenScope()
		return
	}
	l.best(l.candidates(func(k account.Kind) bool { return k == account.OAuth }))
	for _, s := range l.p.Document.Schemes {
		if provider := l.providers[flowOf(s)]; l.given && l.provider == nil && provider != nil { // declared, and asked for by no operation
			l.kind, l.provider = account.OAuth, new(*provider)
			l.provider.Basic = l.p.LoginChoice.Secret != SecretBody
			l.chosenScope()
		}
	}
}

// chooseKind takes what the document's schemes ask for: of keys and the addresses of OAuth
// what serves the most operations, and of equals the first.
func (l *logins) chooseKind() { l.best(l.candidates(func(account.Kind) bool { return true })) }

// maxProviders is how many addresses of OAuth in one document are weighed.
const maxProviders = 8

// candidates are the kinds of login and addresses in the document's order.
func (l *logins) candidates(fits func(account.Kind) bool) []logins {
	var all []logins
	add := func(kind account.Kind, provider *account.Provider) {
		same := func(c logins) bool {
			return c.kind == kind && (provider == nil || c.provider.AuthorizeURL == provider.AuthorizeURL && c.provider.TokenURL == provider.TokenURL)
		}
		if fits(kind) && len(all) < maxProviders && !slices.ContainsFunc(all, same) {
			c := *l
			c.kind, c.provider = kind, provider
			all = append(all, c)
		}
	}
	for _, o := range l.p.Callable() {
		for _, q := range o.Security {
			for _, s := range q.Schemes {
				switch s.Type {
				case "apiKey", "http":
					add(account.UserKey, nil)
				case "oauth2":
					if provider := l.providers[flowOf(s)]; provider != nil {
						add(account.OAuth, new(*provider))
					}
				}
			}
		}
	}
	return all
}

// best takes the candidate that serves the most operations.
func (l *logins) best(all []logins) {
	most := 0
	for i := range all {
		served := 0
		for _, o := range l.p.Callable() {
			if len(all[i].need(o).ways) > 0 {
				served++
			}
		}
		if served > most {
			most = served
			l.kind, l.provider = all[i].kind, all[i].provider
		}
	}
	if l.provider == nil {
		return
	}
	l.provider.Scope = l.scope()
	l.provider.Basic = l.p.LoginChoice.Secret != SecretBody
	l.chosenScope()
}

// scope joins what the operations ask for by the schemes that the account is for, as far as it
// fits: nobody grants more.
func (l *logins) scope() string {
	var scope strings.Builder
	seen := map[string]bool{"": true, "none": true}
	for _, o := range l.p.Callable() {
		for _, q := range o.Security {
			for _, s := range q.Schemes {
				if !l.served(s) {
					continue
				}
				for _, word := range s.Scopes {
					if word = strings.TrimSpace(word); seen[word] || scope.Len()+len(word) >= maxScope {
						continue
					}
					seen[word] = true
					if scope.Len() > 0 {
						scope.WriteByte(' ')
					}
					scope.WriteString(word)
				}
			}
		}
	}
	return scope.String()
}

func (l *logins) chosenScope() {
	if l.p.LoginChoice.Scope != "" {
		l.provider.Scope = l.p.LoginChoice.Scope
	}
}

// providerOf is where members log in by a scheme of the document, or nil.
func (p *Plugin) providerOf(s openapi.Scheme) *account.Provider {
	at, token := loginURL(s.AuthorizeURL, p.host()), loginURL(s.TokenURL, p.host())
	code := s.Flow == openapi.FlowCode || s.Flow == "" // 2.0 without a name for its flow
	if s.Type != "oauth2" || !code || at == "" || token == "" {
		return nil
	}
	return &account.Provider{AuthorizeURL: at, TokenURL: token}
}

// host is the host that the plugin was found at.
func (p *Plugin) host() string {
	u, err := url.Parse("//" + p.ID)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// served reports whether the OAuth account is one for a scheme of the document.
func (l *logins) served(s openapi.Scheme) bool {
	provider := l.providers[flowOf(s)]
	return s.Type == "oauth2" && provider != nil && l.provider != nil && provider.AuthorizeURL == l.provider.AuthorizeURL && provider.TokenURL == l.provider.TokenURL
}

// findUsual finds the way of operations of which the document says nothing: there the
// manifest decides that a login is wanted, and other operations show where it goes.
func (l *logins) findUsual() *way {
	if !l.p.byManifest() || l.kind == account.None {
		return nil
	}
	for _, o := range l.p.Callable() {
		if len(o.Security) == 0 {
			continue
		}
		if n := l.need(o); len(n.ways) > 0 {
			return &n.ways[0]
		}
	}
	w, problem := l.way(openapi.Requirement{Schemes: []openapi.Scheme{{}}})
	if problem != "" {
		return nil
	}
	return &w
}

// need is what calls of an operation need.
func (l *logins) need(o *openapi.Operation) need {
	if l.p.LoginChoice.Without {
		return need{free: true}
	}
	if len(o.Security) == 0 {
		return l.unsaid(o)
	}
	n := need{}
	for _, q := range o.Security {
		w, problem := l.way(q)
		switch {
		case problem != "" && n.problem == "":
			n.problem = problem
		case problem == "" && len(w.slots) == 0:
			n.free = true
		case problem == "":
			n.ways = append(n.ways, w)
		}
	}
	switch {
	case l.kind == account.None && len(n.ways) > 0: // the login that was decided on cannot be had
		n.ways, n.problem = nil, textLoginNoPage
	case len(n.ways) > 0 && l.inClear(o):
		n.ways, n.problem = nil, textLoginClear
	case len(n.ways) > 0:
		n.problem = ""
	}
	if n.free {
		n.problem = ""
	}
	return n
}

// unsaid is what an operation needs of which the document says nothing, or that it needs
// nothing. A document that says nothing of any operation leaves it to the manifest; of one
// that does, an account's credential goes along where there is one.
func (l *logins) unsaid(o *openapi.Operation) need {
	switch {
	case !l.p.byManifest() || o.Security != nil && l.silent:
		return need{free: true}
	case l.kind == account.None:
		return need{problem: textLoginNoPage, free: l.says}
	case l.usual == nil || l.says && l.inClear(o):
		return need{free: true}
	case l.inClear(o):
		return need{problem: textLoginClear}
	}
	return need{ways: []way{*l.usual}, free: l.says}
}

// inClear reports whether a credential would leave unencrypted for another machine, which
// only the operator can want.
func (l *logins) inClear(o *openapi.Operation) bool {
	if strings.HasPrefix(o.Server, "https://") {
		return false
	}
	u, err := url.Parse(o.Server)
	return err == nil && u.Scheme == "http" && !l.p.Locked && !onLoopback(u.Hostname())
}

// login is what is asked for.
func (l *logins) login() account.Login {
	out := account.Login{Kind: l.kind, Instructions: l.p.Manifest.Login.Instructions}
	if l.kind == account.None {
		return out
	}
	if l.provider != nil {
		out.Provider = new(*l.provider)
	}
	have := map[string]bool{account.FieldAccess: true}
	filled := func(w way) bool {
		return !slices.ContainsFunc(w.slots, func(s account.Slot) bool { return !have[s.Field] || s.User != "" && !have[s.User] })
	}
	for _, optional := range []bool{false, true} { // what must be given comes first
		for _, o := range l.p.Callable() {
			n := l.need(o)
			if n.free != optional || len(n.ways) == 0 || slices.ContainsFunc(n.ways, filled) {
				continue
			}
			for _, f := range n.ways[0].fields {
				if !have[f.Name] {
					have[f.Name] = true
					out.Fields = append(out.Fields, f)
				}
			}
		}
	}
	labelFields(out.Fields)
	return out
}
