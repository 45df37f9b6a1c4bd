package bolt

import (
	"bytes"
	"context"
	"fmt"

	"aidesk/store"
)

// rewritten is an event whose body is to be replaced.
type rewritten struct {
	location
	was, value []byte
}

// Rewrite is store.Journal's. Timers come first: one that falls due meanwhile moves to the
// end of the inbox, where it is found. It scans page by page and leaves out what is damaged,
// which Work or the next opening sets aside.
func (db *DB) Rewrite(ctx context.Context, fn func(store.Event) ([]byte, error)) (int, error) {
	count := 0
	for _, bucket := range []string{timerBucket, inboxBucket} {
		var found []rewritten
		flush := func() error {
			chunk, n := found, 0
			found = nil
			if len(chunk) == 0 {
				return nil
			}
			err := db.write(ctx, func(b *batch) (err error) { n, err = b.rewrite(chunk); return err })
			if err == nil {
				count += n
			}
			return err
		}
		err := db.scanPages(ctx, bucket, nil, nil, false, func(key, value []byte) (bool, error) {
			var k storedEvent
			body, bad := decodeValue(value, &k)
			if bad != nil {
				return true, nil //nolint:nilerr // it is left out
			}
			seq := uint64(0)
			if bucket == inboxBucket {
				seq = keyNum(key)
			}
			body, err := fn(k.event(seq, bytes.Clone(body)))
			if err != nil || body == nil {
				return err == nil, err
			}
			anew, err := encodeValue(k, body)
			if err != nil {
				return false, err
			}
			if found = append(found, rewritten{location{bucket, key}, value, anew}); len(found) >= maxPurged {
				err = flush()
			}
			return err == nil, err
		})
		if err == nil {
			err = flush()
		}
		if err != nil {
			return count, fmt.Errorf("rewrite events: %w", err)
		}
	}
	return count, nil
}

// rewrite replaces those values that are still what they were: others were worked meanwhile,
// or are timers that fell due.
func (b *batch) rewrite(events []rewritten) (int, error) {
	count := 0
	for _, e := range events {
		if !bytes.Equal(b.Bucket([]byte(e.bucket)).Get(e.key), e.was) {
			continue
		}
		if err := b.putRaw(e.bucket, e.key, e.value); err != nil {
			return 0, err
		}
		count++
	}
	return count, nil
}
