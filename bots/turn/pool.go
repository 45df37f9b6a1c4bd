// Package turn works what was taken in: it claims conversations, one worker each, and
// works their events in order. A message becomes a turn of the agent, a press decides
// about an Action, and all that comes of it is one commit.
package turn

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/outbox"
	"aidesk/core/chat"
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
	j := &job{pool: p, bot: b, cards: cards{store: p.Store, bot: b, conversation: lease.Conversation, now: p.Now}, lease: lease, base: ctx, poked: make(chan struct{}, 1), logger: p.Logger.With("conversation", lease.Conversation)}
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

// Interrupt tells the worker of a conversation, if it is in this process.
func (p *Pool) Interrupt(conversation string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if j := p.jobs[conversation]; j != nil {
		poke(j.poked)
	}
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

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
