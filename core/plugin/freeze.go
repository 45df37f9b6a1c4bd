package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http/httptrace"
	"sync"
	"time"

	"aidesk/core/chat"
	"aidesk/core/openapi"
	"aidesk/core/policy"
	"aidesk/store"
)

// Stamp is who did something, and when.
type Stamp struct {
	By string    `json:"by"` // platform's id of a member
	At time.Time `json:"at"`
}

// Freeze is what administrators stopped, and who did.
type Freeze struct {
	What policy.Frozen `json:"what"`
	Stamp
}

// Freezes are what the administrators of a workspace have stopped, of plugins of the
// configuration too.
type Freezes struct {
	Everything Freeze            `json:"everything,omitzero"` // of all plugins
	Plugins    map[string]Freeze `json:"plugins,omitempty"`   // by id
}

// Of is the freeze that holds for a plugin: the stricter one, where both it alone and
// everything are frozen.
func (f Freezes) Of(plugin string) Freeze {
	if own := f.Plugins[plugin]; own.What == policy.FrozenAll || f.Everything.What == policy.FrozenNothing {
		return own
	}
	return f.Everything
}

// set freezes a plugin, or everything where the id is empty.
func (f *Freezes) set(plugin string, to Freeze) {
	if plugin == "" {
		f.Everything = to
		return
	}
	if f.Plugins = maps.Clone(f.Plugins); f.Plugins == nil {
		f.Plugins = map[string]Freeze{}
	}
	if f.Plugins[plugin] = to; to.What == policy.FrozenNothing {
		delete(f.Plugins, plugin)
	}
}

// Freezes returns what is frozen in a workspace. The caller must not change it.
func (r *Registry) Freezes(ctx context.Context, place chat.Place) (Freezes, error) {
	kept, err := r.freezesOf(ctx, place)
	return kept.value, err
}

func (r *Registry) freezesOf(ctx context.Context, place chat.Place) (kept[Freezes], error) {
	prefix := "freeze/" + chat.Key(r.Bot) + "/"
	return readKept(ctx, r.Records, &r.freezes, prefix+place.Scope(), prefix)
}

// Freeze returns the record with which a plugin is frozen, or no longer; everything, where its
// id is empty. It returns false where nothing would change.
func (r *Registry) Freeze(ctx context.Context, place chat.Place, plugin string, to Freeze) (store.Record, bool, error) {
	k, err := r.freezesOf(ctx, place)
	if err != nil {
		return store.Record{}, false, err
	}
	before := k.value.Plugins[plugin]
	if plugin == "" {
		before = k.value.Everything
	}
	if before.What == to.What {
		return store.Record{}, false, nil
	}
	k.value.set(plugin, to)
	if k.record.Value, err = json.Marshal(k.value); err != nil {
		return store.Record{}, false, fmt.Errorf("storing what is frozen: %w", err)
	}
	return k.record, true, nil
}

// errFrozen ends a call of a plugin that was frozen.
var errFrozen = errors.New("frozen by an administrator")

// stopped says whether calls of an operation are frozen now.
func (r *Registry) stopped(ctx context.Context, place chat.Place, p *Plugin, o *openapi.Operation) (bool, error) {
	if r.Records == nil { // it keeps nothing, and sends what somebody tries out
		return false, nil
	}
	f, err := r.Freezes(ctx, place)
	if err != nil {
		return true, err
	}
	rules, err := r.Rules(ctx, place)
	return f.Of(p.ID).What.Stops(rules.Operation(p.ID, o.ID), p.Facts(o)), err
}

// freezeLook is how often it is looked whether a call that is on its way was frozen. With the
// second in which a store tells other processes of a change it stays near that.
const freezeLook = 100 * time.Millisecond

// brake ends a call while it is on its way when its plugin is frozen: a read at any time, a
// call with effect only as long as it has no connection. What may have arrived is not torn.
type brake struct {
	mu      sync.Mutex
	leaving bool
}

// watch returns a context that ends when calls of an operation are frozen, or with stop.
func (r *Registry) watch(ctx context.Context, place chat.Place, p *Plugin, o *openapi.Operation) (watched context.Context, b *brake, stop func()) {
	b = &brake{}
	ctx, cancel := context.WithCancelCause(ctx)
	if r.Records == nil {
		return ctx, b, func() { cancel(nil) }
	}
	go func() {
		ticker := time.NewTicker(freezeLook)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			if stopped, err := r.stopped(ctx, place, p, o); err == nil && stopped && b.pull(func() { cancel(errFrozen) }) {
				return
			}
		}
	}()
	return ctx, b, func() { cancel(nil) }
}

// pull calls end unless the call is leaving.
func (b *brake) pull(end func()) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.leaving {
		end()
	}
	return !b.leaving
}

// release is a context for sending a call with effect: from the moment it has a connection the
// brake ends it no more.
func (b *brake) release(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.leaving = true
	}})
}
