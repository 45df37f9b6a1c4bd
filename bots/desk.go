// Package bots is the desk: what happens when a message, a command or a press
// arrives. A Bot is one app at each platform with a model and a persona; a Desk
// runs several over one store.
//
// The life of an event, in the order of the files:
//
//	intake.go     a platform's event becomes durable, in the order of its conversation
//	seal.go       what was entrusted to the desk is sealed before and opened after
//	worker.go     a conversation is claimed and its events are worked, one after the other
//	message.go    a message becomes a turn of the agent; limit.go counts it first
//	press.go      a button: a decision about an Action, or what a member says by it
//	execute.go    an approved Action is carried out, in three commits
//	form.go       a form: values of a card changed, an operation run, a plugin added
//	interrupt.go  what does not wait: a stop, a changed message
//	command.go    the table of commands; plugins.go, admin.go, why.go, usage.go, help.go and forget.go are what they do
//	home.go       a member's own page
//	outbox        what is wanted is brought to the platform
//	observe.go    what an operator may want to count
//
// Nothing that matters is held in memory between two events.
package bots

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/inbox"
	"aidesk/bots/outbox"
	"aidesk/core/secret"
	"aidesk/store"
)

// Desk runs bots over one store. Its fields are set before Run.
type Desk struct {
	Store   store.Store
	Bots    []*bot.Bot
	Secrets *secret.Ring // seals what members and adapters entrust to the desk; without it that is refused
	Now     func() time.Time
	Logger  *slog.Logger
	Keep    bot.Retention

	// Observe is told what an operator may want to count; nil: nobody counts. It may be
	// called concurrently.
	Observe bot.Observer

	// AcceptOnly stores what happens and works none of it, for maintenance and for
	// measurements. It is worked by the next Run without.
	AcceptOnly bool

	once   sync.Once
	owner  string        // this process, towards the store
	work   chan struct{} // there may be something to claim
	outbox *outbox.Outbox
	mu     sync.Mutex
	jobs   map[string]*job // by conversation
	slots  map[string]chan struct{}
}

func (d *Desk) init() {
	d.once.Do(func() {
		d.owner = bot.NewID()
		d.work = make(chan struct{}, 1)
		d.outbox = outbox.New(d.Store, d.Bots, d.owner, d.Now, d.Logger)
		d.jobs, d.slots = map[string]*job{}, map[string]chan struct{}{}
	})
}

// grace is how long turns may go on after the desk was told to stop.
const grace = 10 * time.Second

// Run receives, works and delivers until ctx is done or every adapter has ended. It
// stops taking in first, lets running turns come to an end and then returns. What
// was not finished is on disk and goes on at the next Run.
func (d *Desk) Run(ctx context.Context) error {
	d.init()
	if err := inbox.Unlock(ctx, d.Store, d.Secrets); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	inner, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()

	var back sync.WaitGroup
	claimed, delivered := make(chan struct{}), make(chan struct{})
	if d.AcceptOnly {
		close(delivered)
	} else {
		go func() { defer close(claimed); d.claim(inner, ctx.Done()) }()
		go func() { defer close(delivered); d.outbox.Run(inner, claimed) }()
		back.Go(func() { d.purge(ctx) })
	}
	var front sync.WaitGroup
	var faults errorsOf
	for _, b := range d.Bots {
		for _, a := range b.Adapters {
			front.Go(func() {
				handler := &inbox.Handler{
					Store: d.Store, Secrets: d.Secrets, Bot: b, Adapter: a, Observe: d.Observe,
					Stored: func() { poke(d.work) }, Interrupted: d.interrupt, Repeated: d.outbox.SettleNow,
				}
				if err := a.Run(ctx, handler, handler); err != nil && ctx.Err() == nil {
					d.Logger.ErrorContext(ctx, "an adapter ended; the others go on", "bot", b.Name, "platform", a.Platform(), "error", err)
					faults.add(fmt.Errorf("%s on %s: %w", b.Name, a.Platform(), err))
				}
			})
		}
	}
	front.Wait()
	cancel()
	select {
	case <-delivered:
	case <-time.After(grace):
		stop()
		<-delivered
	}
	back.Wait()
	return faults.join()
}

// purge deletes what is older than it is kept, now and every hour.
func (d *Desk) purge(ctx context.Context) {
	if d.Keep == (bot.Retention{}) {
		return
	}
	before := func(life time.Duration) time.Time {
		if life == 0 {
			return time.Time{}
		}
		return d.Now().Add(-life)
	}
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		n, err := d.Store.Purge(ctx, before(d.Keep.Conversations), before(d.Keep.Audit))
		switch {
		case err != nil && ctx.Err() == nil:
			d.Logger.ErrorContext(ctx, "deleting what is too old", "error", err)
		case n > 0:
			d.Logger.InfoContext(ctx, "deleted what is too old", "count", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// errorsOf collects errors from several goroutines.
type errorsOf struct {
	mu   sync.Mutex
	errs []error
}

func (e *errorsOf) add(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.errs = append(e.errs, err)
}

func (e *errorsOf) join() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return errors.Join(e.errs...)
}
