package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"aidesk/core/chat"
	"aidesk/store"
)

// choice is what a member decided about plugins; where they did not, the
// workspace's default holds.
type choice struct {
	On  []string `json:"on,omitempty"` // ids
	Off []string `json:"off,omitempty"`
}

func (c choice) enabled(p *Plugin) bool {
	return slices.Contains(c.On, p.ID) || p.Default && !slices.Contains(c.Off, p.ID)
}

// Enabled returns the plugins that are enabled for a member in a place, and the
// registered ones that are not, each sorted by name.
func (r *Registry) Enabled(ctx context.Context, place chat.Place, member string) (on, off []*Plugin, err error) {
	plugins, err := r.List(ctx, place)
	if err != nil {
		return nil, nil, err
	}
	c, _, err := r.choice(ctx, place, member)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range plugins {
		if c.enabled(p) {
			on = append(on, p)
		} else {
			off = append(off, p)
		}
	}
	return on, off, nil
}

// Switch enables or disables a plugin for a member. It returns the record to be
// committed, and false where nothing would change.
func (r *Registry) Switch(ctx context.Context, place chat.Place, member string, p *Plugin, on bool) (store.Record, bool, error) {
	c, rec, err := r.choice(ctx, place, member)
	if err != nil {
		return store.Record{}, false, err
	}
	if c.enabled(p) == on {
		return store.Record{}, false, nil
	}
	is := func(id string) bool { return id == p.ID }
	c.On, c.Off = slices.DeleteFunc(c.On, is), slices.DeleteFunc(c.Off, is)
	switch {
	case on && !p.Default:
		c.On = append(c.On, p.ID)
	case !on && p.Default:
		c.Off = append(c.Off, p.ID)
	}
	if rec.Value, err = json.Marshal(c); err != nil {
		return store.Record{}, false, fmt.Errorf("storing what is enabled: %w", err)
	}
	return rec, true, nil
}

func (r *Registry) choice(ctx context.Context, place chat.Place, member string) (choice, store.Record, error) {
	key := "enable/" + chat.Key(r.Bot) + "/" + place.Scope() + "/" + chat.Key(member)
	rec, err := r.Records.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return choice{}, store.Record{Key: key}, nil
	}
	var c choice
	if err == nil {
		err = json.Unmarshal(rec.Value, &c)
	}
	if err != nil {
		return choice{}, store.Record{}, fmt.Errorf("reading what is enabled: %w", err)
	}
	return c, rec, nil
}
