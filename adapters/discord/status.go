package discord

import (
	"context"
	"net/http"
	"sync"
	"time"

	"aidesk/adapters/discord/render"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

const (
	typingTime  = 8 * time.Second         // Discord takes the sign away after ten
	typingLives = 20 * time.Minute        // then whoever set it has forgotten it
	wordsTime   = 4 * time.Second         // how long the sign alone will do
	wordsPace   = 1500 * time.Millisecond // between two versions of the words
	maxStatus   = 100
)

// statuses show in threads that the desk is at work: as typing at once, and in words
// when it takes longer. Each has a goroutine while it lasts, so that whoever sets one
// does not wait for Discord.
type statuses struct {
	adapter *Adapter
	words   time.Duration
	left    *session.PersistentCache // messages with words, so that none outlives a crash

	mu    sync.Mutex
	shown map[spotlight]*status
	quit  chan struct{} // closed by rest
	work  sync.WaitGroup
}

// spotlight is where a status is shown.
type spotlight struct{ channel, thread string }

// status is what is shown somewhere.
type status struct {
	text string        // empty: it has ended
	more chan struct{} // the text has changed
}

func newStatuses(a *Adapter) *statuses {
	return &statuses{adapter: a, words: wordsTime, left: session.NewPersistentCache("status"), shown: map[spotlight]*status{}, quit: make(chan struct{})}
}

// Type shows in a thread what the desk is doing, until it is ended. It does not wait for
// Discord.
func (a *Adapter) Type(_ context.Context, place chat.Place, p chat.Progress) error {
	a.states.set(place, markdown.Line(p.Text, maxStatus))
	return nil
}

func (s *statuses) set(place chat.Place, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := spotlight{place.Channel, place.Thread}
	st := s.shown[at]
	switch {
	case st != nil:
		st.text = text
		select {
		case st.more <- struct{}{}:
		default:
		}
		if text == "" {
			delete(s.shown, at)
		}
	case text != "" && place.Channel != "" && !s.resting():
		st = &status{text: text, more: make(chan struct{}, 1)}
		s.shown[at] = st
		s.work.Go(func() { s.keep(place, st) })
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

// said is what a status says now.
func (s *statuses) said(st *status) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return st.text
}

// keep shows one status until it is ended.
func (s *statuses) keep(place chat.Place, st *status) {
	ctx, cancel := context.WithTimeout(context.Background(), typingLives)
	defer cancel()
	at, err := s.adapter.spot(ctx, place)
	if err != nil {
		s.adapter.Logger.DebugContext(ctx, "showing that the desk is at work", "error", err)
		return
	}
	w := wording{statuses: s, at: at}
	defer w.end(context.WithoutCancel(ctx))
	typing, speaking := time.NewTicker(typingTime), time.NewTimer(s.words)
	defer typing.Stop()
	defer speaking.Stop()
	for s.live(ctx, at); ; {
		select {
		case <-st.more:
			if s.said(st) == "" {
				return
			}
		case <-typing.C:
			s.live(ctx, at)
		case <-speaking.C:
			w.say(ctx, s.said(st))
			speaking.Reset(wordsPace)
		case <-s.quit:
			return
		case <-ctx.Done():
			return
		}
	}
}

// live shows the sign of life for a while.
func (s *statuses) live(ctx context.Context, at spot) {
	err := s.adapter.web.Do(ctx, rest.Call{Method: http.MethodPost, Path: "/channels/%s/typing", IDs: []string{at.channel}, MaxWait: patience}, nil)
	if err != nil {
		s.adapter.Logger.DebugContext(ctx, "showing that the desk is at work", "error", err)
	}
}

// wording is a message that says in small print what the desk is doing.
type wording struct {
	*statuses
	at      spot
	message string
	text    string
}

// say shows or changes the words. In a chain of answers there are none: they would stand
// among what others say.
func (w *wording) say(ctx context.Context, text string) {
	if text == "" || text == w.text || w.at.root != "" {
		return
	}
	a := w.adapter
	m := render.Small("status/"+w.at.channel+time.Now().String(), text)
	var err error
	if w.message == "" {
		if w.message, err = a.create(ctx, w.at.channel, m, patience); err == nil {
			err = w.left.Keep(ctx, w.at.channel, delivered{w.at.channel, []string{w.message}}.String())
		}
	} else {
		p := &posting{Adapter: a, at: w.at}
		err = p.update(ctx, w.at.channel, w.message, m)
	}
	if err != nil {
		a.Logger.DebugContext(ctx, "saying what the desk is doing", "error", err)
		return
	}
	w.text = text
}

// end takes the words away.
func (w *wording) end(ctx context.Context) {
	if w.message == "" {
		return
	}
	err := w.adapter.remove(ctx, w.at.channel, w.message)
	if err == nil {
		err = w.left.Keep(ctx, w.at.channel, "")
	}
	if err != nil {
		w.adapter.Logger.WarnContext(ctx, "taking away what the desk was doing", "error", err)
	}
}

// clear takes away what a run before left behind.
func (s *statuses) clear(ctx context.Context) {
	left, err := s.left.All(ctx)
	if err != nil {
		s.adapter.Logger.WarnContext(ctx, "looking for what a run before left behind", "error", err)
	}
	for _, l := range left {
		d := parseDelivered(l)
		s.adapter.withdraw(ctx, d.channel, d.messages)
		if len(d.messages) > 0 && ctx.Err() == nil {
			if err := s.left.Keep(ctx, d.channel, ""); err != nil {
				s.adapter.Logger.WarnContext(ctx, "forgetting what a run before left behind", "error", err)
			}
		}
	}
}

// rest ends all statuses and waits until Discord knows. None is shown after it.
func (s *statuses) rest() {
	s.mu.Lock()
	if !s.resting() {
		close(s.quit)
	}
	s.mu.Unlock()
	s.work.Wait()
}
