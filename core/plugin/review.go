package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"aidesk/core/chat"
	"aidesk/store"
)

// Waiting is a version of a plugin that was found at its source and that no administrator has
// approved. Until then the approved one serves, without the operations that the other changes.
type Waiting struct {
	At      string    `json:"at"`    // where the manifest was found
	Found   string    `json:"found"` // where the document was found
	Hashes  Hashes    `json:"hashes"`
	Version string    `json:"version"`
	Since   time.Time `json:"since,omitzero"`    // when it was found first
	Meaning string    `json:"meaning,omitempty"` // tells versions apart that differ in more than their bytes
	Held    []string  `json:"held,omitempty"`    // ids of the operations that it changes or lacks
}

// approved is a registration with what waits in place of what was approved.
func (g Registration) approved() Registration {
	w := g.Waiting
	g.At, g.Found, g.Hashes, g.Version, g.Waiting = w.At, w.Found, w.Hashes, w.Version, nil
	return g
}

// renewed is a registration after its source gave next: what was approved goes on, and what is
// another waits. d is how next differs.
func (r *Registry) renewed(ctx context.Context, old Registration, next *Plugin, now time.Time) (reg Registration, d Difference, err error) {
	reg = old
	reg.Waiting = nil
	if old.compileKey() == next.compileKey() {
		return reg, d, nil
	}
	served, err := r.compiledPlugin(ctx, reg)
	if err != nil {
		return old, d, err
	}
	w := &Waiting{At: next.At, Found: next.Found, Hashes: next.Hashes, Version: next.Version, Since: now.UTC()}
	reg.Waiting = w
	then := *next
	then.Registration = reg.approved() // so that what administrators decided is no difference
	if d = difference(served, &then); d.Empty() {
		reg.Waiting = nil
		return reg, d, nil
	}
	w.Meaning, w.Held = then.meaning(), d.Held
	if old.Waiting != nil && old.Waiting.Meaning == w.Meaning {
		reg.Waiting = old.Waiting
	}
	return reg, d, nil
}

// pinned is what is kept of a plugin of the configuration that was read at a start: what was
// approved before, unless the operator takes changes, wrote the plugin anew, or what was stored is
// no longer understood.
func (r *Registry) pinned(ctx context.Context, old Registration, next *Plugin) Registration {
	reg := next.Registration
	reg.Reviewed = old.Reviewed
	if r.TakeChanges || old.Source != reg.Source || !old.Locked {
		return reg
	}
	kept, _, err := r.renewed(ctx, old, next, r.Now())
	if err != nil {
		return reg
	}
	kept.Default, kept.Vouched, kept.LoginChoice = reg.Default, reg.Vouched, reg.LoginChoice
	if kept.Waiting != nil {
		r.Logger.WarnContext(ctx, "a plugin has changed; what was approved serves until an administrator reviews it", "plugin", old.ID, "command", "/plugins-admin review "+old.Name)
	}
	return kept
}

// ErrNothingWaits says that a plugin has no version to review, or another than was shown.
var ErrNothingWaits = errors.New("nothing waits for a review")

// Review compares the version of a plugin that waits with the one that serves.
func (r *Registry) Review(ctx context.Context, p *Plugin) (next *Plugin, d Difference, err error) {
	if p.Waiting == nil {
		return nil, Difference{}, ErrNothingWaits
	}
	if next, err = r.compiledPlugin(ctx, p.approved()); err != nil {
		return nil, Difference{}, err
	}
	return next, difference(p, next), nil
}

// Approve returns the record with which the version that waits serves, if it is the one that
// was reviewed. ErrNothingWaits.
func (r *Registry) Approve(place chat.Place, p *Plugin, reviewed Waiting, by Stamp) (store.Record, error) {
	if p.Waiting == nil || p.approved().compileKey() != (Registration{Waiting: &reviewed}).approved().compileKey() {
		return store.Record{}, ErrNothingWaits
	}
	reg := p.approved()
	reg.Reviewed = by
	return r.record(place, reg)
}

// record is the record of a registration: in a workspace, or everywhere where it comes from the
// configuration.
func (r *Registry) record(place chat.Place, reg Registration) (store.Record, error) {
	value, err := json.Marshal(reg)
	if err != nil {
		return store.Record{}, fmt.Errorf("storing the plugin %s: %w", reg.ID, err)
	}
	scope := place.Scope()
	if reg.Locked {
		scope = everywhere
	}
	return store.Record{Key: r.recordKey(scope, reg.ID), Version: reg.Revision, Value: value}, nil
}
