package account

import (
	"context"
	"errors"
	"net/http"
	"time"

	"aidesk/core/secret"
)

func AuthorizeURL(p Provider, c Client, redirect, state, verifier string) string { return "" }
func Exchange(ctx context.Context, client *http.Client, p Provider, c Client, code, redirect, verifier string) (Token, error) {
	return Token{}, errors.New("stub")
}

type Token struct {
	Access, Refresh secret.Text
	Expires         time.Time
	Scope, Type     string
}
type Seals interface {
	Seal(ctx context.Context, scope, path string, value []byte) (string, error)
	Open(ctx context.Context, scope, path, sealed string) ([]byte, error)
}
type Accounts struct{}

func (s *Accounts) Put(ctx context.Context, a Account, c Credential) (Account, error) { return a, nil }
func (s *Accounts) Client(ctx context.Context, scope, plugin string) (Client, error) {
	return Client{}, nil
}

func (t Token) Into(a Account) (Account, Credential) {
	return a, Credential{FieldAccess: t.Access, FieldRefresh: t.Refresh}
}
func Revoke(ctx context.Context, client *http.Client, p Provider, c Client, t Token) (told bool, err error) {
	return false, nil
}
func (s *Accounts) Get(ctx context.Context, a Account) (Account, error) {
	return Account{}, ErrNotConnected
}
