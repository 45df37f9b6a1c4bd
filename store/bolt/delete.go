package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"aidesk/store"
)

// maxDeleted and maxPurged are how many values one transaction of Forget and of Purge
// deletes, so that other writers need not wait long.
const (
	maxDeleted = 500
	maxPurged  = 100
)

// location names a stored value.
type location struct {
	bucket string
	key    []byte
}

// memberBuckets are the buckets whose values belong to a member, each with the function
// that deletes one.
var memberBuckets = map[string]func(db *DB, b *batch, key []byte) error{
	entryBucket:  (*DB).forgetEntry,
	buttonBucket: (*DB).forgetButton,
	inboxBucket:  (*DB).forgetEvent,
	timerBucket:  (*DB).forgetTimer,
	replyBucket:  (*DB).forgetReply,
	actionBucket: (*DB).forgetAction,
}

// ownerField is the field of a head that names the member to whom a value belongs.
type ownerField struct {
	Member string `json:"member"`
}

// Forget is store.Journal's. It scans all of memberBuckets page by page.
func (db *DB) Forget(ctx context.Context, member string) error {
	if err := checkKeys("forget", member); err != nil {
		return err
	}
	var found []location
	for bucket := range memberBuckets {
		err := scanSound(ctx, db, bucket, func(key []byte, w ownerField) error {
			if w.Member == member {
				found = append(found, location{bucket, key})
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("forget %s: %w", member, err)
		}
	}
	for chunk := range slices.Chunk(found, maxDeleted) {
		if err := db.write(ctx, func(b *batch) error { return db.forget(b, member, chunk) }); err != nil {
			return fmt.Errorf("forget %s: %w", member, err)
		}
	}
	if err := db.forgetNames(ctx, member); err != nil {
		return fmt.Errorf("forget %s: %w", member, err)
	}
	return nil
}

// forget deletes those values that still belong to the member.
func (db *DB) forget(b *batch, member string, values []location) error {
	values = slices.Clone(values)
	var err error
	values = slices.DeleteFunc(values, func(p location) bool {
		var w ownerField
		_, _, readErr := readValue(b.Tx, p.bucket, p.key, &w)
		if err == nil {
			err = readErr
		}
		return w.Member != member
	})
	if err != nil {
		return err
	}
	for _, p := range values {
		if err := memberBuckets[p.bucket](db, b, p.key); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) forgetEntry(b *batch, key []byte) error {
	var k storedEntry
	if _, _, err := readValue(b.Tx, entryBucket, key, &k); err != nil {
		return err
	}
	b.onCommit = append(b.onCommit, db.transcripts.forget)
	if err := b.dropSources(k.Sources, entryBucket, key); err != nil {
		return err
	}
	return b.delete(entryBucket, key)
}

func (db *DB) forgetButton(b *batch, key []byte) error {
	var k storedButton
	if _, _, err := readValue(b.Tx, buttonBucket, key, &k); err != nil {
		return err
	}
	if err := b.dropSources(k.Sources, buttonBucket, key); err != nil {
		return err
	}
	return b.delete(buttonBucket, key)
}

func (db *DB) forgetEvent(b *batch, key []byte) error {
	var k storedEvent
	if _, _, err := readValue(b.Tx, inboxBucket, key, &k); err != nil {
		return err
	}
	db.removeEvents(b, k.Conversation, []uint64{keyNum(key)})
	return b.delete(inboxBucket, key)
}

func (db *DB) forgetTimer(b *batch, key []byte) error {
	if err := b.delete(timerBucket, key); err != nil {
		return err
	}
	db.timers.count--
	return nil
}

func (db *DB) forgetReply(b *batch, key []byte) error {
	var k storedReply
	if _, _, err := readValue(b.Tx, replyBucket, key, &k); err != nil {
		return err
	}
	if k.Order != 0 {
		if err := b.delete(outboxBucket, numKey(k.Order)); err != nil {
			return err
		}
	}
	k.Sent = k.Version
	db.scheduleReply(string(key), k, b.now, b.now)
	db.handed.take(string(key))
	b.onCommit = append(b.onCommit, func() { _ = db.tries.drop(replyNumber(string(key))) })
	return b.delete(replyBucket, key)
}

func (db *DB) forgetAction(b *batch, key []byte) error {
	var k storedAction
	if _, _, err := readValue(b.Tx, actionBucket, key, &k); err != nil {
		return err
	}
	if !k.Final {
		if err := b.delete(openBucket, k.openKey()); err != nil {
			return err
		}
	}
	return b.delete(actionBucket, key)
}

// At most every sweepInterval, a transaction also deletes up to maxSwept expired keys, so
// that no operation waits long for it.
const (
	sweepInterval = 10 * time.Second
	maxSwept      = 250
)

// expiryKey returns the key that schedules the deletion of a bucket's key at a time.
func expiryKey(at int64, bucket, key string) []byte { return timeKey(at, bucket+"\x00"+key) }

// sweep deletes a little of what has expired: a day of the duplicate index, buttons and
// counters.
func (db *DB) sweep(b *batch) error {
	if !db.lastSweep.IsZero() && b.now.Sub(db.lastSweep) < sweepInterval {
		return nil
	}
	db.lastSweep = b.now
	if err := b.dropOldestDay(); err != nil {
		return err
	}
	var keys [][]byte
	cursor := b.Bucket([]byte(expiryBucket)).Cursor()
	for key, _ := cursor.First(); key != nil && len(keys) < maxSwept && keyTime(key) < b.now.UnixMicro(); key, _ = cursor.Next() {
		keys = append(keys, bytes.Clone(key))
	}
	for _, key := range keys {
		err := db.dropExpired(b, key)
		if errors.Is(err, errDamaged) {
			bucket, name := expiryOf(key)
			if err = db.setAside(b, damage{bucket, []byte(name), err}); err == nil {
				err = db.dropExpired(b, key)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// expiryOf returns what an expiry key names.
func expiryOf(key []byte) (bucket, name string) {
	bucket, name, _ = strings.Cut(string(key[8:]), "\x00")
	return bucket, name
}

// ageFields are the fields of a head that say whether a value is old and finished, and whose
// it is.
type ageFields struct {
	Member       string `json:"member"`
	Conversation string `json:"conv"`
	At           int64  `json:"at"`
	Time         int64  `json:"time"`
	Final        bool   `json:"final"`
	Version      uint64 `json:"v"`
	Sent         uint64 `json:"sent"`
}

// purgeRules say of the values of buckets whether Purge deletes them.
func purgeRules(old store.Old) map[string]func(key []byte, a ageFields) bool {
	isOld := func(at int64, before time.Time) bool { return at != 0 && !before.IsZero() && at < before.UnixMicro() }
	free := func(conversation string, a ageFields) bool {
		return old.Held == nil || !old.Held(conversation, a.Member)
	}
	return map[string]func([]byte, ageFields) bool{
		entryBucket: func(key []byte, a ageFields) bool {
			return isOld(a.At, old.Conversations) && free(conversationOf(key), a)
		},
		actionBucket: func(_ []byte, a ageFields) bool {
			return a.Final && isOld(a.At, old.Conversations) && free(a.Conversation, a)
		},
		replyBucket: func(_ []byte, a ageFields) bool {
			return a.Sent == a.Version && isOld(a.At, old.Conversations) && free(a.Conversation, a)
		},
		usageBucket: func(key []byte, a ageFields) bool { return isOld(a.Time, old.Audit) && free(conversationOf(key), a) },
		asideBucket: func(_ []byte, a ageFields) bool { return isOld(a.At, old.Conversations) },
	}
}

// Purge is store.Journal's. It scans page by page.
func (db *DB) Purge(ctx context.Context, old store.Old) (int, error) {
	count := 0
	for bucket, rule := range purgeRules(old) {
		n, err := inChunks(ctx, db, bucket, func(key []byte, a ageFields) bool { return rule(key, a) }, func(b *batch, chunk []location) error {
			return db.purge(b, chunk, rule)
		})
		if count += n; err != nil {
			return count, fmt.Errorf("purge: %w", err)
		}
	}
	if old.Entry != nil {
		n, err := db.trimEntries(ctx, old)
		if count += n; err != nil {
			return count, fmt.Errorf("purge: %w", err)
		}
	}
	if old.Audit.IsZero() {
		return count, nil
	}
	n, err := db.purgeAudits(ctx, old)
	if err != nil {
		return count, fmt.Errorf("purge: %w", err)
	}
	return count + n, nil
}

// inChunks gives write the values of a bucket whose heads are wanted, some at a time, and
// returns how many they were. Others have their turn between pages for as long as one took.
func inChunks(ctx context.Context, db *DB, bucket string, wanted func(key []byte, a ageFields) bool, write func(*batch, []location) error) (count int, err error) {
	var found []location
	seen, begun := 0, time.Now()
	flush := func() error {
		chunk := found
		found = nil
		count += len(chunk)
		return db.write(ctx, func(b *batch) error { return write(b, chunk) })
	}
	err = scanSound(ctx, db, bucket, func(key []byte, a ageFields) (err error) {
		if wanted(key, a) {
			found = append(found, location{bucket, key})
		}
		if len(found) >= maxPurged {
			err = flush()
		}
		if seen++; err == nil && seen%maxPage == 0 {
			select {
			case <-ctx.Done():
				err = ctx.Err()
			case <-time.After(time.Since(begun)):
			}
			begun = time.Now()
		}
		return err
	})
	if err == nil && len(found) > 0 {
		err = flush()
	}
	return count, err
}

// purge deletes those values to which the rule still applies.
func (db *DB) purge(b *batch, values []location, rule func([]byte, ageFields) bool) error {
	var stillOld []location
	for _, p := range values {
		var a ageFields
		_, found, err := readValue(b.Tx, p.bucket, p.key, &a)
		if err != nil {
			return err
		}
		if found && rule(p.key, a) {
			stillOld = append(stillOld, p)
		}
	}
	for _, p := range stillOld {
		drop := memberBuckets[p.bucket]
		if drop == nil {
			drop = func(_ *DB, b *batch, key []byte) error { return b.delete(p.bucket, key) }
		}
		if err := drop(db, b, p.key); err != nil {
			return err
		}
	}
	return nil
}

// dropExpired deletes what an expiry key names, unless it now expires at another time.
func (db *DB) dropExpired(b *batch, key []byte) error {
	bucket, name := expiryOf(key)
	var until int64
	var found bool
	var err error
	switch bucket {
	case buttonBucket:
		var k storedButton
		_, found, err = readValue(b.Tx, bucket, []byte(name), &k)
		until = k.Until + lateWindow
	case countBucket:
		var k storedCount
		_, found, err = readValue(b.Tx, bucket, []byte(name), &k)
		until = k.Until
	}
	if err != nil {
		return err
	}
	if found && until == keyTime(key) {
		if bucket == countBucket {
			delete(db.counters, name)
			b.onCommit = append(b.onCommit, func() { _ = db.tries.drop(counterNumber(name)) })
		}
		drop := memberBuckets[bucket]
		if drop == nil {
			drop = func(_ *DB, b *batch, key []byte) error { return b.delete(bucket, key) }
		}
		if err := drop(db, b, []byte(name)); err != nil {
			return err
		}
	}
	return b.delete(expiryBucket, key)
}
