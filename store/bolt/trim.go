package bolt

import (
	"bytes"
	"context"

	"aidesk/store"
)

// trimEntries leaves of entries what old.Entry says. It reads each entry, and writes only those
// of which something goes.
func (db *DB) trimEntries(ctx context.Context, old store.Old) (count int, err error) {
	var found []location
	flush := func() error {
		chunk := found
		found = nil
		return db.write(ctx, func(b *batch) error { return db.trim(b, chunk, old) })
	}
	err = db.scanPages(ctx, entryBucket, nil, nil, false, func(key, value []byte) (bool, error) {
		var k storedEntry
		body, err := decodeValue(value, &k)
		if err != nil || !changes(old, key, k, body) { // a damaged one is set aside by who needs it
			return true, nil //nolint:nilerr // as said
		}
		if found = append(found, location{entryBucket, key}); len(found) < maxPurged {
			return true, nil
		}
		count += len(found)
		return true, flush()
	})
	if err == nil && len(found) > 0 {
		count += len(found)
		err = flush()
	}
	return count, err
}

// changes says whether something of an entry goes.
func changes(old store.Old, key []byte, k storedEntry, body []byte) bool {
	if old.Held != nil && old.Held(conversationOf(key), k.Member) {
		return false
	}
	return !bytes.Equal(old.Entry(fromMicros(k.At), body), body)
}

// trim does it to some entries, as they are now.
func (db *DB) trim(b *batch, entries []location, old store.Old) error {
	for _, e := range entries {
		var k storedEntry
		body, found, err := readValue(b.Tx, entryBucket, e.key, &k)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		left := old.Entry(fromMicros(k.At), body)
		if len(left) == 0 {
			err = db.forgetEntry(b, e.key)
		} else {
			b.onCommit = append(b.onCommit, db.transcripts.forget)
			err = b.put(entryBucket, e.key, k, left)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
