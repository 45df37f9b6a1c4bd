package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"aidesk/core/chat"
)

// ErrCrashed says that the work on an event panicked.
var ErrCrashed = errors.New("taking in an event crashed")

// receiveTimeout is how long aidesk may take to receive an event: the platforms wait
// three seconds for an answer.
const receiveTimeout = 2500 * time.Millisecond

// RunState is whether an adapter runs, and what it needs for that: R is what one call of
// Run knows, such as the handler. Its zero value does not run.
type RunState[R any] struct {
	mu      sync.Mutex
	current *R // nil: not running
	working sync.WaitGroup
}

// Start makes r the current run.
func (s *RunState[R]) Start(r R) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current = &r
}

// Stop ends the current run. It waits for the events that are being received; none is
// taken in afterwards.
func (s *RunState[R]) Stop() {
	s.mu.Lock()
	s.current = nil
	s.mu.Unlock()
	s.working.Wait()
}

// Running reports whether there is a current run.
func (s *RunState[R]) Running() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current != nil
}

// begin returns the current run, which does not end before the caller calls
// working.Done.
func (s *RunState[R]) begin() (*R, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil {
		return nil, false
	}
	s.working.Add(1)
	return s.current, true
}

// Receive does the work on one event of a kind while the adapter runs, within the time
// that platforms wait for an answer. A panic is logged and becomes ErrCrashed; outside
// of a run the error is chat.ErrNotRunning.
func (s *RunState[R]) Receive(ctx context.Context, l *slog.Logger, kind string, work func(context.Context, R) error) (err error) {
	run, ok := s.begin()
	if !ok {
		return chat.ErrNotRunning
	}
	defer s.working.Done()
	defer func() {
		if r := recover(); r != nil {
			l.ErrorContext(ctx, "taking in an event crashed", "kind", kind, "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			err = ErrCrashed
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, receiveTimeout)
	defer cancel()
	return work(ctx, *run)
}
