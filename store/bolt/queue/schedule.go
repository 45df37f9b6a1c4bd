package queue

import (
	"container/heap"
	"time"
)

// entry is what a schedule orders: among the ready ones the lowest order comes first,
// among the waiting ones the earliest time.
type entry[T any] struct {
	value     T
	order     uint64
	notBefore time.Time     // it waits until then
	heap      *entryHeap[T] // nil: in no schedule
	index     int
}

// schedule holds entries that are ready and entries that wait for a time.
type schedule[T any] struct {
	ready, waiting entryHeap[T]
}

func newSchedule[T any]() *schedule[T] {
	return &schedule[T]{
		ready:   entryHeap[T]{less: func(a, b *entry[T]) bool { return a.order < b.order }},
		waiting: entryHeap[T]{less: func(a, b *entry[T]) bool { return a.notBefore.Before(b.notBefore) }},
	}
}

// put adds e, or moves it when its order or time has changed.
func (s *schedule[T]) put(e *entry[T], now time.Time) {
	e.remove()
	if e.notBefore.After(now) {
		heap.Push(&s.waiting, e)
	} else {
		heap.Push(&s.ready, e)
	}
}

// first returns the ready entry with the lowest order; nil: none is ready.
func (s *schedule[T]) first(now time.Time) *entry[T] {
	for len(s.waiting.entries) > 0 && !s.waiting.entries[0].notBefore.After(now) {
		s.put(s.waiting.entries[0], now)
	}
	if len(s.ready.entries) == 0 {
		return nil
	}
	return s.ready.entries[0]
}

// remove takes e out of its schedule, if it is in one.
func (e *entry[T]) remove() {
	if e.heap != nil {
		heap.Remove(e.heap, e.index)
	}
}

// entryHeap is a heap whose entries know their index, so that they can be removed.
type entryHeap[T any] struct {
	entries []*entry[T]
	less    func(a, b *entry[T]) bool
}

func (h *entryHeap[T]) Len() int           { return len(h.entries) }
func (h *entryHeap[T]) Less(i, j int) bool { return h.less(h.entries[i], h.entries[j]) }

func (h *entryHeap[T]) Swap(i, j int) {
	h.entries[i], h.entries[j] = h.entries[j], h.entries[i]
	h.entries[i].index, h.entries[j].index = i, j
}

// Push and Pop are for container/heap.
func (h *entryHeap[T]) Push(x any) {
	e, _ := x.(*entry[T])
	e.heap, e.index = h, len(h.entries)
	h.entries = append(h.entries, e)
}

func (h *entryHeap[T]) Pop() any {
	n := len(h.entries) - 1
	e := h.entries[n]
	h.entries[n] = nil
	h.entries = h.entries[:n]
	e.heap = nil
	return e
}
