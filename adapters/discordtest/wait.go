package discordtest

import (
	"context"
	"fmt"
	"time"
)

// changing takes the lock. The function that it returns gives it back and wakes
// whoever waits for a change: defer d.changing()().
func (d *Discord) changing() func() {
	d.mu.Lock()
	return func() {
		d.changed()
		d.mu.Unlock()
	}
}

// changed wakes whoever waits. The lock is held.
func (d *Discord) changed() {
	close(d.more)
	d.more = make(chan struct{})
}

// Wait returns when ok does, which is asked now and after every change; it may call
// any method of d. The error says what was awaited in vain.
func (d *Discord) Wait(ctx context.Context, what string, ok func() bool) error {
	for {
		d.mu.Lock()
		more := d.more
		d.mu.Unlock()
		if ok() {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return fmt.Errorf("waited for %s: %w", what, ctx.Err())
		}
	}
}

// patience is how long Until waits, in real time.
const patience = 20 * time.Second

// Until is Wait in a test, which fails if it takes longer than anything should.
func (d *Discord) Until(t T, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := d.Wait(ctx, what, ok); err != nil {
		t.Fatalf("%v", err)
	}
}

// Idle waits until no interaction is without its answer: each was answered, or it is
// too late. Gateway events are acknowledged by nobody.
func (d *Discord) Idle(t T) {
	t.Helper()
	d.Until(t, "all interactions to end", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.open == 0
	})
}
