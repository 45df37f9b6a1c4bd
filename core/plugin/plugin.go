// Package plugin knows the plugins: it reads a manifest and its document, keeps
// what was registered, says which plugins are enabled for whom, and is the one
// place that a Call leaves from.
//
// A plugin has an id (the domain of its manifest), a name (unique in a workspace;
// members type it and its tools begin with it) and a version (the hash of its
// manifest and document). Bytes are stored once per hash and compiled once per
// version, whoever uses them.
package plugin

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"aidesk/core/markdown"
	"aidesk/core/openapi"
	"aidesk/core/policy"
)

// Plugin is a registered plugin, compiled. It is shared between turns: never change it.
type Plugin struct {
	Registration
	Manifest Manifest
	Document *openapi.Document

	logins *loginCache     // shared by copies
	scope  string          // of the workspace in which it was listed
	rules  policy.Rules    // of that workspace
	fields func() []string // see fieldsOf; shared by copies
}

// Registration is what is stored of a plugin beside its bytes.
type Registration struct {
	ID      string `json:"id"`      // host, or host:port, of the manifest
	Name    string `json:"name"`    // unique in the workspace, [a-z][a-z0-9_-]*
	Source  string `json:"source"`  // the address as it was given
	At      string `json:"at"`      // where the manifest was found
	Found   string `json:"found"`   // where the document was found
	Hashes  Hashes `json:"hashes"`  // of the stored bytes
	Version string `json:"version"` // of both together, and of Variables
	// Variables are the values chosen for variables of the document's servers.
	Variables map[string]string `json:"variables,omitempty"`
	Default   bool              `json:"default,omitempty"` // enabled for everyone who did not disable it
	Locked    bool              `json:"locked,omitempty"`  // comes from the configuration and is changed only there
	Vouched   bool              `json:"vouched,omitempty"` // the operator answers for it: members are not asked before its first use
	Added     Stamp             `json:"added,omitzero"`    // who added it in a chat
	Reviewed  Stamp             `json:"reviewed,omitzero"` // who approved this version, if it is not the first
	// Waiting is a newer version, which nobody approved yet.
	Waiting *Waiting `json:"waiting,omitempty"`
	// Reads are operations that an administrator marked as reads though their method
	// is not one, by id, each pinned to the operation's hash.
	Reads map[string]string `json:"reads,omitempty"`
	// Without are operations that an administrator left out, by id.
	Without []string `json:"without,omitempty"`
	// LoginChoice is what an administrator decided about its login.
	LoginChoice LoginChoice `json:"login,omitzero"`
	Revision    uint64      `json:"-"` // of the record
}

// Hashes name the stored bytes of a plugin.
type Hashes struct {
	Manifest string            `json:"manifest"`
	Document string            `json:"document"`
	Parts    map[string]string `json:"parts,omitempty"` // by address: what the document refers to elsewhere
}

// version names everything that decides the plugin's requests.
func (g Registration) version() string {
	all := []string{g.Hashes.Manifest, g.Hashes.Document}
	for _, address := range slices.Sorted(maps.Keys(g.Hashes.Parts)) {
		all = append(all, g.Hashes.Parts[address])
	}
	for _, name := range slices.Sorted(maps.Keys(g.Variables)) {
		all = append(all, fmt.Sprintf("%q=%q", name, g.Variables[name]))
	}
	sum := sha256.Sum256([]byte(strings.Join(all, " ")))
	return hex.EncodeToString(sum[:])
}

// Human is the plugin's name for people.
func (p *Plugin) Human() string { return p.Manifest.NameForHuman }

// Operation finds an operation by its id.
func (p *Plugin) Operation(id string) (*openapi.Operation, bool) {
	for _, o := range p.Document.Operations {
		if o.ID == id {
			return o, true
		}
	}
	return nil, false
}

// Links are the addresses that the manifest itself gives to members.
func (p *Plugin) Links() []string {
	var links []string
	for _, l := range []string{p.Manifest.LegalURL, p.Manifest.PrivacyURL} {
		if l != "" {
			links = append(links, l)
		}
	}
	return links
}

// Call is an Operation with its arguments, ready to send: exactly the bytes that
// will leave, and what a decision about them is bound to.
type Call struct {
	Plugin    string          `json:"plugin"` // id
	Human     string          `json:"human"`  // the plugin's name for people
	Version   string          `json:"version"`
	Operation string          `json:"operation"`
	Summary   string          `json:"summary"`
	Write     bool            `json:"write,omitempty"`     // its member must approve it
	Unsafe    bool            `json:"unsafe,omitempty"`    // its method may have an effect: sent at most once, whoever approved it
	Account   string          `json:"account,omitempty"`   // the key of the account whose credential goes along; empty: none
	Label     string          `json:"label,omitempty"`     // of that account, for people
	Own       bool            `json:"own,omitempty"`       // it is the member's own, and they do not show here what it gives: what comes back is theirs
	First     bool            `json:"first,omitempty"`     // an administrator marked it as a read: with this approval its member agrees to more of its operation
	FirstUse  *FirstUse       `json:"first_use,omitempty"` // with this approval its member agrees that its plugin has words of theirs
	From      []Origin        `json:"from,omitempty"`      // other plugins whose data it may carry, which the member has not allowed
	Args      json.RawMessage `json:"args"`
	Request   openapi.Request `json:"request"`
	Digest    string          `json:"digest"` // of request, version and account
}

// Origin is a plugin whose data a call to another one may carry.
type Origin struct {
	Plugin string `json:"plugin"` // id
	Human  string `json:"human"`
}

// Trial returns a plugin that was just read as it would be if the operator had named it in
// the configuration, beside others.
func (p *Plugin) Trial(others ...*Plugin) *Plugin {
	out := *p
	out.Locked = true
	if out.Name == "" {
		out.Name = p.Manifest.uniqueName(func(name string) bool {
			return slices.ContainsFunc(others, func(o *Plugin) bool { return o.Name == name })
		})
	}
	return &out
}

// Call builds the exact request for arguments that a model or a member gave. The
// error is an *openapi.ArgumentError where the arguments are wrong.
func (p *Plugin) Call(o *openapi.Operation, args json.RawMessage) (Call, error) {
	request, err := o.Request(args)
	if err != nil {
		return Call{}, err
	}
	c := Call{
		Plugin: p.ID, Human: p.Human(), Version: p.Version, Operation: o.ID, Summary: o.Summary,
		Write: p.Asks(o), Unsafe: o.Effect == openapi.EffectWrite, Args: args, Request: request,
	}
	c.Digest = c.digest()
	return c, nil
}

func (c Call) digest() string { return c.Request.Digest(c.Plugin, c.Version, c.Operation, c.Account) }

// ID derives a plugin's id from its address, and the host:port that it is at.
// Sources are a domain, the URL of a manifest, or the URL of a document.
func ID(source string) (id, hostport string, err error) {
	u, err := sourceURL(source)
	if err != nil {
		return "", "", err
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return strings.ToLower(u.Host), strings.ToLower(u.Hostname()) + ":" + port, nil
}

// sourceVariables reads the values for variables of the document's servers that stand
// behind an address: "example.com#region=eu&tenant=acme".
func sourceVariables(source string) (map[string]string, error) {
	_, text, found := strings.Cut(source, "#")
	if !found {
		return nil, nil
	}
	values, err := url.ParseQuery(text)
	if err != nil {
		return nil, fmt.Errorf("%q cannot be read as values of server variables: write name=value, joined by &", markdown.Line(text, 80))
	}
	out := map[string]string{}
	for name := range values {
		if v := values.Get(name); v != "" {
			out[name] = v
		}
	}
	return out, nil
}

// wellKnown is where the convention puts a manifest.
const wellKnown = "/.well-known/ai-plugin.json"

// withoutSecrets is a source without what may be a key: user, password, query and fragment.
// Errors with it are logged.
func withoutSecrets(source string) string {
	source, _, _ = strings.Cut(source, "#")
	source, _, _ = strings.Cut(source, "?")
	if scheme, rest, ok := strings.Cut(source, "//"); ok {
		host, path, _ := strings.Cut(rest, "/")
		return markdown.Line(scheme+"//"+host[strings.LastIndexByte(host, '@')+1:]+"/"+path, 200)
	}
	return markdown.Line(source[strings.LastIndexByte(source, '@')+1:], 200)
}

// sourceURL turns a source into the address to read first.
func sourceURL(source string) (*url.URL, error) {
	s := strings.TrimSpace(source)
	if s == "" {
		return nil, errors.New("a plugin's address is missing: give its domain, such as example.com")
	}
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return nil, fmt.Errorf("%q is no address of a plugin: give its domain, such as example.com, or the URL of its manifest", withoutSecrets(source))
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q: a plugin is reached by http or https, not %s", withoutSecrets(source), u.Scheme)
	}
	if u.User != nil {
		return nil, fmt.Errorf("%s: leave user and password out of a plugin's address", u.Host)
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = wellKnown
	}
	u.Fragment = ""
	return u, nil
}
