// Package turn works what was taken in: it claims conversations, one worker each, and
// works their events in order. A message becomes a turn of the agent, a press decides
// about an Action, and all that comes of it is one commit.
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
	"aidesk/bots/command"
	"aidesk/bots/inbox"
	"aidesk/bots/outbox"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/core/model/middleware"
	"aidesk/core/secret"
	"aidesk/store"
)

const (
	leaseTime  = 15 * time.Second
	extendTime = time.Second            // also how late an interruption from another process is learned
	pollTime   = 200 * time.Millisecond // for what other processes ingested, and for timers
	jobsAtOnce = 1024
	jobsOfOne  = 64 // of one workspace, also those that wait for their turn: a busy one leaves room for others
	tries      = 3  // then an event is closed with an apology
)

// Config is what a Pool works with.
type Config struct {
	Store   store.Store
	Bots    []*bot.Bot
	Secrets *secret.Ring
	Keep    bot.Retention
	Now     func() time.Time
	Logger  *slog.Logger
	Observe bot.Observer
	Owner   string // this process, towards the store
	Outbox  *outbox.Outbox
}

// Pool works the conversations of some bots, each in a goroutine of its own.
type Pool struct {
	Config

	work  chan struct{} // there may be something to claim
	mu    sync.Mutex
	jobs  map[string]*job // by conversation
	slots map[string]chan struct{}
}

// New makes a Pool.
func New(c Config) *Pool {
	return &Pool{Config: c, work: make(chan struct{}, 1), jobs: map[string]*job{}, slots: map[string]chan struct{}{}}
}

// Wake says that there may be something to claim.
func (p *Pool) Wake() { poke(p.work) }

// Run takes conversations that have work and works each in a goroutine of its
// own, until stop; then it waits for those that run.
func (p *Pool) Run(ctx context.Context, stop <-chan struct{}) {
	var running sync.WaitGroup
	defer running.Wait()
	slots := make(chan struct{}, jobsAtOnce)
	ticker := time.NewTicker(pollTime)
	defer ticker.Stop()
	for {
		leases, err := p.Store.Claim(ctx, p.Owner, jobsAtOnce-len(slots), jobsOfOne, leaseTime)
		if err != nil && ctx.Err() == nil {
			p.Logger.ErrorContext(ctx, "claiming work", "error", err)
		}
		for _, l := range leases {
			slots <- struct{}{}
			running.Go(func() {
				defer func() { <-slots; p.Wake() }()
				p.conversation(ctx, l, stop)
			})
		}
		select {
		case <-stop:
			return
		case <-ctx.Done():
			return
		case <-p.work:
		case <-ticker.C:
		}
	}
}

// job is one conversation while it is worked.
type job struct {
	pool   *Pool
	bot    *bot.Bot
	lease  store.Lease
	logger *slog.Logger
	poked  chan struct{}
	base   context.Context //nolint:containedctx // outlives the step that an interruption ends

	mu      sync.Mutex // guards what an interruption reads and changes while a step runs
	step    *step
	stopped bool          // a turn was stopped since the claim
	early   []store.Event // interruptions that came when no step ran: between reading the work and beginning it
}

// step is the work on one event, or on several messages that became one turn.
type step struct {
	bot.Exchange
	*job
	work   store.Work
	events []store.Event
	first  bot.Event
	waits  []confirm.Action // not final, of this conversation
	cancel context.CancelCauseFunc

	purse *middleware.Purse // pays for the turn; nil: there is none yet
	day   time.Time         // on whose limits the purse draws
	turns int               // 1: the step is a turn that counts
	near  string            // the counter of a workspace's day that is nearly full

	shown []store.Reply // wanted by what the step committed so far
}

// The causes for which a step ends early.
var (
	errStopped = errors.New("stopped by a member")
	errChanged = errors.New("the message was changed")
	errLost    = errors.New("the lease was lost")
	errPoison  = errors.New("tried too often")
)

// conversation works the events of one conversation until none is left.
func (p *Pool) conversation(ctx context.Context, lease store.Lease, stop <-chan struct{}) {
	b, err := bot.Of(p.Bots, lease.Conversation)
	if err != nil {
		p.Logger.ErrorContext(ctx, "work for a bot that is not configured", "conversation", lease.Conversation, "error", err)
		p.release(ctx, lease, time.Hour)
		return
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	j := &job{pool: p, bot: b, lease: lease, base: ctx, poked: make(chan struct{}, 1), logger: p.Logger.With("conversation", lease.Conversation)}
	p.mu.Lock()
	p.jobs[lease.Conversation] = j
	p.mu.Unlock()
	go j.watch(ctx, cancel)
	delay := j.loop(ctx, stop)
	p.mu.Lock()
	delete(p.jobs, lease.Conversation)
	p.mu.Unlock()
	p.release(ctx, lease, delay)
}

func (p *Pool) release(ctx context.Context, lease store.Lease, delay time.Duration) {
	if err := p.Store.Release(context.WithoutCancel(ctx), lease, delay); err != nil {
		p.Logger.ErrorContext(ctx, "releasing a conversation", "conversation", lease.Conversation, "error", err)
	}
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

// newStep makes the step that works the first event.
func (j *job) newStep(work store.Work) *step {
	s := &step{job: j, work: work, events: []store.Event{work.Events[0]}}
	s.Exchange = bot.Exchange{
		Bot: j.bot, Store: j.pool.Store, Keep: j.pool.Keep, Now: j.pool.Now, Logger: j.logger, Observe: j.pool.Observe,
		Conversation: j.lease.Conversation, ReplyID: bot.ReplyID(work.Events[0]), Commit: s.commit,
	}
	return s
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

// read decodes what the step works on.
func (s *step) read() error {
	var err error
	if s.first, err = inbox.Open(s.pool.Secrets, s.events[0]); err != nil {
		return err
	}
	if s.first.Chat != nil {
		s.Event = *s.first.Chat
	}
	if s.Adapter, err = s.Bot.Adapter(s.Event.Place.Platform); err != nil {
		return err
	}
	for _, a := range s.work.Actions {
		read, err := confirm.Read(a)
		if err != nil {
			return err
		}
		s.waits = append(s.waits, read)
	}
	return nil
}

// dispatch gives an event to what works it.
func (s *step) dispatch(ctx context.Context) error {
	switch s.events[0].Kind {
	case bot.KindMessage:
		return s.message(ctx)
	case bot.KindChange:
		return s.change(ctx)
	case bot.KindStop:
		return s.stop(ctx)
	case bot.KindCommand:
		return command.Run(ctx, &s.Exchange, s.work.Entries)
	case bot.KindPress:
		return s.press(ctx)
	case bot.KindForm:
		return s.form(ctx)
	case bot.KindVisit:
		return command.Home(ctx, &s.Exchange)
	case bot.KindExpire:
		return s.expire(ctx)
	case bot.KindNear:
		return s.nearLimit()
	default:
		return s.Commit(store.Commit{})
	}
}

// commit writes what the step decided; the events of the step are done with it.
func (s *step) commit(c store.Commit) error {
	for _, e := range s.events {
		c.Done = append(c.Done, e.Seq)
	}
	return s.save(c, s.events)
}

// save writes a part of what the step decided.
func (s *step) save(c store.Commit, done []store.Event) error {
	s.shown = append(s.shown, c.Replies...)
	return s.write(c, done, s.shown)
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
		a, c, err := j.move(ctx, a, confirm.Unknown, confirm.Outcome{Line: fmt.Sprintf(unknownLine, markdown.Line(a.Call.Human, 50))})
		if err != nil {
			return err
		}
		told, err := json.Marshal(agent.Tell(a))
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

// Interrupt tells the worker of a conversation, if it is in this process.
func (p *Pool) Interrupt(conversation string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if j := p.jobs[conversation]; j != nil {
		poke(j.poked)
	}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
