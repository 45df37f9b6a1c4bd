package bolt

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"aidesk/store"
)

// outgoing is what is kept in memory of the replies not yet delivered. db.mu guards it.
type outgoing struct {
	lanes map[string]*lane        // by conversation
	lines map[string]*line[*lane] // by the adapter of a lane's first reply
	count int
}

// lane is the replies of one conversation that are not delivered, the oldest first.
// Only the first may be on its way.
type lane struct {
	slot[*lane]
	name    string
	replies []pending
}

// pending is a reply in a lane.
type pending struct {
	id      string
	adapter string
	order   uint64
	at      time.Time // not before: its Retry, or when a sending counts as crashed
}

func newOutgoing() outgoing {
	return outgoing{lanes: map[string]*lane{}, lines: map[string]*line[*lane]{}}
}

// load reads what is not delivered from disk.
func (o *outgoing) load(tx *bbolt.Tx, now time.Time) error {
	return tx.Bucket([]byte(outboxBucket)).ForEach(func(key, value []byte) error {
		id, err := openAt(outboxBucket, key, value, nil)
		if err != nil {
			return err
		}
		var k keptReply
		if _, _, err := read(tx, replyBucket, id, &k); err != nil {
			return err
		}
		o.set(string(id), k, moment(k.Retry), now)
		return nil
	})
}

// set puts a reply where its state says: into its lane at its order, or nowhere.
func (o *outgoing) set(id string, k keptReply, at, now time.Time) {
	l := o.lanes[k.Conversation]
	if l == nil {
		l = &lane{name: k.Conversation}
		l.item = l
		o.lanes[k.Conversation] = l
	}
	before := len(l.replies)
	l.replies = slices.DeleteFunc(l.replies, func(p pending) bool { return p.id == id })
	if k.Version > k.Sent {
		p := pending{id: id, adapter: k.Adapter, order: k.Order, at: at}
		i, _ := slices.BinarySearchFunc(l.replies, p, func(a, b pending) int { return cmp.Compare(a.order, b.order) })
		l.replies = slices.Insert(l.replies, i, p)
	}
	o.count += len(l.replies) - before
	l.leave()
	if len(l.replies) == 0 {
		delete(o.lanes, l.name)
		return
	}
	first := l.replies[0]
	l.order, l.at = first.order, first.at
	if o.lines[first.adapter] == nil {
		o.lines[first.adapter] = newLine[*lane]()
	}
	o.lines[first.adapter].put(&l.slot, now)
}

// waits is until when a reply must wait as far as memory knows.
func (o *outgoing) waits(conversation, id string) time.Time {
	if l := o.lanes[conversation]; l != nil {
		for _, p := range l.replies {
			if p.id == id {
				return p.at
			}
		}
	}
	return time.Time{}
}

// first is the lane of the oldest reply that may go by one of the adapters.
func (o *outgoing) first(adapters []string, now time.Time) *lane {
	var oldest *slot[*lane]
	for _, a := range adapters {
		if o.lines[a] == nil {
			continue
		}
		if s := o.lines[a].first(now); s != nil && (oldest == nil || s.order < oldest.order) {
			oldest = s
		}
	}
	if oldest == nil {
		return nil
	}
	return oldest.item
}

// Outbox is store.Journal's.
func (db *DB) Outbox(ctx context.Context, owner string, adapters []string, limit int) ([]store.Delivery, error) {
	if err := db.usable(ctx); err != nil {
		return nil, err
	}
	db.mu.Lock()
	idle := limit <= 0 || db.outgoing.first(adapters, db.now()) == nil
	db.mu.Unlock()
	if idle {
		return nil, nil
	}
	var deliveries []store.Delivery
	err := db.write(ctx, func(b *batch) error {
		for len(deliveries) < limit {
			l := db.outgoing.first(adapters, b.now)
			if l == nil {
				break
			}
			d, err := db.hand(b, l.replies[0].id)
			if err != nil {
				return err
			}
			deliveries = append(deliveries, d)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("outbox of %s: %w", owner, err)
	}
	return deliveries, nil
}

// hand marks a reply as being sent and gives it out.
func (db *DB) hand(b *batch, id string) (store.Delivery, error) {
	var k keptReply
	body, found, err := read(b.Tx, replyBucket, []byte(id), &k)
	if err == nil && !found {
		err = fmt.Errorf("reply %s is in the outbox and nowhere else: %w", id, errDamaged)
	}
	if err != nil {
		return store.Delivery{}, err
	}
	d := store.Delivery{Reply: k.reply(id, body), Posted: k.Posted, Unsettled: moment(k.Sending)}
	k.Sending, k.Handed, k.Retry = micros(b.now), k.Version, 0
	db.outgoing.set(id, k, b.now.Add(store.SendTime), b.now)
	return d, b.put(replyBucket, []byte(id), k, body)
}
