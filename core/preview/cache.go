package preview

import (
	"container/list"
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"aidesk/core/chat"
	"aidesk/core/egress"
)

const (
	minKeep     = 10 * time.Minute // that an answer, good or bad, is remembered
	defaultKeep = time.Hour
	maxKeep     = 24 * time.Hour

	maxEntries       = 1000             // remembered answers, about 5 KB each at most
	maxFlights       = 64               // fetches under way or waiting their turn
	flightTime       = 12 * time.Second // for one fetch, waiting included
	maxActive        = 16               // fetches at the same time
	maxActivePerHost = 2                // of them to one host
)

var errBusy = errors.New("too many pages are being fetched; it will be there the next time")

// flight is one fetch: under way, or its outcome.
type flight struct {
	done     chan struct{} // closed when the rest is set
	card     chat.Preview  // of a page, or with nothing but a picture
	images   []string      // that the card of a page may have, the best first
	err      error         // why there is no card, or why the picture cannot be shown
	until    time.Time     // how long this is remembered
	position *list.Element
}

// finishedFlight returns a flight that has failed already and is not remembered.
func finishedFlight(err error) *flight {
	f := &flight{done: make(chan struct{}), err: err}
	close(f.done)
	return f
}

// outcome is the result of a fetch and how long to remember it.
type outcome struct {
	card    chat.Preview
	images  []string
	err     error
	keepFor time.Duration // 0: not remembered
}

// cache remembers fetches and makes each once, however many ask. The zero value
// is empty.
type cache struct {
	mu      sync.Mutex
	entries map[string]*flight
	order   list.List // of keys, oldest first
	active  int
	limiter fetchLimiter
	running sync.WaitGroup
}

// get returns the flight of a key: remembered, under way, or started now in the
// background. It never blocks. Others may wait for the same flight, so ctx must outlive
// the turn that started it.
func (c *cache) get(ctx context.Context, now func() time.Time, key, host string, fetch func(context.Context) outcome) *flight {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f, ok := c.entries[key]; ok {
		if f.until.IsZero() || now().Before(f.until) {
			return f
		}
		c.evict(key, f)
	}
	if c.active >= maxFlights {
		return finishedFlight(errBusy)
	}
	if c.entries == nil {
		c.entries = map[string]*flight{}
	}
	for len(c.entries) >= maxEntries {
		oldest, _ := c.order.Front().Value.(string)
		c.evict(oldest, c.entries[oldest])
	}
	f := &flight{done: make(chan struct{}), position: c.order.PushBack(key)}
	c.entries[key] = f
	c.active++
	ctx, cancel := context.WithTimeout(ctx, flightTime)
	c.running.Go(func() {
		defer cancel()
		found := outcome{err: errBusy}
		if c.limiter.acquire(ctx, host) {
			found = fetch(ctx)
			c.limiter.release(host)
		}
		c.finish(key, f, found, now())
	})
	return f
}

func (c *cache) finish(key string, f *flight, found outcome, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.card, f.images, f.err, f.until = found.card, found.images, found.err, now.Add(found.keepFor)
	c.active--
	if found.keepFor <= 0 {
		c.evict(key, f)
	}
	close(f.done)
}

// evict forgets an entry, unless another has taken its place.
func (c *cache) evict(key string, f *flight) {
	if c.entries[key] == f {
		delete(c.entries, key)
		c.order.Remove(f.position)
	}
}

// keepFor says how long a page or picture is remembered.
func keepFor(page egress.Page, err error) time.Duration {
	if errors.Is(err, context.Canceled) {
		return 0
	}
	if err != nil {
		return clamp(parseSeconds(page.Header.Get("Retry-After")), minKeep)
	}
	for directive := range strings.SplitSeq(strings.ToLower(page.Header.Get("Cache-Control")), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch name {
		case "no-store", "no-cache", "private":
			return minKeep
		case "max-age":
			return clamp(parseSeconds(value), minKeep)
		}
	}
	return defaultKeep
}

func parseSeconds(text string) time.Duration {
	n, err := strconv.ParseUint(strings.Trim(text, ` "`), 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}

func clamp(d, least time.Duration) time.Duration { return min(max(d, least), maxKeep) }

// fetchLimiter limits concurrent fetches, in total and to one host.
type fetchLimiter struct {
	mu       sync.Mutex
	active   int
	hosts    map[string]int
	released chan struct{} // closed when a fetch ends
}

// acquire waits until a fetch may begin; false if ctx ended before.
func (g *fetchLimiter) acquire(ctx context.Context, host string) bool {
	for {
		g.mu.Lock()
		if g.hosts == nil {
			g.hosts, g.released = map[string]int{}, make(chan struct{})
		}
		if g.active < maxActive && g.hosts[host] < maxActivePerHost {
			g.active++
			g.hosts[host]++
			g.mu.Unlock()
			return true
		}
		left := g.released
		g.mu.Unlock()
		select {
		case <-left:
		case <-ctx.Done():
			return false
		}
	}
}

func (g *fetchLimiter) release(host string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.active--
	if g.hosts[host]--; g.hosts[host] == 0 {
		delete(g.hosts, host)
	}
	close(g.released)
	g.released = make(chan struct{})
}
