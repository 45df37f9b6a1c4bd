package bottest

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"aidesk/store"
)

// errDead is what a process that was killed gets to see: nothing.
var errDead = errors.New("the process was killed")

// mortal is a store whose process can be killed: from then on nothing is read or
// written any more, and whoever asks learns nothing of what he wrote last.
type mortal struct {
	store.Store
	dead  atomic.Bool
	rests chan struct{} // a conversation was released to rest after a failure
	waits chan struct{} // a delivery failed and waits for its next try
	last  atomic.Bool   // die instead of recording the next delivery
	// after, when set, is asked after each commit that was written; true kills.
	after atomic.Pointer[func(store.Commit) bool]
}

func (m *mortal) err(err error) error {
	if m.dead.Load() {
		return errDead
	}
	return err
}

// Ingest is the store's.
func (m *mortal) Ingest(ctx context.Context, events ...store.Event) ([]store.Ingested, error) {
	if m.dead.Load() {
		return nil, errDead
	}
	return m.Store.Ingest(ctx, events...)
}

// Claim is the store's.
func (m *mortal) Claim(ctx context.Context, owner string, limit, share int, ttl time.Duration) ([]store.Lease, error) {
	if m.dead.Load() {
		return nil, errDead
	}
	return m.Store.Claim(ctx, owner, limit, share, ttl)
}

// Extend is the store's.
func (m *mortal) Extend(ctx context.Context, l store.Lease, ttl time.Duration) (store.Extension, error) {
	if m.dead.Load() {
		return store.Extension{}, errDead
	}
	return m.Store.Extend(ctx, l, ttl)
}

// Release is the store's.
func (m *mortal) Release(ctx context.Context, l store.Lease, delay time.Duration) error {
	if m.dead.Load() {
		return errDead
	}
	err := m.Store.Release(ctx, l, delay)
	if delay > 0 && err == nil {
		m.rests <- struct{}{}
	}
	return err
}

// Work is the store's.
func (m *mortal) Work(ctx context.Context, l store.Lease) (store.Work, error) {
	if m.dead.Load() {
		return store.Work{}, errDead
	}
	return m.Store.Work(ctx, l)
}

// Try is the store's.
func (m *mortal) Try(ctx context.Context, l store.Lease, seq uint64) (int, error) {
	if m.dead.Load() {
		return 0, errDead
	}
	return m.Store.Try(ctx, l, seq)
}

// Untry is the store's.
func (m *mortal) Untry(ctx context.Context, l store.Lease, seq uint64) error {
	if m.dead.Load() {
		return errDead
	}
	return m.Store.Untry(ctx, l, seq)
}

// Commit is the store's, unless the process dies with it.
func (m *mortal) Commit(ctx context.Context, l store.Lease, c store.Commit) error {
	if m.dead.Load() {
		return errDead
	}
	err := m.Store.Commit(ctx, l, c)
	if kill := m.after.Load(); kill != nil && err == nil && (*kill)(c) {
		m.dead.Store(true)
	}
	return m.err(err)
}

// Retract is the store's.
func (m *mortal) Retract(ctx context.Context, source string, held func(conversation, member string) bool) (int, bool, error) {
	if m.dead.Load() {
		return 0, false, errDead
	}
	return m.Store.Retract(ctx, source, held)
}

// Outbox is the store's.
func (m *mortal) Outbox(ctx context.Context, owner string, adapters []string, limit int) ([]store.Delivery, error) {
	if m.dead.Load() {
		return nil, errDead
	}
	return m.Store.Outbox(ctx, owner, adapters, limit)
}

// Sending is the store's.
func (m *mortal) Sending(ctx context.Context, d store.Delivery) error {
	if m.dead.Load() {
		return errDead
	}
	return m.Store.Sending(ctx, d)
}

// Sent is the store's.
func (m *mortal) Sent(ctx context.Context, r store.Receipt) error {
	if m.dead.Load() {
		return errDead
	}
	if m.last.Load() {
		m.dead.Store(true)
		m.waits <- struct{}{}
		return errDead
	}
	err := m.Store.Sent(ctx, r)
	if !r.Retry.IsZero() && err == nil {
		m.waits <- struct{}{}
	}
	return err
}

// Reserve is the store's.
func (m *mortal) Reserve(ctx context.Context, counts ...store.Count) error {
	if m.dead.Load() {
		return errDead
	}
	return m.Store.Reserve(ctx, counts...)
}

// Put is the store's.
func (m *mortal) Put(ctx context.Context, r store.Record) (uint64, error) {
	if m.dead.Load() {
		return 0, errDead
	}
	return m.Store.Put(ctx, r)
}
