// Package logintest is what tests of logins have beyond the program: a provider at which
// members log in, a plugin that wants to know who calls it, and a member's browser. All that
// is secret in it begins with Canary, so that a test can look for it everywhere.
package logintest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// Canary begins everything that is secret.
const Canary = "canary-"

// The client as which a Provider knows aidesk.
const (
	ClientID     = "aidesk-client"
	ClientSecret = Canary + "client-secret-9f2c"
)

// Provider is an authorization server: codes for one client, redirect and verifier, used once;
// access tokens that end, refresh tokens that are replaced with each use, and revocation. A
// refresh token that is used twice ends everything that came of it.
type Provider struct {
	*httptest.Server

	mu        sync.Mutex
	made      int
	codes     map[string]code
	access    map[string]string // user by token that is taken
	refresh   map[string]string // user by token that is taken
	spent     map[string]string // user by token that was replaced
	refreshed int
	expires   string // the value of expires_in, as JSON
	redirects []string
	seen      []string         // verifiers and codes that came
	answer    http.HandlerFunc // in the place of a token
	dead      bool             // the plugin takes no token, however fresh
}

type code struct{ user, redirect, challenge string }

// NewProvider starts one until the test ends.
func NewProvider(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{codes: map[string]code{}, access: map[string]string{}, refresh: map[string]string{}, spent: map[string]string{}, expires: "3600"}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("POST /revoke", p.revoke)
	mux.HandleFunc("GET /.well-known/oauth-authorization-server", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": p.URL, "token_endpoint": p.URL + "/token", "revocation_endpoint": p.URL + "/revoke"})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

// User is whose token this is, if it is taken.
func (p *Provider) User(access string) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	user, ok := p.access[access]
	return user, ok && !p.dead
}

// Refreshed is how often tokens were refreshed.
func (p *Provider) Refreshed() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refreshed
}

// Live is how many tokens are taken, of each kind.
func (p *Provider) Live() (access, refresh int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.access), len(p.refresh)
}

// Expire ends every access token; with refresh too, those.
func (p *Provider) Expire(refresh bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.access)
	if refresh {
		clear(p.refresh)
	}
}

// Lock has the plugin refuse every token, however fresh, or no more.
func (p *Provider) Lock(dead bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dead = dead
}

// Answer has token requests answered otherwise; nil: as usual.
func (p *Provider) Answer(h http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = h
}

// ExpiresIn sets how expires_in is written, as JSON.
func (p *Provider) ExpiresIn(raw string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expires = raw
}

// Secrets are the codes and verifiers that came.
func (p *Provider) Secrets() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.seen...)
}

// Redirects are the addresses to which browsers were sent back.
func (p *Provider) Redirects() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.redirects...)
}

// authorize consents at once: the browser says who uses it.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	user, err := r.Cookie(userCookie)
	back, errBack := url.Parse(q.Get("redirect_uri"))
	if err != nil || errBack != nil || q.Get("client_id") != ClientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" {
		http.Error(w, "refused", http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	p.made++
	word := fmt.Sprintf("%scode-%s-%d", Canary, user.Value, p.made)
	p.codes[word] = code{user.Value, q.Get("redirect_uri"), q.Get("code_challenge")}
	back.RawQuery = url.Values{"code": {word}, "state": {q.Get("state")}}.Encode()
	p.redirects = append(p.redirects, back.String())
	p.mu.Unlock()
	w.Header().Set("Location", back.String())
	w.WriteHeader(http.StatusFound)
}

// values are those of a token request, as JSON or as a form.
func values(r *http.Request) map[string]string {
	out := map[string]string{}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		_ = json.NewDecoder(r.Body).Decode(&out)
		return out
	}
	_ = r.ParseForm()
	for name := range r.PostForm {
		out[name] = r.PostForm.Get(name)
	}
	return out
}

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	v := values(r)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range []string{"code", "code_verifier"} {
		if v[name] != "" {
			p.seen = append(p.seen, v[name])
		}
	}
	if p.answer != nil {
		p.answer(w, r)
		return
	}
	user, ok := p.grant(v)
	w.Header().Set("Content-Type", "application/json")
	if !ok || v["client_id"] != ClientID || v["client_secret"] != ClientSecret {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, `{"error":"invalid_grant","error_description":"%sdescription"}`, Canary)
		return
	}
	p.made++
	access, refresh := fmt.Sprintf("%saccess-%s-%d", Canary, user, p.made), fmt.Sprintf("%srefresh-%s-%d", Canary, user, p.made)
	p.access[access], p.refresh[refresh] = user, user
	_, _ = fmt.Fprintf(w, `{"access_token":%q,"refresh_token":%q,"token_type":"bearer","expires_in":%s}`, access, refresh, p.expires)
}

// grant spends what a token request brings. The lock is held.
func (p *Provider) grant(v map[string]string) (user string, ok bool) {
	if old := v["refresh_token"]; v["grant_type"] == "refresh_token" {
		if user, ok = p.spent[old]; ok { // used twice
			p.end(user)
			return "", false
		}
		if user, ok = p.refresh[old]; !ok {
			return "", false
		}
		delete(p.refresh, old)
		p.spent[old] = user
		for token, of := range p.access {
			if of == user {
				delete(p.access, token)
			}
		}
		p.refreshed++
		return user, true
	}
	c, ok := p.codes[v["code"]]
	delete(p.codes, v["code"])
	sum := sha256.Sum256([]byte(v["code_verifier"]))
	return c.user, ok && v["redirect_uri"] == c.redirect && base64.RawURLEncoding.EncodeToString(sum[:]) == c.challenge
}

// end ends all tokens of a user. The lock is held.
func (p *Provider) end(user string) {
	for _, tokens := range []map[string]string{p.access, p.refresh} {
		for token, of := range tokens {
			if of == user {
				delete(tokens, token)
			}
		}
	}
}

func (p *Provider) revoke(w http.ResponseWriter, r *http.Request) {
	v := values(r)
	p.mu.Lock()
	defer p.mu.Unlock()
	if v["client_id"] != ClientID || v["client_secret"] != ClientSecret {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	for _, tokens := range []map[string]string{p.access, p.refresh} {
		if user, ok := tokens[v["token"]]; ok {
			p.end(user)
		}
	}
}
