package bolt

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"aidesk/store"
)

// Restored is what was open in a store that went back in time.
type Restored struct {
	Events  []store.Event // not worked, which nobody works any more; without timers
	Replies int           // not delivered, which nobody delivers any more
	Actions int           // not final, which were closed
	Made    time.Time     // when the backup was made; zero: it is a store that was no backup
}

// MarkRestored makes a store that was put back from a backup one in which nothing runs
// again, in one transaction. After the backup the program went on: what is open here may
// have come to its end since, and what is not here may have been worked.
//
// Events and timers are dropped, and replies count as delivered. Actions that are not final
// are closed as fn says: of its commit the actions, entries and audits are written. From
// now on events that a platform says happened before count as duplicates, those too that
// the backup does not know.
func (db *DB) MarkRestored(ctx context.Context, fn func(store.Action) (store.Commit, error)) (Restored, error) {
	var r Restored
	err := db.write(ctx, func(b *batch) error {
		if err := db.dropEvents(b, &r); err != nil {
			return err
		}
		if err := db.dropReplies(b, &r); err != nil {
			return err
		}
		if err := db.closeActions(b, &r, fn); err != nil {
			return err
		}
		// A version names one value for ever, also those that were given after the backup.
		if err := b.skipNumbers(recordBucket, 1<<32); err != nil {
			return err
		}
		var made, restores metaValue
		if _, _, err := readValue(b.Tx, metaBucket, []byte("backup"), &made); err != nil {
			return err
		}
		r.Made = fromMicros(int64(made.Number))
		if err := b.delete(metaBucket, []byte("backup")); err != nil {
			return err
		}
		if _, _, err := readValue(b.Tx, metaBucket, []byte("restores"), &restores); err != nil {
			return err
		}
		restores.Number++
		if err := b.put(metaBucket, []byte("restores"), restores, nil); err != nil {
			return err
		}
		db.restored = b.now.UnixMicro()
		b.writes++
		return b.put(metaBucket, []byte("restored"), metaValue{Number: uint64(db.restored)}, nil)
	})
	if err != nil {
		return Restored{}, fmt.Errorf("mark the store as restored: %w", err)
	}
	return r, nil
}

// RestoredAt returns when the store was put back from a backup; zero: it never was.
func (db *DB) RestoredAt() time.Time { return fromMicros(db.restored) }

// dropEvents drops events and timers. The inbox was loaded, so none of it is damaged.
func (db *DB) dropEvents(b *batch, r *Restored) error {
	for _, kv := range all(b, inboxBucket) {
		var k storedEvent
		body, err := decodeValue(kv.value, &k)
		if err != nil {
			return err
		}
		if k.Due == 0 { // a timer that has fallen due concerns what is closed here anyway
			r.Events = append(r.Events, k.event(keyNum(kv.key), body))
		}
		if err := db.forgetEvent(b, kv.key); err != nil {
			return err
		}
	}
	for _, kv := range all(b, timerBucket) {
		if err := db.forgetTimer(b, kv.key); err != nil {
			return err
		}
	}
	return nil
}

// dropReplies counts replies as delivered. When one of them is wanted in a newer version,
// whoever delivers that finds out first whether the older one arrived.
func (db *DB) dropReplies(b *batch, r *Restored) error {
	for _, kv := range all(b, outboxBucket) {
		id, err := decodeValue(kv.value, nil)
		if err != nil {
			return err
		}
		var k storedReply
		body, found, err := readValue(b.Tx, replyBucket, id, &k)
		if err != nil {
			return err
		}
		if found {
			if k.Posted == "" && k.Sending == 0 {
				k.Sending = k.At
			}
			k.Sent, k.Handed, k.Order, k.Next = k.Version, k.Version, 0, 0
			k.Retry, k.First, k.Tries = 0, 0, 0
			db.scheduleReply(string(id), k, time.Time{}, b.now)
			if err := b.put(replyBucket, id, k, body); err != nil {
				return err
			}
			r.Replies++
		}
		if err := b.delete(outboxBucket, kv.key); err != nil {
			return err
		}
	}
	return nil
}

// closeActions closes the actions that are not final.
func (db *DB) closeActions(b *batch, r *Restored, fn func(store.Action) (store.Commit, error)) error {
	for _, kv := range all(b, openBucket) {
		var k storedAction
		id, err := decodeValue(kv.value, nil)
		if err != nil {
			if err := db.setAside(b, damage{openBucket, kv.key, err}); err != nil {
				return err
			}
			continue
		}
		body, found, err := readValue(b.Tx, actionBucket, id, &k)
		switch {
		case err != nil:
			err = db.setAside(b, damage{actionBucket, id, err}, damage{openBucket, kv.key, err})
		case !found:
			err = b.delete(openBucket, kv.key)
		default:
			r.Actions++
			err = db.closeAction(b, k.action(string(id), body), fn)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// closeAction writes what fn decides of an action.
func (db *DB) closeAction(b *batch, a store.Action, fn func(store.Action) (store.Commit, error)) error {
	c, err := fn(a)
	if err == nil {
		err = validateCommit(c)
	}
	if err != nil {
		return err
	}
	staged, err := b.stageActions(c.Actions)
	if err != nil {
		return err
	}
	for _, s := range staged {
		if err := b.putAction(s); err != nil {
			return err
		}
	}
	for _, e := range c.Entries {
		if err := db.putEntry(b, a.Conversation, e); err != nil {
			return err
		}
	}
	return db.appendAudits(b, c.Audits)
}

// all returns copies of what a bucket holds, which may then be changed.
func all(b *batch, bucket string) []keyValue {
	var found []keyValue
	cursor := b.Bucket([]byte(bucket)).Cursor()
	for key, value := cursor.First(); key != nil; key, value = cursor.Next() {
		found = append(found, keyValue{bytes.Clone(key), bytes.Clone(value)})
	}
	return found
}
