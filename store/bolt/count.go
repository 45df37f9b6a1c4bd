package bolt

import (
	"context"
	"fmt"
	"slices"

	"aidesk/store"
)

// Reserve is store.Journal's.
func (db *DB) Reserve(ctx context.Context, counts ...store.Count) error {
	var err error
	for _, c := range counts {
		if err == nil {
			err = checkKeys("count", c.Key)
		}
	}
	if err == nil {
		err = db.write(ctx, func(b *batch) error {
			sums, err := b.tally(counts, true)
			if err != nil {
				return err
			}
			return b.putCounts(sums)
		})
	}
	if err != nil {
		return fmt.Errorf("reserve: %w", err)
	}
	return nil
}

// sum is a counter as an operation leaves it.
type sum struct {
	keptCount
	key   string
	moved bool // it may be dropped at another time than before
}

// tally adds counts to what is stored, none of them below zero; when limited, the
// first that would pass its limit is a *store.Limit.
func (b *batch) tally(counts []store.Count, limited bool) ([]sum, error) {
	var sums []sum
	for _, c := range counts {
		i := slices.IndexFunc(sums, func(s sum) bool { return s.key == c.Key })
		if i < 0 {
			s := sum{key: c.Key}
			if _, _, err := read(b.Tx, countBucket, []byte(c.Key), &s.keptCount); err != nil {
				return nil, err
			}
			i, sums = len(sums), append(sums, s)
		}
		s := &sums[i]
		if limited && c.Limit > 0 && c.N > 0 && s.N+c.N > c.Limit {
			return nil, &store.Limit{Key: c.Key, Used: s.N, Limit: c.Limit, Until: c.Until}
		}
		s.N = max(0, s.N+c.N)
		if until := micros(c.Until); until != 0 && until != s.Until {
			s.Until, s.moved = until, true
		}
	}
	return sums, nil
}

// putCounts writes counters and when they may be dropped.
func (b *batch) putCounts(sums []sum) error {
	for _, s := range sums {
		if s.moved {
			if err := b.putRaw(expiryBucket, expiryKey(s.Until, countBucket, s.key), []byte{}); err != nil {
				return err
			}
		}
		if err := b.put(countBucket, []byte(s.key), s.keptCount, nil); err != nil {
			return err
		}
	}
	return nil
}
