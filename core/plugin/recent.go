package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"aidesk/store"
)

// recent holds what was read of records until one of them changes. Its zero value is empty;
// it may be used concurrently.
type recent[V any] struct {
	mu      sync.Mutex
	changes map[string]func() uint64 // by prefix
	values  map[string]recentValue[V]
}

type recentValue[V any] struct {
	value V
	at    []uint64 // the changes of its prefixes before it was read
}

// maxRecent is how many values are held; one more empties it.
const maxRecent = 10_000

// get returns the value of a key, if no record under the prefixes has changed since it was
// kept. Otherwise keep is to be called with it once it is read.
func (r *recent[V]) get(records store.Records, key string, prefixes ...string) (v V, known bool, keep func(V)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := make([]uint64, len(prefixes))
	for i, prefix := range prefixes {
		if r.changes[prefix] == nil {
			if r.changes == nil {
				r.changes, r.values = map[string]func() uint64{}, map[string]recentValue[V]{}
			}
			r.changes[prefix] = records.Changes(prefix)
		}
		at[i] = r.changes[prefix]()
	}
	if kept, ok := r.values[key]; ok && slices.Equal(kept.at, at) {
		return kept.value, true, nil
	}
	return v, false, func(v V) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if len(r.values) >= maxRecent {
			clear(r.values)
		}
		r.values[key] = recentValue[V]{v, at}
	}
}

// kept is a value that a record holds as JSON, with that record.
type kept[V any] struct {
	value  V
	record store.Record
}

// readKept reads what a record holds; the zero value, where there is none. All records that
// cache is for are under the prefixes.
func readKept[V any](ctx context.Context, records store.Records, cache *recent[kept[V]], key string, prefixes ...string) (kept[V], error) {
	k, known, keep := cache.get(records, key, prefixes...)
	if known {
		return k, nil
	}
	var err error
	k.record, err = records.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		k.record, err = store.Record{Key: key}, nil
	} else if err == nil {
		err = json.Unmarshal(k.record.Value, &k.value)
	}
	if err != nil {
		return kept[V]{}, fmt.Errorf("reading what administrators and members decided: %w", err)
	}
	keep(k)
	return k, nil
}
