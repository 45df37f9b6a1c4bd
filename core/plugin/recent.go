package plugin

import (
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
