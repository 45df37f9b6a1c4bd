package bolt

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"aidesk/store"
	"aidesk/store/bolt/queue"
)

// maxFired is how many timers one transaction moves; the rest follow in the next.
const maxFired = 1000

// timers are the events not yet due. db.mu guards them.
type timers struct {
	count int
	due   time.Time // of the next; zero: there is none
}

// loadInbox builds from disk what is kept in memory of the events not yet worked.
func (db *DB) loadInbox(tx *bbolt.Tx, now time.Time) error {
	err := tx.Bucket([]byte(inboxBucket)).ForEach(func(key, value []byte) error {
		var k keptEvent
		if _, err := openAt(inboxBucket, key, value, &k); err != nil {
			return err
		}
		db.inbox.Add(k.Conversation, queue.Event{Seq: lastNum(key), Interrupt: k.Interrupt}, now)
		return nil
	})
	if err != nil {
		return err
	}
	db.timers.count = tx.Bucket([]byte(timerBucket)).Stats().KeyN
	db.timers.next(tx)
	return nil
}

// next finds out when the next timer is due.
func (t *timers) next(tx *bbolt.Tx) {
	t.due = time.Time{}
	if key, _ := tx.Bucket([]byte(timerBucket)).Cursor().First(); key != nil {
		t.due = moment(keyTime(key))
	}
}

// waits says whether a timer is due that was not moved yet.
func (t *timers) waits(now time.Time) bool { return !t.due.IsZero() && !t.due.After(now) }

// Ingest is store.Journal's.
func (db *DB) Ingest(ctx context.Context, events ...store.Event) ([]store.Ingested, error) {
	if len(events) == 0 {
		return nil, db.usable(ctx)
	}
	arrivals, err := arrive(events, db.now())
	if err != nil {
		return nil, fmt.Errorf("ingest: %w", err)
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

// arrival is an event ready to be written.
type arrival struct {
	keptEvent
	value []byte
}

// arrive checks events and encodes them, so that the writer need not.
func arrive(events []store.Event, now time.Time) ([]arrival, error) {
	arrivals := make([]arrival, len(events))
	for i, e := range events {
		if err := checkKeys("event", e.ID, e.Conversation); err != nil {
			return nil, err
		}
		if err := checkNames("event "+e.ID, e.Member, e.Kind); err != nil {
			return nil, err
		}
		a := &arrivals[i]
		a.keptEvent = keptEvent{
			ID: e.ID, Conversation: e.Conversation, Member: e.Member, Kind: e.Kind,
			Time: micros(e.Time), Due: micros(e.Due), Interrupt: e.Interrupt, Ingested: micros(now),
		}
		var err error
		if a.value, err = seal(a.keptEvent, e.Body); err != nil {
			return nil, err
		}
	}
	return arrivals, nil
}

// ingest writes events that were not ingested before.
func (db *DB) ingest(b *batch, arrivals []arrival) ([]store.Ingested, error) {
	done := make([]store.Ingested, len(arrivals))
	for i, a := range arrivals {
		isNew, err := b.remember(a.keptEvent)
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
			done[i].Seq, err = db.enqueue(b, a.keptEvent, a.value)
		}
		if err != nil {
			return nil, err
		}
	}
	return done, nil
}

// enqueue gives an event its place in the order.
func (db *DB) enqueue(b *batch, k keptEvent, value []byte) (uint64, error) {
	seq, err := b.number(inboxBucket)
	if err != nil {
		return 0, err
	}
	if err := b.putRaw(inboxBucket, numKey(seq), value); err != nil {
		return 0, err
	}
	db.inbox.Add(k.Conversation, queue.Event{Seq: seq, Interrupt: k.Interrupt}, b.now)
	return seq, nil
}

// setTimer keeps an event until it is due.
func (db *DB) setTimer(b *batch, a arrival) error {
	if err := b.putRaw(timerBucket, timeKey(a.Due, a.ID), a.value); err != nil {
		return err
	}
	t := &db.timers
	t.count++
	if due := moment(a.Due); t.due.IsZero() || due.Before(t.due) {
		t.due = due
	}
	return nil
}

// fire moves timers that are due into their conversations' order.
func (db *DB) fire(b *batch) error {
	if !db.timers.waits(b.now) {
		return nil
	}
	var keys, values [][]byte
	cursor := b.Bucket([]byte(timerBucket)).Cursor()
	for key, value := cursor.First(); key != nil && len(keys) < maxFired && keyTime(key) <= b.now.UnixMicro(); key, value = cursor.Next() {
		keys, values = append(keys, bytes.Clone(key)), append(values, bytes.Clone(value))
	}
	for i, key := range keys {
		var k keptEvent
		if _, err := openAt(timerBucket, key, values[i], &k); err != nil {
			return err
		}
		if err := b.drop(timerBucket, key); err != nil {
			return err
		}
		if _, err := db.enqueue(b, k, values[i]); err != nil {
			return err
		}
	}
	db.timers.count -= len(keys)
	db.timers.next(b.Tx)
	return nil
}
