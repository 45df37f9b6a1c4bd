package session

import (
	"context"
	"sync"
	"time"
)

const (
	statusDelay = 300 * time.Millisecond // what ends sooner is not shown: nobody could read it
	statusLife  = 20 * time.Minute       // the longest: whoever set it has forgotten it
)

// StatusBoard shows in threads that a turn is running. Each status has a goroutine while
// it lasts, so that whoever sets one does not wait for the platform.
type StatusBoard struct {
	mu      sync.Mutex
	shown   map[StatusKey]*Status
	stopped bool
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

// lasts waits, and reports whether the status has not ended by then.
func (s *Status) lasts(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for s.Text() != "" {
		select {
		case <-s.changed:
		case <-timer.C:
			return true
		}
	}
	return false
}

// NewStatusBoard makes a board that shows nothing.
func NewStatusBoard() *StatusBoard { return &StatusBoard{shown: map[StatusKey]*Status{}} }

// Set changes the status of a place; an empty text ends it. If the place has no status,
// show is called in a goroutine of its own. It has to return when the text has become
// empty, and to remove then what it has shown. Its context has no end, so that no request
// is broken off whose effect would have to be removed: requests need limits of their own.
func (b *StatusBoard) Set(at StatusKey, text string, show func(context.Context, *Status)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return
	}
	if s := b.shown[at]; s != nil {
		s.set(text)
		return
	}
	if text == "" {
		return
	}
	s := &Status{text: text, changed: make(chan struct{}, 1)}
	b.shown[at] = s
	b.work.Go(func() {
		for first := true; first || !b.remove(at, s); first = false {
			if !s.lasts(statusDelay) {
				continue
			}
			timer := time.AfterFunc(statusLife, func() { s.set("") })
			show(context.Background(), s)
			timer.Stop()
		}
	})
}

// remove removes a status that has ended. It reports false if the status was set again.
func (b *StatusBoard) remove(at StatusKey, s *Status) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s.Text() != "" {
		return false
	}
	delete(b.shown, at)
	return true
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

// Stop ends all statuses and waits until they are removed. Nothing is shown after it.
func (b *StatusBoard) Stop() {
	b.mu.Lock()
	b.stopped = true
	for _, s := range b.shown {
		s.set("")
	}
	b.mu.Unlock()
	b.work.Wait()
}
