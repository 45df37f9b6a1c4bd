package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// revokeTime is how long the providers are asked to revoke, for all accounts that are
// removed at once: a host that does not answer keeps nobody from being forgotten.
const revokeTime = time.Minute

// removal is the removing of several accounts.
type removal struct {
	*Accounts

	asking context.Context //nolint:containedctx // ends the asking of providers, never the deleting

	mu        sync.Mutex
	addresses map[string]string // where tokens are revoked, by plugin and token address; empty: nowhere
}

// atOnce is how many accounts are removed at the same time: the store writes them together,
// and a provider takes a while to answer.
const atOnce = 8

// Remove ends an account. The provider is asked to revoke its tokens where it describes
// how; told says that it confirmed. Here the account is deleted in any case but with an error:
// where told is false without one, the provider still knows us, and the member should hear so.
func (s *Accounts) Remove(ctx context.Context, key string) (told bool, err error) {
	a, err := s.Get(ctx, key)
	switch {
	case errors.Is(err, ErrNotConnected):
		return false, err
	case err != nil:
		s.Logger.WarnContext(ctx, "a damaged account is deleted", "account", key, "error", err)
		return false, s.delete(ctx, key)
	}
	return s.removeAll(ctx, []Account{a})
}

// Forget removes the accounts of a member of a workspace.
func (s *Accounts) Forget(ctx context.Context, scope, owner string) error {
	if owner == "" {
		return errors.New("forgetting the accounts of a member: no member is named")
	}
	own, err := s.scan(ctx, kindAccount+"/"+scope+"/", func(a Account) bool { return a.Scope == scope && a.Owner == owner })
	if err != nil {
		return err
	}
	_, err = s.removeAll(ctx, own)
	return err
}

// RemovePlugin removes all accounts at a plugin of a workspace and its OAuth client. It
// returns what accounts there were.
func (s *Accounts) RemovePlugin(ctx context.Context, scope, plugin string) ([]Account, error) {
	all, err := s.scan(ctx, kindAccount+"/"+scope+"/"+escape(plugin)+"/", func(Account) bool { return true })
	if err != nil {
		return nil, err
	}
	if _, err := s.removeAll(ctx, all); err != nil {
		return all, err
	}
	return all, s.delete(ctx, clientKey(scope, plugin))
}

// removeAll removes accounts; told says that of each the provider confirmed it. What cannot
// be deleted keeps no other from being deleted.
func (s *Accounts) removeAll(ctx context.Context, accounts []Account) (told bool, err error) {
	asking, cancel := context.WithTimeout(ctx, revokeTime)
	defer cancel()
	r := &removal{Accounts: s, asking: asking, addresses: map[string]string{}}
	confirmed, faults := make([]bool, len(accounts)), make([]error, len(accounts))
	var group sync.WaitGroup
	places := make(chan struct{}, atOnce)
	for i, a := range accounts {
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			confirmed[i] = r.revoke(ctx, a)
			faults[i] = s.delete(ctx, s.Key(a))
			s.mu.Lock()
			defer s.mu.Unlock()
			delete(s.failed, s.Key(a))
		})
	}
	group.Wait()
	return len(accounts) > 0 && !slices.Contains(confirmed, false), errors.Join(faults...)
}

// revoke asks the provider of an account to end its tokens. Whatever goes wrong is logged.
func (r *removal) revoke(ctx context.Context, a Account) bool {
	if a.Kind != OAuth || a.Provider == nil || r.asking.Err() != nil {
		return false
	}
	key := r.Key(a)
	told, err := r.revokeTokens(ctx, key, a)
	if err != nil {
		r.Logger.WarnContext(ctx, "the tokens of an account were not revoked", "account", key, "error", err)
	}
	return told
}

// revokeTokens ends the tokens that an account has now. It is marked first, so that nobody
// uses it meanwhile and a refresh under way does not bring it back.
func (r *removal) revokeTokens(ctx context.Context, key string, a Account) (bool, error) {
	client, err := r.Client(ctx, a.Scope, a.Plugin)
	switch {
	case errors.Is(err, ErrNoClient), err == nil && a.ClientID != "" && a.ClientID != client.ID:
		return false, nil // nobody who may ask for it
	case err != nil:
		return false, err
	}
	address, err := r.address(a)
	if err != nil || address == "" {
		return false, err
	}
	a, err = r.change(ctx, key, func(known Account, ok bool) (Account, error) {
		if !ok {
			return known, ErrNotConnected
		}
		known.State = Revoked
		return known, nil
	})
	if err != nil {
		return false, err
	}
	c, err := r.open(ctx, a)
	if err != nil {
		return false, err
	}
	t := Token{Access: c[FieldAccess], Refresh: c[FieldRefresh]}
	told, err := revokeAt(r.asking, r.Guard.Client(a.Plugin), address, *a.Provider, client, t)
	return told, err
}

// address is where tokens of an account are revoked. A provider is asked for it once.
func (r *removal) address(a Account) (string, error) {
	of := a.Plugin + " " + a.Provider.TokenURL
	r.mu.Lock()
	defer r.mu.Unlock()
	if address, ok := r.addresses[of]; ok {
		return address, nil
	}
	ctx, cancel := context.WithTimeout(r.asking, tokenTime)
	defer cancel()
	address, err := revocationAddress(ctx, r.Guard.Client(a.Plugin), *a.Provider)
	r.addresses[of] = address
	if err != nil {
		return "", fmt.Errorf("asking where tokens are revoked: %w", err)
	}
	return address, nil
}
