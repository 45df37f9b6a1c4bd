package bolt

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
)

// maxBatch is how many operations share a transaction at most.
const maxBatch = 1024

var errClosed = errors.New("the store is closed")

// errNothing makes bbolt roll back a transaction in which nothing was written.
var errNothing = errors.New("nothing written")

// op is one operation on its way to the writer.
type op struct {
	do   func(b *batch) error
	err  error
	done chan struct{}
}

// batch is the transaction that operations share. Its reading methods see what
// the operations before have written.
type batch struct {
	*bbolt.Tx
	now   time.Time
	wrote int
	after []func() // done when everything is on disk
}

// write has the writer do one operation and waits until it is on disk. do holds
// db.mu. It checks first and writes then: its error before the first write is
// this operation's alone; after it, the whole store is broken. Memory may be
// changed along with the writing, since nothing is done after a failed one.
func (db *DB) write(ctx context.Context, do func(b *batch) error) error {
	if err := db.usable(ctx); err != nil {
		return err
	}
	o := &op{do: do, done: make(chan struct{})}
	select {
	case db.ops <- o:
	case <-ctx.Done():
		return ctx.Err()
	case <-db.stopped:
		return errClosed
	}
	select {
	case <-o.done:
		return o.err
	case <-db.stopped:
		return errClosed
	}
}

// writer is the one goroutine that writes.
func (db *DB) writer() {
	defer close(db.stopped)
	ops := make([]*op, 0, maxBatch)
	for {
		select {
		case o := <-db.ops:
			ops = append(ops[:0], o)
		case <-db.quit:
			return
		}
		// Whoever was answered a moment ago is about to ask again: let them run first.
		for before := 0; before < len(ops) && len(ops) < maxBatch; {
			before = len(ops)
			runtime.Gosched()
			ops = db.drain(ops)
		}
		db.commit(ops)
		clear(ops)
	}
}

// drain adds the operations that wait.
func (db *DB) drain(ops []*op) []*op {
	for len(ops) < maxBatch {
		select {
		case o := <-db.ops:
			ops = append(ops, o)
		default:
			return ops
		}
	}
	return ops
}

// commit does operations in one transaction and answers them.
func (db *DB) commit(ops []*op) {
	b := &batch{now: db.now()}
	err := db.usable(context.Background())
	if err == nil {
		err = db.guard(func() error {
			return db.file.Update(func(tx *bbolt.Tx) error {
				b.Tx = tx
				return db.apply(b, ops)
			})
		})
		if err != nil && !errors.Is(err, errNothing) {
			if !errors.Is(err, errDamaged) {
				err = fmt.Errorf("%w: what was written last is not known, so start again", err)
			}
			err = db.broke(err)
		}
	}
	if err == nil {
		for _, f := range b.after {
			f()
		}
	}
	for _, o := range ops {
		if err != nil && !errors.Is(err, errNothing) {
			o.err = err
		}
		close(o.done)
	}
}

// apply does what is due by itself, then the operations.
func (db *DB) apply(b *batch, ops []*op) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := db.fire(b); err != nil {
		return err
	}
	if err := db.sweep(b); err != nil {
		return err
	}
	for _, o := range ops {
		before := b.wrote
		if o.err = o.do(b); o.err != nil && b.wrote != before {
			return o.err
		}
	}
	if b.wrote == 0 {
		return errNothing
	}
	return nil
}

// put writes a value.
func (b *batch) put(bucket string, key []byte, head any, body []byte) error {
	value, err := seal(head, body)
	if err != nil {
		return err
	}
	return b.putRaw(bucket, key, value)
}

// putRaw writes bytes as they are.
func (b *batch) putRaw(bucket string, key, value []byte) error {
	at := b.Bucket([]byte(bucket))
	switch bucket {
	case inboxBucket, outboxBucket, timerBucket:
		at.FillPercent = 0.95 // their keys grow, so pages fill from the left
	}
	b.wrote++
	if err := at.Put(key, value); err != nil {
		return fmt.Errorf("write to bucket %s: %w", bucket, err)
	}
	return nil
}

// drop removes a key; a missing one is no error.
func (b *batch) drop(bucket string, key []byte) error {
	b.wrote++
	if err := b.Bucket([]byte(bucket)).Delete(key); err != nil {
		return fmt.Errorf("delete from bucket %s: %w", bucket, err)
	}
	return nil
}

// number is the next of a bucket's numbers, the first is 1.
func (b *batch) number(bucket string) (uint64, error) {
	b.wrote++
	n, err := b.Bucket([]byte(bucket)).NextSequence()
	if err != nil {
		return 0, fmt.Errorf("number in bucket %s: %w", bucket, err)
	}
	return n, nil
}

// view reads in a transaction of its own.
func (db *DB) view(ctx context.Context, fn func(tx *bbolt.Tx) error) error {
	if err := db.usable(ctx); err != nil {
		return err
	}
	err := db.guard(func() error { return db.file.View(fn) })
	if db.torn.Load() {
		return db.broke(err)
	}
	return err
}

// usable is the error with which everything ends: the context's, or that of a broken store.
func (db *DB) usable(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if fault := db.fault.Load(); fault != nil {
		return *fault
	}
	return nil
}

// broke ends the use of the store.
func (db *DB) broke(cause error) error {
	err := fmt.Errorf("the store %s failed: %w", db.path, cause)
	if !db.fault.CompareAndSwap(nil, &err) {
		err = *db.fault.Load()
	}
	return err
}

// guard turns what bbolt does on a damaged file, a panic or a memory fault, into an error.
func (db *DB) guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			db.torn.Store(true)
			if _, ok := r.(interface{ Addr() uintptr }); ok { // a memory fault
				r = "a part of it cannot be read"
			}
			err = fmt.Errorf("%w (%v): restore it from a backup", errDamaged, r)
		}
	}()
	return fn()
}
