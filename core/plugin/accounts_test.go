package plugin

import (
	"testing"

	"aidesk/core/account"
	"aidesk/core/egress"
	"aidesk/core/openapi"
)

// TestTokenPrefix: an access token is sent as its provider said, unless an administrator chose
// what precedes it.
func TestTokenPrefix(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, kind, chosen, want string
	}{
		{"bearer", "Bearer", "", "Bearer t-1"},
		{"not said", "", "", "Bearer t-1"},
		{"basic", "Basic", "", "Basic t-1"},
		{"chosen", "Basic", "Token ", "Token t-1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := &Plugin{
				Registration: Registration{ID: "shop.example"}, Document: &openapi.Document{},
				Manifest: Manifest{Auth: "oauth", Login: Login{AuthorizeURL: "https://shop.example/a", TokenURL: "https://shop.example/t"}},
			}
			if test.chosen != "" {
				p.LoginChoice.Prefixes = map[string]string{account.FieldAccess: test.chosen}
			}
			o := &openapi.Operation{ID: "a", Method: "GET", Server: "https://shop.example", Host: "shop.example"}
			p.Document.Operations = []*openapi.Operation{o}
			l := loggedIn{
				request: egress.Request{Method: "GET", URL: "https://shop.example/a"},
				account: account.Account{Kind: account.OAuth, TokenType: test.kind, Hosts: []string{"shop.example"}},
			}
			l, err := l.with(account.Credential{account.FieldAccess: "t-1"}, p, o)
			if got := l.request.Header.Get("Authorization"); err != nil || got != test.want {
				t.Errorf("%q, %v; want %q", got, err, test.want)
			}
		})
	}
}
