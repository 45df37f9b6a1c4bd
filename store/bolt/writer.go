package bolt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"aidesk/store/bolt/disk"
	"aidesk/store/failpoint"
)

// maxBatch is how many operations share a transaction at most.
const maxBatch = 1024

var errClosed = errors.New("the store is closed")

// errNoWrites makes bbolt roll back a transaction in which nothing was written, which saves the sync.
var errNoWrites = errors.New("nothing written")

// file is a bbolt file with the one goroutine that writes to it.
type file struct {
	bolt      *bbolt.DB
	path      string
	open      *os.File   // as bbolt uses it
	place     disk.Place // where it was found
	redo      *redoLog   // nil: there is none, and every commit is synced by bbolt
	now       func() time.Time
	logger    *slog.Logger
	apply     func(b *batch, ops []*op) error // runs operations in a transaction
	committed func(b *batch)                  // runs what waited for the transaction to be on disk

	ops      chan *op
	idle     chan *op              // those that may wait for others
	quit     chan struct{}         // closed to end the writer and the watchers
	stopped  chan struct{}         // closed when the writer has ended
	failure  atomic.Pointer[error] // set once, when the store can no longer be trusted
	panicked atomic.Bool           // bbolt panicked and may hold its locks for ever, so the file is not closed
}

// op is one operation that waits for the writer.
type op struct {
	do   func(b *batch) error
	err  error
	done chan struct{}
}

// batch is the transaction that several operations share. Each sees what the ones
// before it have written.
type batch struct {
	*bbolt.Tx
	now      time.Time
	writes   int
	changes  []byte   // for the log
	onCommit []func() // called with db.mu held when everything is on disk
}

// write gives one operation to the writer and waits until it is on disk. do runs with
// db.mu held. It must check before it writes: an error before its first write concerns
// this operation only, a later one breaks the whole store. It may change memory along
// with the file, because a broken store is not used any more.
func (f *file) write(ctx context.Context, do func(b *batch) error) error {
	return f.enqueue(ctx, f.ops, do)
}

// idleWait is the longest that writeIdly waits for others.
const idleWait = 25 * time.Millisecond

// writeIdly is write for what can wait a moment: it goes along with what others write, which
// saves a sync.
func (f *file) writeIdly(ctx context.Context, do func(b *batch) error) error {
	return f.enqueue(ctx, f.idle, do)
}

func (f *file) enqueue(ctx context.Context, ops chan<- *op, do func(b *batch) error) error {
	if err := f.usable(ctx); err != nil {
		return err
	}
	o := &op{do: do, done: make(chan struct{})}
	select {
	case ops <- o:
	case <-ctx.Done():
		return ctx.Err()
	case <-f.stopped:
		return errClosed
	}
	select {
	case <-o.done:
		return o.err
	case <-f.stopped:
		return errClosed
	}
}

// runWriter runs operations until the store is closed. It is the only goroutine that writes.
func (f *file) runWriter() {
	defer close(f.stopped)
	ops := make([]*op, 0, maxBatch)
	late := time.NewTimer(idleWait)
	defer late.Stop()
	for {
		select {
		case o := <-f.ops:
			ops = append(ops, o)
		case o := <-f.idle:
			if len(ops) == 0 {
				late.Reset(idleWait)
			}
			if ops = append(ops, o); len(ops) < maxBatch {
				continue
			}
		case <-late.C:
			if len(ops) == 0 {
				continue
			}
		case <-f.quit:
			return
		}
		ops = drain(f.idle, ops)
		// Callers that were just answered often write again at once: let them join this batch.
		for before := 0; before < len(ops) && len(ops) < maxBatch; {
			before = len(ops)
			runtime.Gosched()
			ops = drain(f.ops, ops)
		}
		f.commitBatch(ops)
		clear(ops)
		ops = ops[:0]
	}
}

// drain appends the operations that wait, up to maxBatch.
func drain(from <-chan *op, ops []*op) []*op {
	for len(ops) < maxBatch {
		select {
		case o := <-from:
			ops = append(ops, o)
		default:
			return ops
		}
	}
	return ops
}

// commitBatch runs operations in one transaction and answers them.
func (f *file) commitBatch(ops []*op) {
	b := &batch{now: f.now()}
	err := f.usable(context.Background())
	if err == nil {
		err = f.catchPanics(func() error {
			return f.bolt.Update(func(tx *bbolt.Tx) error {
				b.Tx = tx
				err := f.apply(b, ops)
				failpoint.Hit(failpoint.Staged)
				if err == nil {
					err = f.appendLog(b)
				}
				return err
			})
		})
		if syncErr := f.syncLog(); syncErr != nil {
			err = errors.Join(err, syncErr)
		}
		if err != nil && !errors.Is(err, errNoWrites) {
			if !errors.Is(err, errDamaged) {
				err = fmt.Errorf("%w: what was written last is not known, so start again", err)
			}
			err = f.fail(err)
		}
	}
	if err == nil { // nothing is answered that went into a file which nobody finds again
		err = f.checkPlace()
	}
	if err == nil {
		failpoint.Hit(failpoint.Durable)
		f.committed(b)
	}
	for _, o := range ops {
		if err != nil && !errors.Is(err, errNoWrites) {
			o.err = err
		}
		close(o.done)
	}
}

// apply moves due timers, deletes a little of what is old, and then runs the operations.
func (db *DB) apply(b *batch, ops []*op) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := db.fireTimers(b); err != nil {
		return err
	}
	if err := db.sweep(b); err != nil {
		return err
	}
	for _, o := range ops {
		before := b.writes
		if o.err = o.do(b); o.err != nil && b.writes != before {
			return o.err
		}
	}
	if b.writes == 0 {
		return errNoWrites
	}
	return nil
}

// committed runs what waited for a transaction to be on disk.
func (db *DB) committed(b *batch) {
	db.mu.Lock()
	defer db.mu.Unlock()
	for _, do := range b.onCommit {
		do()
	}
}

// put encodes a value and writes it.
func (b *batch) put(bucket string, key []byte, head any, body []byte) error {
	value, err := encodeValue(head, body)
	if err != nil {
		return err
	}
	return b.putRaw(bucket, key, value)
}

// putRaw writes an encoded value.
func (b *batch) putRaw(bucket string, key, value []byte) error {
	at := b.Bucket([]byte(bucket))
	switch bucket {
	case inboxBucket, outboxBucket, timerBucket:
		at.FillPercent = 0.95 // their keys only grow, so pages may be filled nearly full
	}
	b.writes++
	b.note(changePut, []byte(bucket), key, value)
	if err := at.Put(key, value); err != nil {
		return fmt.Errorf("write to bucket %s: %w", bucket, err)
	}
	return nil
}

// delete removes a key; a missing one is no error.
func (b *batch) delete(bucket string, key []byte) error {
	b.writes++
	b.note(changeDelete, []byte(bucket), key)
	if err := b.Bucket([]byte(bucket)).Delete(key); err != nil {
		return fmt.Errorf("delete from bucket %s: %w", bucket, err)
	}
	return nil
}

// nextNumber returns the next number of a bucket's sequence, which begins with 1.
func (b *batch) nextNumber(bucket string) (uint64, error) {
	b.writes++
	n, err := b.Bucket([]byte(bucket)).NextSequence()
	if err != nil {
		return 0, fmt.Errorf("number in bucket %s: %w", bucket, err)
	}
	b.note(changeSequence, []byte(bucket), numKey(n))
	return n, nil
}

// skipNumbers leaves out the next n numbers of a bucket's sequence.
func (b *batch) skipNumbers(bucket string, n uint64) error {
	b.writes++
	at := b.Bucket([]byte(bucket))
	n += at.Sequence()
	b.note(changeSequence, []byte(bucket), numKey(n))
	if err := at.SetSequence(n); err != nil {
		return fmt.Errorf("number in bucket %s: %w", bucket, err)
	}
	return nil
}

// view runs fn in a reading transaction of its own.
func (f *file) view(ctx context.Context, fn func(tx *bbolt.Tx) error) error {
	if err := f.usable(ctx); err != nil {
		return err
	}
	err := f.catchPanics(func() error { return f.bolt.View(fn) })
	if f.panicked.Load() {
		return f.fail(err)
	}
	return err
}

// checkPlace marks the store as broken if its file is no longer where it was opened.
func (f *file) checkPlace() error {
	if err := f.place.Check(); err != nil {
		return f.fail(err)
	}
	return nil
}

// usable returns why nothing may be done: the context's error, or that of a broken store.
func (f *file) usable(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if fault := f.failure.Load(); fault != nil {
		return *fault
	}
	return nil
}

// fail marks the store as broken and returns the error that every later call gets.
func (f *file) fail(cause error) error {
	err := fmt.Errorf("the store %s failed: %w", f.path, cause)
	if !f.failure.CompareAndSwap(nil, &err) {
		err = *f.failure.Load()
	}
	return err
}

// catchPanics turns a panic or memory fault, which is what bbolt does on a damaged file, into an error.
func (f *file) catchPanics(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			f.panicked.Store(true)
			if _, ok := r.(interface{ Addr() uintptr }); ok { // a memory fault
				r = "a part of it cannot be read"
			}
			err = fmt.Errorf("%w (%v): restore it from a backup", errDamaged, r)
		}
	}()
	return fn()
}
