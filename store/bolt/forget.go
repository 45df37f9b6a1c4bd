package bolt

import (
	"context"
	"fmt"
	"slices"
)

// maxForgotten is how much one transaction of Forget deletes.
const maxForgotten = 500

// place is where a value stands.
type place struct {
	bucket string
	key    []byte
}

// owned are the buckets whose values belong to a member, each with how one is deleted.
var owned = map[string]func(db *DB, b *batch, key []byte) error{
	entryBucket:  func(_ *DB, b *batch, key []byte) error { return b.drop(entryBucket, key) },
	buttonBucket: func(_ *DB, b *batch, key []byte) error { return b.drop(buttonBucket, key) },
	inboxBucket:  (*DB).forgetEvent,
	timerBucket:  (*DB).forgetTimer,
	replyBucket:  (*DB).forgetReply,
	actionBucket: (*DB).forgetAction,
}

// whose is the part of every head that says to whom a value belongs.
type whose struct {
	Member string `json:"member"`
}

// Forget is store.Journal's. It looks through everything, in pieces, so that nobody waits long.
func (db *DB) Forget(ctx context.Context, member string) error {
	if err := checkKeys("forget", member); err != nil {
		return err
	}
	var found []place
	for bucket := range owned {
		err := db.pages(ctx, bucket, nil, nil, false, func(key, value []byte) (bool, error) {
			var w whose
			_, err := openAt(bucket, key, value, &w)
			if err == nil && w.Member == member {
				found = append(found, place{bucket, key})
			}
			return true, err
		})
		if err != nil {
			return fmt.Errorf("forget %s: %w", member, err)
		}
	}
	for some := range slices.Chunk(found, maxForgotten) {
		if err := db.write(ctx, func(b *batch) error { return db.forget(b, member, some) }); err != nil {
			return fmt.Errorf("forget %s: %w", member, err)
		}
	}
	return nil
}

// forget deletes values that are still the member's.
func (db *DB) forget(b *batch, member string, some []place) error {
	some = slices.Clone(some)
	var err error
	some = slices.DeleteFunc(some, func(p place) bool {
		var w whose
		_, _, readErr := read(b.Tx, p.bucket, p.key, &w)
		if err == nil {
			err = readErr
		}
		return w.Member != member
	})
	if err != nil {
		return err
	}
	for _, p := range some {
		if err := owned[p.bucket](db, b, p.key); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) forgetEvent(b *batch, key []byte) error {
	var k keptEvent
	if _, _, err := read(b.Tx, inboxBucket, key, &k); err != nil {
		return err
	}
	db.inbox.Remove(k.Conversation, []uint64{lastNum(key)}, b.now)
	return b.drop(inboxBucket, key)
}

func (db *DB) forgetTimer(b *batch, key []byte) error {
	if err := b.drop(timerBucket, key); err != nil {
		return err
	}
	db.timers.count--
	return nil
}

func (db *DB) forgetReply(b *batch, key []byte) error {
	var k keptReply
	if _, _, err := read(b.Tx, replyBucket, key, &k); err != nil {
		return err
	}
	if k.Order != 0 {
		if err := b.drop(outboxBucket, numKey(k.Order)); err != nil {
			return err
		}
	}
	k.Sent = k.Version
	db.place(string(key), k, b.now, b.now)
	return b.drop(replyBucket, key)
}

func (db *DB) forgetAction(b *batch, key []byte) error {
	var k keptAction
	if _, _, err := read(b.Tx, actionBucket, key, &k); err != nil {
		return err
	}
	if !k.Final {
		if err := b.drop(openBucket, k.openKey()); err != nil {
			return err
		}
	}
	return b.drop(actionBucket, key)
}
