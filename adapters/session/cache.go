package session

import (
	"sync"
	"time"
)

// maxCached is how many values a Cache holds unless it is bound otherwise; one more empties
// it, and what is still needed is asked for again.
const maxCached = 10_000

// Cache holds what the platform said a moment ago. It may be used concurrently.
type Cache[V any] struct {
	now  func() time.Time
	life time.Duration // 0: values stay good
	most int

	mu     sync.Mutex
	values map[string]cached[V]
}

type cached[V any] struct {
	value V
	at    time.Time
}

// MemberLife is how long it is believed what a platform says of a member.
const MemberLife = time.Minute

// NewCache makes a Cache whose values are good for life; 0: until they are forgotten.
func NewCache[V any](now func() time.Time, life time.Duration) *Cache[V] {
	return &Cache[V]{now: now, life: life, most: maxCached, values: map[string]cached[V]{}}
}

// Bound changes how many values the cache holds at most, before it is used.
func (c *Cache[V]) Bound(most int) *Cache[V] {
	c.most = most
	return c
}

// Get returns the value of a key, if there is one that is still good.
func (c *Cache[V]) Get(key string) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.values[key]
	if !ok || c.life > 0 && c.now().Sub(v.at) >= c.life {
		var none V
		return none, false
	}
	return v.value, true
}

// Last returns the value of a key however old it is, or the zero value.
func (c *Cache[V]) Last(key string) V {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.values[key].value
}

// Put sets the value of a key.
func (c *Cache[V]) Put(key string, value V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.values[key]; !known && len(c.values) >= c.most {
		clear(c.values)
	}
	c.values[key] = cached[V]{value, c.now()}
}

// Forget removes a key, and reports whether it had a value.
func (c *Cache[V]) Forget(key string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, known := c.values[key]
	delete(c.values, key)
	return known
}

// Take removes a key and returns the value that it had, or the zero value.
func (c *Cache[V]) Take(key string) V {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.values[key].value
	delete(c.values, key)
	return v
}

// Clear removes everything.
func (c *Cache[V]) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.values)
}
