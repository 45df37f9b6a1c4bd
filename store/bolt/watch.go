package bolt

import (
	"context"
	"strings"
	"sync"

	"aidesk/store"
)

// watches are those who want to know of changes. The zero value is ready.
type watches struct {
	mu   sync.Mutex
	all  map[*watch]bool
	done sync.WaitGroup
}

// watch is one of them: what it has not been told yet.
type watch struct {
	prefix string
	mu     sync.Mutex
	order  []string
	latest map[string]store.Record // of the keys in order
	wake   chan struct{}
}

// Watch is store.Records'.
func (db *DB) Watch(ctx context.Context, prefix string) <-chan store.Record {
	w := &watch{prefix: prefix, latest: map[string]store.Record{}, wake: make(chan struct{}, 1)}
	out := make(chan store.Record)
	db.watches.mu.Lock()
	if db.watches.all == nil {
		db.watches.all = map[*watch]bool{}
	}
	db.watches.all[w] = true
	db.watches.mu.Unlock()
	db.watches.done.Go(func() {
		defer close(out)
		defer func() {
			db.watches.mu.Lock()
			delete(db.watches.all, w)
			db.watches.mu.Unlock()
		}()
		w.deliver(ctx, db.quit, out)
	})
	return out
}

// tell notes a change for everybody whom it concerns. It never waits for a reader.
func (ws *watches) tell(r store.Record) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for w := range ws.all {
		if strings.HasPrefix(r.Key, w.prefix) {
			w.note(r)
		}
	}
}

// wait waits until all have ended.
func (ws *watches) wait() { ws.done.Wait() }

// note keeps a change until it can be delivered; it replaces an older one of the same key.
func (w *watch) note(r store.Record) {
	w.mu.Lock()
	if _, ok := w.latest[r.Key]; !ok {
		w.order = append(w.order, r.Key)
	}
	w.latest[r.Key] = r
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// next takes the oldest change.
func (w *watch) next() (store.Record, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.order) == 0 {
		return store.Record{}, false
	}
	r := w.latest[w.order[0]]
	delete(w.latest, w.order[0])
	w.order = w.order[1:]
	return r, true
}

// deliver hands out changes until ctx is done or the store closed.
func (w *watch) deliver(ctx context.Context, quit <-chan struct{}, out chan<- store.Record) {
	for {
		r, ok := w.next()
		if !ok {
			select {
			case <-w.wake:
				continue
			case <-ctx.Done():
				return
			case <-quit:
				return
			}
		}
		select {
		case out <- r:
		case <-ctx.Done():
			return
		case <-quit:
			return
		}
	}
}
