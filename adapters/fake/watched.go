package fake

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Watched is the lock of a fake platform, whose every change wakes whoever waits for
// something there. Its zero value is ready.
type Watched struct {
	sync.Mutex

	more chan struct{} // closed at the next change; nil: nobody waits
}

// Changing takes the lock. The function that it returns gives it back and wakes whoever
// waits: defer w.Changing()().
func (w *Watched) Changing() func() {
	w.Lock()
	return func() {
		w.Changed()
		w.Unlock()
	}
}

// Changed wakes whoever waits. The lock is held.
func (w *Watched) Changed() {
	if w.more != nil {
		close(w.more)
		w.more = nil
	}
}

// Next is closed at the next change. The lock is held.
func (w *Watched) Next() <-chan struct{} {
	if w.more == nil {
		w.more = make(chan struct{})
	}
	return w.more
}

// Wait returns when ok does, which is asked now and after every change, without the
// lock. The error says what was awaited in vain.
func (w *Watched) Wait(ctx context.Context, what string, ok func() bool) error {
	for {
		w.Lock()
		next := w.Next()
		w.Unlock()
		if ok() {
			return nil
		}
		select {
		case <-next:
		case <-ctx.Done():
			return fmt.Errorf("waited for %s: %w", what, ctx.Err())
		}
	}
}

// longPoll is how long ServeChanged waits at most.
const longPoll = 25 * time.Second

// ServeChanged answers true when something has changed, or false after a while; nothing
// when the fake has ended.
func (w *Watched) ServeChanged(ended context.Context, out http.ResponseWriter, r *http.Request) {
	w.Lock()
	next := w.Next()
	w.Unlock()
	limit := time.NewTimer(longPoll)
	defer limit.Stop()
	changed := true
	select {
	case <-next:
	case <-limit.C:
		changed = false
	case <-r.Context().Done():
		return
	case <-ended.Done():
		return
	}
	out.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(out).Encode(changed)
}
