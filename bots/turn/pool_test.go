package turn

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/outbox"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/store"
)

// extending is a store with one conversation and no events in it, whose Extend takes as
// long as it may.
type extending struct {
	store.Store
	t         *testing.T
	claimed   atomic.Bool
	began     chan struct{}
	extending atomic.Bool
	once      sync.Once
	released  chan struct{}
}

func (s *extending) Claim(context.Context, string, int, int, time.Duration) ([]store.Lease, error) {
	if s.claimed.Swap(true) {
		return nil, nil
	}
	return []store.Lease{{Conversation: "desk/room/W1/C1"}}, nil
}

func (s *extending) Work(context.Context, store.Lease) (store.Work, error) {
	<-s.began
	return store.Work{}, nil
}

func (s *extending) Extend(ctx context.Context, _ store.Lease, _ time.Duration) (store.Extension, error) {
	s.extending.Store(true)
	defer s.extending.Store(false)
	s.once.Do(func() { close(s.began) })
	<-ctx.Done()
	return store.Extension{}, ctx.Err()
}

func (s *extending) Release(context.Context, store.Lease, time.Duration) error {
	if s.extending.Load() {
		s.t.Error("a conversation was released while its lease was being prolonged")
	}
	close(s.released)
	return nil
}

// TestWatchEnds: nothing of a worker uses the store once its conversation is released.
func TestWatchEnds(t *testing.T) {
	t.Parallel()
	s := &extending{t: t, began: make(chan struct{}), released: make(chan struct{})}
	all := []*bot.Bot{{Name: "desk"}}
	logger := slog.New(slog.DiscardHandler)
	p := New(Config{Store: s, Bots: all, Now: time.Now, Logger: logger, Outbox: outbox.New(s, all, "", time.Now, logger)})
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() { defer close(ended); p.Run(t.Context(), stop) }()
	<-s.released
	close(stop)
	<-ended
}

// waiting is a store with one Action that waits, and the button that cancels it.
type waiting struct {
	store.Store
	w         *worker
	t         *testing.T
	action    store.Action
	button    store.Button
	reply     store.Reply
	committed []store.Commit
}

func (s *waiting) Action(context.Context, string) (store.Action, error) { return s.action, nil }
func (s *waiting) Button(context.Context, string) (store.Button, error) { return s.button, nil }
func (s *waiting) Reply(context.Context, string) (store.Reply, error)   { return s.reply, nil }

func (s *waiting) Commit(_ context.Context, _ store.Lease, c store.Commit) error {
	if !s.w.mu.TryLock() {
		s.t.Error("the worker's lock is held while the store writes")
		return nil
	}
	s.w.mu.Unlock()
	s.committed = append(s.committed, c)
	return nil
}

// TestCancelUnlocked: a Cancel that comes while a turn runs is decided at once, and holds
// up nothing while it is written.
func TestCancelUnlocked(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	place := chat.Place{Platform: "room", Workspace: "W1", Channel: "C1"}
	a := confirm.Action{ID: "a1", State: confirm.Waiting, Member: "ada", Place: place, Confirmation: "r1", Until: now.Add(time.Hour)}
	parked, err := a.Park()
	if err != nil {
		t.Fatal(err)
	}
	b := &bot.Bot{Name: "desk"}
	s := &waiting{t: t, action: parked.Action}
	s.button.Body = encode(t, bot.ButtonAction{Do: bot.DoCancel, Member: "ada", Action: "a1"})
	s.reply.Body = encode(t, chat.Reply{ID: "r1", Place: place, Cards: []chat.Card{confirm.Card(a)}})
	clock := func() time.Time { return now }
	logger := slog.New(slog.DiscardHandler)
	p := New(Config{Store: s, Bots: []*bot.Bot{b}, Now: clock, Logger: logger, Outbox: outbox.New(s, nil, "", clock, logger)})
	w := &worker{pool: p, bot: b, commitCtx: t.Context(), logger: logger, cards: cards{store: s, bot: b, now: clock}}
	s.w = w
	w.turn = &Turn{worker: w, events: []store.Event{{Seq: 1, Kind: bot.KindMessage}}}
	w.interrupt(t.Context(), store.Event{
		ID: "e2", Seq: 2, Kind: bot.KindPress, Ingested: now,
		Body: encode(t, bot.Event{Chat: &chat.Event{Place: place, Member: "ada", Press: &chat.Press{Button: "b1"}}}),
	})
	if len(s.committed) != 1 || s.committed[0].Actions[0].Action.State != string(confirm.Denied) {
		t.Errorf("committed %+v, want that the Action is denied", s.committed)
	}
}

func encode(t *testing.T, value any) []byte {
	t.Helper()
	body, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// counting is a store that counts tries, or fails to.
type counting struct {
	store.Store
	tries, back int
	fault       error
}

func (s *counting) Try(context.Context, store.Lease, uint64) (int, error) {
	if s.fault != nil {
		return 0, s.fault
	}
	s.tries++
	return s.tries, nil
}

func (s *counting) Untry(context.Context, store.Lease, uint64) error {
	s.back++
	return nil
}

// TestTries: a try that could not be counted is none: it is not taken back, and the event
// still comes to its last one.
func TestTries(t *testing.T) {
	t.Parallel()
	s := &counting{tries: 1, fault: context.Canceled}
	w := &worker{pool: &Pool{Config: Config{Store: s}}, logger: slog.New(slog.DiscardHandler)}
	e := &store.Event{Tries: 1}
	if err := w.try(t.Context(), e); err == nil || e.Tries != 1 {
		t.Errorf("%v, %d tries", err, e.Tries)
	}
	w.untry(t.Context(), e, 1)
	s.fault = nil
	for want := 2; want <= maxTries; want++ {
		if n := w.failed(t.Context(), e, want-1); n != want || s.back != 0 {
			t.Errorf("%d tries, %d taken back; want %d and none", n, s.back, want)
		}
	}
}
