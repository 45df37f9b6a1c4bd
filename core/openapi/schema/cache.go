package schema

import (
	"maps"
	"sync"
)

// Cache keeps what was drawn and made of schemas that many operations share, which would
// be drawn anew for each of them. It is safe for concurrent use; nil keeps nothing.
type Cache struct {
	mu      sync.Mutex
	drawn   map[drawnKey]drawnValue
	samples map[sampleKey]sampleValue
}

// drawnKey is all that the drawing of a schema depends on.
type drawnKey struct {
	schema                  *Schema
	depth                   int
	view                    View
	count, considered, size int
}

type drawnValue struct {
	drawn                   map[string]any // nil: the view has no room for it
	count, considered, size int
}

type sampleKey struct {
	schema             *Schema
	name               string
	count, text, steps int
}

type sampleValue struct {
	value              any
	ok                 bool
	count, text, steps int
}

// maxCached bounds the drawings, and the samples, of one Cache.
const maxCached = 200

// DrawShared is Draw through a Cache, for a schema that is in no other one. What it
// returns may be changed, but not what is in it.
func (d *Drawing) DrawShared(c *Cache, s *Schema, depth int) map[string]any {
	if c == nil {
		return d.Draw(s, depth)
	}
	key := drawnKey{s, depth, d.View, d.count, d.considered, d.size}
	c.mu.Lock()
	known, found := c.drawn[key]
	c.mu.Unlock()
	if !found {
		known.drawn = d.Draw(s, depth)
		if d.Room > 0 && !d.Whole() {
			known.drawn = nil
		}
		known.count, known.considered, known.size = d.count, d.considered, d.size
		c.mu.Lock()
		if c.drawn == nil {
			c.drawn = map[drawnKey]drawnValue{}
		}
		if len(c.drawn) < maxCached {
			c.drawn[key] = known
		}
		c.mu.Unlock()
	}
	d.count, d.considered, d.size = known.count, known.considered, known.size
	if known.drawn == nil {
		return map[string]any{}
	}
	return maps.Clone(known.drawn)
}

// MakeShared is Make through a Cache. What it returns must not be changed.
func (g *Sampler) MakeShared(c *Cache, s *Schema, name string) (any, bool) {
	if c == nil {
		return g.Make(s, name, 0)
	}
	key := sampleKey{s, name, g.count, g.text, g.work.steps}
	c.mu.Lock()
	known, found := c.samples[key]
	c.mu.Unlock()
	if !found {
		known.value, known.ok = g.Make(s, name, 0)
		known.count, known.text, known.steps = g.count, g.text, g.work.steps
		c.mu.Lock()
		if c.samples == nil {
			c.samples = map[sampleKey]sampleValue{}
		}
		if len(c.samples) < maxCached {
			c.samples[key] = known
		}
		c.mu.Unlock()
	}
	g.count, g.text, g.work.steps = known.count, known.text, known.steps
	return known.value, known.ok
}
