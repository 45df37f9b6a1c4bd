package plugin

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"aidesk/core/account"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// SharedLogin is a key that the configuration gives for all workspaces of a bot, and who may
// use it there.
type SharedLogin struct {
	// Values are by field of the plugin's login, or by what the field begins with where no
	// other begins like it: "key", "user", "password".
	Values          account.Credential
	Roles, Channels []string // both empty: nobody may use it
}

// credential fills the fields of a login.
func (s SharedLogin) credential(login account.Login) (account.Credential, error) {
	c, used := account.Credential{}, map[string]bool{}
	for _, f := range login.Fields {
		word, _, _ := strings.Cut(f.Name, ":")
		name := f.Name
		if _, exact := s.Values[name]; !exact {
			name = word
		}
		value, given := s.Values[name]
		switch {
		case given && used[name]:
			return nil, fmt.Errorf("it asks for several values that are called %s: name them one by one in fields", word)
		case given:
			used[name] = true
			c[f.Name] = value
		case !f.Optional:
			return nil, fmt.Errorf("it asks for %s, which the configuration does not give", markdown.Line(f.Name, 80))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Values)) {
		if !used[name] {
			return nil, fmt.Errorf("it asks for no %s", markdown.Line(name, 80))
		}
	}
	return c, nil
}

// CheckShared says why a key of the configuration does not fit what the plugin asks for, in
// words that follow a colon.
func (p *Plugin) CheckShared(s SharedLogin) error {
	login := p.Login()
	if login.Kind != account.ServiceKey && login.Kind != account.UserKey {
		return fmt.Errorf("it takes no key: write kind: %s where a token is to be given as one", account.ServiceKey)
	}
	_, err := s.credential(login)
	return err
}

// offerShared keeps, in a workspace, the account that the configuration shares at a plugin.
// It is done when somebody may need it, so that a workspace that comes later has it too.
func (r *Registry) offerShared(ctx context.Context, place chat.Place, p *Plugin) error {
	given, ok := r.Shared[p.ID]
	if !ok || !p.Locked || r.Accounts == nil {
		return nil
	}
	key := r.Scope(place) + " " + p.ID + " " + p.Version + " " + p.loginKey()
	r.mu.Lock()
	done := r.offered[key]
	r.mu.Unlock()
	if done {
		return nil
	}
	c, err := given.credential(p.Login())
	if err != nil {
		r.Logger.WarnContext(ctx, "the key of the configuration does not fit the plugin", "plugin", p.ID, "error", err)
	} else if err := r.Accounts.PutConfigured(ctx, account.Account{
		Scope: r.Scope(place), Plugin: p.ID, Label: SharedLabel(p), Kind: account.ServiceKey, Hosts: p.Hosts(),
		Roles: given.Roles, Channels: given.Channels,
	}, c); err != nil {
		return fmt.Errorf("keeping the account of the configuration at %s: %w", p.ID, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.offered == nil {
		r.offered = map[string]bool{}
	}
	r.offered[key] = true
	return nil
}

// SharedLabel is what a shared account is called.
func SharedLabel(p *Plugin) string { return fmt.Sprintf(textSharedLabel, markdown.Line(p.Human(), 50)) }

// accountsAt are the accounts at a plugin that may be a member's to use: their own, then those
// that the workspace shares.
func (r *Registry) accountsAt(ctx context.Context, place chat.Place, member string, p *Plugin) ([]account.Account, error) {
	if err := r.offerShared(ctx, place, p); err != nil {
		return nil, err
	}
	all, err := r.Accounts.Of(ctx, r.Scope(place), r.Owner(place, member), p.ID)
	if err != nil {
		return nil, fmt.Errorf("reading the accounts at %s: %w", p.ID, err)
	}
	return all, nil
}

// AccountOf is the account with which calls of a member go in a place: as Bind chooses it, or
// else their own that has to be connected again. ok is false where there is none.
func (r *Registry) AccountOf(ctx context.Context, place chat.Place, m chat.Member, p *Plugin) (a account.Account, ok bool, err error) {
	if r.Accounts == nil {
		return a, false, nil
	}
	all, err := r.accountsAt(ctx, place, m.ID, p)
	if err != nil {
		return a, false, err
	}
	for _, a := range all {
		if r.login(place, m, a) == "" {
			return a, true, nil
		}
	}
	for _, a := range all {
		if !a.Shared() {
			return a, true, nil
		}
	}
	return account.Account{}, false, nil
}

// SharedOf are the accounts that a workspace shares at a plugin, for its administrators.
func (r *Registry) SharedOf(ctx context.Context, place chat.Place, p *Plugin) ([]account.Account, error) {
	if r.Accounts == nil {
		return nil, nil
	}
	if err := r.offerShared(ctx, place, p); err != nil {
		return nil, err
	}
	return r.Accounts.SharedAt(ctx, r.Scope(place), p.ID)
}

// forgetShared ends the accounts of the configuration that it gives no more. Those that it
// gives are brought up to date when somebody may need them.
func (r *Registry) forgetShared(ctx context.Context) error {
	if r.Accounts == nil {
		return nil
	}
	return r.Accounts.RemoveConfigured(ctx, chat.Key(r.Bot), func(a account.Account) bool {
		given, ok := r.Shared[a.Plugin]
		return ok && slices.Equal(given.Roles, a.Roles) && slices.Equal(given.Channels, a.Channels)
	})
}
