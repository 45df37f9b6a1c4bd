// Package turn works the events that inbox stored. In the order of the files:
//
//	pool.go        claims conversations that have events, and gives each to a worker
//	worker.go      works the events of one conversation in order; applies interruptions
//	turn.go        a Turn: the work on one event, and its commit
//	message.go     a message: the agent is asked, and its answer committed
//	scheduled.go   a run of a schedule: the same, while its member is not there
//	above.go       what was said in the thread before it
//	attached.go    files that came with it are read for the model
//	limit.go       what a turn uses is counted against the limits
//	transcript.go  what is kept of an answer, and why it came out so
//	recall.go      what was kept, decoded once
//	share.go       a private answer is published by its member
//	form.go        a filled-in form: an operation is run, a card edited
//	press.go       a press of a button; a press on a card is a decision
//	execute.go     an approved Action is carried out, in three commits
//	card.go        an Action and its card go from state to state together
//	standin.go     a plain line takes the place of what cannot be shown
//	interrupt.go   a stop, a changed message, a Cancel while a turn runs
package turn

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/outbox"
	"aidesk/core/chat"
	"aidesk/core/secret"
	"aidesk/store"
)

const (
	leaseTime         = 15 * time.Second
	extendTime        = time.Second            // also the longest until an interruption stored by another process is noticed
	pollTime          = 200 * time.Millisecond // for what other processes stored, and for timers
	maxWorkers        = 1024
	maxWorkersOfScope = 64 // of one workspace, so that a busy one leaves room for others
	maxTries          = 3  // then an event is closed with an apology
)

// Config is what a Pool works with.
type Config struct {
	Store    store.Store
	Bots     []*bot.Bot
	Secrets  *secret.Ring
	Keep     bot.Retention
	Patience time.Duration
	Now      func() time.Time
	Logger   *slog.Logger
	Observe  bot.Observer
	Owner    string // this process, towards the store
	Outbox   *outbox.Outbox
}

// Pool works the conversations of some bots, each in a goroutine of its own.
type Pool struct {
	Config

	begun   time.Time
	work    chan struct{} // wakes Run
	mu      sync.Mutex
	workers map[string]*worker       // by conversation
	slots   map[string]chan struct{} // for turns that run at once, by workspace
	recall  recall
	files   chan struct{} // for turns that hold files
}

// New makes a Pool.
func New(c Config) *Pool {
	return &Pool{Config: c, begun: c.Now(), work: make(chan struct{}, 1), workers: map[string]*worker{}, slots: map[string]chan struct{}{}, files: make(chan struct{}, filesAtOnce)}
}

// since is when an event came, or when this process began.
func (p *Pool) since(e store.Event) time.Time {
	if e.Ingested.Before(p.begun) || e.Ingested.After(p.Now()) {
		return p.begun
	}
	return e.Ingested
}

// Wake says that there may be something to claim.
func (p *Pool) Wake() { wake(p.work) }

// Run claims conversations that have events and works each in a goroutine of its own.
// After stop it claims no more, and waits for those that run.
func (p *Pool) Run(ctx context.Context, stop <-chan struct{}) {
	var running sync.WaitGroup
	defer running.Wait()
	slots := make(chan struct{}, maxWorkers)
	ticker := time.NewTicker(pollTime)
	defer ticker.Stop()
	for {
		leases, err := p.Store.Claim(ctx, p.Owner, maxWorkers-len(slots), maxWorkersOfScope, leaseTime)
		if err != nil && ctx.Err() == nil {
			p.Logger.ErrorContext(ctx, "claiming work", "error", err)
		}
		for _, l := range leases {
			slots <- struct{}{}
			running.Go(func() {
				defer func() { <-slots; p.Wake() }()
				p.workConversation(ctx, l, stop)
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

// workConversation works the events of one conversation until none is left.
func (p *Pool) workConversation(ctx context.Context, lease store.Lease, stop <-chan struct{}) {
	b, err := bot.ForConversation(p.Bots, lease.Conversation)
	if err != nil {
		p.Logger.ErrorContext(ctx, "work for a bot that is not configured", "conversation", lease.Conversation, "error", err)
		p.release(ctx, lease, time.Hour)
		return
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w := &worker{
		pool: p, bot: b, lease: lease, commitCtx: ctx, woken: make(chan struct{}, 1),
		cards:  cards{store: p.Store, bot: b, conversation: lease.Conversation, now: p.Now},
		logger: p.Logger.With("conversation", lease.Conversation),
	}
	p.mu.Lock()
	p.workers[lease.Conversation] = w
	p.mu.Unlock()
	var watching sync.WaitGroup
	watching.Go(func() { w.watch(ctx, cancel) })
	delay := w.loop(ctx, stop)
	cancel(nil)
	watching.Wait() // it uses the lease and the store
	p.mu.Lock()
	delete(p.workers, lease.Conversation)
	p.mu.Unlock()
	p.release(ctx, lease, delay)
}

func (p *Pool) release(ctx context.Context, lease store.Lease, delay time.Duration) {
	if err := p.Store.Release(context.WithoutCancel(ctx), lease, delay); err != nil {
		p.Logger.ErrorContext(ctx, "releasing a conversation", "conversation", lease.Conversation, "error", err)
	}
}

// Interrupt says that an interrupting event was stored for a conversation.
func (p *Pool) Interrupt(conversation string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w := p.workers[conversation]; w != nil {
		wake(w.woken)
	}
}

// running lists the conversations that are worked now, of those whose name begins so.
func (p *Pool) running(prefix string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var names []string
	for name := range p.workers {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// slot waits until fewer than the allowed number of turns run in the workspace.
func (p *Pool) slot(ctx context.Context, b *bot.Bot, place chat.Place) (release func(), err error) {
	if b.Limits.TurnsAtOnce == 0 {
		return func() {}, nil
	}
	p.mu.Lock()
	slots := p.slots[b.Scope(place)]
	if slots == nil {
		slots = make(chan struct{}, b.Limits.TurnsAtOnce)
		p.slots[b.Scope(place)] = slots
	}
	p.mu.Unlock()
	select {
	case slots <- struct{}{}:
		return func() { <-slots }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
