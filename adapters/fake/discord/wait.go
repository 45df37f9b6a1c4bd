package discord

import "context"

// Wait returns when ok does, which is asked now and after every change; it may call
// any method of d. The error says what was awaited in vain.
func (d *Discord) Wait(ctx context.Context, what string, ok func() bool) error {
	return d.mu.Wait(ctx, what, ok)
}

// Idle reports whether no interaction is without its answer: each was answered, or it is
// too late. Gateway events are acknowledged by nobody.
func (d *Discord) Idle() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.inFlight == 0
}
