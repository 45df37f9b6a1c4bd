package bolt

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"

	"go.etcd.io/bbolt"

	"aidesk/store"
	"aidesk/store/bolt/queue"
)

// maxWork is how many events Work hands out at most.
const maxWork = 100

// Work is store.Journal's.
func (db *DB) Work(ctx context.Context, lease store.Lease) (store.Work, error) {
	var w store.Work
	var seqs []uint64
	err := db.write(ctx, func(b *batch) error {
		c := db.inbox.Held(lease, b.now)
		if c == nil {
			return store.ErrFenced
		}
		if err := db.try(b, c); err != nil {
			return err
		}
		seqs = c.Take(maxWork)
		return nil
	})
	if err == nil {
		err = db.view(ctx, func(tx *bbolt.Tx) error { return fill(tx, &w, lease.Conversation, seqs) })
	}
	if err != nil {
		return store.Work{}, fmt.Errorf("work of %s: %w", lease.Conversation, err)
	}
	return w, nil
}

// try counts a try on the first event, once under a lease.
func (db *DB) try(b *batch, c *queue.Conversation) error {
	seq, ok := c.Untried()
	if !ok {
		return nil
	}
	key := numKey(seq)
	var k keptEvent
	body, found, err := read(b.Tx, inboxBucket, key, &k)
	if err != nil || !found {
		return err
	}
	k.Tries++
	c.Tried(seq)
	return b.put(inboxBucket, key, k, body)
}

// events reads events of the inbox; those that were forgotten meanwhile are left out.
func events(tx *bbolt.Tx, seqs []uint64) ([]store.Event, error) {
	var found []store.Event
	for _, seq := range seqs {
		var k keptEvent
		body, ok, err := read(tx, inboxBucket, numKey(seq), &k)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, k.event(seq, body))
		}
	}
	return found, nil
}

// fill reads what a conversation has to offer.
func fill(tx *bbolt.Tx, w *store.Work, conversation string, seqs []uint64) error {
	var err error
	if w.Events, err = events(tx, seqs); err != nil {
		return err
	}
	if w.Entries, err = newest(tx, conversation); err != nil {
		return err
	}
	return each(tx, openBucket, scopeKey(conversation), func(key, value []byte) error {
		id, err := openAt(openBucket, key, value, nil)
		if err != nil {
			return err
		}
		var k keptAction
		body, found, err := read(tx, actionBucket, id, &k)
		if err == nil && found {
			w.Actions = append(w.Actions, k.action(string(id), body))
		}
		return err
	})
}

// newest reads the end of a transcript, as store.Work has it.
func newest(tx *bbolt.Tx, conversation string) ([]store.Entry, error) {
	var found []store.Entry
	prefix := scopeKey(conversation)
	cursor := tx.Bucket([]byte(entryBucket)).Cursor()
	cursor.Seek(append(slices.Clone(prefix), numKey(math.MaxUint64)...))
	key, value := cursor.Prev()
	if key == nil { // nothing stands behind the transcript
		key, value = cursor.Last()
	}
	for size := 0; bytes.HasPrefix(key, prefix); key, value = cursor.Prev() {
		var k keptEntry
		body, err := openAt(entryBucket, key, value, &k)
		if err != nil {
			return nil, err
		}
		if size += len(body); size > store.MaxTranscript && len(found) > 0 {
			return anchored(found), nil
		}
		found = append(found, store.Entry{Seq: lastNum(key), Member: k.Member, Body: body})
	}
	slices.Reverse(found)
	return found, nil
}

// anchored is the end of a transcript, the newest entry first, in order and without
// those before one that mostly is the same the next time. A provider then need not read
// a prompt anew each time because its beginning has moved on by an entry.
func anchored(found []store.Entry) []store.Entry {
	slices.Reverse(found)
	for i, e := range found[:len(found)/2] {
		if e.Seq*0x9E3779B97F4A7C15>>60 == 0 { // one in 16, wherever it stands
			return found[i:]
		}
	}
	return found
}

// each calls fn with the values whose keys begin with prefix, in order.
func each(tx *bbolt.Tx, bucket string, prefix []byte, fn func(key, value []byte) error) error {
	cursor := tx.Bucket([]byte(bucket)).Cursor()
	for key, value := cursor.Seek(prefix); key != nil && bytes.HasPrefix(key, prefix); key, value = cursor.Next() {
		if err := fn(key, value); err != nil {
			return err
		}
	}
	return nil
}
