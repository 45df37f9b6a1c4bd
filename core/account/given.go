package account

import (
	"context"
	"maps"
	"slices"
)

// All gives every account of every workspace, by the path of the workspace, then plugin.
func (s *Accounts) All(ctx context.Context) ([]Account, error) {
	return s.scan(ctx, kindAccount+"/", func(Account) bool { return true })
}

// SharedAt gives the accounts that a workspace shares at a plugin, the oldest first, in
// whatever state they are.
func (s *Accounts) SharedAt(ctx context.Context, scope, plugin string) ([]Account, error) {
	found, err := s.scan(ctx, prefixOf(s.Key(Account{Scope: scope, Plugin: plugin})), func(Account) bool { return true })
	slices.SortFunc(found, byAge)
	return found, err
}

// Share says anew who may use a shared account, and where. ErrNotConnected.
func (s *Accounts) Share(ctx context.Context, key string, roles, channels []string) (Account, error) {
	return s.change(ctx, key, func(a Account, ok bool) (Account, error) {
		if !ok || !a.Shared() {
			return a, ErrNotConnected
		}
		a.Roles, a.Channels = roles, channels
		return a, nil
	})
}

// configured is the id of an account that whoever runs aidesk gives in the configuration.
const configured = "configuration"

// Configured reports whether the account comes from the configuration and is changed only there.
func (a Account) Configured() bool { return a.ID == configured && a.Shared() }

// PutConfigured keeps the account that the configuration shares at a plugin, in one workspace,
// where it is not kept already just like that. One that the plugin rejected is tried once more:
// whoever runs aidesk has no other way to connect it again than a new start.
func (s *Accounts) PutConfigured(ctx context.Context, a Account, c Credential) error {
	a.ID, a.Owner = configured, ""
	known, err := s.Get(ctx, s.Key(a))
	if err == nil && known.sameAs(a) {
		if same, err := s.opensTo(ctx, known, c); err == nil && same {
			return nil
		}
	}
	_, err = s.Put(ctx, a, c)
	return err
}

// sameAs compares what the configuration says of an account.
func (a Account) sameAs(other Account) bool {
	return a.State == Connected && a.Label == other.Label && a.Kind == other.Kind && slices.Equal(a.Hosts, other.Hosts) &&
		slices.Equal(a.Roles, other.Roles) && slices.Equal(a.Channels, other.Channels)
}

// opensTo reports whether an account holds a credential.
func (s *Accounts) opensTo(ctx context.Context, a Account, c Credential) (bool, error) {
	held, err := s.open(ctx, a)
	return err == nil && maps.Equal(held, c), err
}

// RemoveConfigured removes the accounts of the configuration that it gives no more: those
// under a path, but for the ones that are to stay.
func (s *Accounts) RemoveConfigured(ctx context.Context, path string, stays func(Account) bool) error {
	gone, err := s.scan(ctx, kindAccount+"/"+path+"/", func(a Account) bool { return a.Configured() && !stays(a) })
	if err != nil {
		return err
	}
	_, err = s.removeAll(ctx, gone)
	return err
}
