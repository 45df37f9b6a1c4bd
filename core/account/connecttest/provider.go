// Package connecttest is what tests of logins share: a provider at which members log in, and
// a stage with a store, keys, a clock and what is logged.
package connecttest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"aidesk/core/account"
)

// The client as which a Provider knows aidesk.
const (
	ClientID     = "client-1"
	ClientSecret = "canary-client-secret"
)

// Provider is an authorization server that believes whoever asks to be somebody, and nothing
// else: codes are for one client, redirect and verifier, once.
type Provider struct {
	*httptest.Server

	mu      sync.Mutex
	codes   map[string]grant
	asked   int      // token requests
	live    []string // tokens that were given and not revoked
	onToken func()   // before a token request is answered
}

// grant is what a code stands for.
type grant struct{ user, redirect, challenge string }

// NewProvider starts a provider, until the test ends.
func NewProvider(t testing.TB) *Provider {
	p := &Provider{codes: map[string]grant{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("POST /revoke", p.revoke)
	mux.HandleFunc("GET /.well-known/oauth-authorization-server", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": p.URL, "token_endpoint": p.URL + "/token", "revocation_endpoint": p.URL + "/revoke"})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

// Account is how aidesk is told of the provider.
func (p *Provider) Account() account.Provider {
	return account.Provider{AuthorizeURL: p.URL + "/authorize", TokenURL: p.URL + "/token", Scope: "read"}
}

// OnToken sets what happens before a token request is answered.
func (p *Provider) OnToken(fn func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.onToken = fn
}

// Consent is a user who opens the address to which aidesk sent a browser, and allows it. It
// returns the address to which the browser is sent back.
func (p *Provider) Consent(user, authorize string) (*url.URL, error) {
	u, err := url.Parse(authorize)
	if err != nil {
		return nil, err
	}
	q := u.Query()
	if q.Get("client_id") != ClientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" {
		return nil, fmt.Errorf("the provider refuses %s", authorize)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	code := fmt.Sprintf("canary-code-%s-%d", user, len(p.codes))
	p.codes[code] = grant{user, q.Get("redirect_uri"), q.Get("code_challenge")}
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil {
		return nil, err
	}
	back.RawQuery = url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {p.URL}}.Encode()
	return back, nil
}

// Asked is how many token requests came.
func (p *Provider) Asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

// Live are the access tokens that were given and not revoked.
func (p *Provider) Live() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.live)
}

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked++
	number, before := p.asked, p.onToken
	code := r.PostFormValue("code")
	g, ok := p.codes[code]
	delete(p.codes, code)
	p.mu.Unlock()
	if before != nil {
		before()
	}
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	w.Header().Set("Content-Type", "application/json")
	if !ok || r.PostFormValue("client_id") != ClientID || r.PostFormValue("client_secret") != ClientSecret ||
		r.PostFormValue("redirect_uri") != g.redirect || base64.RawURLEncoding.EncodeToString(sum[:]) != g.challenge {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprint(w, `{"error":"invalid_grant","error_description":"canary-description"}`)
		return
	}
	access := fmt.Sprintf("canary-access-%s-%d", g.user, number)
	p.mu.Lock()
	p.live = append(p.live, access)
	p.mu.Unlock()
	_ = json.NewEncoder(w).Encode(map[string]any{
		"access_token": access, "refresh_token": "canary-refresh-" + g.user, "token_type": "bearer", "expires_in": 3600,
	})
}

func (p *Provider) revoke(_ http.ResponseWriter, r *http.Request) {
	token := r.PostFormValue("token")
	p.mu.Lock()
	defer p.mu.Unlock()
	p.live = slices.DeleteFunc(p.live, func(l string) bool {
		return l == token || strings.HasPrefix(token, "canary-refresh-") && strings.HasPrefix(l, "canary-access-"+strings.TrimPrefix(token, "canary-refresh-")+"-")
	})
}
