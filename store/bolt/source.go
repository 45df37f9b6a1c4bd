package bolt

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"
)

// sourceKey says that the value of a key came of a source. It says everything itself.
func sourceKey(source, bucket string, key []byte) []byte {
	return slices.Concat(scopeKey(source), []byte(bucket), []byte{0}, key)
}

// putSources notes of what a value came.
func (b *batch) putSources(sources []string, bucket string, key []byte) error {
	for _, s := range sources {
		if err := b.putRaw(sourceBucket, sourceKey(s, bucket, key), nil); err != nil {
			return err
		}
	}
	return nil
}

// dropSources takes back what putSources noted.
func (b *batch) dropSources(sources []string, bucket string, key []byte) error {
	for _, s := range sources {
		if err := b.delete(sourceBucket, sourceKey(s, bucket, key)); err != nil {
			return err
		}
	}
	return nil
}

// Retract is store.Journal's.
func (db *DB) Retract(ctx context.Context, source string, held func(conversation, member string) bool) (count int, kept bool, err error) {
	if err := checkKeys("retract", source); err != nil {
		return 0, false, err
	}
	var found []location
	prefix := scopeKey(source)
	err = db.view(ctx, func(tx *bbolt.Tx) error {
		cursor := tx.Bucket([]byte(sourceBucket)).Cursor()
		for key, _ := cursor.Seek(prefix); bytes.HasPrefix(key, prefix); key, _ = cursor.Next() {
			bucket, of, _ := bytes.Cut(bytes.Clone(key[len(prefix):]), []byte{0})
			found = append(found, location{string(bucket), of})
		}
		return nil
	})
	for chunk := range slices.Chunk(found, maxDeleted) {
		if err == nil {
			err = db.write(ctx, func(b *batch) error {
				n, stays, err := db.retract(b, source, chunk, held)
				count, kept = count+n, kept || stays
				return err
			})
		}
	}
	if err != nil {
		return 0, false, fmt.Errorf("retract what came of %s: %w", source, err)
	}
	return count, kept, nil
}

// retract deletes those values that are still there and not held, and says how many they were,
// and whether any is held.
func (db *DB) retract(b *batch, source string, values []location, held func(conversation, member string) bool) (count int, kept bool, err error) {
	for _, v := range values {
		var h ownedHead
		_, found, err := readValue(b.Tx, v.bucket, v.key, &h)
		drop := memberBuckets[v.bucket]
		switch {
		case err != nil:
			return count, kept, err
		case drop == nil || !found: // it was set aside: only the note is left
			drop = func(_ *DB, b *batch, key []byte) error {
				return b.delete(sourceBucket, sourceKey(source, v.bucket, key))
			}
		case held != nil && held(v.conversation(h), h.Member):
			kept = true
			continue
		default:
			count++
		}
		if err := drop(db, b, v.key); err != nil {
			return count, kept, err
		}
	}
	return count, kept, nil
}

// conversation is that of a value with a head.
func (l location) conversation(h ownedHead) string {
	if l.bucket == entryBucket {
		return conversationOf(l.key)
	}
	return h.Conversation
}
