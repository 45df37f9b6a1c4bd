package plugin

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"aidesk/core/account"
	"aidesk/core/markdown"
	"aidesk/core/openapi"
)

// LoginChoice is what an administrator decided about a plugin's login; what is empty is as
// the manifest and the document say.
type LoginChoice struct {
	Kind    account.Kind `json:"kind,omitempty"`    // an OAuth token may be given as a key, and a key be shared or not
	Without bool         `json:"without,omitempty"` // calls go without a credential, whatever the document says
	// Prefixes stand before the values of fields: "Bot ". An empty one says that nothing does.
	Prefixes map[string]string `json:"prefixes,omitempty"`
	Scope    string            `json:"scope,omitempty"`  // that members are asked for
	Secret   string            `json:"secret,omitempty"` // where client id and secret go: SecretHeader or SecretBody
	Hosts    []string          `json:"hosts,omitempty"`  // allowed ones of LoginHosts
}

// Where client id and secret go in a token request.
const (
	SecretHeader = "header"
	SecretBody   = "body"
)

// Check says what is wrong with a choice, in one line.
func (c LoginChoice) Check() error {
	switch {
	case !slices.Contains([]account.Kind{"", account.ServiceKey, account.UserKey, account.OAuth}, c.Kind):
		return fmt.Errorf("%q is no kind of login: choose %s, %s or %s", markdown.Line(string(c.Kind), 40), account.ServiceKey, account.UserKey, account.OAuth)
	case !slices.Contains([]string{"", SecretHeader, SecretBody}, c.Secret):
		return fmt.Errorf("%q is no place for a client secret: choose %s or %s", markdown.Line(c.Secret, 40), SecretHeader, SecretBody)
	case strings.ContainsFunc(c.Scope, unicode.IsControl) || len(c.Scope) > maxScope:
		return fmt.Errorf("the scope must be one line of at most %d characters", maxScope)
	}
	for field, prefix := range c.Prefixes {
		if !prefixOK(prefix) {
			return fmt.Errorf("what precedes %s must be at most %d letters, digits and signs, such as \"Bearer \"", markdown.Line(field, 60), maxPrefix)
		}
	}
	return nil
}

// maxScope is how long a scope may be, in bytes.
const maxScope = 4000

// WithLogin returns the plugin as it would be with another choice about its login.
func (p *Plugin) WithLogin(choice LoginChoice) *Plugin {
	same := *p
	same.LoginChoice = choice
	return &same
}

// Login says what a plugin wants before it answers. The kind is None where no operation can
// use a login; LoginProblem says why an operation that wants one cannot.
func (p *Plugin) Login() account.Login {
	return p.readLogins().login()
}

// Ways are the ways in which a call of an operation can authenticate, each of them a list of
// places that all must be filled: in the document's order, so that the first that an account
// can fill is taken. free says that the call may go without. Neither: it cannot be called,
// and LoginProblem says why.
func (p *Plugin) Ways(o *openapi.Operation) (ways [][]account.Slot, free bool) {
	n := p.readLogins().need(o)
	return n.slots(), n.free
}

// LoginProblem is why an operation wants a login that it cannot get, in words that follow a
// colon; "" where it can be called.
func (p *Plugin) LoginProblem(o *openapi.Operation) string {
	return p.readLogins().need(o).problem
}

// Hosts are host[:port] of every operation that was approved, sorted: where a credential of
// the plugin may go.
func (p *Plugin) Hosts() []string {
	var hosts []string
	for _, o := range p.Callable() {
		hosts = append(hosts, o.Host)
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// LoginHosts are host[:port] of the pages at which members log in and tokens are given, as far
// as they are not the plugin's own, sorted. An administrator allows them.
func (p *Plugin) LoginHosts() []string {
	provider := p.readLogins().provider
	if provider == nil {
		return nil
	}
	own := append(p.Hosts(), strings.TrimSuffix(p.ID, ":443"))
	var hosts []string
	for _, address := range []string{provider.AuthorizeURL, provider.TokenURL} {
		u, err := url.Parse(address)
		if err == nil && !slices.Contains(own, hostPort(u)) {
			hosts = append(hosts, hostPort(u))
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// LoginHostsToAllow are those of LoginHosts that no administrator has allowed.
func (p *Plugin) LoginHostsToAllow() []string {
	return slices.DeleteFunc(p.LoginHosts(), func(h string) bool { return slices.Contains(p.LoginChoice.Hosts, h) })
}

// hostPort is the host of an address in lower case, with its port where that is not the
// scheme's own.
func hostPort(u *url.URL) string {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port == "" || u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		return host
	}
	return host + ":" + port
}

// onLoopback reports whether an address is on the machine itself.
func onLoopback(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// loginURL returns an address at which a plugin found at host lets members log in: https, or
// plain http on loopback for a plugin that is there too. Such a plugin is reached only where
// the operator allows it. "" where the address is no such one.
func loginURL(address, host string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" || u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		return ""
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !onLoopback(u.Hostname()) || !onLoopback(host)) {
		return ""
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String()
}
