package queue

import (
	"container/heap"
	"time"
)

// A slot is one's place in a line: among those that may go, the lowest order first;
// or among those that wait, the earliest time first.
type slot[T any] struct {
	item  T
	order uint64
	at    time.Time // may not go before
	home  *pile[T]  // nil: in no line
	index int
}

// line orders what may go and what must wait for a time.
type line[T any] struct {
	ready, later pile[T]
}

func newLine[T any]() *line[T] {
	return &line[T]{
		ready: pile[T]{less: func(a, b *slot[T]) bool { return a.order < b.order }},
		later: pile[T]{less: func(a, b *slot[T]) bool { return a.at.Before(b.at) }},
	}
}

// put places s by its order and time, wherever it stood before.
func (l *line[T]) put(s *slot[T], now time.Time) {
	s.leave()
	if s.at.After(now) {
		heap.Push(&l.later, s)
	} else {
		heap.Push(&l.ready, s)
	}
}

// first is the first that may go now; nil: nobody.
func (l *line[T]) first(now time.Time) *slot[T] {
	for len(l.later.slots) > 0 && !l.later.slots[0].at.After(now) {
		l.put(l.later.slots[0], now)
	}
	if len(l.ready.slots) == 0 {
		return nil
	}
	return l.ready.slots[0]
}

// leave takes s out of its line.
func (s *slot[T]) leave() {
	if s.home != nil {
		heap.Remove(s.home, s.index)
	}
}

// pile is a heap whose members know where they are.
type pile[T any] struct {
	slots []*slot[T]
	less  func(a, b *slot[T]) bool
}

func (p *pile[T]) Len() int           { return len(p.slots) }
func (p *pile[T]) Less(i, j int) bool { return p.less(p.slots[i], p.slots[j]) }

func (p *pile[T]) Swap(i, j int) {
	p.slots[i], p.slots[j] = p.slots[j], p.slots[i]
	p.slots[i].index, p.slots[j].index = i, j
}

// Push and Pop are for container/heap.
func (p *pile[T]) Push(x any) {
	s, _ := x.(*slot[T])
	s.home, s.index = p, len(p.slots)
	p.slots = append(p.slots, s)
}

func (p *pile[T]) Pop() any {
	n := len(p.slots) - 1
	s := p.slots[n]
	p.slots[n] = nil
	p.slots = p.slots[:n]
	s.home = nil
	return s
}
