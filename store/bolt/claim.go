package bolt

import (
	"context"
	"fmt"
	"math"
	"time"

	"go.etcd.io/bbolt"

	"aidesk/store"
)

// Claim is store.Journal's. Leases live in memory: they end with the process.
func (db *DB) Claim(ctx context.Context, owner string, limit, share int, ttl time.Duration) ([]store.Lease, error) {
	if err := db.usable(ctx); err != nil {
		return nil, err
	}
	db.mu.Lock()
	waits := db.journal.waits(db.now())
	db.mu.Unlock()
	if waits { // every transaction begins with the timers that are due
		if err := db.write(ctx, func(*batch) error { return nil }); err != nil {
			return nil, fmt.Errorf("claim: %w", err)
		}
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.journal.claim(owner, limit, share, db.now(), ttl), nil
}

// claim leases conversations, each from the scope whose turn it is.
func (j *journal) claim(owner string, limit, share int, now time.Time, ttl time.Duration) []store.Lease {
	for _, s := range j.scopes {
		j.end(s, now)
	}
	var leases []store.Lease
	for len(leases) < limit {
		c := j.pick(share, now)
		if c == nil {
			break
		}
		j.epoch++
		c.lease = store.Lease{Conversation: c.name, Owner: owner, Epoch: j.epoch, Until: now.Add(ttl)}
		c.rest, c.seen, c.told, c.tried = time.Time{}, math.MaxUint64, math.MaxUint64, 0
		j.place(c, now)
		leases = append(leases, c.lease)
	}
	return leases
}

// end notices the leases that ended by themselves: their conversations wait to be
// claimed again or, without work, are no more.
func (j *journal) end(s *scope, now time.Time) {
	for {
		later := s.line.later.slots
		if len(later) == 0 || later[0].at.After(now) {
			return
		}
		j.place(later[0].item, now)
	}
}

// pick is the conversation to be claimed next; nil: there is none.
func (j *journal) pick(share int, now time.Time) *conversation {
	var best *conversation
	for _, s := range j.scopes {
		first := s.line.first(now)
		if first == nil || share > 0 && s.held >= share {
			continue
		}
		c := first.item
		if best == nil || s.held < best.scope.held || s.held == best.scope.held && c.order < best.order {
			best = c
		}
	}
	return best
}

// Extend is store.Journal's.
func (db *DB) Extend(ctx context.Context, lease store.Lease, ttl time.Duration) (store.Extension, error) {
	if err := db.usable(ctx); err != nil {
		return store.Extension{}, err
	}
	x := store.Extension{Lease: lease, Lost: true}
	var seqs []uint64
	db.mu.Lock()
	now := db.now()
	if c := db.journal.held(lease, now); c != nil {
		c.lease.Until = now.Add(ttl)
		db.journal.place(c, now)
		x = store.Extension{Lease: c.lease}
		seqs = c.interrupts(c.told)
	}
	db.mu.Unlock()
	if len(seqs) == 0 {
		return x, nil
	}
	err := db.view(ctx, func(tx *bbolt.Tx) (err error) {
		x.Interrupted, err = events(tx, seqs)
		return err
	})
	if err != nil {
		return store.Extension{}, fmt.Errorf("extend %s: %w", lease.Conversation, err)
	}
	if n := len(x.Interrupted); n > 0 { // what is not on disk yet is told next time
		db.mu.Lock()
		if c := db.journal.held(lease, now); c != nil {
			c.told = max(c.told, x.Interrupted[n-1].Seq)
		}
		db.mu.Unlock()
	}
	return x, nil
}

// interrupts are the interrupting events after one.
func (c *conversation) interrupts(seq uint64) []uint64 {
	var seqs []uint64
	for _, q := range c.queue {
		if q.interrupt && q.seq > seq {
			seqs = append(seqs, q.seq)
		}
	}
	return seqs
}

// Release is store.Journal's.
func (db *DB) Release(ctx context.Context, lease store.Lease, delay time.Duration) error {
	if err := db.usable(ctx); err != nil {
		return err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	now := db.now()
	c := db.journal.held(lease, now)
	if c == nil {
		return nil
	}
	c.lease = store.Lease{}
	c.rest = now.Add(delay)
	if len(c.interrupts(c.seen)) > 0 {
		c.rest = time.Time{}
	}
	db.journal.place(c, now)
	return nil
}

// Hold is store.Journal's. It lives in memory like a lease: whoever could hold a
// name is in this process and gone with it.
func (db *DB) Hold(ctx context.Context, name, owner string, ttl time.Duration) (bool, error) {
	if err := db.usable(ctx); err != nil {
		return false, err
	}
	if err := checkKeys("hold", name, owner); err != nil {
		return false, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	now := db.now()
	if h, ok := db.holds[name]; ok && h.Owner != owner && now.Before(h.Until) {
		return false, nil
	}
	db.holds[name] = store.Lease{Owner: owner, Until: now.Add(ttl)}
	return true, nil
}
