package bottest

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"aidesk/core/chat"
)

// patience is how long anything may take on a busy machine.
const patience = 30 * time.Second

// board is everything that went through the adapter, in order.
type board struct {
	mu       sync.Mutex
	more     chan struct{} // closed when something was added
	events   []chat.Event
	sends    []chat.Reply // every version of every reply that arrived
	notes    []string
	shown    []string               // texts of sends and notes, in order
	pages    map[string][]chat.Home // of members, each as often as it was shown
	settled  map[string]int
	prompted int                 // times that questions were proposed
	desk     chat.Handler        // behind the adapter that runs
	unknown  error               // nil, or with which the adapter answers who a member is
	gone     map[string]bool     // members who have left
	roles    map[string][]string // of members, beside those that the platform knows of
}

func newBoard() *board {
	return &board{more: make(chan struct{}), pages: map[string][]chat.Home{}, settled: map[string]int{}, gone: map[string]bool{}, roles: map[string][]string{}}
}

// add changes the board and tells those who wait.
func (b *board) add(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
	close(b.more)
	b.more = make(chan struct{})
}

// until waits for something to be true of the board. ok is called with the lock held.
func (b *board) until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for {
		b.mu.Lock()
		done, more := ok(), b.more
		b.mu.Unlock()
		if done {
			return
		}
		select {
		case <-more:
		case <-limit.C:
			b.mu.Lock()
			defer b.mu.Unlock()
			t.Fatalf("waited %s for %s. Shown so far:\n%s", patience, what, strings.Join(b.shown, "\n---\n"))
		}
	}
}

// last are the newest versions of all replies, in the order in which they first came.
func (b *board) last() []chat.Reply {
	var replies []chat.Reply
	for _, r := range b.sends {
		if i := slices.IndexFunc(replies, func(o chat.Reply) bool { return o.ID == r.ID }); i >= 0 {
			replies[i] = r
		} else {
			replies = append(replies, r)
		}
	}
	return replies
}
