package plugin

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"aidesk/core/markdown"
)

// Login is how a plugin's manifest wants its callers to authenticate.
type Login struct {
	Scheme       string // of service_http and user_http: "bearer" or "basic"
	AuthorizeURL string // of oauth: where the member logs in; the manifest's client_url
	TokenURL     string // of oauth: where the code becomes a token; the manifest's misnamed authorization_url
	ContentType  string // of the request to TokenURL: "application/json" or "application/x-www-form-urlencoded"
	Scope        string
	Instructions string            // for the administrator
	Tokens       map[string]string // by service: what proves that the plugin's author knows it
	Reference    string            // of version 2: the name under which an administrator keeps the secret
}

// loginFile is auth of version 1.
type loginFile struct {
	Type         word                   `json:"type"`
	Scheme       word                   `json:"authorization_type"`
	ClientURL    word                   `json:"client_url"`
	TokenURL     word                   `json:"authorization_url"`
	ContentType  word                   `json:"authorization_content_type"`
	Scope        word                   `json:"scope"`
	Instructions word                   `json:"instructions"`
	Tokens       loose[map[string]word] `json:"verification_tokens"`
}

// readAuth accepts the object of version 1, a bare word, and the runtimes' auth of
// version 2.
func (m *Manifest) readAuth(f manifestFile) {
	var object loginFile
	var bare word
	m.Auth = "none"
	switch {
	case json.Unmarshal(f.Auth, &object) == nil && object.Type != "":
		m.Auth = strings.ToLower(string(object.Type))
	case json.Unmarshal(f.Auth, &bare) == nil && bare != "":
		m.Auth = strings.ToLower(string(bare))
	default:
		m.readVault(f)
		return
	}
	if !slices.Contains([]string{"none", "service_http", "user_http", "oauth"}, m.Auth) {
		m.note("manifest-auth", fmt.Sprintf("auth %q is not known, read as none", markdown.Line(m.Auth, 30)), "auth")
		m.Auth = "none"
	}
	if m.Auth == "none" {
		return
	}
	m.Login = Login{
		ContentType: markdown.Line(string(object.ContentType), 80), Scope: markdown.Line(string(object.Scope), 1000),
		Instructions: markdown.Line(said(object.Instructions), 1000),
	}
	for service, token := range object.Tokens.Value {
		if m.Login.Tokens == nil {
			m.Login.Tokens = map[string]string{}
		}
		m.Login.Tokens[markdown.Line(service, 80)] = string(token)
	}
	if m.Auth != "oauth" {
		m.Login.Scheme = strings.ToLower(strings.TrimSpace(string(object.Scheme)))
		if m.Login.Scheme != "bearer" && m.Login.Scheme != "basic" {
			if m.Login.Scheme != "" {
				m.note("manifest-auth", fmt.Sprintf("authorization_type %q is not known, read as bearer", markdown.Line(m.Login.Scheme, 30)), "auth.authorization_type")
			}
			m.Login.Scheme = "bearer"
		}
		return
	}
	m.Login.AuthorizeURL = m.page(object.ClientURL, "auth.client_url")
	m.Login.TokenURL = m.page(object.TokenURL, "auth.authorization_url")
}

// page is an absolute https address, or a note.
func (m *Manifest) page(address word, where string) string {
	u, err := url.Parse(strings.TrimSpace(string(address)))
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		m.note("manifest-auth", "it is not an https address: members cannot log in", where)
		return ""
	}
	return u.String()
}

// readVault reads the auth of the first OpenApi runtime. Version 2 keeps secrets out
// of the manifest; it names what an administrator must provide.
func (m *Manifest) readVault(f manifestFile) {
	for _, r := range f.Runtimes.Value {
		if !strings.EqualFold(string(r.Value.Type), "OpenApi") {
			continue
		}
		auth := r.Value.Auth.Value
		switch kind := strings.ToLower(string(auth.Type)); kind {
		case "", "none":
		case "oauthpluginvault":
			m.Auth = "oauth"
		case "apikeypluginvault":
			m.Auth, m.Login.Scheme = "service_http", "bearer"
		default:
			m.note("manifest-auth", fmt.Sprintf("auth %q is not known, read as none", markdown.Line(string(auth.Type), 30)), "runtimes")
		}
		if m.Auth != "none" {
			m.Login.Reference = markdown.Line(string(auth.Reference), 200)
		}
		return
	}
}
