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
func (db *DB) Retract(ctx context.Context, source string) (int, error) {
	if err := checkKeys("retract", source); err != nil {
		return 0, err
	}
	var found []location
	prefix := scopeKey(source)
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		cursor := tx.Bucket([]byte(sourceBucket)).Cursor()
		for key, _ := cursor.Seek(prefix); bytes.HasPrefix(key, prefix); key, _ = cursor.Next() {
			bucket, of, _ := bytes.Cut(bytes.Clone(key[len(prefix):]), []byte{0})
			found = append(found, location{string(bucket), of})
		}
		return nil
	})
	count := 0
	for chunk := range slices.Chunk(found, maxDeleted) {
		if err == nil {
			err = db.write(ctx, func(b *batch) error {
				n, err := db.retract(b, source, chunk)
				count += n
				return err
			})
		}
	}
	if err != nil {
		return 0, fmt.Errorf("retract what came of %s: %w", source, err)
	}
	return count, nil
}

// retract deletes those values that are still there, and says how many they were.
func (db *DB) retract(b *batch, source string, values []location) (count int, err error) {
	for _, v := range values {
		drop := memberBuckets[v.bucket]
		if drop == nil || b.Bucket([]byte(v.bucket)).Get(v.key) == nil { // it was set aside: only the note is left
			if err := b.delete(sourceBucket, sourceKey(source, v.bucket, v.key)); err != nil {
				return count, err
			}
			continue
		}
		if err := drop(db, b, v.key); err != nil {
			return count, err
		}
		count++
	}
	return count, nil
}
