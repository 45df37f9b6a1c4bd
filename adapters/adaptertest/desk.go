package adaptertest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"aidesk/core/chat"
)

// Desk is a chat.Handler that records every event and does what a test wants. Its
// zero value receives everything and knows no form.
type Desk struct {
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

var _ chat.Handler = (*Desk)(nil)

// Receive records the event.
func (d *Desk) Receive(ctx context.Context, e chat.Event) error {
	if d.Receives != nil {
		if err := d.Receives(ctx, e); err != nil {
			return err
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.events = append(d.events, e)
	if d.more != nil {
		close(d.more)
		d.more = nil
	}
	return nil
}

// Form answers with Forms.
func (d *Desk) Form(_ context.Context, o chat.Opening) (chat.Form, error) {
	if d.Forms == nil {
		return chat.Form{}, nil
	}
	return d.Forms(o)
}

// Check answers with Checks.
func (d *Desk) Check(_ context.Context, e chat.Event) ([]chat.Fault, error) {
	if d.Checks == nil {
		return nil, nil
	}
	return d.Checks(*e.Filled)
}

// Suggest answers with Suggests.
func (d *Desk) Suggest(_ context.Context, q chat.Query) ([]chat.Suggestion, error) {
	if d.Suggests == nil {
		return nil, nil
	}
	return d.Suggests(q)
}

// Events are all events that were received so far, in order.
func (d *Desk) Events() []chat.Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.events)
}

// Next is the first event that Next has not returned yet; it waits for it.
func (d *Desk) Next(t testing.TB) chat.Event {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for {
		d.mu.Lock()
		if d.read < len(d.events) {
			e := d.events[d.read]
			d.read++
			d.mu.Unlock()
			return e
		}
		if d.more == nil {
			d.more = make(chan struct{})
		}
		more := d.more
		d.mu.Unlock()
		select {
		case <-more:
		case <-limit.C:
			t.Fatalf("no event came within %s", patience)
		}
	}
}

// patience is how long anything may take on a busy machine.
const patience = 20 * time.Second
