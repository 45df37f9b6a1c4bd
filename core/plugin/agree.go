package plugin

import (
	"context"
	"maps"
	"slices"

	"aidesk/core/chat"
	"aidesk/core/openapi"
	"aidesk/store"
)

// Agreed is what a member agreed to: operations that an administrator lets go as reads
// though their method is not one, each by plugin and id, pinned to its hash; and that a plugin
// has words of theirs, by the plugin, pinned as FirstUse says.
type Agreed map[string]string

// First says whether a call of the operation needs the member's agreement first.
func (a Agreed) First(p *Plugin, o *openapi.Operation) bool {
	return p.Marked(o) && a[agreedKey(p, o)] != o.Hash
}

func agreedKey(p *Plugin, o *openapi.Operation) string { return p.ID + " " + o.ID }

// Marked says whether an administrator lets calls of the operation go as reads though its
// method is not one.
func (p *Plugin) Marked(o *openapi.Operation) bool {
	return o.Effect == openapi.EffectWrite && !p.Asks(o)
}

// Agreed returns what a member agreed to in a workspace.
func (r *Registry) Agreed(ctx context.Context, place chat.Place, member string) (Agreed, error) {
	own, _, err := r.preference(ctx, r.memberKey(place, member))
	return own.Agreed, err
}

// Agree returns the record with which a member has agreed to calls such as one that they
// approved, and false where nothing would change. It is kept and forgotten with what they
// enabled.
func (r *Registry) Agree(ctx context.Context, place chat.Place, member string, p *Plugin, c Call) (store.Record, bool, error) {
	o, ok := p.Operation(c.Operation)
	if !ok || !c.First && c.FirstUse == nil {
		return store.Record{}, false, nil
	}
	own, rec, err := r.preference(ctx, r.memberKey(place, member))
	if err != nil {
		return store.Record{}, false, err
	}
	more := Agreed{}
	if c.First && own.Agreed.First(p, o) {
		more[agreedKey(p, o)] = o.Hash
	}
	if use := own.Agreed.FirstUse(p, c); use != nil && c.FirstUse != nil && use.Pin == c.FirstUse.Pin {
		more[p.ID] = use.Pin
	}
	if len(more) == 0 {
		return store.Record{}, false, nil
	}
	if own.Agreed == nil {
		own.Agreed = Agreed{}
	}
	maps.Copy(own.Agreed, more)
	return withValue(rec, own)
}

// TellGiven returns those of some plugins that others enabled for a member and of which the
// member was not told yet, with the record by which they are told. Without any there is no
// record.
func (r *Registry) TellGiven(ctx context.Context, place chat.Place, member string, ids []string) ([]*Plugin, store.Record, error) {
	if len(ids) == 0 {
		return nil, store.Record{}, nil
	}
	on, _, err := r.Enabled(ctx, place, member)
	if err != nil {
		return nil, store.Record{}, err
	}
	own, rec, err := r.preference(ctx, r.memberKey(place, member))
	if err != nil {
		return nil, store.Record{}, err
	}
	var tell []*Plugin
	for _, p := range on {
		if slices.Contains(ids, p.ID) && !slices.Contains(own.On, p.ID) && !slices.Contains(own.Told, p.ID) {
			tell, own.Told = append(tell, p), append(own.Told, p.ID)
		}
	}
	if len(tell) == 0 {
		return nil, store.Record{}, nil
	}
	rec, _, err = withValue(rec, own)
	return tell, rec, err
}
