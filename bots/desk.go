// Package bots is aidesk: what happens when a message, a command or a press
// arrives. A bot.Bot is one app at each platform with a model and a persona; a Desk
// runs several over one store.
//
// The life of an event, package by package:
//
//	bot      what all share: a Bot, an Event, a button, an Exchange
//	inbox    a platform's event becomes durable, in the order of its conversation;
//	         what is entrusted to aidesk is sealed
//	turn     a conversation is claimed and its events are worked: a message becomes a
//	         turn of the agent, a press decides about an Action
//	command  what each command and each form does; admin: those of administrators
//	schedule questions that members have asked at times: whether a run takes place
//	outbox   what is wanted is brought to the platform
//
// Nothing that matters is held in memory between two events. bottest holds the whole
// desk against its behaviours.
package bots

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/inbox"
	"aidesk/bots/outbox"
	"aidesk/bots/turn"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/secret"
	"aidesk/store"
)

// Desk runs bots over one store. Its fields are set before Run.
type Desk struct {
	Store   store.Store
	Bots    []*bot.Bot
	Secrets *secret.Ring // seals what members and adapters entrust to aidesk; without it that is refused
	Now     func() time.Time
	Logger  *slog.Logger
	Keep    bot.Retention

	// Patience is for how long a question or press is kept, and worked again and again, while
	// something is away that it needs: the model, a plugin, the platform. 0: it is told at
	// once, as whoever waits at a terminal wants it.
	Patience time.Duration

	// Observe is told what an operator may want to count; nil: nobody counts. It may be
	// called concurrently.
	Observe bot.Observer

	// AcceptOnly stores what happens and works none of it, for maintenance and for
	// measurements. It is worked by the next Run without.
	AcceptOnly bool
}

// grace is how long turns may go on after aidesk was told to stop.
const grace = 10 * time.Second

// Run receives, works and delivers until ctx is done or every adapter has ended. It
// stops taking in first, lets running turns come to an end and then returns. What
// was not finished is on disk and goes on at the next Run.
func (d *Desk) Run(ctx context.Context) error {
	if err := inbox.Unlock(ctx, d.Store, d.Secrets); err != nil {
		return err
	}
	if err := audit.Unlock(ctx, d.Store, d.Secrets); err != nil {
		return err
	}
	if err := d.arrangeNights(ctx); err != nil {
		return err
	}
	owner := bot.NewID()
	delivery := outbox.New(d.Store, d.Bots, owner, d.Now, d.Logger)
	pool := turn.New(turn.Config{
		Store: d.Store, Bots: d.Bots, Secrets: d.Secrets, Keep: d.Keep, Patience: d.Patience, Now: d.Now, Logger: d.Logger, Observe: d.Observe,
		Owner: owner, Outbox: delivery,
	})
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workCtx, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()

	var background sync.WaitGroup
	worked, delivered := make(chan struct{}), make(chan struct{})
	if d.AcceptOnly {
		close(worked)
		close(delivered)
	} else {
		background.Go(func() { defer close(worked); pool.Run(workCtx, ctx.Done()) })
		background.Go(func() { defer close(delivered); delivery.Run(workCtx, worked) })
		background.Go(func() { d.purge(ctx) })
		background.Go(func() { d.endOwned(ctx) })
		background.Go(func() { d.logAuditHeads(ctx) })
	}
	var adapters sync.WaitGroup
	var failures errorList
	handlerOf := func(b *bot.Bot, a chat.Adapter) *inbox.Handler {
		return &inbox.Handler{
			Store: d.Store, Secrets: d.Secrets, Bot: b, Adapter: a, Observe: d.Observe,
			Stored: pool.Wake, Interrupted: pool.Interrupt, Repeated: delivery.SettleNow,
		}
	}
	for _, b := range d.Bots {
		if b.Operator != nil { // it goes on for as long as another adapter does
			handler := handlerOf(b, b.Operator)
			background.Go(func() { _ = b.Operator.Run(ctx, handler, handler) })
		}
		for _, a := range b.Adapters {
			adapters.Go(func() {
				handler := handlerOf(b, a)
				if err := a.Run(ctx, handler, handler); err != nil && ctx.Err() == nil {
					d.Logger.ErrorContext(ctx, "an adapter ended; the others go on", "bot", b.Name, "platform", a.Platform(), "error", err)
					failures.add(fmt.Errorf("%s on %s: %w", b.Name, a.Platform(), err))
				}
			})
		}
	}
	adapters.Wait()
	cancel()
	select {
	case <-delivered:
	case <-time.After(grace):
		stop()
	}
	background.Wait() // until then the store is used
	return failures.join()
}

// logAuditHeads writes into the log where audits end, now and every hour in which one went
// on: the log is kept elsewhere than the store, so that it shows if the store goes back to
// what it was.
func (d *Desk) logAuditHeads(ctx context.Context) {
	logged := map[string]uint64{} // by scope
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		heads, err := d.Store.AuditHeads(ctx)
		if err != nil && ctx.Err() == nil {
			d.Logger.ErrorContext(ctx, "reading where audits end", "error", err)
		}
		for _, h := range heads {
			if logged[h.Scope] != h.Seq {
				logged[h.Scope] = h.Seq
				d.Logger.InfoContext(ctx, "audit", "workspace", h.Scope, "line", h.Seq, "link", hex.EncodeToString(h.Link))
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// errorList collects errors from several goroutines.
type errorList struct {
	mu   sync.Mutex
	errs []error
}

func (e *errorList) add(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.errs = append(e.errs, err)
}

func (e *errorList) join() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return errors.Join(e.errs...)
}
