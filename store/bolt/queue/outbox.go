package queue

import (
	"cmp"
	"slices"
	"time"
)

// Outbox is the replies not yet delivered.
type Outbox struct {
	lanes map[string]*lane        // by conversation
	lines map[string]*line[*lane] // by the adapter of a lane's first reply
	count int
}

// lane is the replies of one conversation that are not delivered, the oldest first.
// Only the first may be on its way.
type lane struct {
	slot[*lane]
	name    string
	replies []Reply
}

// Reply is a reply that waits to be sent.
type Reply struct {
	ID      string
	Adapter string
	Order   uint64
	At      time.Time // not before: its Retry, or when a sending counts as crashed
}

// NewOutbox makes an empty outbox.
func NewOutbox() *Outbox {
	return &Outbox{lanes: map[string]*lane{}, lines: map[string]*line[*lane]{}}
}

// Len counts the replies that wait.
func (o *Outbox) Len() int { return o.count }

// Put puts a reply into its conversation's lane at its order, wherever it stood before.
func (o *Outbox) Put(conversation string, r Reply, now time.Time) {
	l := o.lanes[conversation]
	if l == nil {
		l = &lane{name: conversation}
		l.item = l
		o.lanes[conversation] = l
	}
	before := len(l.replies)
	l.drop(r.ID)
	i, _ := slices.BinarySearchFunc(l.replies, r, func(a, b Reply) int { return cmp.Compare(a.Order, b.Order) })
	l.replies = slices.Insert(l.replies, i, r)
	o.count += len(l.replies) - before
	o.place(l, now)
}

// Remove takes a reply out.
func (o *Outbox) Remove(conversation, id string, now time.Time) {
	l := o.lanes[conversation]
	if l == nil {
		return
	}
	before := len(l.replies)
	l.drop(id)
	o.count += len(l.replies) - before
	o.place(l, now)
}

func (l *lane) drop(id string) {
	l.replies = slices.DeleteFunc(l.replies, func(r Reply) bool { return r.ID == id })
}

// place puts a lane where it belongs after a change.
func (o *Outbox) place(l *lane, now time.Time) {
	l.leave()
	if len(l.replies) == 0 {
		delete(o.lanes, l.name)
		return
	}
	first := l.replies[0]
	l.order, l.at = first.Order, first.At
	if o.lines[first.Adapter] == nil {
		o.lines[first.Adapter] = newLine[*lane]()
	}
	o.lines[first.Adapter].put(&l.slot, now)
}

// NotBefore is until when a reply must wait as far as memory knows.
func (o *Outbox) NotBefore(conversation, id string) time.Time {
	if l := o.lanes[conversation]; l != nil {
		for _, r := range l.replies {
			if r.ID == id {
				return r.At
			}
		}
	}
	return time.Time{}
}

// First is the oldest reply that may go by one of the adapters.
func (o *Outbox) First(adapters []string, now time.Time) (id string, ok bool) {
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
		return "", false
	}
	return oldest.item.replies[0].ID, true
}
