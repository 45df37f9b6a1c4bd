package slack

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

const (
	statusTime  = 90 * time.Second // Slack takes a status away after two minutes
	statusPace  = time.Second      // the least time between two words of one status: what lasts less nobody reads
	statusLives = 20 * time.Minute // then whoever set it has forgotten it
	mostHeard   = 10_000
	maxStatus   = 100
)

// statuses show in threads that the desk is at work. Each has a goroutine while it
// lasts, so that whoever sets one does not wait for Slack.
type statuses struct {
	web    *web
	logger *slog.Logger

	mu    sync.Mutex
	shown map[spotlight]*status
	last  map[string]string // the newest message of a direct message, by channel
	work  sync.WaitGroup
	quit  chan struct{} // closed by rest
}

// spotlight is where a status is shown.
type spotlight struct{ channel, thread string }

// status is what is shown somewhere.
type status struct {
	text string
	more chan struct{} // the text has changed
}

func newStatuses(w *web, l *slog.Logger) *statuses {
	return &statuses{web: w, logger: l, shown: map[spotlight]*status{}, last: map[string]string{}, quit: make(chan struct{})}
}

// heard remembers the newest message of a direct message: a status belongs to one.
func (s *statuses) heard(channel, ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.last) >= mostHeard {
		clear(s.last)
	}
	s.last[channel] = ts
}

// Type shows below a thread what the desk is doing, until it is ended. It does not
// wait for Slack; where Slack shows no status, nothing happens.
func (a *Adapter) Type(_ context.Context, place chat.Place, p chat.Progress) error {
	a.states.set(place, markdown.Line(p.Text, maxStatus))
	return nil
}

func (s *statuses) set(place chat.Place, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := spotlight{place.Channel, place.Thread}
	if at.thread == "" {
		at.thread = s.last[place.Channel]
	}
	for other, st := range s.shown { // a newer message came meanwhile
		if place.Thread == "" && other.channel == at.channel && text == "" {
			st.say("")
		}
	}
	st := s.shown[at]
	switch {
	case at.channel == "" || at.thread == "":
	case st != nil:
		st.say(text)
	case text != "" && !s.resting():
		st = &status{text: text, more: make(chan struct{}, 1)}
		s.shown[at] = st
		s.work.Go(func() { s.keep(at, st) })
	}
}

// say changes what is shown. The lock is held.
func (s *status) say(text string) {
	s.text = text
	select {
	case s.more <- struct{}{}:
	default:
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
func (s *statuses) keep(at spotlight, st *status) {
	ctx, cancel := context.WithTimeout(context.Background(), statusLives)
	defer cancel()
	refresh := time.NewTicker(statusTime)
	defer refresh.Stop()
	for {
		s.mu.Lock()
		text := st.text
		if text == "" || ctx.Err() != nil || s.resting() {
			delete(s.shown, at)
			text = ""
		}
		s.mu.Unlock()
		s.show(context.WithoutCancel(ctx), at, text)
		if text == "" {
			return
		}
		select {
		case <-st.more:
			s.rests(ctx, st)
		case <-refresh.C:
		case <-ctx.Done():
		case <-s.quit:
		}
	}
}

// rests waits until what was shown may give way to other words. The end of a status does
// not wait.
func (s *statuses) rests(ctx context.Context, st *status) {
	pace := time.NewTimer(statusPace)
	defer pace.Stop()
	for {
		s.mu.Lock()
		over := st.text == ""
		s.mu.Unlock()
		if over {
			return
		}
		select {
		case <-st.more:
		case <-pace.C:
			return
		case <-ctx.Done():
			return
		case <-s.quit:
			return
		}
	}
}

// show tells Slack what to show; Slack puts the app's name before it.
func (s *statuses) show(ctx context.Context, at spotlight, text string) {
	if text != "" {
		text = "is " + text
	}
	body := map[string]any{"channel_id": at.channel, "thread_ts": at.thread, "status": text}
	if err := s.web.call(ctx, "assistant.threads.setStatus", "", body, nil); err != nil {
		s.logger.DebugContext(ctx, "showing a status", "error", err)
	}
}

// rest ends all statuses and waits until Slack knows. None is shown after it.
func (s *statuses) rest() {
	s.mu.Lock()
	if !s.resting() {
		close(s.quit)
	}
	s.mu.Unlock()
	s.work.Wait()
}
