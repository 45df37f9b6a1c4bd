package audit

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"aidesk/core/secret"
	"aidesk/store"
	"aidesk/store/chain"
)

// keyRecord is the prefix of the records in which the keys that sign audits are kept; the
// id of a key follows. They are sealed with the ring under the name of the record, so that
// a rotation of the ring seals them anew, and lines that they signed stay good.
const keyRecord = "audit-key/"

// keySize is the length of a key in bytes.
const keySize = 32

// Unlock gives a store the keys with which its audits are signed, and makes the first one.
// With a nil ring audits are linked without a key.
func Unlock(ctx context.Context, s store.Store, ring *secret.Ring) error {
	keys, err := Keys(ctx, s, ring)
	if err == nil && keys.First() == "" && ring.First() != "" {
		if err = makeKey(ctx, s, ring); err == nil {
			keys, err = Keys(ctx, s, ring)
		}
	}
	if err != nil {
		return err
	}
	s.Sign(keys)
	return nil
}

// Keys opens the keys with which the audits of a store are signed.
func Keys(ctx context.Context, records store.Records, ring *secret.Ring) (*chain.Keys, error) {
	keys := &chain.Keys{}
	if ring.First() == "" {
		return keys, nil
	}
	var found []store.Record
	err := records.Scan(ctx, keyRecord, func(r store.Record) bool { found = append(found, r); return true })
	for _, r := range found {
		var key []byte
		if key, err = ring.Open(r.Key, string(r.Value)); err != nil {
			break
		}
		keys.Add(strings.TrimPrefix(r.Key, keyRecord), key)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the key of the audit: %w", err)
	}
	return keys, nil
}

// makeKey makes a key and keeps it. Its id is not a number, so that a key that was lost and
// the one after it are told apart.
func makeKey(ctx context.Context, records store.Records, ring *secret.Ring) error {
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // it never fails: without randomness the process ends
	record := keyRecord + "a" + strings.ToLower(rand.Text()[:9])
	sealed, err := ring.Seal(record, key)
	if err == nil {
		_, err = records.Put(ctx, store.Record{Key: record, Value: []byte(sealed)})
	}
	if err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("making a key for the audit: %w", err)
	}
	return nil
}
