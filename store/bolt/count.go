package bolt

import (
	"context"
	"fmt"
	"math"
	"slices"

	"aidesk/store"
)

// counter is what is known of a counter in memory. On disk stands n or more, so that most
// changes need no writing; how much more is known after a crash by the file of tries.
type counter struct {
	n       int64
	durable int64 // what stands on disk
	until   int64
	step    int64 // the most that was added at once
}

// A counter on disk may be ahead by a part of its limit, and by so many of its largest steps:
// what is ahead counts as used after a power cut.
const (
	blockPart  = 32
	blockSteps = 32
)

// block is how far ahead of what it counts a counter with a limit is written.
func (c counter) block(limit int64) int64 {
	if limit <= 0 {
		return 0
	}
	return max(0, min(limit/blockPart, blockSteps*c.step, limit-c.n))
}

// Reserve is store.Journal's.
func (db *DB) Reserve(ctx context.Context, counts ...store.Count) error {
	err := db.usable(ctx)
	for _, c := range counts {
		if err == nil {
			err = checkKeys("count", c.Key)
		}
	}
	if err == nil {
		var done bool
		if done, err = db.reserveAhead(counts); err == nil && !done {
			err = db.write(ctx, func(b *batch) error {
				sums, err := db.stageCounts(b, counts, true)
				if err != nil {
					return err
				}
				return db.putCounts(b, sums)
			})
		}
	}
	if err != nil {
		return fmt.Errorf("reserve: %w", err)
	}
	return nil
}

// reserveAhead counts in memory alone, where what is on disk allows for all of it; false: it
// does not.
func (db *DB) reserveAhead(counts []store.Count) (done bool, err error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	for _, c := range counts {
		if db.counters[c.Key] == nil {
			return false, nil
		}
	}
	sums, err := db.stageCounts(nil, counts, true)
	if err != nil {
		return false, err
	}
	if slices.ContainsFunc(sums, func(s stagedCount) bool { return s.n > s.durable || s.untilChanged }) {
		return false, nil
	}
	for _, s := range sums {
		db.counters[s.key].n, db.counters[s.key].step = s.n, s.step
		if err := db.noteAhead(s.key); err != nil {
			return false, err
		}
	}
	return true, nil
}

// noteAhead writes down how far a counter is ahead on disk.
func (db *DB) noteAhead(key string) error {
	c := db.counters[key]
	return db.tries.set(counterNumber(key), uint32(min(c.durable-c.n, math.MaxUint32)))
}

// stagedCount is a counter as it will be.
type stagedCount struct {
	counter
	key          string
	limit        int64
	untilChanged bool
}

// stageCounts adds counts to what is known, which never falls below zero. When limited,
// the first that would pass its limit is an error, a *store.Limit. Without a batch all
// counters are in memory.
func (db *DB) stageCounts(b *batch, counts []store.Count, limited bool) ([]stagedCount, error) {
	var sums []stagedCount
	for _, c := range counts {
		i := slices.IndexFunc(sums, func(s stagedCount) bool { return s.key == c.Key })
		if i < 0 {
			known, err := db.counter(b, c.Key)
			if err != nil {
				return nil, err
			}
			i, sums = len(sums), append(sums, stagedCount{counter: known, key: c.Key})
		}
		s := &sums[i]
		if limited && c.Limit > 0 && c.N > 0 && s.n+c.N > c.Limit {
			return nil, &store.Limit{Key: c.Key, Used: s.n, Limit: c.Limit, Until: c.Until}
		}
		s.n, s.limit, s.step = max(0, s.n+c.N), max(s.limit, c.Limit), max(s.step, c.N)
		if until := toMicros(c.Until); until != 0 && until != s.until {
			s.until, s.untilChanged = until, true
		}
	}
	return sums, nil
}

// counter is a counter as memory or the file knows it.
func (db *DB) counter(b *batch, key string) (counter, error) {
	if c := db.counters[key]; c != nil {
		return *c, nil
	}
	var k storedCount
	_, _, err := readValue(b.Tx, countBucket, []byte(key), &k)
	ahead := int64(db.tries.count(counterNumber(key)))
	return counter{n: max(0, k.N-ahead), durable: k.N, until: k.Until}, err
}

// putCounts writes counters ahead of what they count, and when they may be deleted.
func (db *DB) putCounts(b *batch, sums []stagedCount) error {
	for _, s := range sums {
		if s.untilChanged {
			if err := b.putRaw(expiryBucket, expiryKey(s.until, countBucket, s.key), []byte{}); err != nil {
				return err
			}
		}
		s.durable = s.n + s.block(s.limit)
		if err := b.put(countBucket, []byte(s.key), storedCount{s.durable, s.until}, nil); err != nil {
			return err
		}
		known := s.counter
		db.counters[s.key] = &known
		b.onCommit = append(b.onCommit, func() { _ = db.noteAhead(s.key) }) // else what is ahead counts as used
	}
	return nil
}

// settleCounters writes what was really counted, before the store is closed.
func (db *DB) settleCounters(b *batch) error {
	for key, c := range db.counters {
		if c.n == c.durable {
			continue
		}
		if err := b.put(countBucket, []byte(key), storedCount{c.n, c.until}, nil); err != nil {
			return err
		}
		c.durable = c.n
		b.onCommit = append(b.onCommit, func() { _ = db.noteAhead(key) })
	}
	return nil
}
