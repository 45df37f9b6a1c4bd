package session

import (
	"context"
	"sync"
	"time"
)

// statusLife is how long a status is shown at most: whoever set it has forgotten it.
const statusLife = 20 * time.Minute

// StatusBoard shows in threads that the desk is at work. Each status has a goroutine
// while it lasts, so that whoever sets one does not wait for the platform.
type StatusBoard struct {
	mu      sync.Mutex
	shown   map[StatusKey]*Status
	stopped bool
	ctx     context.Context //nolint:containedctx // of all statuses; Stop ends it
	stop    context.CancelFunc
	work    sync.WaitGroup
}

// StatusKey is where a status is shown.
type StatusKey struct{ Channel, Thread string }

// Status is what is shown in one place.
type Status struct {
	mu      sync.Mutex
	text    string
	changed chan struct{}
}

// Text is what shall be shown now; empty: the status has ended.
func (s *Status) Text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text
}

// Changed receives when the text has changed.
func (s *Status) Changed() <-chan struct{} { return s.changed }

func (s *Status) set(text string) {
	s.mu.Lock()
	s.text = text
	s.mu.Unlock()
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// NewStatusBoard makes a board that shows nothing.
func NewStatusBoard() *StatusBoard {
	ctx, stop := context.WithCancel(context.Background())
	return &StatusBoard{shown: map[StatusKey]*Status{}, ctx: ctx, stop: stop}
}

// Set changes what is shown somewhere; an empty text ends it. Where nothing is shown
// yet, show begins in a goroutine of its own. It shall return when the text has become
// empty or its context is done, and take away what it has shown.
func (b *StatusBoard) Set(at StatusKey, text string, show func(context.Context, *Status)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.shown[at]; s != nil {
		s.set(text)
		return
	}
	if text == "" || b.stopped {
		return
	}
	s := &Status{text: text, changed: make(chan struct{}, 1)}
	b.shown[at] = s
	b.work.Go(func() { b.keep(at, s, show) })
}

// EndChannel ends all statuses of a channel, whatever their threads.
func (b *StatusBoard) EndChannel(channel string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for at, s := range b.shown {
		if at.Channel == channel {
			s.set("")
		}
	}
}

// keep shows a status until it has ended, and again if it was set meanwhile.
func (b *StatusBoard) keep(at StatusKey, s *Status, show func(context.Context, *Status)) {
	ctx, cancel := context.WithTimeout(b.ctx, statusLife)
	defer cancel()
	for over := false; !over; {
		show(ctx, s)
		over = b.ended(ctx, at, s)
	}
}

// ended removes a status from the board, unless it goes on.
func (b *StatusBoard) ended(ctx context.Context, at StatusKey, s *Status) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if ctx.Err() == nil && s.Text() != "" {
		return false
	}
	delete(b.shown, at)
	return true
}

// Stop ends all statuses and waits until they are taken away. None is shown after it.
func (b *StatusBoard) Stop() {
	b.mu.Lock()
	b.stopped = true
	b.mu.Unlock()
	b.stop()
	b.work.Wait()
}
