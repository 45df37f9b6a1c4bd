package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"aidesk/core/chat"
	"aidesk/store"
)

// ErrLocked says that a plugin comes from the configuration and is changed only there.
var ErrLocked = errors.New("it comes from the configuration and is changed only there")

// Read reads a plugin for an administrator of a workspace, keeps its bytes and
// returns it under the name that it would have there. Nothing is registered yet.
func (r *Registry) Read(ctx context.Context, place chat.Place, source string) (*Plugin, error) {
	got, err := Reader{r.Guard, r.Logger}.Read(ctx, source)
	if err != nil {
		return nil, err
	}
	plugins, err := r.List(ctx, place)
	if err != nil {
		return nil, err
	}
	reg := got.Plugin.Registration
	for _, p := range plugins {
		if p.ID == reg.ID && p.Locked {
			return nil, fmt.Errorf("%s is registered already: %w", p.Human(), ErrLocked)
		}
		if p.ID == reg.ID {
			reg.Name, reg.Default, reg.Frozen, reg.Revision = p.Name, p.Default, p.Frozen, p.Revision
		}
	}
	if reg.Name == "" {
		reg.Name = got.Plugin.Manifest.name(func(n string) bool {
			for _, p := range plugins {
				if p.Name == n {
					return true
				}
			}
			return false
		})
	}
	if reg, err = r.keep(ctx, reg, got); err != nil {
		return nil, err
	}
	return r.load(ctx, reg)
}

// Planned compiles a plugin that Read returned, from the bytes that were kept.
func (r *Registry) Planned(ctx context.Context, plan Registration) (*Plugin, error) {
	return r.load(ctx, plan)
}

// Register returns the record that registers, in a workspace, a plugin that Read
// returned.
func (r *Registry) Register(place chat.Place, reg Registration) (store.Record, error) {
	value, err := json.Marshal(reg)
	if err != nil {
		return store.Record{}, fmt.Errorf("storing the plugin %s: %w", reg.ID, err)
	}
	return store.Record{Key: r.key(place.Scope(), reg.ID), Version: reg.Revision, Value: value}, nil
}

// SetDefault returns the record that makes a plugin enabled, or not, for everyone
// who did not choose. ErrLocked.
func (r *Registry) SetDefault(place chat.Place, p *Plugin, on bool) (store.Record, error) {
	if p.Locked {
		return store.Record{}, ErrLocked
	}
	reg := p.Registration
	reg.Default = on
	return r.Register(place, reg)
}

// Remove removes a plugin from a workspace. What members enabled is forgotten with
// the plugin's id as soon as they change it; a plugin that is added again under the
// same id finds it. ErrLocked.
func (r *Registry) Remove(ctx context.Context, place chat.Place, p *Plugin) error {
	if p.Locked {
		return ErrLocked
	}
	err := r.Records.Delete(ctx, r.key(place.Scope(), p.ID), p.Revision)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
