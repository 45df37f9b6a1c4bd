package site

import (
	"hash/fnv"
	"io"
	"math/rand/v2"
	"path/filepath"
	"time"
)

// Config is where and when a plugin lives. Its zero value is a plugin with the
// written-out data, the real clock, its state in memory only, and no log.
type Config struct {
	// Seed chooses the invented data. Zero is the world that is written out in
	// the sources; every other seed gives another world, always the same one.
	Seed uint64
	// Now is the clock. Defaults to time.Now.
	Now func() time.Time
	// Dir is the folder of the state files; it is made when missing. What was
	// answered with success is on disk by then. Empty keeps state in memory.
	Dir string
	// Log gets one line of JSON per request (see [Log]), before its answer
	// goes out. Nil logs nothing.
	Log io.Writer
}

// Time is the time by the configured clock.
func (c Config) Time() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

// File is the path of a state file, or empty when state is in memory only.
func (c Config) File(name string) string {
	if c.Dir == "" {
		return ""
	}
	return filepath.Join(c.Dir, name)
}

// Rand is the source of invented data for one purpose. The same seed and
// purpose always give the same numbers.
func (c Config) Rand(purpose string) *rand.Rand {
	h := fnv.New64a()
	_, _ = io.WriteString(h, purpose)               // a hash takes every write
	return rand.New(rand.NewPCG(c.Seed, h.Sum64())) //nolint:gosec // invented data, not secrets
}
