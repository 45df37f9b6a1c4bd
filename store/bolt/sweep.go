package bolt

import (
	"bytes"
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
