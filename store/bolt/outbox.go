package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"aidesk/store"
	"aidesk/store/bolt/queue"
)

// loadOutbox rebuilds the outbox in memory from the replies not yet delivered, and returns
// the damaged ones.
func (db *DB) loadOutbox(tx *bbolt.Tx, now time.Time) (found []damage, err error) {
	err = tx.Bucket([]byte(outboxBucket)).ForEach(func(key, value []byte) error {
		var k storedReply
		id, bad := decodeValue(value, nil)
		if bad != nil {
			found = append(found, damage{outboxBucket, bytes.Clone(key), bad})
			return nil //nolint:nilerr // it is set aside
		}
		if _, _, bad = readValue(tx, replyBucket, id, &k); bad != nil {
			found = append(found, damage{replyBucket, bytes.Clone(id), bad})
		} else {
			retry := fromMicros(k.Retry)
			if k.Retry > toMicros(now)+k.Wait { // the clock was set back since
				retry = now
			}
			db.scheduleReply(string(id), k, retry, now)
		}
		return nil
	})
	return found, err
}

// scheduleReply puts a reply into the outbox in memory while its wanted version is not
// sent, or else removes it.
func (db *DB) scheduleReply(id string, k storedReply, at, now time.Time) {
	if k.Version > k.Sent {
		db.outbox.Put(k.Conversation, queue.Reply{ID: id, Adapter: k.Adapter, Order: k.Order, NotBefore: at}, now)
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
	deliveries, more, err := db.handOut(nil, nil, adapters, limit)
	db.mu.Unlock()
	if err == nil && more {
		err = db.write(ctx, func(b *batch) (err error) {
			deliveries, _, err = db.handOut(b, deliveries, adapters, limit)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("outbox of %s: %w", owner, err)
	}
	return deliveries, nil
}

// handOut adds replies to be sent to deliveries, up to limit and the oldest first. Without a
// batch it stops before the first that is not yet recorded as being sent; more says that
// there is one.
func (db *DB) handOut(b *batch, deliveries []store.Delivery, adapters []string, limit int) (_ []store.Delivery, more bool, err error) {
	now := db.now()
	for len(deliveries) < limit {
		begun, isBegun := db.handed.first(adapters)
		id, order, waits := db.outbox.First(adapters, now)
		switch {
		case isBegun && (!waits || begun.order < order):
			db.handed.take(begun.ID)
			deliveries = append(deliveries, begun.Delivery)
		case !waits:
			return deliveries, false, nil
		case b == nil:
			return deliveries, true, nil
		default:
			d, err := db.startDelivery(b, id)
			if errors.Is(err, errDamaged) {
				if err := db.setAside(b, damage{replyBucket, []byte(id), err}); err != nil {
					return nil, false, err
				}
				continue
			}
			if err != nil {
				return nil, false, err
			}
			deliveries = append(deliveries, d)
		}
	}
	return deliveries, false, nil
}

// startDelivery records that a reply is being sent and returns it for delivery.
func (db *DB) startDelivery(b *batch, id string) (store.Delivery, error) {
	db.handed.take(id)
	var k storedReply
	body, found, err := readValue(b.Tx, replyBucket, []byte(id), &k)
	if err == nil && !found {
		err = fmt.Errorf("reply %s is in the outbox and nowhere else: %w", id, errDamaged)
	}
	if err != nil {
		return store.Delivery{}, err
	}
	d := db.hand(b, id, &k, body)
	return d, b.put(replyBucket, []byte(id), k, body)
}

// hand notes that a reply is being sent from now on.
func (db *DB) hand(b *batch, id string, k *storedReply, body []byte) store.Delivery {
	if k.First == 0 || k.Handed != k.Version {
		k.First, k.Tries = toMicros(b.now), 0
		_ = db.tries.drop(replyNumber(id)) // of another version
	}
	k.Tries++
	d := store.Delivery{
		Reply: k.reply(id, body), Posted: k.Posted, Unsettled: fromMicros(min(k.Sending, toMicros(b.now))),
		First: fromMicros(k.First), Tries: k.Tries, Lost: db.tries.count(replyNumber(id)),
	}
	k.Sending, k.Handed, k.Retry = toMicros(b.now), k.Version, 0
	db.scheduleReply(id, *k, b.now.Add(store.SendTime), b.now)
	return d
}

// takeBack takes back that replies are being sent which nobody has taken.
func (db *DB) takeBack(b *batch) error {
	for _, d := range db.handed {
		var k storedReply
		body, found, err := readValue(b.Tx, replyBucket, []byte(d.ID), &k)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		k.Sending = toMicros(d.Unsettled)
		if k.Tries--; k.Tries == 0 {
			k.First = 0
		}
		if err := b.put(replyBucket, []byte(d.ID), k, body); err != nil {
			return err
		}
	}
	db.handed = nil
	return nil
}

// Sending is store.Journal's.
func (db *DB) Sending(ctx context.Context, d store.Delivery) error {
	if err := db.usable(ctx); err != nil {
		return err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.tries.add(replyNumber(d.ID), 1)
}

// Sent is store.Journal's.
func (db *DB) Sent(ctx context.Context, r store.Receipt) error {
	err := checkNames("platform id", r.Posted)
	if err == nil {
		err = db.writeIdly(ctx, func(b *batch) error {
			err := db.settleDelivery(b, r)
			if errors.Is(err, errDamaged) {
				err = db.setAside(b, damage{replyBucket, []byte(r.ID), err})
			}
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("reply %s was sent: %w", r.ID, err)
	}
	return nil
}

// settleDelivery records what became of a delivery.
func (db *DB) settleDelivery(b *batch, r store.Receipt) error {
	var k storedReply
	body, found, err := readValue(b.Tx, replyBucket, []byte(r.ID), &k)
	if err != nil {
		return err
	}
	if !found {
		return store.ErrNotFound
	}
	if r.Posted != "" {
		k.Posted = r.Posted
	}
	// A delivery that was taken for crashed may report late, when a newer one has begun or ended.
	late := r.Version < k.Handed || r.Version <= k.Sent
	retry := !r.Retry.IsZero() && !r.Gone
	if !retry {
		k.Sent = max(k.Sent, min(r.Version, k.Version))
	}
	if late {
		return b.put(replyBucket, []byte(r.ID), k, body)
	}
	old := k.Order
	k.Sending, k.Retry = 0, 0
	if retry || r.Gone {
		k.Sending = toMicros(r.Unsettled)
	}
	b.onCommit = append(b.onCommit, func() {
		if retry {
			_ = db.tries.add(replyNumber(r.ID), -1) // it was heard of
		} else {
			_ = db.tries.drop(replyNumber(r.ID))
		}
	})
	if !retry {
		k.First, k.Tries = 0, 0
	}
	switch {
	case retry:
		k.Retry = toMicros(r.Retry)
		k.Wait = k.Retry - toMicros(b.now)
	case k.Version == k.Sent:
		k.Order = 0
	case k.Next != 0:
		k.Order = k.Next
	}
	k.Next = 0
	if k.Order != old {
		if err := b.delete(outboxBucket, numKey(old)); err != nil {
			return err
		}
		if err := b.putOutboxKey(r.ID, k.Order); err != nil {
			return err
		}
	}
	db.scheduleReply(r.ID, k, fromMicros(k.Retry), b.now)
	return b.put(replyBucket, []byte(r.ID), k, body)
}

// putOutboxKey lists a reply in the outbox at an order; 0: nowhere.
func (b *batch) putOutboxKey(id string, order uint64) error {
	if order == 0 {
		return nil
	}
	return b.put(outboxBucket, numKey(order), nil, []byte(id))
}

// stagedReply is a reply as it will be written.
type stagedReply struct {
	storedReply
	id   string
	body []byte
}

// stageReplies reads the stored replies and gives them their new wanted state.
func (b *batch) stageReplies(replies []store.Reply) ([]stagedReply, error) {
	var staged []stagedReply
	for _, r := range replies {
		s := stagedReply{id: r.ID, body: r.Body}
		_, found, err := readValue(b.Tx, replyBucket, []byte(r.ID), &s.storedReply)
		if err != nil {
			return nil, err
		}
		if found && s.Conversation != r.Conversation {
			return nil, fmt.Errorf("reply %s belongs to %s: %w", r.ID, s.Conversation, store.ErrConflict)
		}
		s.Conversation, s.Member, s.Adapter = r.Conversation, r.Member, r.Adapter
		s.Version++
		staged = slices.DeleteFunc(staged, func(o stagedReply) bool { return o.id == r.ID })
		staged = append(staged, s)
	}
	return staged, nil
}

// putReply writes a reply and puts it into the outbox. One that is already there keeps
// its order, unless that order belongs to a version that is being sent.
func (db *DB) putReply(b *batch, s stagedReply) error {
	n, err := b.nextNumber(outboxBucket)
	if err != nil {
		return err
	}
	notBefore := db.outbox.NotBefore(s.Conversation, s.id)
	if before, unsent := db.handed.take(s.id); unsent { // nobody has sent the version before
		s.Sending, notBefore = toMicros(before.Unsettled), time.Time{}
	}
	switch {
	case s.Order == 0:
		s.Order = n
		if err := b.putOutboxKey(s.id, n); err != nil {
			return err
		}
	case s.Sending != 0 && s.Next == 0:
		s.Next = n
	}
	s.At = b.now.UnixMicro()
	db.scheduleReply(s.id, s.storedReply, notBefore, b.now)
	if db.outbox.IsNext(s.Conversation, s.id, b.now) { // it can go at once: that saves a writing
		d := db.hand(b, s.id, &s.storedReply, s.body)
		b.onCommit = append(b.onCommit, func() { db.handed.add(handedReply{d, s.Order}) })
	}
	return b.put(replyBucket, []byte(s.id), s.storedReply, s.body)
}
