package account

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"aidesk/store"
)

// Finish makes the account of a connection, for the member who began it and types the digits
// that the browser was shown. Typed again after it did, they give the same account.
func (c *Connections) Finish(ctx context.Context, by, id, typed string) (Account, error) {
	for range maxRaces {
		made, err := c.finish(ctx, by, id, typed)
		if !errors.Is(err, store.ErrConflict) {
			return made, err
		}
	}
	return Account{}, fmt.Errorf("finishing a login: %w", store.ErrConflict)
}

// finish makes one try. What the digits were worth is told only once that is written, so
// that no number of processes asked at once tries more than three.
func (c *Connections) finish(ctx context.Context, by, id, typed string) (Account, error) {
	p, err := c.load(ctx, id)
	switch {
	case err != nil:
		return Account{}, err
	case p.By != by:
		return Account{}, ErrMember
	case !c.Accounts.Now().Before(p.Until):
		if err := c.discard(ctx, p, "it expired"); err != nil {
			return Account{}, err
		}
		return Account{}, ErrLink
	case p.Phase == Begun || p.Phase == Consenting || p.Phase == Exchanging:
		return Account{}, ErrEarly
	}
	digits, ok := sixDigits(typed)
	if !ok {
		return Account{}, ErrDigits
	}
	shown, err := c.unseal(ctx, p, sealedDigits)
	if err != nil {
		return Account{}, err
	}
	if subtle.ConstantTimeCompare([]byte(digits), []byte(shown)) != 1 {
		return Account{}, c.wrong(ctx, p)
	}
	if p.Phase == Finished {
		return *p.Done, nil
	}
	if p.Phase == Waiting {
		p.Phase = Finishing
		if err := c.put(ctx, p); err != nil {
			return Account{}, err
		}
	}
	return c.write(ctx, p)
}

// Typed reports whether a text can only be the digits of a login, while the member has one under
// way: it is no word of a conversation, and nobody else may read it.
func (c *Connections) Typed(ctx context.Context, scope, by, text string) (bool, error) {
	if _, ok := sixDigits(text); !ok {
		return false, nil
	}
	all, err := c.scan(ctx, memberTag(scope, by))
	if err != nil {
		return false, err
	}
	now := c.Accounts.Now()
	return slices.ContainsFunc(all, func(p *pending) bool { return p.Phase != Finished && now.Before(p.Until) }), nil
}

// wrong counts a try, and discards everything with the last.
func (c *Connections) wrong(ctx context.Context, p *pending) error {
	p.Tries++
	left := maxTries - p.Tries
	if left > 0 {
		if err := c.put(ctx, p); err != nil {
			return err
		}
	} else if err := c.discard(ctx, p, "the digits were wrong too often"); err != nil {
		return err
	}
	return &WrongDigitsError{Left: max(left, 0)}
}

// sixDigits reads what a member typed: blanks and hyphens are for people.
func sixDigits(typed string) (string, bool) {
	if len(typed) > 64 {
		return "", false
	}
	digits := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Dash, r) {
			return -1
		}
		return r
	}, typed)
	return digits, len(digits) == 6 && strings.Trim(digits, "0123456789") == ""
}

// known is the account as it is kept; the zero Account where it is not yet.
func (c *Connections) known(ctx context.Context, p *pending) (Account, error) {
	known, err := c.Accounts.Get(ctx, c.Accounts.Key(p.Draft))
	if errors.Is(err, ErrNotConnected) {
		return Account{}, nil
	}
	if err != nil {
		return Account{}, fmt.Errorf("finishing a login: %w", err)
	}
	return known, nil
}

// write puts the account, and leaves of the connection what tells that it was put. An account
// that this connection wrote, before it was cut off, is not written again: it may have newer
// tokens by now.
func (c *Connections) write(ctx context.Context, p *pending) (Account, error) {
	held, err := c.credential(ctx, p)
	if err != nil {
		return Account{}, err
	}
	known, err := c.known(ctx, p)
	if err != nil {
		return Account{}, err
	}
	made := known
	if known.Connection != p.ID {
		draft := p.Draft
		if known.Version != 0 { // connected again: what was decided about it stays
			draft.Roles, draft.Channels = known.Roles, known.Channels
		}
		made, err = c.Accounts.Put(ctx, draft, held)
		if err != nil {
			return Account{}, fmt.Errorf("keeping an account: %w", err)
		}
	}
	done := made
	done.Sealed = nil
	p.Phase, p.Done = Finished, &done
	p.Sealed = map[string]string{sealedDigits: p.Sealed[sealedDigits]}
	if err := c.put(ctx, p); err != nil && !errors.Is(err, store.ErrConflict) {
		return Account{}, err // asked again, it finds the account
	}
	return done, nil
}

// draft is the account that a connection will be.
func (p *pending) draft() Account {
	a := Account{
		ID: p.Account, Scope: p.Scope, Plugin: p.Plugin, Owner: p.By, Member: p.Member,
		Label: p.Label, Kind: p.Login.Kind, Hosts: p.Hosts, State: Connected, Connection: p.ID,
	}
	if p.Shared {
		a.Owner = ""
	}
	if p.Login.Kind == OAuth {
		a.Provider, a.ClientID = p.Login.Provider, p.ClientID
	}
	return a
}

// giveBack ends tokens at their provider, where it offers a way. What fails is in the log:
// here they are deleted already.
func (c *Connections) giveBack(ctx context.Context, p *pending, held Credential) {
	if p.Login.Kind != OAuth || len(held) == 0 {
		return
	}
	ctx = context.WithoutCancel(ctx) // Revoke has a bound of its own
	client, err := c.Accounts.Client(ctx, p.Scope, p.Plugin)
	if err == nil && client.ID == p.ClientID {
		_, err = Revoke(ctx, c.Accounts.Guard.Client(p.Plugin), *p.Login.Provider, client, Token{Access: held[FieldAccess], Refresh: held[FieldRefresh]})
	}
	if err != nil {
		c.log(ctx, p, "its tokens could not be revoked: "+err.Error())
	}
}
