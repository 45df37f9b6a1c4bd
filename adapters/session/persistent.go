package session

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"

	"aidesk/core/chat"
)

// PersistentCache remembers for an adapter the newest of many things over a restart: texts by
// key, through its Keeper. They are kept in shelves of bounded length, at most 4,096 in
// all. Before Use everything is chat.ErrResting.
type PersistentCache struct {
	name string

	writing sync.Mutex // held while a shelf is read or written, so that one is not mixed up
	mu      sync.Mutex
	keeper  chat.Keeper // nil: not run yet
	shelves map[string][]thing
}

type thing struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

const (
	shelves   = 64
	shelfSize = 64
)

// NewPersistentCache makes a PersistentCache that keeps under a name of its own.
func NewPersistentCache(name string) *PersistentCache {
	return &PersistentCache{name: name, shelves: map[string][]thing{}}
}

// Use says who keeps.
func (r *PersistentCache) Use(k chat.Keeper) {
	r.writing.Lock()
	defer r.writing.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keeper = k
	clear(r.shelves)
}

// Kept is the value of a key, or "". What was read once is not waited for.
func (r *PersistentCache) Kept(ctx context.Context, key string) (string, error) {
	name := shelfOf(key)
	things, _, read := r.shelf(name)
	if !read {
		r.writing.Lock()
		defer r.writing.Unlock()
		var err error
		if things, err = r.read(ctx, name); err != nil {
			return "", err
		}
	}
	if at := slices.IndexFunc(things, func(t thing) bool { return t.Key == key }); at >= 0 {
		return things[at].Value, nil
	}
	return "", nil
}

// Keep remembers a value; the oldest of its shelf is forgotten if that is full.
func (r *PersistentCache) Keep(ctx context.Context, key, value string) error {
	name := shelfOf(key)
	r.writing.Lock()
	defer r.writing.Unlock()
	things, err := r.read(ctx, name)
	if err != nil {
		return err
	}
	if slices.Contains(things, thing{key, value}) {
		return nil
	}
	things = slices.DeleteFunc(slices.Clone(things), func(t thing) bool { return t.Key == key })
	things = append(things, thing{key, value})
	things = things[max(0, len(things)-shelfSize):]
	data, err := json.Marshal(things)
	if err != nil {
		return fmt.Errorf("keeping %s: %w", r.name, err)
	}
	_, keeper, _ := r.shelf(name)
	if err := keeper.Keep(ctx, r.name+"/"+name, data); err != nil {
		return err
	}
	r.set(name, things)
	return nil
}

// All are all values, the newest of each shelf first.
func (r *PersistentCache) All(ctx context.Context) ([]string, error) {
	r.writing.Lock()
	defer r.writing.Unlock()
	var out []string
	for i := range shelves {
		things, err := r.read(ctx, fmt.Sprintf("%02d", i))
		if err != nil {
			return out, err
		}
		for _, t := range slices.Backward(things) {
			out = append(out, t.Value)
		}
	}
	return out, nil
}

// shelf is one as it was read, if it was, and who keeps.
func (r *PersistentCache) shelf(name string) (things []thing, keeper chat.Keeper, read bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	things, read = r.shelves[name]
	return things, r.keeper, read
}

func (r *PersistentCache) set(name string, things []thing) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shelves[name] = things
}

// read reads a shelf once. The lock of writing is held.
func (r *PersistentCache) read(ctx context.Context, name string) ([]thing, error) {
	things, keeper, read := r.shelf(name)
	switch {
	case keeper == nil:
		return nil, chat.ErrResting
	case read:
		return things, nil
	}
	data, err := keeper.Kept(ctx, r.name+"/"+name)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", r.name, err)
	}
	if len(data) > 0 {
		if err := json.Unmarshal(data, &things); err != nil {
			return nil, fmt.Errorf("reading %s: %w", r.name, err)
		}
	}
	r.set(name, things)
	return things, nil
}

func shelfOf(key string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	return fmt.Sprintf("%02d", h.Sum32()%shelves)
}
