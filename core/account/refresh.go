package account

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"time"

	"aidesk/core/egress"
	"aidesk/core/secret"
)

const (
	// leaseTime is how long a refresh keeps others out: longer than its request takes.
	leaseTime = tokenTime + 20*time.Second
	// leaseWait is how long somebody waits for the refresh of another.
	leaseWait = leaseTime + 10*time.Second
	// The lease is asked for anew in steps that grow between these.
	firstPoll, lastPoll = 10 * time.Millisecond, 200 * time.Millisecond
	// trust is how long a token that replaced a rejected one must hold: when it is
	// rejected within that time, the plugin takes no token of this account.
	trust = time.Minute
	// pause is how long nobody asks again after a refresh that came to nothing: those who
	// waited for it, and those who come a moment later, hear the same.
	pause = 5 * time.Second
)

// failure is a refresh that came to nothing.
type failure struct {
	at  time.Time
	err error
}

// lastFailure is the last refresh of an account that came to nothing.
func (s *Accounts) lastFailure(key string) failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed[key]
}

// Use opens an account for a call. An access token that is due is refreshed before, and
// kept before it is used. ErrNotConnected where there is no account or an administrator ended
// it, ErrExpired where it has to be connected again; another error says that it cannot be
// used now.
//
// A refresh does not end with ctx: its answer is waited for, up to 20 s, since the old
// token may be spent already.
func (s *Accounts) Use(ctx context.Context, key string) (Credential, Account, error) {
	a, c, err := s.usable(ctx, key)
	if err != nil {
		return nil, a, err
	}
	now := s.Now()
	switch {
	case !a.Expires.IsZero() && !now.Before(a.Expires):
		if c, a, err = s.expire(ctx, key, c, "its time is over and it cannot be refreshed"); err != nil {
			return nil, a, err
		}
	case !a.Due.IsZero() && !now.Before(a.Due):
		if c, a, err = s.replace(ctx, key, c, false); err != nil {
			return nil, a, err
		}
	}
	return c, s.noteUse(ctx, key, a), nil
}

// usable reads an account that is connected, and its credential.
func (s *Accounts) usable(ctx context.Context, key string) (Account, Credential, error) {
	a, err := s.Get(ctx, key)
	if err != nil {
		return a, nil, err
	}
	switch a.State {
	case Connected:
	case Expired:
		return a, nil, fmt.Errorf("using an account: %w", ErrExpired)
	default:
		return a, nil, fmt.Errorf("using an account that was ended: %w", ErrNotConnected)
	}
	c, err := s.open(ctx, a)
	return a, c, err
}

// noteUse notes that an account was used, once an hour. That it cannot is no reason not
// to use it.
func (s *Accounts) noteUse(ctx context.Context, key string, a Account) Account {
	hour := s.Now().UTC().Truncate(time.Hour)
	if !a.Used.Before(hour) {
		return a
	}
	noted, err := s.change(ctx, key, func(known Account, ok bool) (Account, error) {
		if !ok || !known.Used.Before(hour) {
			return known, errSame
		}
		known.Used = hour
		return known, nil
	})
	if err != nil && !errors.Is(err, errSame) {
		s.Logger.WarnContext(ctx, "the use of an account was not noted", "account", key, "error", err)
		return a
	}
	if noted.Version != 0 {
		a.Used, a.Version = noted.Used, noted.Version
	}
	return a
}

// Rejected says that the plugin answered 401 to a credential. It gives another one to try,
// once, where there is one: the token of a refresh that it makes, or what came meanwhile by
// another's. Else the account is expired, and the error ErrExpired. When what it gave is
// rejected too, it is called again and asks nobody: a minute long a refreshed token
// that is rejected ends the account.
func (s *Accounts) Rejected(ctx context.Context, key string, used Credential) (Credential, error) {
	a, c, err := s.usable(ctx, key)
	switch {
	case err != nil:
		return nil, err
	case !sameKey(a, c, used):
		return c, nil
	case a.Kind != OAuth || c[FieldRefresh] == "":
		c, _, err = s.expire(ctx, key, used, "the plugin rejected it")
		return c, err
	case !a.Renewed.IsZero() && s.Now().Sub(a.Renewed) < trust:
		c, _, err = s.expire(ctx, key, used, "the plugin rejected a token that was just refreshed")
		return c, err
	}
	c, _, err = s.replace(ctx, key, used, true)
	return c, err
}

// sameKey reports whether two credentials of an account look the same to its plugin, which
// never sees a refresh token.
func sameKey(a Account, c, other Credential) bool {
	if a.Kind == OAuth {
		return c[FieldAccess] == other[FieldAccess]
	}
	return maps.Equal(c, other)
}

// expire notes that an account has to be connected again, which is the error ErrExpired. If it
// was meanwhile, or somebody else refreshed it, it gives what came of that.
func (s *Accounts) expire(ctx context.Context, key string, used Credential, why string) (Credential, Account, error) {
	ctx = context.WithoutCancel(ctx)
	kept, err := s.change(ctx, key, func(a Account, ok bool) (Account, error) {
		if !ok || a.State != Connected {
			return a, errSame
		}
		if c, err := s.open(ctx, a); err == nil && !sameKey(a, c, used) {
			return a, errSame
		}
		a.State = Expired
		return a, nil
	})
	switch {
	case err == nil:
		s.Logger.InfoContext(ctx, "an account has to be connected again", "account", key, "reason", why)
	case errors.Is(err, errSame):
		a, c, err := s.usable(ctx, key)
		return c, a, err
	default:
		s.Logger.ErrorContext(ctx, "an account could not be marked as expired", "account", key, "error", err)
	}
	return nil, kept, fmt.Errorf("%s: %w", why, ErrExpired)
}

// replace puts another access token in the place of old, or finds that somebody else did.
// One at a time does so, over all processes; who waits takes what came of it.
func (s *Accounts) replace(ctx context.Context, key string, old Credential, rejected bool) (Credential, Account, error) {
	name, owner := "refresh/"+key, s.Owner+"/"+randomText() // two calls of one process exclude each other too
	deadline := time.NewTimer(leaseWait)
	defer deadline.Stop()
	for poll := firstPoll; ; poll = min(2*poll, lastPoll) {
		held, err := s.Hold(ctx, name, owner, leaseTime)
		if err != nil {
			return nil, Account{}, fmt.Errorf("waiting for the refresh of an account: %w", err)
		}
		c, a, done, err := s.current(ctx, key, old)
		if held && !done {
			c, a, err = s.refresh(context.WithoutCancel(ctx), key, a, c, rejected)
		}
		if held {
			if _, err := s.Hold(context.WithoutCancel(ctx), name, owner, 0); err != nil {
				s.Logger.WarnContext(ctx, "the lease on a refresh was not given up", "account", key, "error", err)
			}
		}
		if held || done {
			return c, a, err
		}
		timer := time.NewTimer(poll)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, a, fmt.Errorf("waiting for the refresh of an account: %w", ctx.Err())
		case <-deadline.C:
			timer.Stop()
			return nil, a, errors.New("waiting for the refresh of an account: another one does not end")
		case <-timer.C:
		}
	}
}

// current reads an account that somebody else may be refreshing. done says that there is
// nothing left to do: another token is there, the account cannot be used any more, or a
// refresh failed just now.
func (s *Accounts) current(ctx context.Context, key string, old Credential) (c Credential, a Account, done bool, err error) {
	a, c, err = s.usable(ctx, key)
	if err != nil || !sameKey(a, c, old) {
		return c, a, true, err
	}
	if f := s.lastFailure(key); f.err != nil && s.Now().Sub(f.at) < pause {
		return nil, a, true, f.err
	}
	return c, a, false, nil
}

// refresh asks for a new token and keeps it. The lease is held.
func (s *Accounts) refresh(ctx context.Context, key string, a Account, c Credential, rejected bool) (Credential, Account, error) {
	old, refreshToken := c, c[FieldRefresh]
	if a.Provider == nil || refreshToken == "" {
		return s.expire(ctx, key, old, "it cannot be refreshed")
	}
	client, err := s.Client(ctx, a.Scope, a.Plugin)
	switch {
	case err != nil:
		return nil, a, fmt.Errorf("refreshing an account: %w", err)
	case a.ClientID != "" && a.ClientID != client.ID: // its secret is not for the provider of another
		return s.expire(ctx, key, old, "an administrator set another OAuth client")
	}
	if err := s.checkProvider(a.Plugin, *a.Provider); err != nil {
		return s.refreshFailed(ctx, key, old, err)
	}
	t, err := renew(ctx, s.Guard.Client(a.Plugin), s.Now, *a.Provider, client, refreshToken)
	if err != nil {
		return s.refreshFailed(ctx, key, old, err)
	}
	if t.Scope == "" {
		t.Scope = a.Scopes
	}
	fresh, c := t.Into(a)
	if fresh.Sealed, err = s.seal(ctx, a, c); err != nil {
		return nil, a, err
	}
	ended := false
	kept, err := s.change(ctx, key, func(known Account, ok bool) (Account, error) {
		if ended = !ok || known.State == Revoked; ended {
			return known, errSame
		}
		if now, err := s.open(ctx, known); err != nil || now[FieldRefresh] != refreshToken {
			return known, errSame // connected again meanwhile
		}
		known.State = Connected // somebody who lost the lease may have been refused meanwhile
		known.Expires, known.Due, known.Scopes, known.TokenType, known.Sealed = fresh.Expires, fresh.Due, fresh.Scopes, fresh.TokenType, fresh.Sealed
		known.Used = s.Now().UTC().Truncate(time.Hour)
		if rejected {
			known.Renewed = s.Now().UTC()
		}
		return known, nil
	})
	switch {
	case ended: // what is left of the account is this token
		s.discard(ctx, a, client, t)
		return nil, kept, fmt.Errorf("refreshing an account that was ended: %w", ErrNotConnected)
	case errors.Is(err, errSame): // not discarded: some providers end all tokens of a member with one
		a, c, err = s.usable(ctx, key)
		return c, a, err
	case err != nil:
		return nil, a, fmt.Errorf("keeping a refreshed token: %w", err)
	}
	s.mu.Lock()
	delete(s.failed, key)
	s.mu.Unlock()
	return c, kept, nil
}

// refreshFailed decides what a failed refresh means for its account. Only what says nothing
// of the token leaves it as it is; then those who wait hear of it, and don't ask as well.
func (s *Accounts) refreshFailed(ctx context.Context, key string, old Credential, err error) (Credential, Account, error) {
	failed, ok := errors.AsType[*TokenError](err)
	if ok && (failed.Outcome == Refused || failed.Outcome == Lost) {
		return s.expire(ctx, key, old, failed.Error())
	}
	err = fmt.Errorf("refreshing an account: %w", err)
	s.Logger.WarnContext(ctx, "an account was not refreshed", "account", key, "error", err)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed == nil {
		s.failed = map[string]failure{}
	}
	s.failed[key] = failure{s.Now(), err}
	return nil, Account{}, err
}

// discard ends a token that came for an account which wants it no more, as far as its
// provider lets us.
func (s *Accounts) discard(ctx context.Context, a Account, client Client, t Token) {
	if _, err := Revoke(ctx, s.Guard.Client(a.Plugin), *a.Provider, client, t); err != nil {
		s.Logger.WarnContext(ctx, "a token that is not needed any more was not revoked", "account", s.Key(a), "error", err)
	}
}

// checkProvider refuses a token address over plain http, where secrets would be read on the
// way, but at hosts to which the operator's rules open it.
func (s *Accounts) checkProvider(plugin string, p Provider) error {
	if u, err := url.Parse(p.TokenURL); err == nil && u.Scheme == "https" {
		return nil
	}
	if err := s.Guard.Check(egress.Manifest, plugin, p.TokenURL); err != nil {
		return &TokenError{Outcome: Unsent, text: "the provider's token address needs https", cause: err}
	}
	return nil
}

// Exchange is the function Exchange, by the clock of the accounts and through their guard.
func (s *Accounts) Exchange(ctx context.Context, plugin string, p Provider, c Client, code, redirect string, verifier secret.Text) (Token, error) {
	if err := s.checkProvider(plugin, p); err != nil {
		return Token{}, err
	}
	return exchange(ctx, s.Guard.Client(plugin), s.Now, p, c, code, redirect, verifier.Reveal())
}
