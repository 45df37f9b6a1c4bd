package turn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/store"
)

// job is one conversation while it is worked.
type job struct {
	pool   *Pool
	bot    *bot.Bot
	lease  store.Lease
	logger *slog.Logger
	poked  chan struct{}
	cards  cards
	base   context.Context //nolint:containedctx // outlives the step that an interruption ends

	mu      sync.Mutex // guards what an interruption reads and changes while a step runs
	step    *step
	stopped bool          // a turn was stopped since the claim
	early   []store.Event // interruptions that came when no step ran: between reading the work and beginning it
}

// loop works until nothing is left, and returns how long the conversation shall wait.
func (j *job) loop(ctx context.Context, stop <-chan struct{}) time.Duration {
	for {
		select {
		case <-stop:
			return 0
		default:
		}
		work, err := j.pool.Store.Work(ctx, j.lease)
		if err != nil {
			if !errors.Is(err, store.ErrFenced) && ctx.Err() == nil {
				j.logger.ErrorContext(ctx, "reading work", "error", err)
			}
			return time.Second
		}
		if len(work.Events) == 0 {
			return 0
		}
		for _, e := range work.Events[1:] { // what interrupts may have come before the claim
			if e.Interrupt {
				j.interrupted(ctx, e)
			}
		}
		count := work.Events[0].Tries
		if count > tries { // each try took the process with it
			err = errPoison
		} else {
			err = j.try(ctx, work)
		}
		switch {
		case err == nil:
		case errors.Is(err, store.ErrFenced), ctx.Err() != nil:
			return 0
		case count >= tries:
			if err := j.apologise(ctx, work); err != nil {
				j.logger.ErrorContext(ctx, "closing an event", "error", err)
				return time.Second
			}
		default:
			return time.Duration(1<<count) * 100 * time.Millisecond
		}
	}
}

// try works the first event; a panic is a failed try.
func (j *job) try(ctx context.Context, work store.Work) (err error) {
	s := j.newStep(work)
	logger := j.logger.With("event", work.Events[0].ID, "kind", work.Events[0].Kind, "try", work.Events[0].Tries)
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
			logger.ErrorContext(ctx, "turn crashed", "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
		} else if err != nil && !errors.Is(err, store.ErrFenced) {
			logger.ErrorContext(ctx, "turn failed", "error", err)
		}
		j.mu.Lock()
		j.step = nil
		j.mu.Unlock()
	}()
	if err := s.read(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.cancel = cancel
	j.begin(ctx, s)
	begun := time.Now()
	err = s.dispatch(ctx)
	if err == nil {
		logger.InfoContext(ctx, "turn done", "took", time.Since(begun).Round(time.Millisecond), "messages", len(s.events))
	}
	return err
}

// begin makes a step the one that runs, and tells it what came too early for it.
func (j *job) begin(ctx context.Context, s *step) {
	j.mu.Lock()
	j.step = s
	early := j.early
	j.early = nil
	j.mu.Unlock()
	for _, e := range early {
		if e.Seq > s.events[0].Seq { // an older one has been worked itself
			j.interrupted(ctx, e)
		}
	}
}

// write commits; the events done are settled when the replies are shown.
func (j *job) write(c store.Commit, done []store.Event, shown []store.Reply) error {
	if err := j.pool.Store.Commit(j.base, j.lease, c); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	observeDecisions(j.pool.Observe, c)
	j.pool.Outbox.Settle(j.base, done, shown)
	if len(c.Replies) > 0 {
		j.pool.Outbox.Wake()
	}
	return nil
}

// apologise closes an event that failed or crashed the process too often. What it
// was sending when it failed is unknown from now on.
func (j *job) apologise(ctx context.Context, work store.Work) error {
	e := work.Events[0]
	for _, stored := range work.Actions {
		a, err := confirm.Read(stored)
		if err != nil || a.By != e.ID || a.State != confirm.Executing {
			continue
		}
		a, c, err := j.cards.move(ctx, a, confirm.Unknown, confirm.Outcome{Line: fmt.Sprintf(unknownLine, markdown.Line(a.Call.Human, 50))})
		if err != nil {
			return err
		}
		told, err := json.Marshal(agent.OutcomeEntry(a))
		if err != nil {
			return fmt.Errorf("storing the transcript: %w", err)
		}
		c.Entries = []store.Entry{{Member: a.Owner, Body: told}}
		if err := j.write(c, nil, nil); err != nil {
			return err
		}
	}
	c := store.Commit{Done: []uint64{e.Seq}}
	var body bot.Event
	if err := json.Unmarshal(e.Body, &body); err == nil && body.Chat != nil {
		j.logger.ErrorContext(j.base, "event closed after too many tries", "event", e.ID)
		observeTurn(j.pool.Observe, gaveUpTurn, 0)
		text := markdown.New(markdown.Paragraph(markdown.Text("Sorry, I could not finish this: something in me failed, several times. Whoever runs me finds the cause in the log. You can go on.")))
		reply, err := j.bot.Wanted(j.lease.Conversation, chat.Reply{ID: bot.ReplyID(e), Place: body.Chat.Place, To: body.Chat.Member, Answers: bot.MessageID(*body.Chat), Text: text}, e.Member)
		if err != nil {
			return err
		}
		c.Replies = append(c.Replies, reply)
	}
	return j.write(c, []store.Event{e}, c.Replies)
}

// watch prolongs the lease and learns of interruptions.
func (j *job) watch(ctx context.Context, cancel context.CancelCauseFunc) {
	ticker := time.NewTicker(extendTime)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-j.poked:
		}
		e, err := j.pool.Store.Extend(ctx, j.lease, leaseTime)
		if err != nil {
			if ctx.Err() == nil {
				j.logger.ErrorContext(ctx, "prolonging a lease", "error", err)
			}
			continue
		}
		if e.Lost {
			cancel(errLost)
			return
		}
		for _, i := range e.Interrupted {
			j.interrupted(ctx, i)
		}
	}
}

// interrupted is what an interrupting event does to the step that runs. The event
// itself is worked when its turn comes.
func (j *job) interrupted(ctx context.Context, e store.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var body bot.Event
	if err := json.Unmarshal(e.Body, &body); err != nil || body.Chat == nil {
		return
	}
	running := j.step
	if running != nil && slices.ContainsFunc(running.events, func(r store.Event) bool { return r.Seq == e.Seq }) {
		return // it is the one that is worked
	}
	switch {
	case running == nil && e.Kind != bot.KindPress:
		j.early = append(j.early, e)
	case e.Kind == bot.KindStop && running.stoppable():
		j.stopped = true
		running.cancel(errStopped)
	case e.Kind == bot.KindChange && running.about(body.Chat.Change.Message):
		running.cancel(errChanged)
	case e.Kind == bot.KindPress:
		if err := j.cancelNow(ctx, e, *body.Chat); err != nil {
			j.logger.ErrorContext(ctx, "cancelling at once", "error", err)
		}
	}
}
