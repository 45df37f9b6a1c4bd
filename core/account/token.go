package account

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"aidesk/core/secret"
)

// The token requests are our own: a library that tries the header and then the body sends
// code and secret twice, follows a redirect with them to another host, and loses a token
// whose answer is not written as it expects.

const (
	tokenTime  = 20 * time.Second // for one request of a token
	tokenLimit = 64 << 10         // bytes of its answer
)

// Token is what a provider gave.
type Token struct {
	Access  secret.Text
	Refresh secret.Text   // empty: the token cannot be refreshed
	Expires time.Time     // zero: the provider did not say
	Life    time.Duration // from when it came until Expires
	Scope   string        // granted, which may be less than what was asked for
	Type    string        // "Bearer" or "Basic"
}

// What a Token may be. Everything but "basic", whatever the provider calls it, is sent as
// Bearer, as other clients do; a token that needs a signature of each request is refused.
const (
	typeBearer = "Bearer"
	typeBasic  = "Basic"
)

// leeway is how long before its end a token is refreshed.
const leeway = 30 * time.Second

// Into notes a token in the account that it is for and gives the Credential to put with it.
func (t Token) Into(a Account) (Account, Credential) {
	c := Credential{FieldAccess: t.Access}
	a.Expires, a.Due = t.Expires, time.Time{}
	if t.Refresh != "" {
		c[FieldRefresh] = t.Refresh
		a.Expires = time.Time{}
		if !t.Expires.IsZero() {
			a.Due = t.Expires.Add(-min(leeway, t.Life/2))
		}
	}
	a.Scopes, a.TokenType = t.Scope, t.Type
	return a, c
}

// Verifier makes the secret that proves, when a code is exchanged, that whoever does it
// began the login (RFC 7636).
func Verifier() secret.Text { return secret.Text(randomText()) }

// AuthorizeURL is where a member's browser goes to log in. PKCE is always with it. What
// the provider's address has for a query stays, but for parameters that are set here.
func AuthorizeURL(p Provider, c Client, redirect, state, verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	address, _, _ := strings.Cut(p.AuthorizeURL, "#")
	base, query, _ := strings.Cut(address, "?")
	for _, parameter := range [][2]string{
		{"response_type", "code"},
		{"client_id", c.ID},
		{"redirect_uri", redirect},
		{"scope", p.Scope},
		{"state", state},
		{"code_challenge", base64.RawURLEncoding.EncodeToString(sum[:])},
		{"code_challenge_method", "S256"},
	} {
		if parameter[1] != "" {
			query = withParameter(query, parameter[0], parameter[1])
		}
	}
	return base + "?" + query
}

// Exchange asks for the token that a code stands for. The code is spent with it, whatever
// the answer. Errors of the provider are a *TokenError.
func Exchange(ctx context.Context, client *http.Client, p Provider, c Client, code, redirect, verifier string) (Token, error) {
	return exchange(ctx, client, time.Now, p, c, code, redirect, verifier)
}

// exchange is Exchange by another clock.
func exchange(ctx context.Context, client *http.Client, now func() time.Time, p Provider, c Client, code, redirect, verifier string) (Token, error) {
	t, err := ask(ctx, client, now, p, c, [][2]string{
		{"grant_type", "authorization_code"}, {"code", code}, {"redirect_uri", redirect}, {"code_verifier", verifier},
	})
	if err == nil && t.Scope == "" {
		t.Scope = p.Scope // RFC 6749, 5.1: what is not said is as it was asked for
	}
	return t, err
}

// Refresh asks for a new token. The old refresh token stays in the result where no new
// one comes; Scope is empty where the provider says nothing of it.
func Refresh(ctx context.Context, client *http.Client, p Provider, c Client, refresh secret.Text) (Token, error) {
	return renew(ctx, client, time.Now, p, c, refresh)
}

// renew is Refresh by another clock. It names no scope: then none is lost.
func renew(ctx context.Context, client *http.Client, now func() time.Time, p Provider, c Client, refresh secret.Text) (Token, error) {
	t, err := ask(ctx, client, now, p, c, [][2]string{{"grant_type", "refresh_token"}, {"refresh_token", refresh.Reveal()}})
	if err == nil && t.Refresh == "" {
		t.Refresh = refresh
	}
	return t, err
}

// Outcome says what a token request that failed did.
type Outcome int

// What a token request that failed did.
const (
	Unsent  Outcome = iota // nothing: it did not leave, and may be tried again
	Busy                   // nothing: the provider could not answer it now, or does not know the client
	Refused                // the provider takes the code or token no more
	Lost                   // nobody knows: it left, and no answer came that can be read
)

// TokenError is the failure of a token request. Its text holds nothing of the answer but
// the error code.
type TokenError struct {
	Outcome Outcome
	Status  int    // of the answer; 0: none came
	Code    string // of OAuth: "invalid_grant"; empty: the answer had none
	text    string
	cause   error // of the network
}

// Error is the failure in one line.
func (e *TokenError) Error() string { return e.text }

// Unwrap is the failure of the network, if it was one.
func (e *TokenError) Unwrap() error { return e.cause }

// ask sends a token request, once, and reads its answer.
func ask(ctx context.Context, client *http.Client, now func() time.Time, p Provider, c Client, parameters [][2]string) (Token, error) {
	ctx, cancel := context.WithTimeout(ctx, tokenTime)
	defer cancel()
	request, err := tokenRequest(ctx, p.TokenURL, c, parameters, p.JSON, p.Basic)
	if err != nil {
		return Token{}, err
	}
	sent := []string{c.Secret.Reveal()}
	for _, parameter := range parameters[1:] {
		sent = append(sent, parameter[1])
	}
	status, body, err := send(client, request)
	if err != nil {
		return Token{}, err
	}
	return readToken(status, body, sent, now())
}

// tokenRequest makes a request that carries the client's secret in one place: the header
// Authorization (escaped first, RFC 6749 2.3.1) or the body.
func tokenRequest(ctx context.Context, address string, c Client, parameters [][2]string, asJSON, basic bool) (*http.Request, error) {
	basic = basic && c.Secret != "" // a public client has nothing for the header
	if !basic {
		parameters = append(parameters, [2]string{"client_id", c.ID})
		if c.Secret != "" {
			parameters = append(parameters, [2]string{"client_secret", c.Secret.Reveal()})
		}
	}
	var body bytes.Buffer
	kind := "application/x-www-form-urlencoded"
	if asJSON {
		kind = "application/json"
		object := map[string]string{}
		for _, parameter := range parameters {
			object[parameter[0]] = parameter[1]
		}
		encoder := json.NewEncoder(&body)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(object); err != nil {
			return nil, errors.New("writing the token request")
		}
	} else {
		form := url.Values{}
		for _, parameter := range parameters {
			form.Set(parameter[0], parameter[1])
		}
		body.WriteString(form.Encode())
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, &body)
	if err != nil {
		return nil, &TokenError{Outcome: Unsent, text: "the provider's token address is no URL"}
	}
	request.GetBody = nil // what would be sent again is not
	request.Header.Set("Content-Type", kind)
	request.Header.Set("Accept", "application/json")
	if basic {
		request.SetBasicAuth(url.QueryEscape(c.ID), url.QueryEscape(c.Secret.Reveal()))
	}
	return request, nil
}

// send makes one exchange with a provider, follows no redirect and reads at most
// tokenLimit bytes. The error is a *TokenError.
func send(client *http.Client, request *http.Request) (status int, body []byte, err error) {
	var got atomic.Bool
	request = request.WithContext(httptrace.WithClientTrace(request.Context(), &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { got.Store(true) },
	}))
	once := *client
	once.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := once.Do(request)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err // without the address, which may be long
		}
		failure := &TokenError{Outcome: Unsent, text: fmt.Sprintf("asking the provider: %v", err), cause: err}
		if got.Load() {
			failure.Outcome, failure.text = Lost, fmt.Sprintf("the provider's answer did not come: %v", err)
		}
		return 0, nil, failure
	}
	defer func() { _ = response.Body.Close() }()
	status = response.StatusCode
	body, err = io.ReadAll(io.LimitReader(response.Body, tokenLimit+1))
	switch {
	case status >= 400 && (err != nil || len(body) > tokenLimit):
		return status, nil, nil // the status says enough
	case err != nil:
		return status, nil, &TokenError{Outcome: Lost, Status: status, text: "the provider's answer broke off", cause: err}
	case len(body) > tokenLimit:
		return status, nil, &TokenError{Outcome: Lost, Status: status, text: fmt.Sprintf("the provider's answer has more than %d KiB", tokenLimit>>10)}
	case status >= 300 && status < 400:
		return status, nil, &TokenError{Outcome: Busy, Status: status, text: "the provider redirects its token address, which is not followed"}
	}
	return status, body, nil
}
