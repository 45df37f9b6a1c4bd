package bolt

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"aidesk/store"
)

// maxFired is how many timers one transaction moves; the rest follow in the next.
const maxFired = 1000

// journal is what is kept in memory of the events not yet worked. db.mu guards it.
type journal struct {
	conversations map[string]*conversation // those with events or a holder
	scopes        map[string]*scope        // those of these conversations
	epoch         uint64                   // of the last lease
	timers        int                      // events not yet due
	due           time.Time                // of the next timer; zero: there is none
}

// scope is what shares the workers with others.
type scope struct {
	name  string
	line  *line[*conversation]
	count int // its conversations
	held  int // those with a holder
}

// conversation is one that has events or a holder.
type conversation struct {
	slot[*conversation]
	name  string
	scope *scope
	held  bool     // it is counted as held in its scope
	queue []queued // not done, in order
	rest  time.Time
	lease store.Lease // Epoch 0: nobody's
	seen  uint64      // the last event that Work handed out under this lease
	told  uint64      // the last event that Work or Extend told of under this lease
	tried uint64      // the event on which this lease has counted its try
}

// queued is an event in memory.
type queued struct {
	seq       uint64
	interrupt bool
}

func newJournal() journal {
	return journal{conversations: map[string]*conversation{}, scopes: map[string]*scope{}}
}

// load reads what is not finished from disk.
func (j *journal) load(tx *bbolt.Tx, now time.Time) error {
	err := tx.Bucket([]byte(inboxBucket)).ForEach(func(key, value []byte) error {
		var k keptEvent
		if _, err := openAt(inboxBucket, key, value, &k); err != nil {
			return err
		}
		j.add(k.Conversation, queued{lastNum(key), k.Interrupt}, now)
		return nil
	})
	if err != nil {
		return err
	}
	j.timers = tx.Bucket([]byte(timerBucket)).Stats().KeyN
	j.next(tx)
	return nil
}

// next finds out when the next timer is due.
func (j *journal) next(tx *bbolt.Tx) {
	j.due = time.Time{}
	if key, _ := tx.Bucket([]byte(timerBucket)).Cursor().First(); key != nil {
		j.due = moment(keyTime(key))
	}
}

// waits says whether a timer is due that was not moved yet.
func (j *journal) waits(now time.Time) bool { return !j.due.IsZero() && !j.due.After(now) }

// add puts an event at the end of its conversation.
func (j *journal) add(name string, q queued, now time.Time) {
	c := j.conversations[name]
	if c == nil {
		c = &conversation{name: name, scope: j.scope(store.Scope(name))}
		c.item = c
		c.scope.count++
		j.conversations[name] = c
	}
	c.queue = append(c.queue, q)
	if q.interrupt {
		c.rest = time.Time{}
	}
	j.place(c, now)
}

// scope finds a scope, or makes it.
func (j *journal) scope(name string) *scope {
	s := j.scopes[name]
	if s == nil {
		s = &scope{name: name, line: newLine[*conversation]()}
		j.scopes[name] = s
	}
	return s
}

// remove takes events out of their conversation.
func (j *journal) remove(name string, seqs []uint64, now time.Time) {
	c := j.conversations[name]
	if c == nil {
		return
	}
	c.queue = slices.DeleteFunc(c.queue, func(q queued) bool { return slices.Contains(seqs, q.seq) })
	j.place(c, now)
}

// place puts a conversation where it belongs after a change.
func (j *journal) place(c *conversation, now time.Time) {
	held := c.lease.Epoch != 0 && now.Before(c.lease.Until)
	if held != c.held {
		c.held = held
		c.scope.held += map[bool]int{true: 1, false: -1}[held]
	}
	if !held && len(c.queue) == 0 {
		c.leave()
		delete(j.conversations, c.name)
		if c.scope.count--; c.scope.count == 0 {
			delete(j.scopes, c.scope.name)
		}
		return
	}
	c.order, c.at = math.MaxUint64, c.rest
	if held {
		c.at = c.lease.Until
	}
	if len(c.queue) > 0 {
		c.order = c.queue[0].seq
	}
	c.scope.line.put(&c.slot, now)
}

// held is the conversation of a lease that is still good; nil: it was lost.
func (j *journal) held(l store.Lease, now time.Time) *conversation {
	c := j.conversations[l.Conversation]
	if c == nil || c.lease.Epoch == 0 || c.lease.Epoch != l.Epoch || !now.Before(c.lease.Until) {
		return nil
	}
	return c
}

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
	db.journal.add(k.Conversation, queued{seq, k.Interrupt}, b.now)
	return seq, nil
}

// setTimer keeps an event until it is due.
func (db *DB) setTimer(b *batch, a arrival) error {
	if err := b.putRaw(timerBucket, timeKey(a.Due, a.ID), a.value); err != nil {
		return err
	}
	j := &db.journal
	j.timers++
	if due := moment(a.Due); j.due.IsZero() || due.Before(j.due) {
		j.due = due
	}
	return nil
}

// fire moves timers that are due into their conversations' order.
func (db *DB) fire(b *batch) error {
	j := &db.journal
	if !j.waits(b.now) {
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
	j.timers -= len(keys)
	j.next(b.Tx)
	return nil
}
