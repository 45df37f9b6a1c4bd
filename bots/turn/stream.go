package turn

import (
	"sync"
	"time"

	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/store"
)

// streamDelay is how long the first words wait: an answer that is whole by then is shown at once.
const streamDelay = 300 * time.Millisecond

// stream shows an answer while it is written, as versions of the Reply that the turn will end
// with: so a crash in the middle, and a turn that is worked anew, leave one answer.
type stream struct {
	turn *Turn
	pace time.Duration

	mu     sync.Mutex
	latest *markdown.Document // nil: shown already
	wake   chan struct{}
	ended  chan struct{}
	work   sync.WaitGroup
}

// stream begins to show what the agent writes; nil where the platform cannot, or nobody wants it.
func (t *Turn) stream() *stream {
	adapter, ok := t.Adapter.(chat.Streamer)
	if !ok || !t.streams || t.Bot.Whole {
		return nil
	}
	s := &stream{turn: t, pace: adapter.StreamPace(), wake: make(chan struct{}, 1), ended: make(chan struct{})}
	s.work.Go(s.run)
	return s
}

// show is agent.Turn.Show.
func (s *stream) show(d markdown.Document) {
	s.mu.Lock()
	s.latest = &d
	s.mu.Unlock()
	wake(s.wake)
}

// stop ends the showing. Nothing is written after it.
func (s *stream) stop() {
	close(s.ended)
	s.work.Wait()
}

func (s *stream) run() {
	for wait := streamDelay; ; wait = s.pace {
		select {
		case <-s.ended:
			return
		case <-s.wake:
		}
		timer := time.NewTimer(wait)
		select {
		case <-s.ended:
			timer.Stop()
			return
		case <-timer.C:
		}
		if err := s.write(); err != nil {
			s.turn.Logger.WarnContext(s.turn.worker.commitCtx, "showing an answer while it is written", "error", err)
			return
		}
	}
}

// write makes what was written until now the wanted state of the Reply.
func (s *stream) write() error {
	s.mu.Lock()
	doc := s.latest
	s.latest = nil
	s.mu.Unlock()
	if doc == nil {
		return nil
	}
	r := s.turn.NewReply(*doc)
	r.Working = true
	wanted, err := s.turn.Bot.WantedReply(s.turn.Conversation, r, s.turn.Owner())
	if err != nil {
		return err
	}
	s.turn.streamed = true
	return s.turn.worker.write(store.Commit{Replies: []store.Reply{wanted}}, nil, nil)
}
