package fake

import (
	"context"
	"fmt"
	"sync"
)

// State is the lock of a fake platform, with a version that every change raises, so that
// who saw one version can wait for a newer. Its zero value is ready.
type State struct {
	sync.Mutex

	version int
	changed chan struct{} // closed at the next change; nil: nobody waits
}

// Changing takes the lock. The function that it returns raises the version and gives the
// lock back: defer s.Changing()().
func (s *State) Changing() func() {
	s.Lock()
	return func() {
		s.Changed()
		s.Unlock()
	}
}

// Changed raises the version and wakes whoever waits. The lock is held.
func (s *State) Changed() {
	s.version++
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// Version counts the changes. The lock is held.
func (s *State) Version() int { return s.version }

// Next is closed at the next change. The lock is held.
func (s *State) Next() <-chan struct{} {
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.changed
}

// After waits for a version above one, and returns it.
func (s *State) After(ctx context.Context, version int) (int, error) {
	for {
		s.Lock()
		current, next := s.version, s.Next()
		s.Unlock()
		if current > version {
			return current, nil
		}
		select {
		case <-next:
		case <-ctx.Done():
			return current, fmt.Errorf("wait for a change after version %d: %w", version, ctx.Err())
		}
	}
}

// Wait returns when ok does, which is asked now and after every change, without the
// lock. The error says what was awaited in vain.
func (s *State) Wait(ctx context.Context, what string, ok func() bool) error {
	for {
		s.Lock()
		next := s.Next()
		s.Unlock()
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
