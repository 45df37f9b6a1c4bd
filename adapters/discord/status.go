package discord

import (
	"context"
	"net/http"
	"sync"
	"time"

	"aidesk/core/chat"
)

const (
	typingTime  = 8 * time.Second  // Discord takes the sign away after ten
	typingLives = 20 * time.Minute // then whoever set it has forgotten it
)

// statuses show in threads that the desk is at work. Each has a goroutine while it
// lasts, so that whoever sets one does not wait for Discord.
type statuses struct {
	adapter *Adapter

	mu    sync.Mutex
	shown map[spotlight]chan struct{} // closed to end it
	quit  chan struct{}               // closed by rest
	work  sync.WaitGroup
}

// spotlight is where a status is shown.
type spotlight struct{ channel, thread string }

func newStatuses(a *Adapter) *statuses {
	return &statuses{adapter: a, shown: map[spotlight]chan struct{}{}, quit: make(chan struct{})}
}

// Type shows in a thread that the desk is at work, until it is ended. It does not wait
// for Discord, which has no room for words.
func (a *Adapter) Type(_ context.Context, place chat.Place, p chat.Progress) error {
	a.states.set(place, p.Text != "")
	return nil
}

func (s *statuses) set(place chat.Place, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := spotlight{place.Channel, place.Thread}
	end, shown := s.shown[at]
	switch {
	case shown && !on:
		close(end)
		delete(s.shown, at)
	case !shown && on && place.Channel != "" && !s.resting():
		end = make(chan struct{})
		s.shown[at] = end
		s.work.Go(func() { s.keep(place, end) })
	}
}

func (s *statuses) resting() bool {
	select {
	case <-s.quit:
		return true
	default:
		return false
	}
}

// keep shows one status until it is ended.
func (s *statuses) keep(place chat.Place, end <-chan struct{}) {
	ctx, cancel := context.WithTimeout(context.Background(), typingLives)
	defer cancel()
	refresh := time.NewTicker(typingTime)
	defer refresh.Stop()
	for {
		if err := s.show(ctx, place); err != nil {
			s.adapter.Logger.DebugContext(ctx, "showing that the desk is at work", "error", err)
		}
		select {
		case <-end:
			return
		case <-s.quit:
			return
		case <-ctx.Done():
			return
		case <-refresh.C:
		}
	}
}

// show tells Discord to show it for a while.
func (s *statuses) show(ctx context.Context, place chat.Place) error {
	at, err := s.adapter.spot(ctx, place)
	if err != nil {
		return err
	}
	return s.adapter.web.ask(ctx, call{method: http.MethodPost, path: "/channels/%s/typing", ids: []string{at.channel}, patience: patience}, nil)
}

// rest ends all statuses. None is shown after it.
func (s *statuses) rest() {
	s.mu.Lock()
	if !s.resting() {
		close(s.quit)
	}
	s.mu.Unlock()
	s.work.Wait()
}
