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
	shortest = 10 * time.Minute // that an answer, good or bad, is remembered
	usual    = time.Hour
	longest  = 24 * time.Hour

	entriesCap = 1000             // remembered answers, about 5 KB each at most
	flightsCap = 64               // fetches under way or waiting their turn
	flightTime = 12 * time.Second // for one fetch, waiting included
	atOnce     = 16               // fetches at the same time
	atOnceHost = 2                // of them to one host
)

var errBusy = errors.New("too many pages are being fetched; it will be there the next time")

// flight is one fetch: under way, or its outcome.
type flight struct {
	done  chan struct{} // closed when the rest is set
	card  chat.Preview  // of a page; empty for a picture
	err   error         // why there is no card, or why the picture cannot be shown
	until time.Time     // how long this is remembered
	place *list.Element
}

// landed gives a flight that is over before it began and is not remembered.
func landed(err error) *flight {
	f := &flight{done: make(chan struct{}), err: err}
	close(f.done)
	return f
}

// outcome is what a fetch brought, and for how long it holds.
type outcome struct {
	card chat.Preview
	err  error
	hold time.Duration // 0: not remembered
}

// cache remembers fetches and makes each once, however many ask. The zero value
// is empty.
type cache struct {
	mu      sync.Mutex
	entries map[string]*flight
	order   list.List // of keys, oldest first
	active  int
	gate    gate
	running sync.WaitGroup
}

// ask gives the flight of a key: remembered, under way, or started now in the
// background. It never blocks. ctx is that of all who may ask meanwhile, so it
// must outlive the turn that asked first.
func (c *cache) ask(ctx context.Context, now func() time.Time, key, host string, fetch func(context.Context) outcome) *flight {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f, ok := c.entries[key]; ok {
		if f.until.IsZero() || now().Before(f.until) {
			return f
		}
		c.drop(key, f)
	}
	if c.active >= flightsCap {
		return landed(errBusy)
	}
	if c.entries == nil {
		c.entries = map[string]*flight{}
	}
	for len(c.entries) >= entriesCap {
		oldest, _ := c.order.Front().Value.(string)
		c.drop(oldest, c.entries[oldest])
	}
	f := &flight{done: make(chan struct{}), place: c.order.PushBack(key)}
	c.entries[key] = f
	c.active++
	ctx, cancel := context.WithTimeout(ctx, flightTime)
	c.running.Go(func() {
		defer cancel()
		found := outcome{err: errBusy}
		if c.gate.enter(ctx, host) {
			found = fetch(ctx)
			c.gate.leave(host)
		}
		c.land(key, f, found, now())
	})
	return f
}

func (c *cache) land(key string, f *flight, found outcome, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.card, f.err, f.until = found.card, found.err, now.Add(found.hold)
	c.active--
	if found.hold <= 0 {
		c.drop(key, f)
	}
	close(f.done)
}

// drop forgets an entry, unless another has taken its place.
func (c *cache) drop(key string, f *flight) {
	if c.entries[key] == f {
		delete(c.entries, key)
		c.order.Remove(f.place)
	}
}

// hold says how long a page or picture is remembered.
func hold(page egress.Page, err error) time.Duration {
	if errors.Is(err, context.Canceled) {
		return 0
	}
	if err != nil {
		return clamp(seconds(page.Header.Get("Retry-After")), shortest)
	}
	for directive := range strings.SplitSeq(strings.ToLower(page.Header.Get("Cache-Control")), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch name {
		case "no-store", "no-cache", "private":
			return shortest
		case "max-age":
			return clamp(seconds(value), shortest)
		}
	}
	return usual
}

func seconds(text string) time.Duration {
	n, err := strconv.ParseUint(strings.Trim(text, ` "`), 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}

func clamp(d, least time.Duration) time.Duration { return min(max(d, least), longest) }

// gate bounds the fetches at the same time, altogether and to one host.
type gate struct {
	mu    sync.Mutex
	inner int
	hosts map[string]int
	left  chan struct{} // closed when somebody leaves
}

// enter waits for a place; false when ctx ended before.
func (g *gate) enter(ctx context.Context, host string) bool {
	for {
		g.mu.Lock()
		if g.hosts == nil {
			g.hosts, g.left = map[string]int{}, make(chan struct{})
		}
		if g.inner < atOnce && g.hosts[host] < atOnceHost {
			g.inner++
			g.hosts[host]++
			g.mu.Unlock()
			return true
		}
		left := g.left
		g.mu.Unlock()
		select {
		case <-left:
		case <-ctx.Done():
			return false
		}
	}
}

func (g *gate) leave(host string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inner--
	if g.hosts[host]--; g.hosts[host] == 0 {
		delete(g.hosts, host)
	}
	close(g.left)
	g.left = make(chan struct{})
}
