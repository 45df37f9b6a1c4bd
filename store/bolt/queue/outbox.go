package queue

import (
	"cmp"
	"slices"
	"time"
)

// Outbox holds the replies not yet delivered. Of each conversation they are sent one at a
// time and in order.
type Outbox struct {
	queues    map[string]*replyQueue            // by conversation
	schedules map[string]*schedule[*replyQueue] // by the adapter of a queue's first reply
	count     int
}

// replyQueue holds the replies of one conversation, the oldest first. Only the first may
// be sent.
type replyQueue struct {
	entry[*replyQueue]
	conversation string
	replies      []Reply
}

// Reply is a reply that waits to be sent.
type Reply struct {
	ID        string
	Adapter   string
	Order     uint64
	NotBefore time.Time // not before: its Retry, or when a sending counts as crashed
}

// NewOutbox makes an empty outbox.
func NewOutbox() *Outbox {
	return &Outbox{queues: map[string]*replyQueue{}, schedules: map[string]*schedule[*replyQueue]{}}
}

// Len counts the replies that wait.
func (o *Outbox) Len() int { return o.count }

// Put adds a reply to its conversation at its order, or moves it when it is there already.
func (o *Outbox) Put(conversation string, r Reply, now time.Time) {
	q := o.queues[conversation]
	if q == nil {
		q = &replyQueue{conversation: conversation}
		q.value = q
		o.queues[conversation] = q
	}
	before := len(q.replies)
	q.delete(r.ID)
	i, _ := slices.BinarySearchFunc(q.replies, r, func(a, b Reply) int { return cmp.Compare(a.Order, b.Order) })
	q.replies = slices.Insert(q.replies, i, r)
	o.count += len(q.replies) - before
	o.reschedule(q, now)
}

// Remove takes a reply out.
func (o *Outbox) Remove(conversation, id string, now time.Time) {
	q := o.queues[conversation]
	if q == nil {
		return
	}
	before := len(q.replies)
	q.delete(id)
	o.count += len(q.replies) - before
	o.reschedule(q, now)
}

// Drop takes a reply out whose conversation is not known.
func (o *Outbox) Drop(id string, now time.Time) {
	for conversation, q := range o.queues {
		if slices.ContainsFunc(q.replies, func(r Reply) bool { return r.ID == id }) {
			o.Remove(conversation, id, now)
			return
		}
	}
}

func (q *replyQueue) delete(id string) {
	q.replies = slices.DeleteFunc(q.replies, func(r Reply) bool { return r.ID == id })
}

// reschedule updates the place of a conversation's queue after a change.
func (o *Outbox) reschedule(q *replyQueue, now time.Time) {
	q.remove()
	if len(q.replies) == 0 {
		delete(o.queues, q.conversation)
		return
	}
	first := q.replies[0]
	q.order, q.notBefore = first.Order, first.NotBefore
	if o.schedules[first.Adapter] == nil {
		o.schedules[first.Adapter] = newSchedule[*replyQueue]()
	}
	o.schedules[first.Adapter].put(&q.entry, now)
}

// NotBefore returns until when a reply waits; zero: it does not, or is not in the outbox.
func (o *Outbox) NotBefore(conversation, id string) time.Time {
	if q := o.queues[conversation]; q != nil {
		for _, r := range q.replies {
			if r.ID == id {
				return r.NotBefore
			}
		}
	}
	return time.Time{}
}

// First returns the oldest reply that may be sent now by one of the adapters.
func (o *Outbox) First(adapters []string, now time.Time) (id string, order uint64, ok bool) {
	var oldest *entry[*replyQueue]
	for _, a := range adapters {
		if o.schedules[a] == nil {
			continue
		}
		if s := o.schedules[a].first(now); s != nil && (oldest == nil || s.order < oldest.order) {
			oldest = s
		}
	}
	if oldest == nil {
		return "", 0, false
	}
	return oldest.value.replies[0].ID, oldest.order, true
}

// IsNext reports whether a reply is the first of its conversation and may be sent now.
func (o *Outbox) IsNext(conversation, id string, now time.Time) bool {
	q := o.queues[conversation]
	return q != nil && q.replies[0].ID == id && !q.replies[0].NotBefore.After(now)
}
