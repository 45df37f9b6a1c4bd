package bolt

import (
	"context"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"aidesk/store"
	"aidesk/store/bolt/queue"
)

// loadOutbox builds from disk what is kept in memory of the replies not yet delivered.
func (db *DB) loadOutbox(tx *bbolt.Tx, now time.Time) error {
	return tx.Bucket([]byte(outboxBucket)).ForEach(func(key, value []byte) error {
		id, err := openAt(outboxBucket, key, value, nil)
		if err != nil {
			return err
		}
		var k keptReply
		if _, _, err := read(tx, replyBucket, id, &k); err != nil {
			return err
		}
		db.place(string(id), k, moment(k.Retry), now)
		return nil
	})
}

// place puts a reply where its state says: into the outbox in memory at its order, or nowhere.
func (db *DB) place(id string, k keptReply, at, now time.Time) {
	if k.Version > k.Sent {
		db.outbox.Put(k.Conversation, queue.Reply{ID: id, Adapter: k.Adapter, Order: k.Order, At: at}, now)
	} else {
		db.outbox.Remove(k.Conversation, id, now)
	}
}

// Outbox is store.Journal's.
func (db *DB) Outbox(ctx context.Context, owner string, adapters []string, limit int) ([]store.Delivery, error) {
	if err := db.usable(ctx); err != nil {
		return nil, err
	}
	db.mu.Lock()
	_, found := db.outbox.First(adapters, db.now())
	db.mu.Unlock()
	if !found || limit <= 0 {
		return nil, nil
	}
	var deliveries []store.Delivery
	err := db.write(ctx, func(b *batch) error {
		for len(deliveries) < limit {
			id, found := db.outbox.First(adapters, b.now)
			if !found {
				break
			}
			d, err := db.hand(b, id)
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
	db.place(id, k, b.now.Add(store.SendTime), b.now)
	return d, b.put(replyBucket, []byte(id), k, body)
}
