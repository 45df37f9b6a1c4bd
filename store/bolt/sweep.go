package bolt

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A transaction drops at most so much of what is too old, and only once in a while,
// so that nobody waits for it.
const (
	sweepPause = 10 * time.Second
	maxSwept   = 250
)

// expiryKey says what may be dropped at a time: a key of a bucket.
func expiryKey(at int64, bucket, key string) []byte { return timeKey(at, bucket+"\x00"+key) }

// sweep drops a little of what nobody can ask for any more: a day of the dedup
// index, buttons and counters.
func (db *DB) sweep(b *batch) error {
	if !db.swept.IsZero() && b.now.Sub(db.swept) < sweepPause {
		return nil
	}
	db.swept = b.now
	if err := b.forgetDay(); err != nil {
		return err
	}
	var keys [][]byte
	cursor := b.Bucket([]byte(expiryBucket)).Cursor()
	for key, _ := cursor.First(); key != nil && len(keys) < maxSwept && keyTime(key) < b.now.UnixMicro(); key, _ = cursor.Next() {
		keys = append(keys, bytes.Clone(key))
	}
	for _, key := range keys {
		if err := b.expire(key); err != nil {
			return err
		}
	}
	return nil
}

// aged is the part of a head that says whether a value is old and finished.
type aged struct {
	At      int64  `json:"at"`
	Time    int64  `json:"time"`
	Final   bool   `json:"final"`
	Version uint64 `json:"v"`
	Sent    uint64 `json:"sent"`
}

// Purge is store.Journal's. It looks through everything, in pieces, so that nobody
// waits long.
func (db *DB) Purge(ctx context.Context, conversations, audit time.Time) (int, error) {
	old := func(at int64, before time.Time) bool { return at != 0 && !before.IsZero() && at < before.UnixMicro() }
	rules := map[string]func(aged) bool{
		entryBucket:  func(a aged) bool { return old(a.At, conversations) },
		actionBucket: func(a aged) bool { return a.Final && old(a.At, conversations) },
		replyBucket:  func(a aged) bool { return a.Sent == a.Version && old(a.At, conversations) },
		auditBucket:  func(a aged) bool { return old(a.Time, audit) },
		usageBucket:  func(a aged) bool { return old(a.Time, audit) },
	}
	count := 0
	for bucket, rule := range rules {
		var found []place
		err := db.pages(ctx, bucket, nil, nil, false, func(key, value []byte) (bool, error) {
			var a aged
			_, err := openAt(bucket, key, value, &a)
			if err == nil && rule(a) {
				found = append(found, place{bucket, key})
			}
			return true, err
		})
		if err != nil {
			return count, fmt.Errorf("purge: %w", err)
		}
		for some := range slices.Chunk(found, maxForgotten) {
			err := db.write(ctx, func(b *batch) error { return db.purge(b, some, rule) })
			if err != nil {
				return count, fmt.Errorf("purge: %w", err)
			}
			count += len(some)
		}
	}
	return count, nil
}

// purge deletes values that are still old.
func (db *DB) purge(b *batch, some []place, rule func(aged) bool) error {
	var keys []place
	for _, p := range some {
		var a aged
		_, found, err := read(b.Tx, p.bucket, p.key, &a)
		if err != nil {
			return err
		}
		if found && rule(a) {
			keys = append(keys, p)
		}
	}
	for _, p := range keys {
		drop := owned[p.bucket]
		if drop == nil {
			drop = func(_ *DB, b *batch, key []byte) error { return b.drop(p.bucket, key) }
		}
		if err := drop(db, b, p.key); err != nil {
			return err
		}
	}
	return nil
}

// expire drops what an expiry key names, unless its time was changed since.
func (b *batch) expire(key []byte) error {
	bucket, name, _ := strings.Cut(string(key[8:]), "\x00")
	var until int64
	var found bool
	var err error
	switch bucket {
	case buttonBucket:
		var k keptButton
		_, found, err = read(b.Tx, bucket, []byte(name), &k)
		until = k.Until + kept
	case countBucket:
		var k keptCount
		_, found, err = read(b.Tx, bucket, []byte(name), &k)
		until = k.Until
	}
	if err != nil {
		return err
	}
	if found && until == keyTime(key) {
		if err := b.drop(bucket, []byte(name)); err != nil {
			return err
		}
	}
	return b.drop(expiryBucket, key)
}
