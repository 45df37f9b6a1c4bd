package bolt

import (
	"context"
	"fmt"
	"slices"

	"aidesk/store"
)

// Sent is store.Journal's.
func (db *DB) Sent(ctx context.Context, r store.Receipt) error {
	err := checkNames("platform id", r.Posted)
	if err == nil {
		err = db.write(ctx, func(b *batch) error { return db.sent(b, r) })
	}
	if err != nil {
		return fmt.Errorf("reply %s was sent: %w", r.ID, err)
	}
	return nil
}

// sent writes a receipt.
func (db *DB) sent(b *batch, r store.Receipt) error {
	var k keptReply
	body, found, err := read(b.Tx, replyBucket, []byte(r.ID), &k)
	if err != nil {
		return err
	}
	if !found {
		return store.ErrNotFound
	}
	if r.Posted != "" {
		k.Posted = r.Posted
	}
	// A delivery that counted as crashed may speak late, when another is under way or done.
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
	switch {
	case retry:
		k.Sending, k.Retry = micros(r.Unsettled), micros(r.Retry)
	case k.Version == k.Sent:
		k.Order = 0
	case k.Next != 0:
		k.Order = k.Next
	}
	k.Next = 0
	if k.Order != old {
		if err := b.drop(outboxBucket, numKey(old)); err != nil {
			return err
		}
		if err := b.list(r.ID, k.Order); err != nil {
			return err
		}
	}
	db.place(r.ID, k, moment(k.Retry), b.now)
	return b.put(replyBucket, []byte(r.ID), k, body)
}

// list gives a reply its place in the outbox; 0: none.
func (b *batch) list(id string, order uint64) error {
	if order == 0 {
		return nil
	}
	return b.put(outboxBucket, numKey(order), nil, []byte(id))
}

// stagedReply is a reply as a commit leaves it.
type stagedReply struct {
	keptReply
	id   string
	body []byte
}

// want reads what is known of replies and makes the wanted state theirs.
func (b *batch) want(replies []store.Reply) ([]stagedReply, error) {
	var staged []stagedReply
	for _, r := range replies {
		s := stagedReply{id: r.ID, body: r.Body}
		_, found, err := read(b.Tx, replyBucket, []byte(r.ID), &s.keptReply)
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

// putReply writes what is wanted and puts it into the outbox. A reply that already
// stands there keeps its place, unless that belongs to a version being sent.
func (db *DB) putReply(b *batch, s stagedReply) error {
	n, err := b.number(outboxBucket)
	if err != nil {
		return err
	}
	switch {
	case s.Order == 0:
		s.Order = n
		if err := b.list(s.id, n); err != nil {
			return err
		}
	case s.Sending != 0 && s.Next == 0:
		s.Next = n
	}
	s.At = b.now.UnixMicro()
	db.place(s.id, s.keptReply, db.outbox.NotBefore(s.Conversation, s.id), b.now)
	return b.put(replyBucket, []byte(s.id), s.keptReply, s.body)
}
