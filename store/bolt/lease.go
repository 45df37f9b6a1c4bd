package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"aidesk/store"
)

// Claim is store.Journal's. Leases are kept in memory, so they end with the process.
func (db *DB) Claim(ctx context.Context, owner string, limit, share int, ttl time.Duration) ([]store.Lease, error) {
	if err := db.moveTimers(ctx); err != nil {
		return nil, fmt.Errorf("claim: %w", err)
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.inbox.Claim(owner, limit, share, db.now(), ttl), nil
}

// moveTimers moves timers that are due to their conversations.
func (db *DB) moveTimers(ctx context.Context) error {
	if err := db.usable(ctx); err != nil {
		return err
	}
	db.mu.Lock()
	due := db.timers.isDue(db.now())
	db.mu.Unlock()
	if !due {
		return nil
	}
	return db.write(ctx, func(*batch) error { return nil }) // every transaction begins with that
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
		x.Interrupted, err = readEvents(tx, seqs)
		return err
	})
	if err != nil {
		return store.Extension{}, fmt.Errorf("extend %s: %w", lease.Conversation, err)
	}
	if n := len(x.Interrupted); n > 0 { // an event that is not on disk yet is reported next time
		db.mu.Lock()
		if c := db.inbox.Held(lease, now); c != nil {
			c.MarkReported(x.Interrupted[n-1].Seq)
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

// Hold is store.Journal's. It is kept in memory like a lease: only this process can hold
// a name, and when the process ends so does the hold.
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

// maxWork is how many events Work returns at most.
const maxWork = 100

// Work is store.Journal's. What is damaged of the conversation is set aside, and the rest
// goes on.
func (db *DB) Work(ctx context.Context, lease store.Lease) (store.Work, error) {
	w, err := db.work(ctx, lease)
	if errors.Is(err, errDamaged) {
		if err = db.setConversationAside(ctx, lease); err == nil {
			w, err = db.work(ctx, lease)
		}
	}
	return w, err
}

func (db *DB) work(ctx context.Context, lease store.Lease) (store.Work, error) {
	var w store.Work
	err := db.moveTimers(ctx)
	if err == nil {
		db.mu.Lock()
		missed := db.transcripts.missed
		db.mu.Unlock()
		err = db.view(ctx, func(tx *bbolt.Tx) error { return db.readWork(tx, &w, lease, missed) })
	}
	if err != nil {
		return store.Work{}, fmt.Errorf("work of %s: %w", lease.Conversation, err)
	}
	return w, nil
}

// takeEvents notes that the holder of a lease knows of the first events of its conversation
// and returns them, as far as the transaction sees them: others are not on disk yet.
func (db *DB) takeEvents(tx *bbolt.Tx, lease store.Lease) ([]uint64, error) {
	last := tx.Bucket([]byte(inboxBucket)).Sequence()
	db.mu.Lock()
	defer db.mu.Unlock()
	c := db.inbox.Held(lease, db.now())
	if c == nil {
		return nil, store.ErrFenced
	}
	return c.Take(maxWork, last), nil
}

// readEvents reads events of the inbox and leaves out those that were forgotten meanwhile.
func readEvents(tx *bbolt.Tx, seqs []uint64) ([]store.Event, error) {
	var found []store.Event
	for _, seq := range seqs {
		var k storedEvent
		body, ok, err := readValue(tx, inboxBucket, numKey(seq), &k)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, k.event(seq, body))
		}
	}
	return found, nil
}

// readWork reads events, the end of the transcript and the open actions of a conversation.
func (db *DB) readWork(tx *bbolt.Tx, w *store.Work, lease store.Lease, missed int) error {
	conversation := lease.Conversation
	seqs, err := db.takeEvents(tx, lease)
	if err != nil {
		return err
	}
	if w.Events, err = readEvents(tx, seqs); err != nil {
		return err
	}
	db.mu.Lock()
	for i, e := range w.Events {
		w.Events[i].Tries += db.tries.count(e.Seq)
	}
	db.mu.Unlock()
	if w.Entries, err = db.recentEntries(tx, conversation, missed); err != nil {
		return err
	}
	return forEachPrefix(tx, openBucket, scopeKey(conversation), func(key, value []byte) error {
		id, err := decodeValueAt(openBucket, key, value, nil)
		if err != nil {
			return err
		}
		var k storedAction
		body, found, err := readValue(tx, actionBucket, id, &k)
		if err == nil && found {
			w.Actions = append(w.Actions, k.action(string(id), body))
		}
		return err
	})
}

// forEachPrefix calls fn with the values whose keys begin with prefix, in order.
func forEachPrefix(tx *bbolt.Tx, bucket string, prefix []byte, fn func(key, value []byte) error) error {
	cursor := tx.Bucket([]byte(bucket)).Cursor()
	for key, value := cursor.Seek(prefix); key != nil && bytes.HasPrefix(key, prefix); key, value = cursor.Next() {
		if err := fn(key, value); err != nil {
			return err
		}
	}
	return nil
}
