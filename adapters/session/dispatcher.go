package session

import (
	"context"
	"hash/fnv"
	"sync"
)

const (
	workers = 64 // events of one key always go to the same worker
	slots   = 64 // pieces of work that members wait for, at a time
)

// Dispatcher works events: those of one key, such as a channel, one after the other in
// the order in which they came; others side by side. What a member waits for goes
// ahead of them in slots of its own. All of its work ends with its context; Drain waits
// for that.
type Dispatcher[E any] struct {
	ctx    context.Context //nolint:containedctx // of the work, which ends before the connection does
	queues [workers]chan E
	slots  chan struct{}

	mu      sync.Mutex // guards beginning work against the end of it
	drained bool
	work    sync.WaitGroup
}

// NewDispatcher starts the workers, each with a queue of depth events, which handle
// works. They end with ctx.
func NewDispatcher[E any](ctx context.Context, depth int, handle func(E)) *Dispatcher[E] {
	d := &Dispatcher[E]{ctx: ctx, slots: make(chan struct{}, slots)}
	for i := range d.queues {
		queue := make(chan E, depth)
		d.queues[i] = queue
		d.work.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case e := <-queue:
					handle(e)
				}
			}
		})
	}
	return d
}

// queue is that of a key.
func (d *Dispatcher[E]) queue(key string) chan E {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	return d.queues[h.Sum32()%workers]
}

// Put gives an event to the worker of its key. It waits while the queue is full, until
// ctx or the work ends.
func (d *Dispatcher[E]) Put(ctx context.Context, key string, e E) {
	select {
	case d.queue(key) <- e:
	case <-d.ctx.Done():
	case <-ctx.Done():
	}
}

// TryPut is Put that does not wait: it reports whether there was room.
func (d *Dispatcher[E]) TryPut(key string, e E) bool {
	select {
	case d.queue(key) <- e:
		return true
	default:
		return false
	}
}

// Start does work in a slot. It waits while all are taken, until ctx or the work ends.
func (d *Dispatcher[E]) Start(ctx context.Context, work func()) {
	select {
	case d.slots <- struct{}{}:
	case <-d.ctx.Done():
		return
	case <-ctx.Done():
		return
	}
	d.inSlot(work)
}

// TryStart is Start that does not wait: it reports false when all slots are taken.
func (d *Dispatcher[E]) TryStart(work func()) bool {
	select {
	case d.slots <- struct{}{}:
	default:
		return false
	}
	d.inSlot(work)
	return true
}

func (d *Dispatcher[E]) inSlot(work func()) {
	done := func() { <-d.slots }
	if !d.Go(func() { defer done(); work() }) {
		done()
	}
}

// Go does work beside the events, outside of the slots. It reports false, and does
// nothing, when the dispatcher is being drained.
func (d *Dispatcher[E]) Go(work func()) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.drained {
		return false
	}
	d.work.Go(work)
	return true
}

// Drain waits for all work to end; the dispatcher's context has to be done. Nothing new
// is begun.
func (d *Dispatcher[E]) Drain() {
	d.mu.Lock()
	d.drained = true
	d.mu.Unlock()
	d.work.Wait()
}
