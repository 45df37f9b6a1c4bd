package bolt

import (
	"context"
	"fmt"

	"aidesk/store"
)

// Get is store.Records'.
func (db *DB) Get(ctx context.Context, key string) (store.Record, error) {
	var k keptRecord
	value, err := db.find(ctx, recordBucket, key, &k)
	if err != nil {
		return store.Record{}, err
	}
	return store.Record{Key: key, Version: k.Version, Value: value}, nil
}

// Put is store.Records'.
func (db *DB) Put(ctx context.Context, r store.Record) (uint64, error) {
	err := checkKeys("record", r.Key)
	var version uint64
	if err == nil {
		err = db.write(ctx, func(b *batch) error {
			if err := b.fits([]store.Record{r}); err != nil {
				return err
			}
			version, err = db.putRecord(b, r)
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("put %s: %w", r.Key, err)
	}
	return version, nil
}

// Delete is store.Records'.
func (db *DB) Delete(ctx context.Context, key string, version uint64) error {
	err := db.write(ctx, func(b *batch) error {
		var k keptRecord
		_, found, err := read(b.Tx, recordBucket, []byte(key), &k)
		switch {
		case err != nil:
			return err
		case !found:
			return store.ErrNotFound
		case k.Version != version:
			return fmt.Errorf("version %d, not %d: %w", k.Version, version, store.ErrConflict)
		}
		n, err := b.number(recordBucket)
		if err != nil {
			return err
		}
		b.after = append(b.after, func() { db.watches.tell(store.Record{Key: key, Version: n}) })
		return b.drop(recordBucket, []byte(key))
	})
	if err != nil {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	return nil
}

// Scan is store.Records'.
func (db *DB) Scan(ctx context.Context, prefix string, fn func(store.Record) bool) error {
	err := db.pages(ctx, recordBucket, []byte(prefix), after([]byte(prefix)), false, func(key, value []byte) (bool, error) {
		var k keptRecord
		body, err := openAt(recordBucket, key, value, &k)
		if err != nil {
			return false, err
		}
		return fn(store.Record{Key: string(key), Version: k.Version, Value: body}), nil
	})
	if err != nil {
		return fmt.Errorf("scan %s: %w", prefix, err)
	}
	return nil
}

// fits is ErrConflict when a record is not stored in the version it names.
func (b *batch) fits(records []store.Record) error {
	seen := map[string]bool{}
	for _, r := range records {
		var k keptRecord
		if _, _, err := read(b.Tx, recordBucket, []byte(r.Key), &k); err != nil {
			return err
		}
		if k.Version != r.Version || seen[r.Key] {
			return fmt.Errorf("record %s: version %d, not %d: %w", r.Key, k.Version, r.Version, store.ErrConflict)
		}
		seen[r.Key] = true
	}
	return nil
}

// putRecord writes a record. Its version is a number that no record had before.
func (db *DB) putRecord(b *batch, r store.Record) (uint64, error) {
	n, err := b.number(recordBucket)
	if err != nil {
		return 0, err
	}
	told := store.Record{Key: r.Key, Version: n, Value: append([]byte{}, r.Value...)}
	b.after = append(b.after, func() { db.watches.tell(told) })
	return n, b.put(recordBucket, []byte(r.Key), keptRecord{n}, r.Value)
}
