package bolt

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"aidesk/store"
)

// Aside is a damaged record that was set aside, so that everything else goes on.
type Aside struct {
	Bucket string // of doc.go
	Key    []byte
	Time   time.Time // when it was found
	Reason string
}

// damage is a value that cannot be decoded.
type damage struct {
	bucket string
	key    []byte
	reason error
}

// setAside moves damaged values to the bucket aside, as they are, under where they were,
// and takes what they stood for out of the queues.
func (db *DB) setAside(b *batch, found ...damage) error {
	// A file of an older layout that is used as it is has no such bucket yet.
	if _, err := b.CreateBucketIfNotExists([]byte(asideBucket)); err != nil {
		return fmt.Errorf("make bucket %s: %w", asideBucket, err)
	}
	for _, d := range found {
		n, err := b.nextNumber(asideBucket)
		if err != nil {
			return err
		}
		head := storedAside{d.bucket, d.key, b.now.UnixMicro(), d.reason.Error()}
		value := bytes.Clone(b.Bucket([]byte(d.bucket)).Get(d.key)) // bbolt moves what it returns while it is written to
		if err := b.put(asideBucket, numKey(n), head, value); err != nil {
			return err
		}
		if err := b.delete(d.bucket, d.key); err != nil {
			return err
		}
		switch d.bucket {
		case inboxBucket:
			db.inbox.Drop(keyNum(d.key), b.now)
		case timerBucket:
			db.timers.count--
		case entryBucket:
			b.onCommit = append(b.onCommit, db.transcripts.forget)
		case replyBucket:
			db.handed.take(string(d.key))
			if err := db.unlist(b, string(d.key)); err != nil {
				return err
			}
		}
		db.logger.Error("a record is damaged; it is set aside, and everything else goes on", "bucket", d.bucket, "key", hex.EncodeToString(d.key), "error", d.reason)
	}
	return nil
}

// unlist takes a reply that cannot be read out of the outbox.
func (db *DB) unlist(b *batch, id string) error {
	db.outbox.Drop(id, b.now)
	for _, kv := range all(b, outboxBucket) {
		if listed, err := decodeValue(kv.value, nil); err == nil && string(listed) == id {
			if err := b.delete(outboxBucket, kv.key); err != nil {
				return err
			}
		}
	}
	return nil
}

// scanSound calls fn with the key and the head of every value of a bucket that can be read,
// and sets the others aside.
func scanSound[H any](ctx context.Context, db *DB, bucket string, fn func(key []byte, head H) error) error {
	var found []damage
	err := db.scanPages(ctx, bucket, nil, nil, false, func(key, value []byte) (bool, error) {
		var head H
		if _, bad := decodeValue(value, &head); bad != nil {
			found = append(found, damage{bucket, key, bad})
		} else {
			return true, fn(key, head)
		}
		return true, nil //nolint:nilerr // it is set aside
	})
	if err != nil || len(found) == 0 {
		return err
	}
	return db.write(ctx, func(b *batch) error {
		still := slices.DeleteFunc(found, func(d damage) bool { // it may have been written anew, or deleted
			value := b.Bucket([]byte(d.bucket)).Get(d.key)
			_, err := decodeValue(value, new(H))
			return value == nil || err == nil
		})
		return db.setAside(b, still...)
	})
}

// setConversationAside sets aside what is damaged of a conversation: of its events, its
// transcript and its open actions.
func (db *DB) setConversationAside(ctx context.Context, lease store.Lease) error {
	err := db.write(ctx, func(b *batch) error {
		c := db.inbox.Held(lease, b.now)
		if c == nil {
			return store.ErrFenced
		}
		var found []damage
		look := func(bucket string, key, value []byte, head any) (body []byte, ok bool) {
			body, err := decodeValue(value, head)
			if err != nil {
				found = append(found, damage{bucket, bytes.Clone(key), err})
			}
			return body, err == nil
		}
		for _, seq := range c.Take(maxWork, math.MaxUint64) {
			if value := b.Bucket([]byte(inboxBucket)).Get(numKey(seq)); value != nil {
				look(inboxBucket, numKey(seq), value, &storedEvent{})
			}
		}
		prefix := scopeKey(lease.Conversation)
		err := forEachPrefix(b.Tx, entryBucket, prefix, func(key, value []byte) error {
			look(entryBucket, key, value, &storedEntry{})
			return nil
		})
		if err != nil {
			return err
		}
		err = forEachPrefix(b.Tx, openBucket, prefix, func(key, value []byte) error {
			id, ok := look(openBucket, key, value, nil)
			if !ok {
				return nil
			}
			if action := b.Bucket([]byte(actionBucket)).Get(id); action != nil {
				if _, ok := look(actionBucket, id, action, &storedAction{}); !ok {
					found = append(found, damage{openBucket, bytes.Clone(key), errDamaged})
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		return db.setAside(b, found...)
	})
	if err != nil && !errors.Is(err, store.ErrFenced) {
		return fmt.Errorf("set aside what is damaged of %s: %w", lease.Conversation, err)
	}
	return err
}

// Asides returns the records that were set aside and not yet purged, the oldest first.
func (db *DB) Asides(ctx context.Context) ([]Aside, error) {
	var all []Aside
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(asideBucket))
		if b == nil { // an older layout
			return nil
		}
		return b.ForEach(func(key, value []byte) error {
			var k storedAside
			if _, err := decodeValueAt(asideBucket, key, value, &k); err != nil {
				return err
			}
			all = append(all, Aside{k.Bucket, k.Key, fromMicros(k.At), k.Reason})
			return nil
		})
	})
	return all, err
}
