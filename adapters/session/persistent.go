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

// PersistentCache remembers the newest of many texts, by key, over a restart. It stores
// them through the adapter's chat.Keeper in buckets of bounded length, at most 4,096 in
// all. Before Use it reads nothing, with the error chat.ErrNotRunning, and keeps in memory
// what the first call after it stores.
type PersistentCache struct {
	name string

	writing KeyedLock // of each bucket, while it is read from the store or written to it

	mu      sync.Mutex
	keeper  chat.Keeper // nil: before Use
	uses    int         // how often Use was called
	buckets map[string][]entry
	early   []entry // kept before Use
}

type entry struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

const (
	buckets    = 64
	bucketSize = 64
)

// NewPersistentCache makes a PersistentCache with a name that no other one of the adapter has.
func NewPersistentCache(name string) *PersistentCache {
	return &PersistentCache{name: name, buckets: map[string][]entry{}}
}

// Use sets the store. The adapter calls it when it begins to run.
func (c *PersistentCache) Use(k chat.Keeper) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keeper = k
	c.uses++
	clear(c.buckets)
}

// Usable is chat.ErrNotRunning before Use.
func (c *PersistentCache) Usable() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.keeper == nil {
		return chat.ErrNotRunning
	}
	return nil
}

// storeEarly stores what was kept before Use.
func (c *PersistentCache) storeEarly(ctx context.Context) error {
	c.mu.Lock()
	early := c.early
	if c.keeper == nil {
		early = nil
	} else {
		c.early = nil
	}
	c.mu.Unlock()
	for i, e := range early {
		if err := c.Keep(ctx, e.Key, e.Value); err != nil {
			c.mu.Lock()
			c.early = append(c.early, early[i:]...)
			c.mu.Unlock()
			return err
		}
	}
	return nil
}

// keepEarly keeps a value in memory if there is no store yet.
func (c *PersistentCache) keepEarly(e entry) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.keeper != nil {
		return false
	}
	c.early = append(c.early, e)
	return true
}

// Kept returns the value of a key, or "". Only the first read of a bucket asks the store.
func (c *PersistentCache) Kept(ctx context.Context, key string) (string, error) {
	if err := c.storeEarly(ctx); err != nil {
		return "", err
	}
	name := bucketOf(key)
	entries, _, _, read := c.bucket(name)
	if !read {
		release, err := c.writing.Lock(ctx, name)
		if err != nil {
			return "", fmt.Errorf("reading %s: %w", c.name, err)
		}
		defer release()
		if entries, err = c.read(ctx, name); err != nil {
			return "", err
		}
	}
	if at := slices.IndexFunc(entries, func(t entry) bool { return t.Key == key }); at >= 0 {
		return entries[at].Value, nil
	}
	return "", nil
}

// Keep remembers a value durably. If its bucket is full, the oldest value is forgotten.
func (c *PersistentCache) Keep(ctx context.Context, key, value string) error {
	if c.keepEarly(entry{key, value}) {
		return nil
	}
	if err := c.storeEarly(ctx); err != nil {
		return err
	}
	name := bucketOf(key)
	release, err := c.writing.Lock(ctx, name)
	if err != nil {
		return fmt.Errorf("keeping %s: %w", c.name, err)
	}
	defer release()
	entries, err := c.read(ctx, name)
	if err != nil {
		return err
	}
	if slices.Contains(entries, entry{key, value}) {
		return nil
	}
	entries = slices.DeleteFunc(slices.Clone(entries), func(t entry) bool { return t.Key == key })
	entries = append(entries, entry{key, value})
	entries = entries[max(0, len(entries)-bucketSize):]
	data, err := json.Marshal(entries)
	if err != nil {
		return fmt.Errorf("keeping %s: %w", c.name, err)
	}
	_, keeper, use, _ := c.bucket(name)
	if err := keeper.Keep(ctx, c.name+"/"+name, data); err != nil {
		return err
	}
	c.set(name, use, entries)
	return nil
}

// All returns all values, the newest of each bucket first.
func (c *PersistentCache) All(ctx context.Context) ([]string, error) {
	var out []string
	for i := range buckets {
		name := fmt.Sprintf("%02d", i)
		release, err := c.writing.Lock(ctx, name)
		if err != nil {
			return out, fmt.Errorf("reading %s: %w", c.name, err)
		}
		entries, err := c.read(ctx, name)
		release()
		if err != nil {
			return out, err
		}
		for _, t := range slices.Backward(entries) {
			out = append(out, t.Value)
		}
	}
	return out, nil
}

// bucket returns a bucket if it was read before, the store, and which use of a store that is.
func (c *PersistentCache) bucket(name string) (entries []entry, keeper chat.Keeper, use int, read bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entries, read = c.buckets[name]
	return entries, c.keeper, c.uses, read
}

// set remembers a bucket, unless another store is used meanwhile.
func (c *PersistentCache) set(name string, use int, entries []entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if use == c.uses {
		c.buckets[name] = entries
	}
}

// read reads a bucket from the store unless it was read before. The caller holds the lock
// of the bucket.
func (c *PersistentCache) read(ctx context.Context, name string) ([]entry, error) {
	entries, keeper, use, read := c.bucket(name)
	switch {
	case keeper == nil:
		return nil, chat.ErrNotRunning
	case read:
		return entries, nil
	}
	data, err := keeper.Kept(ctx, c.name+"/"+name)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", c.name, err)
	}
	if len(data) > 0 {
		if err := json.Unmarshal(data, &entries); err != nil {
			return nil, fmt.Errorf("reading %s: %w", c.name, err)
		}
	}
	c.set(name, use, entries)
	return entries, nil
}

func bucketOf(key string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	return fmt.Sprintf("%02d", h.Sum32()%buckets)
}
