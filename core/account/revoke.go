package account

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// metadata is what we read of a provider's description of itself (RFC 8414).
type metadata struct {
	issuer, token, revocation string
}

// issuerTime is how long a browser that comes back waits for what the provider says of itself.
const issuerTime = 5 * time.Second

// wellKnown are the paths of such a description: of OAuth, and of OpenID, which most have.
var wellKnown = []string{"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"}

// revocationAddress looks for the address at which a provider revokes tokens; empty where it
// names none. A description counts only if it stands at the host of the token address, names
// this very address, and a revocation address at the same host: a host with many tenants
// describes one of them, and a token goes to nobody who did not give it.
func revocationAddress(ctx context.Context, client *http.Client, p Provider) (string, error) {
	token, err := url.Parse(p.TokenURL)
	if err != nil || token.Host == "" {
		return "", &TokenError{Outcome: Unsent, text: "the provider's token address is no URL"}
	}
	var failed error
	for _, path := range wellKnown {
		about, err := describe(ctx, client, token.Scheme+"://"+token.Host+path)
		if err != nil {
			failed = err
			continue
		}
		revocation, err := url.Parse(about.revocation)
		if err == nil && about.token == p.TokenURL && revocation.Scheme == token.Scheme && revocation.Host == token.Host {
			return about.revocation, nil
		}
	}
	return "", failed
}

// issuer is who a provider says it is, in a description that counts as for revocationAddress;
// empty where there is none, or it cannot be read now.
func (s *Accounts) issuer(ctx context.Context, plugin string, p Provider) string {
	ctx, cancel := context.WithTimeout(ctx, issuerTime)
	defer cancel()
	token, err := url.Parse(p.TokenURL)
	if err != nil || s.checkProvider(plugin, p) != nil {
		return ""
	}
	for _, path := range wellKnown {
		about, err := describe(ctx, s.Guard.Client(plugin), token.Scheme+"://"+token.Host+path)
		if err == nil && about.token == p.TokenURL {
			return about.issuer
		}
	}
	return ""
}

// describe reads one description; empty where there is none.
func describe(ctx context.Context, client *http.Client, address string) (metadata, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return metadata{}, &TokenError{Outcome: Unsent, text: "the provider's token address is no URL"}
	}
	request.Header.Set("Accept", "application/json")
	status, body, err := send(client, request)
	if err != nil {
		return metadata{}, err
	}
	values, form := readAnswer(body)
	if status != http.StatusOK || form != "JSON" {
		return metadata{}, nil
	}
	return metadata{issuer: values.text("issuer"), token: values.text("token_endpoint"), revocation: values.text("revocation_endpoint")}, nil
}

// Revoke ends a token at its provider, the refresh token first, where the provider
// describes how (RFC 8414, RFC 7009). told says that the provider confirmed it; where it is
// false without an error, the provider offers no way.
func Revoke(ctx context.Context, client *http.Client, p Provider, c Client, t Token) (told bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, tokenTime)
	defer cancel()
	address, err := revocationAddress(ctx, client, p)
	if err != nil || address == "" {
		return false, err
	}
	return revokeAt(ctx, client, address, p, c, t)
}

// revokeAt ends a token at a known address. With the refresh token its access tokens end
// too, at most providers; so an access token that is not taken after it is no failure.
func revokeAt(ctx context.Context, client *http.Client, address string, p Provider, c Client, t Token) (told bool, err error) {
	if t.Refresh != "" {
		if err := revokeOne(ctx, client, address, p, c, "refresh_token", t.Refresh.Reveal()); err != nil {
			return false, err
		}
		told = true
	}
	if t.Access != "" {
		err := revokeOne(ctx, client, address, p, c, "access_token", t.Access.Reveal())
		return told || err == nil, err
	}
	return told, nil
}

// revokeOne sends one revocation: always a form, whatever the token requests are.
func revokeOne(ctx context.Context, client *http.Client, address string, p Provider, c Client, hint, token string) error {
	request, err := tokenRequest(ctx, address, c, [][2]string{{"token", token}, {"token_type_hint", hint}}, false, p.Basic)
	if err != nil {
		return err
	}
	status, body, err := send(client, request)
	switch {
	case err != nil:
		return err
	case status == http.StatusOK || status == http.StatusNoContent:
		return nil // also of a token that it does not know: then it is none
	}
	values, _ := readAnswer(body)
	code, _ := values.code([]string{token, c.Secret.Reveal()})
	return fmt.Errorf("revoking the %s: %w", hint, refusal(status, code))
}
