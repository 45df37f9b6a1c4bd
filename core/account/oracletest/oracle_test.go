package oracletest

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"aidesk/core/account"
	"aidesk/core/secret"
)

// TestConnect connects, uses, refreshes and removes an account, in every form of the token
// request.
func TestConnect(t *testing.T) {
	tests := []struct {
		name        string
		json, basic bool
		client      account.Client
	}{
		{"form", false, false, client},
		{"JSON", true, false, client},
		{"form and header", false, true, client},
		{"JSON and header", true, true, client},
		{"form of a public client", false, true, account.Client{ID: "public"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := newDesk(t)
			ctx := t.Context()
			key := d.connect(d.provider(test.json, test.basic), test.client)
			first, a, err := d.Use(ctx, key)
			if err != nil || !d.call(key, first) || a.Scopes == "" {
				t.Fatalf("used with scopes %q, %v", a.Scopes, err)
			}

			// A refresh when it is due: the old tokens end with it.
			d.ahead.Store(int64(5 * time.Minute))
			second, _, err := d.Use(ctx, key)
			if err != nil || second[account.FieldAccess] == first[account.FieldAccess] || second[account.FieldRefresh] == first[account.FieldRefresh] {
				t.Fatalf("not refreshed: %v", err)
			}
			if !d.call(key, second) || d.call(key, first) {
				t.Error("not the new token alone is taken")
			}
			if _, err := account.Refresh(ctx, d.Guard.Client("plugin"), d.provider(test.json, test.basic), test.client, first[account.FieldRefresh]); !refused(err) {
				t.Errorf("the old refresh token: %v", err)
			}

			// A rejected token is refreshed once more; then it is gone, here and there.
			third, err := d.Rejected(ctx, key, second)
			if err != nil || !d.call(key, third) {
				t.Fatalf("rejected: %v", err)
			}
			told, err := d.Remove(ctx, key)
			if err != nil || !told {
				t.Errorf("removed: %v, %v", told, err)
			}
			if _, _, err := d.Use(ctx, key); !errors.Is(err, account.ErrNotConnected) {
				t.Errorf("used after it was removed: %v", err)
			}
			if _, err := account.Refresh(ctx, d.Guard.Client("plugin"), d.provider(test.json, test.basic), test.client, third[account.FieldRefresh]); !refused(err) {
				t.Errorf("the refresh token after the removal: %v", err)
			}
			again := d.connect(d.provider(test.json, test.basic), test.client) // the host of the key is needed to call
			if d.call(again, third) {
				t.Error("the token is taken after the removal")
			}
		})
	}
}

// refused reports whether a provider takes a code or token no more, in one plain line.
func refused(err error) bool {
	failed, ok := errors.AsType[*account.TokenError](err)
	return ok && failed.Outcome == account.Refused && !strings.ContainsAny(err.Error(), "\n{<")
}

// TestOnce: fifty calls at once make one refresh, and the server, which spends each refresh
// token once, is content.
func TestOnce(t *testing.T) {
	for _, rejected := range []bool{false, true} {
		d := newDesk(t)
		key := d.connect(d.provider(false, true), client)
		used, _, err := d.Use(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		if !rejected {
			d.ahead.Store(int64(10 * time.Minute))
		}
		var group sync.WaitGroup
		var mu sync.Mutex
		tokens := map[secret.Text]int{}
		for range 50 {
			group.Go(func() {
				var c account.Credential
				var err error
				if rejected {
					c, err = d.Rejected(t.Context(), key, used)
				} else {
					c, _, err = d.Use(t.Context(), key)
				}
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				tokens[c[account.FieldAccess]]++
			})
		}
		group.Wait()
		if n := d.count("refresh_token"); n != 1 || len(tokens) != 1 {
			t.Errorf("%d refreshes, %d tokens", n, len(tokens))
		}
		for token := range tokens {
			if !d.call(key, account.Credential{account.FieldAccess: token}) {
				t.Error("the token that all have is not taken")
			}
		}
	}
}

// TestCodes: a code that is expired, used before, for another redirect or another verifier
// is refused in one line.
func TestCodes(t *testing.T) {
	d := newDesk(t)
	p := d.provider(false, true)
	begin := func() (code string, verifier secret.Text) {
		verifier = account.Verifier()
		return d.login(account.AuthorizeURL(p, client, redirect, "s", verifier.Reveal()), "s"), verifier
	}
	exchange := func(code, redirect string, verifier secret.Text, c account.Client) error {
		token, err := d.Exchange(t.Context(), "plugin", p, c, code, redirect, verifier)
		if (err == nil) != (token.Access != "") {
			t.Errorf("a token with the error %v", err)
		}
		return err
	}
	code, verifier := begin()
	if err := exchange(code, redirect, verifier, client); err != nil {
		t.Fatal(err)
	}
	if err := exchange(code, redirect, verifier, client); !refused(err) {
		t.Errorf("replayed: %v", err)
	}
	code, _ = begin()
	if err := exchange(code, redirect, account.Verifier(), client); !refused(err) {
		t.Errorf("wrong verifier: %v", err)
	}
	code, verifier = begin()
	if err := exchange(code, "https://desk.example/oauth/callback/8", verifier, client); !refused(err) {
		t.Errorf("another redirect: %v", err)
	}
	code, verifier = begin()
	if err := exchange(code, redirect, verifier, account.Client{ID: client.ID, Secret: "wrong"}); err == nil || strings.ContainsAny(err.Error(), "\n{<") {
		t.Errorf("wrong secret: %v", err)
	}
	if err := exchange("no code", redirect, verifier, client); !refused(err) {
		t.Errorf("no code: %v", err)
	}
	code, verifier = begin()
	d.storage.expired.Store(true)
	if err := exchange(code, redirect, verifier, client); !refused(err) {
		t.Errorf("expired: %v", err)
	}
}

// TestEndedThere: what ends at the provider has to be connected again, and one request finds
// it out.
func TestEndedThere(t *testing.T) {
	d := newDesk(t)
	ctx := t.Context()
	p := d.provider(false, true)
	key := d.connect(p, client)
	c, _, err := d.Use(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	told, err := account.Revoke(ctx, d.Guard.Client("plugin"), p, client, account.Token{Access: c[account.FieldAccess], Refresh: c[account.FieldRefresh]})
	if err != nil || !told {
		t.Fatalf("revoked: %v, %v", told, err)
	}
	if d.call(key, c) {
		t.Error("the revoked token is taken")
	}
	for range 3 {
		if _, err := d.Rejected(ctx, key, c); !errors.Is(err, account.ErrExpired) {
			t.Errorf("rejected: %v", err)
		}
	}
	if n := d.count("refresh_token"); n != 1 {
		t.Errorf("%d refreshes", n)
	}
	// Connected again, under a key of its own.
	if other := d.connect(p, client); other == key {
		t.Error("two accounts have one key")
	}
}
