package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"aidesk/core/secret"
	"aidesk/store"
)

const (
	afterTime = 10 * time.Second // for what follows the token request, which has a bound of its own
	maxCode   = 4 << 10          // of an authorization code, in bytes
	maxTyped  = 4 << 10          // of a value typed on the page, in bytes
)

// RedirectID is the last part of the address at which a provider sends browsers back. It is
// another one for each place to log in, place to get tokens and client: an honest provider
// that a hostile plugin forwards a browser to sends it back to the honest plugin's address,
// where the hostile one's login is refused.
func RedirectID(p Provider, clientID string) string {
	sum := sha256.Sum256([]byte(url.QueryEscape(p.AuthorizeURL) + "&" + url.QueryEscape(p.TokenURL) + "&" + url.QueryEscape(clientID)))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:26])
}

// RedirectURL is the address that the plugin's author has to register.
func (c *Connections) RedirectURL(p Provider, clientID string) string {
	return strings.TrimSuffix(c.Redirect, "/") + "/" + RedirectID(p, clientID)
}

// Continue sends a browser to the provider: it is to keep the cookie, and to open the
// address. What was given to another browser before no longer works.
func (c *Connections) Continue(ctx context.Context, token string) (cookie, authorize string, err error) {
	for range maxRaces {
		cookie, authorize, err = c.start(ctx, token)
		if !errors.Is(err, store.ErrConflict) {
			return cookie, authorize, err
		}
	}
	return "", "", fmt.Errorf("continuing a login: %w", err)
}

func (c *Connections) start(ctx context.Context, token string) (cookie, authorize string, err error) {
	p, err := c.byLink(ctx, token)
	if err != nil {
		return "", "", err
	}
	if p.Login.Kind != OAuth || p.Login.Provider == nil {
		return "", "", ErrMixed
	}
	if p.Starts++; p.Starts > maxStarts {
		return "", "", errors.Join(ErrLink, c.discard(ctx, p, "its link was used too often"))
	}
	client, err := c.Accounts.Client(ctx, p.Scope, p.Plugin)
	if err != nil {
		return "", "", fmt.Errorf("continuing a login: reading the client: %w", err)
	}
	state, err := c.random(32)
	if err != nil {
		return "", "", err
	}
	browser, err := c.random(32)
	if err != nil {
		return "", "", err
	}
	verifier, err := c.random(32) // 52 characters that RFC 7636 allows
	if err != nil {
		return "", "", err
	}
	if err := c.seal(ctx, p, sealedVerifier, verifier); err != nil {
		return "", "", err
	}
	p.State, p.Cookie, p.ClientID = hash(state), hash(browser), client.ID
	if p.Phase == Begun {
		p.Until = c.Accounts.Now().UTC().Add(Life) // once: a link that is continued again lives no longer
	}
	p.Phase = Consenting
	if err := c.put(ctx, p); err != nil {
		return "", "", err
	}
	provider := *p.Login.Provider
	return p.ID + "." + browser, AuthorizeURL(provider, client, c.RedirectURL(provider, client.ID), state, verifier), nil
}

// Callback takes the answer of a provider: the last part of the address at which it came, the
// browser's cookie, and the query. The tokens are got and kept, and the digits can be shown.
// An answer of another login changes nothing, so that nobody can end one by a link.
func (c *Connections) Callback(ctx context.Context, redirectID, cookie string, query url.Values) (Connection, error) {
	p, err := c.byCookie(ctx, cookie)
	switch {
	case err != nil:
		return Connection{}, err
	case p.Phase != Consenting:
		return p.Connection, ErrUsed
	case !c.Accounts.Now().Before(p.Until):
		return p.Connection, c.fail(ctx, p, ErrLink, "it expired")
	case !matches(only(query, "state"), p.State):
		return p.Connection, ErrMixed
	}
	provider := *p.Login.Provider
	issuer, named := query["iss"]
	switch {
	case redirectID != RedirectID(provider, p.ClientID):
		return p.Connection, c.fail(ctx, p, ErrMixed, "the answer came to the address of another plugin")
	case provider.Issuer != "" && only(query, "iss") != provider.Issuer:
		return p.Connection, c.fail(ctx, p, ErrMixed, "the answer is of another issuer")
	case named && len(issuer) != 1:
		return p.Connection, c.fail(ctx, p, ErrMixed, "the answer names several issuers")
	case named && provider.Issuer == "" && !c.fitsIssuer(ctx, p.Plugin, provider, issuer[0]):
		return p.Connection, c.fail(ctx, p, ErrMixed, "the answer is of another issuer than its provider says it is")
	case only(query, "error") == "access_denied":
		return p.Connection, c.fail(ctx, p, ErrDenied, "it was declined")
	case query.Has("error"):
		return p.Connection, c.fail(ctx, p, ErrRefused, "the provider answered with an error")
	}
	code := only(query, "code")
	if code == "" || len(code) > maxCode {
		return p.Connection, c.fail(ctx, p, ErrRefused, "the answer has no code that can be used")
	}
	// Whoever writes this may exchange the code; the state is used up.
	p.Phase, p.State = Exchanging, ""
	if err := c.put(ctx, p); err != nil {
		if errors.Is(err, store.ErrConflict) {
			err = ErrUsed
		}
		return p.Connection, err
	}
	// The code is spent with the first request: a browser that is closed meanwhile does not
	// lose the tokens.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tokenTime+afterTime)
	defer cancel()
	return p.Connection, c.exchange(ctx, p, code)
}

// fitsIssuer compares the issuer that an answer names (RFC 9207) with who its provider says it
// is, where it says that.
func (c *Connections) fitsIssuer(ctx context.Context, plugin string, p Provider, issuer string) bool {
	known := c.Accounts.issuer(ctx, plugin, p)
	return known == "" || known == issuer
}

// only is the value of a parameter that is there once; empty where it is not.
func only(query url.Values, name string) string {
	if values := query[name]; len(values) == 1 {
		return values[0]
	}
	return ""
}

// fail discards a connection and returns what its member is told. Where another process was
// quicker, that one's outcome holds.
func (c *Connections) fail(ctx context.Context, p *pending, told error, why string) error {
	err := c.discard(ctx, p, why)
	if errors.Is(err, store.ErrConflict) {
		return ErrUsed
	}
	if err != nil {
		return err
	}
	return told
}

// exchange gets the tokens for a code and keeps them.
func (c *Connections) exchange(ctx context.Context, p *pending, code string) error {
	client, err := c.Accounts.Client(ctx, p.Scope, p.Plugin)
	if err != nil || client.ID != p.ClientID {
		return c.fail(ctx, p, ErrRefused, "the client was changed meanwhile")
	}
	verifier, err := c.unseal(ctx, p, sealedVerifier)
	if err != nil {
		return c.fail(ctx, p, ErrRefused, err.Error())
	}
	provider := *p.Login.Provider
	token, err := c.Accounts.Exchange(ctx, p.Plugin, provider, client, code, c.RedirectURL(provider, client.ID), secret.Text(verifier))
	if err != nil {
		return c.fail(ctx, p, ErrRefused, err.Error())
	}
	delete(p.Sealed, sealedVerifier)
	var held Credential
	p.Draft, held = token.Into(p.draft())
	if err := c.wait(ctx, p, held); err != nil {
		// The record is another's or was not written, so nobody knows of the tokens but us.
		c.giveBack(ctx, p, held)
		if errors.Is(err, store.ErrConflict) {
			return ErrUsed
		}
		return err
	}
	return nil
}

// wait keeps a credential until the digits are typed.
func (c *Connections) wait(ctx context.Context, p *pending, held Credential) error {
	for field, value := range held {
		if err := checkValue(field, value.Reveal()); err != nil {
			return err
		}
		if err := c.seal(ctx, p, sealedValue+field, value.Reveal()); err != nil {
			return err
		}
	}
	source := c.Random
	if source == nil {
		source = rand.Reader
	}
	number, err := rand.Int(source, big.NewInt(1_000_000))
	if err != nil {
		return fmt.Errorf("getting random digits: %w", err)
	}
	if err := c.seal(ctx, p, sealedDigits, fmt.Sprintf("%06d", number)); err != nil {
		return err
	}
	p.Phase, p.Until = Waiting, c.Accounts.Now().UTC().Add(Life)
	return c.put(ctx, p)
}

// Keys takes the values that were typed on the page behind a link. The browser is to keep the
// cookie, with which it is shown the digits. A *FieldError leaves the link as it is.
func (c *Connections) Keys(ctx context.Context, token string, values map[string]secret.Text) (cookie string, err error) {
	p, err := c.byLink(ctx, token)
	if err != nil {
		return "", err
	}
	if p.Login.Kind != ServiceKey && p.Login.Kind != UserKey {
		return "", ErrMixed
	}
	held := Credential{}
	for _, field := range p.Login.Fields {
		value, err := Typed(field, values[field.Name])
		if err != nil {
			return "", err
		}
		held[field.Name] = value
	}
	browser, err := c.random(32)
	if err != nil {
		return "", err
	}
	p.Cookie, p.Draft = hash(browser), p.draft()
	if err := c.wait(ctx, p, held); err != nil {
		if errors.Is(err, store.ErrConflict) {
			err = ErrUsed
		}
		return "", err
	}
	return p.ID + "." + browser, nil
}

// Typed judges what was typed into a field. Blanks around it came with the clipboard.
func Typed(f Field, value secret.Text) (secret.Text, error) {
	text := strings.TrimSpace(value.Reveal())
	switch {
	case text == "" && f.Optional:
		return "", nil
	case text == "":
		return "", &FieldError{f.Label, textEmpty}
	case len(text) > maxTyped:
		return "", &FieldError{f.Label, textLong}
	case strings.ContainsAny(text, "\r\n"):
		return "", &FieldError{f.Label, textLineBreak}
	case !utf8.ValidString(text) || strings.ContainsFunc(text, isControl):
		return "", &FieldError{f.Label, textCharacter}
	}
	return secret.Text(text), nil
}

// Digits are shown to the browser that logged in, as often as it asks, until they were typed.
func (c *Connections) Digits(ctx context.Context, cookie string) (Connection, string, error) {
	p, err := c.byCookie(ctx, cookie)
	switch {
	case err != nil:
		return Connection{}, "", err
	case !c.Accounts.Now().Before(p.Until):
		return p.Connection, "", ErrLink
	case p.Phase == Begun || p.Phase == Consenting || p.Phase == Exchanging:
		return p.Connection, "", ErrEarly
	case p.Phase != Waiting:
		return p.Connection, "", ErrUsed
	}
	digits, err := c.unseal(ctx, p, sealedDigits)
	return p.Connection, digits, err
}
