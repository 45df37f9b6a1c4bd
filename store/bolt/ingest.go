package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"aidesk/store"
	"aidesk/store/bolt/queue"
)

// maxFired is how many due timers one transaction moves; the rest follow in the next.
const maxFired = 1000

// timers counts the events that are not yet due. db.mu guards it.
type timers struct {
	count   int
	nextDue time.Time // when the next is due; zero: there is none
}

// loadInbox rebuilds the inbox from the events not yet worked, and returns the damaged ones.
func (db *DB) loadInbox(tx *bbolt.Tx, now time.Time) (found []damage, err error) {
	err = tx.Bucket([]byte(inboxBucket)).ForEach(func(key, value []byte) error {
		var k storedEvent
		if _, bad := decodeValue(value, &k); bad != nil {
			found = append(found, damage{inboxBucket, bytes.Clone(key), bad})
		} else {
			db.inbox.Add(k.Conversation, queue.Event{Seq: keyNum(key), Interrupt: k.Interrupt}, now)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	db.timers.count = tx.Bucket([]byte(timerBucket)).Stats().KeyN
	db.timers.loadNext(tx)
	return found, nil
}

// loadNext reads when the next timer is due.
func (t *timers) loadNext(tx *bbolt.Tx) {
	t.nextDue = time.Time{}
	if key, _ := tx.Bucket([]byte(timerBucket)).Cursor().First(); key != nil {
		t.nextDue = fromMicros(keyTime(key))
	}
}

// isDue reports whether a timer is due that was not moved yet.
func (t *timers) isDue(now time.Time) bool { return !t.nextDue.IsZero() && !t.nextDue.After(now) }

// Ingest is store.Journal's.
func (db *DB) Ingest(ctx context.Context, events ...store.Event) ([]store.Ingested, error) {
	if len(events) == 0 {
		return nil, db.usable(ctx)
	}
	arrivals, err := encodeEvents(events, db.now())
	if err != nil {
		return nil, fmt.Errorf("ingest: %w", err)
	}
	for i := range arrivals {
		a := &arrivals[i]
		a.known = a.Due == 0 && a.Time != 0 && a.Time < db.restored
	}
	var done []store.Ingested
	err = db.write(ctx, func(b *batch) error {
		done, err = db.ingest(b, arrivals)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ingest: %w", err)
	}
	return done, nil
}

// encodedEvent is an event with its encoded value.
type encodedEvent struct {
	storedEvent
	value []byte
	known bool // it may have come before a restore, of which the backup does not know
}

// encodeEvents checks and encodes events in the caller's goroutine, to keep the writer free.
func encodeEvents(events []store.Event, now time.Time) ([]encodedEvent, error) {
	arrivals := make([]encodedEvent, len(events))
	for i, e := range events {
		if err := checkKeys("event", e.ID, e.Conversation); err != nil {
			return nil, err
		}
		if err := checkNames("event "+e.ID, e.Member, e.Kind); err != nil {
			return nil, err
		}
		a := &arrivals[i]
		a.storedEvent = storedEvent{
			ID: e.ID, Conversation: e.Conversation, Member: e.Member, Kind: e.Kind,
			Time: toMicros(e.Time), Due: toMicros(e.Due), Interrupt: e.Interrupt, Ingested: toMicros(now),
		}
		var err error
		if a.value, err = encodeValue(a.storedEvent, e.Body); err != nil {
			return nil, err
		}
	}
	return arrivals, nil
}

// ingest writes the events that are not duplicates.
func (db *DB) ingest(b *batch, arrivals []encodedEvent) ([]store.Ingested, error) {
	done := make([]store.Ingested, len(arrivals))
	for i, a := range arrivals {
		if a.known {
			db.logger.Info("an event of before the restore counts as known", "event", a.ID, "kind", a.Kind, "time", fromMicros(a.Time))
			done[i].Duplicate = true
			continue
		}
		isNew, err := b.markIngested(a.storedEvent)
		if err != nil {
			return nil, err
		}
		if !isNew {
			done[i].Duplicate = true
			continue
		}
		if a.Due != 0 {
			err = db.setTimer(b, a)
		} else {
			done[i].Seq, err = db.enqueue(b, a.storedEvent, a.value)
		}
		if err != nil {
			return nil, err
		}
	}
	return done, nil
}

// enqueue writes an event at the end of its conversation.
func (db *DB) enqueue(b *batch, k storedEvent, value []byte) (uint64, error) {
	seq, err := b.nextNumber(inboxBucket)
	if err != nil {
		return 0, err
	}
	if err := b.putRaw(inboxBucket, numKey(seq), value); err != nil {
		return 0, err
	}
	now := b.now
	b.onCommit = append(b.onCommit, func() { // it can be claimed when it can be read
		db.inbox.Add(k.Conversation, queue.Event{Seq: seq, Interrupt: k.Interrupt}, now)
	})
	return seq, nil
}

// removeEvents takes events of a conversation out of what is kept of them in memory.
func (db *DB) removeEvents(b *batch, conversation string, seqs []uint64) {
	db.inbox.Remove(conversation, seqs, b.now)
	b.onCommit = append(b.onCommit, func() {
		for _, seq := range seqs {
			_ = db.tries.drop(seq) // what stays in the file is of an event that is no more
		}
	})
}

// setTimer stores an event until it is due.
func (db *DB) setTimer(b *batch, a encodedEvent) error {
	if err := b.putRaw(timerBucket, timeKey(a.Due, a.ID), a.value); err != nil {
		return err
	}
	t := &db.timers
	t.count++
	if due := fromMicros(a.Due); t.nextDue.IsZero() || due.Before(t.nextDue) {
		t.nextDue = due
	}
	return nil
}

// fireTimers moves timers that are due to the end of their conversations.
func (db *DB) fireTimers(b *batch) error {
	if !db.timers.isDue(b.now) {
		return nil
	}
	var keys, values [][]byte
	cursor := b.Bucket([]byte(timerBucket)).Cursor()
	for key, value := cursor.First(); key != nil && len(keys) < maxFired && keyTime(key) <= b.now.UnixMicro(); key, value = cursor.Next() {
		keys, values = append(keys, bytes.Clone(key)), append(values, bytes.Clone(value))
	}
	for i, key := range keys {
		var k storedEvent
		if _, err := decodeValue(values[i], &k); err != nil {
			if err := db.setAside(b, damage{timerBucket, key, err}); err != nil {
				return err
			}
			continue
		}
		if err := b.delete(timerBucket, key); err != nil {
			return err
		}
		db.timers.count--
		if _, err := db.enqueue(b, k, values[i]); err != nil {
			return err
		}
	}
	db.timers.loadNext(b.Tx)
	return nil
}

// day and lateWindow are in microseconds. Within lateWindow a duplicate is recognised and
// a press of an expired button still gets a reason.
const (
	day        = int64(24 * time.Hour / time.Microsecond)
	lateWindow = 8 * day
)

// markIngested records that an event was ingested; false: it is a duplicate.
//
// Each day has a bucket, which is dropped as a whole when it is too old. An event with a
// plausible time is recorded and looked up in the bucket of that day only, by time and
// id, so that keys arrive nearly in order. Any other is recorded by id on the day it
// arrives and looked up in every day.
func (b *batch) markIngested(k storedEvent) (isNew bool, err error) {
	days := b.Bucket([]byte(dedupBucket))
	today := b.now.UnixMicro()
	var key, name []byte
	if k.Due == 0 && k.Time != 0 && k.Time > today-lateWindow && k.Time < today+day {
		key, name = timeKey(k.Time, k.ID), dayName(k.Time)
		if at := days.Bucket(name); at != nil && at.Get(key) != nil {
			return false, nil
		}
	} else {
		key, name = timeKey(0, k.ID), dayName(today)
		cursor := days.Cursor()
		for other, _ := cursor.First(); other != nil; other, _ = cursor.Next() {
			if days.Bucket(other).Get(key) != nil {
				return false, nil
			}
		}
	}
	b.writes++
	b.note(changeMark, []byte(dedupBucket), name, key)
	at, err := days.CreateBucketIfNotExists(name)
	if err != nil {
		return false, fmt.Errorf("write to bucket %s: %w", dedupBucket, err)
	}
	at.FillPercent = 0.95
	if err := at.Put(key, []byte{}); err != nil {
		return false, fmt.Errorf("write to bucket %s: %w", dedupBucket, err)
	}
	return true, nil
}

// dayName returns the name of the bucket of the day that contains a time.
func dayName(n int64) []byte {
	return binary.BigEndian.AppendUint32(nil, uint32(n/day))
}

// dropOldestDay drops the oldest day once it lies before lateWindow.
func (b *batch) dropOldestDay() error {
	days := b.Bucket([]byte(dedupBucket))
	name, _ := days.Cursor().First()
	if name == nil || int64(binary.BigEndian.Uint32(name)) >= (b.now.UnixMicro()-lateWindow)/day {
		return nil
	}
	b.writes++
	b.note(changeDrop, []byte(dedupBucket), name)
	if err := days.DeleteBucket(name); err != nil {
		return fmt.Errorf("delete a day of bucket %s: %w", dedupBucket, err)
	}
	return nil
}
