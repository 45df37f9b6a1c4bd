package bolt

import (
	"context"
	"fmt"
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
	waits := db.timers.waits(db.now())
	db.mu.Unlock()
	if waits { // every transaction begins with the timers that are due
		if err := db.write(ctx, func(*batch) error { return nil }); err != nil {
			return nil, fmt.Errorf("claim: %w", err)
		}
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.inbox.Claim(owner, limit, share, db.now(), ttl), nil
}

// Extend is store.Journal's.
func (db *DB) Extend(ctx context.Context, lease store.Lease, ttl time.Duration) (store.Extension, error) {
	if err := db.usable(ctx); err != nil {
		return store.Extension{}, err
	}
	db.mu.Lock()
	now := db.now()
	extended, seqs, ok := db.inbox.Extend(lease, now, ttl)
	db.mu.Unlock()
	x := store.Extension{Lease: extended, Lost: !ok}
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
		if c := db.inbox.Held(lease, now); c != nil {
			c.Told(x.Interrupted[n-1].Seq)
		}
		db.mu.Unlock()
	}
	return x, nil
}

// Release is store.Journal's.
func (db *DB) Release(ctx context.Context, lease store.Lease, delay time.Duration) error {
	if err := db.usable(ctx); err != nil {
		return err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	db.inbox.Release(lease, db.now(), delay)
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
