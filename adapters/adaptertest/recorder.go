package adaptertest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"aidesk/core/chat"
)

// Recorder is a chat.Handler that records every event and does what a test wants. Its
// zero value receives everything and knows no form.
type Recorder struct {
	// Receives, when set, is asked for every event before it is recorded. An event
	// for which it returns an error is not recorded.
	Receives func(ctx context.Context, e chat.Event) error
	// Forms answers Form. Defaults to an empty form.
	Forms func(o chat.Opening) (chat.Form, error)
	// Checks answers Check. Defaults to no faults.
	Checks func(s chat.Submitted) ([]chat.Fault, error)
	// Suggests answers Suggest. Defaults to none.
	Suggests func(q chat.Query) ([]chat.Suggestion, error)

	mu     sync.Mutex
	events []chat.Event
	read   int           // how many of events Next has returned
	more   chan struct{} // closed when there is one more
}

var _ chat.Handler = (*Recorder)(nil)

// Receive records the event.
func (r *Recorder) Receive(ctx context.Context, e chat.Event) error {
	if r.Receives != nil {
		if err := r.Receives(ctx, e); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
	if r.more != nil {
		close(r.more)
		r.more = nil
	}
	return nil
}

// Form answers with Forms.
func (r *Recorder) Form(_ context.Context, o chat.Opening) (chat.Form, error) {
	if r.Forms == nil {
		return chat.Form{}, nil
	}
	return r.Forms(o)
}

// Check answers with Checks.
func (r *Recorder) Check(_ context.Context, e chat.Event) ([]chat.Fault, error) {
	if r.Checks == nil {
		return nil, nil
	}
	return r.Checks(*e.Filled)
}

// Suggest answers with Suggests.
func (r *Recorder) Suggest(_ context.Context, q chat.Query) ([]chat.Suggestion, error) {
	if r.Suggests == nil {
		return nil, nil
	}
	return r.Suggests(q)
}

// Events are all events that were received so far, in order.
func (r *Recorder) Events() []chat.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.events)
}

// Next is the first event that Next has not returned yet; it waits for it.
func (r *Recorder) Next(t testing.TB) chat.Event {
	t.Helper()
	limit := time.NewTimer(maxWait)
	defer limit.Stop()
	for {
		r.mu.Lock()
		if r.read < len(r.events) {
			e := r.events[r.read]
			r.read++
			r.mu.Unlock()
			return e
		}
		if r.more == nil {
			r.more = make(chan struct{})
		}
		more := r.more
		r.mu.Unlock()
		select {
		case <-more:
		case <-limit.C:
			t.Fatalf("no event came within %s", maxWait)
		}
	}
}

// maxWait is how long anything may take on a busy machine.
const maxWait = 20 * time.Second
