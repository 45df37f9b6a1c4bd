package plugin

import (
	"context"
	"errors"
	"fmt"

	"aidesk/core/account"
	"aidesk/core/chat"
	"aidesk/core/grant"
	"aidesk/core/openapi"
	"aidesk/store"
)

// MayGrant says whether members may allow themselves calls of an operation beforehand: where
// administrators opened it for that, as it is now.
func (r *Registry) MayGrant(ctx context.Context, place chat.Place, p *Plugin, o *openapi.Operation) (bool, error) {
	rules, err := r.Rules(ctx, place)
	if err != nil {
		return false, err
	}
	return rules.Operation(p.ID, o.ID).MayGrant(p.Facts(o)), nil
}

// FindGrant returns the id of the member's Grant that covers a call; empty: there is none.
// fallen are those of their grants for its operation that hold for it no more.
func (r *Registry) FindGrant(ctx context.Context, a Ask, p *Plugin) (id string, fallen []grant.Grant, err error) {
	o, ok := p.Operation(a.Call.Operation)
	if r == nil || !ok || !p.Asks(o) {
		return "", nil, nil
	}
	all, err := grant.Of(ctx, r.Records, r.Owner(a.Place, a.Member.ID))
	if err != nil {
		return "", nil, err
	}
	for _, g := range all {
		if !g.Live(r.Now()) || !g.Concerns(g.Owner, p.ID, o.ID) {
			continue
		}
		why, err := r.Fallen(ctx, a.Place, p, g.Grant)
		if err != nil {
			return "", nil, err
		}
		if why != "" {
			fallen = append(fallen, g.Grant)
			continue
		}
		a.Grant = g.ID
		_, _, covers, err := r.UseGrant(ctx, a, p)
		if err != nil {
			return "", nil, err
		}
		if covers {
			return g.ID, fallen, nil
		}
	}
	return "", fallen, nil
}

// Fallen says why a Grant holds no more because of what its plugin is now in a place, nil: it
// is not enabled there for its member; empty: it holds.
func (r *Registry) Fallen(ctx context.Context, place chat.Place, p *Plugin, g grant.Grant) (grant.Reason, error) {
	if p == nil {
		return grant.OffAgain, nil
	}
	o, ok := p.Operation(g.Operation)
	if !ok || !p.callable(o) || p.Held(o) || o.Hash != g.Hash {
		return grant.Changed, nil
	}
	if may, err := r.MayGrant(ctx, place, p, o); err != nil || !may {
		return grant.Closed, err
	}
	return "", nil
}

// AccountLogin returns the id of the login by which an account was connected last; empty for
// none, and for one that is not connected.
func (r *Registry) AccountLogin(ctx context.Context, key string) (string, error) {
	if key == "" || r.Accounts == nil {
		return "", nil
	}
	a, err := r.Accounts.Get(ctx, key)
	if errors.Is(err, account.ErrNotConnected) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading the account of a grant: %w", err)
	}
	return a.Connection, nil
}

// UseGrant counts one use of the Grant that is asked about, for a call of a plugin as it is
// now. It returns the Grant so and its record, which must be written with what lets the call
// go. covers is false where the Grant does not cover the call.
func (r *Registry) UseGrant(ctx context.Context, a Ask, p *Plugin) (used grant.Grant, record store.Record, covers bool, err error) {
	c := a.Call
	o, ok := p.Operation(c.Operation)
	if r == nil || !ok || p.ID != c.Plugin || p.Version != c.Version {
		return used, record, false, nil
	}
	if may, err := r.MayGrant(ctx, a.Place, p, o); err != nil || !may {
		return used, record, false, err
	}
	kept, err := grant.Get(ctx, r.Records, r.Owner(a.Place, a.Member.ID), a.Grant)
	if errors.Is(err, store.ErrNotFound) {
		return used, record, false, nil
	}
	if err != nil {
		return used, record, false, err
	}
	// The values are those of the very bytes that will leave.
	request, err := o.Request(c.Args)
	if err != nil || request.Digest() != c.Request.Digest() {
		return used, record, false, nil //nolint:nilerr // such a call is asked about
	}
	values, err := o.Leaves(c.Args)
	if err != nil {
		return used, record, false, nil //nolint:nilerr // as above
	}
	login, err := r.AccountLogin(ctx, c.Account)
	if err != nil {
		return used, record, false, err
	}
	used, err = kept.Use(grant.Wish{
		Owner: r.Owner(a.Place, a.Member.ID), Plugin: c.Plugin, Operation: c.Operation, Hash: o.Hash, Account: c.Account, Login: login, Place: a.Place,
		Schedule: a.Schedule, Values: values, Carries: len(c.From) > 0, Strange: a.Strange, Time: r.Now(),
	})
	if err != nil {
		return used, record, false, nil //nolint:nilerr // as above
	}
	if record, err = kept.With(used); err != nil {
		return used, record, false, fmt.Errorf("counting the use of a grant: %w", err)
	}
	return used, record, true, nil
}
