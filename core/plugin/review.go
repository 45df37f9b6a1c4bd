package plugin

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"aidesk/core/account"
	"aidesk/core/openapi"
	"aidesk/store"
)

// Waiting is a version of a plugin of the configuration that was found at a start and that
// no administrator has approved.
type Waiting struct {
	At      string `json:"at"`    // where the manifest was found
	Found   string `json:"found"` // where the document was found
	Hashes  Hashes `json:"hashes"`
	Version string `json:"version"`
}

// pinned is what is kept of a plugin of the configuration when reg was read of it and old is
// stored: old as long as nobody approved reg, which then waits. A plugin that the operator
// wrote anew, or whose stored version is no longer understood, is taken as it is. The same
// bytes at another address are another version: servers may be relative to it.
func (r *Registry) pinned(ctx context.Context, old, reg Registration) Registration {
	if r.TakeChanges || old.compileKey() == reg.compileKey() || old.Source != reg.Source || !old.Locked {
		return reg
	}
	if _, err := r.compiledPlugin(ctx, old); err != nil {
		return reg
	}
	kept := old
	kept.Default, kept.LoginChoice = reg.Default, reg.LoginChoice
	kept.Waiting = &Waiting{At: reg.At, Found: reg.Found, Hashes: reg.Hashes, Version: reg.Version}
	r.Logger.WarnContext(ctx, "a plugin has changed; what was approved serves until an administrator reviews it", "plugin", old.ID, "command", "/plugins-admin review "+old.Name)
	return kept
}

// approved is a registration with what waits in place of what was approved.
func (g Registration) approved() Registration {
	w := g.Waiting
	g.At, g.Found, g.Hashes, g.Version, g.Waiting = w.At, w.Found, w.Hashes, w.Version, nil
	return g
}

// Difference is what a version that waits changes.
type Difference struct {
	Added, Removed, Changed []string // operations, as "POST /orders (placeOrder)"; Changed ones ask for other arguments or go elsewhere
	Hosts                   []string // that calls go to and did not before
	Texts                   bool     // descriptions that a model or members read are others
	Login                   bool     // it wants another kind of login
}

// ErrNothingWaits says that a plugin has no version to review, or another than was shown.
var ErrNothingWaits = errors.New("nothing waits for a review")

// Review compares the version of a plugin that waits with the one that serves.
func (r *Registry) Review(ctx context.Context, p *Plugin) (Difference, error) {
	if p.Waiting == nil {
		return Difference{}, ErrNothingWaits
	}
	next, err := r.compiledPlugin(ctx, p.approved())
	if err != nil {
		return Difference{}, err
	}
	return difference(p, next), nil
}

// Approve returns the record with which the version that waits serves, if it is the one that
// was reviewed. ErrNothingWaits.
func (r *Registry) Approve(p *Plugin, reviewed Waiting) (store.Record, error) {
	if p.Waiting == nil || p.approved().compileKey() != (Registration{Waiting: &reviewed}).approved().compileKey() {
		return store.Record{}, ErrNothingWaits
	}
	value, err := json.Marshal(p.approved())
	if err != nil {
		return store.Record{}, fmt.Errorf("storing the plugin %s: %w", p.ID, err)
	}
	return store.Record{Key: r.recordKey(everywhere, p.ID), Version: p.Revision, Value: value}, nil
}

// sameLogin reports whether two versions of a plugin ask for the same and send members to the
// same place.
func sameLogin(old, next *Plugin) bool {
	a, b := old.Login(), next.Login()
	same := func(x, y account.Field) bool { return x.Name == y.Name && x.Secret == y.Secret }
	at, to := cmp.Or(a.Provider, new(account.Provider)), cmp.Or(b.Provider, new(account.Provider))
	return a.Kind == b.Kind && slices.EqualFunc(a.Fields, b.Fields, same) && *at == *to
}

func difference(old, next *Plugin) Difference {
	name := func(o *openapi.Operation) string { return fmt.Sprintf("%s %s (%s)", o.Method, o.Path, o.ID) }
	d := Difference{
		Texts: old.Manifest.DescriptionForModel != next.Manifest.DescriptionForModel || old.Human() != next.Human(),
		Login: old.Manifest.Auth != next.Manifest.Auth || !sameLogin(old, next),
	}
	hosts := map[string]bool{}
	for _, o := range old.Callable() {
		hosts[o.Server] = true
		if after, ok := next.Operation(o.ID); !ok || !next.callable(after) {
			d.Removed = append(d.Removed, name(o))
		}
	}
	for _, o := range next.Callable() {
		if !hosts[o.Server] && !slices.Contains(d.Hosts, o.Server) {
			d.Hosts = append(d.Hosts, o.Server)
		}
		before, ok := old.Operation(o.ID)
		switch {
		case !ok || !old.callable(before):
			d.Added = append(d.Added, name(o))
		case before.Hash != o.Hash:
			d.Changed = append(d.Changed, name(o))
		case before.Summary != o.Summary || before.Description != o.Description:
			d.Texts = true
		}
	}
	return d
}
