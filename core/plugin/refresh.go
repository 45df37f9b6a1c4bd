package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"aidesk/core/chat"
	"aidesk/store"
)

// parallelReadings is how many sources are read at the same time.
const parallelReadings = 4

// Reading is what the source of a registered plugin gives now.
type Reading struct {
	Plugin *Plugin
	Err    error // why it cannot be read, in one plain line
	got    *Import
}

// ReadAgain reads the sources of registered plugins anew, a few at a time. Nothing is kept.
func (r *Registry) ReadAgain(ctx context.Context, plugins []*Plugin) []Reading {
	readings := make([]Reading, len(plugins))
	var group sync.WaitGroup
	slots := make(chan struct{}, parallelReadings)
	for i, p := range plugins {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			got, err := r.readUsable(ctx, p.Locked, p.Source)
			readings[i] = Reading{Plugin: p, got: got, Err: err}
		})
	}
	group.Wait()
	return readings
}

// readUsable reads a plugin of which at least one operation can be called.
func (r *Registry) readUsable(ctx context.Context, configured bool, source string) (*Import, error) {
	got, err := r.reader(configured).Read(ctx, source)
	if err == nil && len(got.Plugin.Usable()) == 0 {
		err = fmt.Errorf("%s: none of its %d operations can be called: %s; aidesk plugin check says more", got.Plugin.Found, len(got.Plugin.Document.Operations), got.Plugin.refusal())
	}
	return got, err
}

// Renewal is what came of reading a plugin's source anew.
type Renewal struct {
	Plugin     *Plugin // as it is registered with it
	Difference Difference
	Record     store.Record
	Changed    bool // the record is to be written
	News       bool // a version waits that did not before
	Back       bool // what waited does no longer: the source gives again what was approved
	Taken      bool // what is new serves already, since the operator takes changes
}

// Renew compares what a source gave with what is registered now, and keeps what has to wait.
// ErrNotFound where the plugin is registered no more, or otherwise.
func (r *Registry) Renew(ctx context.Context, place chat.Place, g Reading, now time.Time) (Renewal, error) {
	old, err := r.registered(ctx, place, g.Plugin)
	if err != nil {
		return Renewal{}, err
	}
	reg, d, err := r.renewed(ctx, old, g.got.Plugin, now)
	if err != nil {
		return Renewal{}, err
	}
	n := Renewal{Difference: d, News: reg.Waiting != nil && reg.Waiting != old.Waiting, Back: reg.Waiting == nil && old.Waiting != nil}
	if n.News {
		if _, err := r.storeBytes(ctx, g.got.Plugin.Registration, g.got); err != nil {
			return n, err
		}
	}
	if n.Changed = n.News || n.Back; n.News && old.Locked && r.TakeChanges {
		reg, n.News, n.Taken = reg.approved(), false, true
	}
	if n.Record, err = r.record(place, reg); err != nil {
		return n, err
	}
	n.Plugin, err = r.compiledPlugin(ctx, reg)
	return n, err
}

// registered is the registration of a plugin as it stands now, if it is still of the same
// version and source.
func (r *Registry) registered(ctx context.Context, place chat.Place, p *Plugin) (Registration, error) {
	same, err := r.record(place, p.Registration)
	if err != nil {
		return Registration{}, err
	}
	record, err := r.Records.Get(ctx, same.Key)
	if err != nil {
		return Registration{}, err
	}
	var reg Registration
	if err := json.Unmarshal(record.Value, &reg); err != nil {
		return reg, fmt.Errorf("reading the registered plugins: %w", err)
	}
	reg.Revision = record.Version
	if reg.compileKey() != p.compileKey() || reg.Source != p.Source {
		return reg, fmt.Errorf("%s was registered anew meanwhile: %w", p.ID, store.ErrNotFound)
	}
	return reg, nil
}
