package turn

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/schedule"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/store"
	"aidesk/store/failpoint"
)

// worker works one conversation for as long as the pool holds its lease.
type worker struct {
	pool      *Pool
	bot       *bot.Bot
	lease     store.Lease
	logger    *slog.Logger
	woken     chan struct{} // an interrupting event may have come
	cards     cards
	commitCtx context.Context //nolint:containedctx // commits use it: it outlives a turn that an interruption ends

	mu              sync.Mutex    // guards what an interrupting event reads and changes while a turn runs
	turn            *Turn         // that runs; nil: none does
	stopped         bool          // a turn was stopped since the claim
	earlyInterrupts []store.Event // that came between reading the work and beginning the turn
}

// loop works events until none is left, and returns how long the conversation shall rest
// before it is claimed again.
func (w *worker) loop(ctx context.Context, stop <-chan struct{}) time.Duration {
	for {
		select {
		case <-stop:
			return 0
		default:
		}
		work, err := w.pool.Store.Work(ctx, w.lease)
		if err != nil {
			if !errors.Is(err, store.ErrFenced) && ctx.Err() == nil {
				w.logger.ErrorContext(ctx, "reading work", "error", err)
			}
			return time.Second
		}
		if len(work.Events) == 0 {
			return 0
		}
		for _, e := range work.Events[1:] { // interrupting events may have come before the claim
			if e.Interrupt {
				w.interrupt(ctx, e)
			}
		}
		e := &work.Events[0]
		before := e.Tries
		if before >= maxTries { // each took the process with it
			err = errTooManyTries
		} else {
			err = w.work(ctx, work)
		}
		outage, isOutage := errors.AsType[*bot.Outage](err)
		switch {
		case err == nil:
		case ctx.Err() != nil || errors.Is(err, store.ErrFenced) || w.storeFailed(ctx):
			w.untry(ctx, e, before)
			return 0
		case isOutage:
			w.untry(ctx, e, before)
			return outage.After
		case before >= maxTries || w.failed(ctx, e, before) >= maxTries:
			if err := w.giveUp(ctx, work); err != nil {
				w.logger.ErrorContext(ctx, "closing an event", "error", err)
				return time.Second
			}
		default:
			return time.Duration(1<<e.Tries) * 100 * time.Millisecond
		}
	}
}

// try counts a try on an event whose work begins.
func (w *worker) try(ctx context.Context, e *store.Event) error {
	count, err := w.pool.Store.Try(ctx, w.lease, e.Seq)
	if err == nil {
		e.Tries = count
	}
	return err
}

// untry takes the try back that was counted on an event with before tries: its work was broken
// off through no fault of its own.
func (w *worker) untry(ctx context.Context, e *store.Event, before int) {
	if e.Tries == before {
		return
	}
	e.Tries = before
	if err := w.pool.Store.Untry(ctx, w.lease, e.Seq); err != nil {
		w.logger.ErrorContext(ctx, "taking back a try", "event", e.ID, "error", err)
	}
}

// failed counts a try on an event whose work failed before it had begun, and returns how
// many there were.
func (w *worker) failed(ctx context.Context, e *store.Event, before int) int {
	if e.Tries == before {
		if err := w.try(ctx, e); err != nil {
			w.logger.ErrorContext(ctx, "counting a try", "event", e.ID, "error", err)
		}
	}
	return e.Tries
}

// storeFailed says whether the store cannot be used any more.
func (w *worker) storeFailed(ctx context.Context) bool {
	_, err := w.pool.Store.Backlog(ctx)
	return err != nil
}

// work makes a turn of the first event and works it. A panic is a failed try.
func (w *worker) work(ctx context.Context, work store.Work) (err error) {
	t := w.newTurn(work)
	logger := w.logger.With("event", work.Events[0].ID, "kind", work.Events[0].Kind, "try", work.Events[0].Tries)
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
			logger.ErrorContext(ctx, "turn crashed", "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
		} else if o, away := errors.AsType[*bot.Outage](err); away {
			logger.WarnContext(ctx, "turn put off", "error", err, "after", o.After)
		} else if err != nil && !errors.Is(err, store.ErrFenced) {
			logger.ErrorContext(ctx, "turn failed", "error", err)
		}
		w.mu.Lock()
		w.turn = nil
		w.mu.Unlock()
	}()
	failpoint.Hit(failpoint.Begun)
	if err := t.read(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t.cancel = cancel
	w.begin(ctx, t)
	begun := time.Now()
	if k := work.Events[0].Kind; k != bot.KindMessage && k != bot.KindChange { // these begin with their slot
		if err := t.begin(ctx); err != nil {
			return err
		}
	}
	err = t.dispatch(ctx)
	if err == nil {
		logger.InfoContext(ctx, "turn done", "took", time.Since(begun).Round(time.Millisecond), "messages", len(t.events))
	}
	return err
}

// begin makes t the turn that runs, and applies the interruptions that came before it ran.
func (w *worker) begin(ctx context.Context, t *Turn) {
	w.mu.Lock()
	w.turn = t
	early := w.earlyInterrupts
	w.earlyInterrupts = nil
	w.mu.Unlock()
	for _, e := range early {
		// An older one has been worked as an event of its own, and what was pressed is decided
		// whatever was asked for after it. What goes by a Grant looks for them itself.
		if k := t.events[0].Kind; e.Seq > t.events[0].Seq && k != bot.KindPress && k != bot.KindGranted {
			w.interrupt(ctx, e)
		}
	}
}

// write commits. Adapters hear that the events in done are settled when the replies in
// shown are at the platform.
func (w *worker) write(c store.Commit, done []store.Event, shown []store.Reply) error {
	failpoint.Hit(failpoint.Decided)
	if err := w.pool.Store.Commit(w.commitCtx, w.lease, c); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	failpoint.Hit(failpoint.Ended)
	observeDecisions(w.pool.Observe, c)
	w.pool.Outbox.Settle(w.commitCtx, done, shown)
	if len(c.Replies) > 0 {
		w.pool.Outbox.Wake()
	}
	return nil
}

// giveUp closes an event that failed or crashed the process too often, and apologises to
// the member. A call that was being sent when it failed gets the state unknown.
func (w *worker) giveUp(ctx context.Context, work store.Work) error {
	e := work.Events[0]
	for _, stored := range work.Actions {
		a, err := confirm.Read(stored)
		if err != nil || a.By != e.ID || a.State != confirm.Executing {
			continue
		}
		a, c, err := w.cards.moveTo(ctx, a, confirm.Unknown, confirm.Outcome{Line: fmt.Sprintf(textUnknown, markdown.Line(a.Call.Human, 50))})
		if err != nil {
			return err
		}
		if err := appendEntries(&c, a.Owner, agent.OutcomeEntry(a)); err != nil {
			return err
		}
		if err := w.write(c, nil, nil); err != nil {
			return err
		}
	}
	c := store.Commit{Done: []uint64{e.Seq}}
	if body, err := bot.ReadEvent(e); err == nil && body.Chat != nil && e.Kind != bot.KindNight {
		w.logger.ErrorContext(w.commitCtx, "event closed after too many tries", "event", e.ID)
		observeTurn(w.pool.Observe, outcomeGaveUp, 0)
		if body.Due != nil {
			return schedule.GaveUp(ctx, &w.newTurn(work).Exchange, *body.Due)
		}
		text := bot.Paragraph(textGaveUp)
		reply, err := w.bot.WantedReply(w.lease.Conversation, chat.Reply{ID: bot.ReplyID(e), Place: body.Chat.Place, To: body.Chat.Member, Answers: bot.MessageID(*body.Chat), Text: text}, e.Member)
		if err != nil {
			return err
		}
		c.Replies = append(c.Replies, reply)
	}
	return w.write(c, []store.Event{e}, c.Replies)
}

// watch prolongs the lease every second until ctx is done, and applies the interrupting
// events that it learns of.
func (w *worker) watch(ctx context.Context, cancel context.CancelCauseFunc) {
	ticker := time.NewTicker(extendTime)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-w.woken:
		}
		e, err := w.pool.Store.Extend(ctx, w.lease, leaseTime)
		if err != nil {
			if ctx.Err() == nil {
				w.logger.ErrorContext(ctx, "prolonging a lease", "error", err)
			}
			continue
		}
		if e.Lost {
			cancel(errLost)
			return
		}
		for _, i := range e.Interrupted {
			w.interrupt(ctx, i)
		}
	}
}

// interrupt applies an interrupting event to the turn that runs: a stop or a change ends
// it, a Cancel is decided at once. The event itself is worked later, in its order.
func (w *worker) interrupt(ctx context.Context, e store.Event) {
	body, err := bot.ReadEvent(e)
	if err != nil || body.Chat == nil || !w.endTurn(e, *body.Chat) {
		return
	}
	// If the press is worked itself meanwhile, one of the two finds the Action decided.
	if err := w.cancelWaiting(ctx, e, *body.Chat); err != nil && ctx.Err() == nil {
		w.logger.ErrorContext(ctx, "cancelling at once", "error", err)
	}
}

// endTurn ends the turn that runs if a stop or a change concerns it, and keeps the event
// for the next turn where none runs. It says whether the event is a press of Cancel that
// is yet to be decided.
func (w *worker) endTurn(e store.Event, c chat.Event) (press bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	running := w.turn
	switch {
	case running != nil && slices.ContainsFunc(running.events, func(r store.Event) bool { return r.Seq == e.Seq }):
		return false // it is the one that is worked
	case e.Kind == bot.KindPress:
		return true
	case running == nil:
		w.earlyInterrupts = append(w.earlyInterrupts, e)
	case e.Kind == bot.KindStop && running.isStoppable():
		w.stopped = true
		running.cancel(errStopped)
	case e.Kind == bot.KindChange && running.isAbout(c.Change.Message):
		running.cancel(errChanged)
	}
	return false
}
