// Package outbox brings what is wanted to the platforms: each Reply in its newest
// version, tried again until it arrived or is given up (unshown.go). It also tells adapters
// that want to know when all that an event caused has been shown (settle.go).
package outbox

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/store"
	"aidesk/store/failpoint"
)

const (
	sendTime      = 30 * time.Second // the longest a sending takes; after it, whether it arrived can be found out
	deliveryBatch = 64
	firstRetry    = time.Second
	startTime     = 50 * time.Millisecond  // between two looks whether an adapter runs
	pollTime      = 200 * time.Millisecond // for what other processes wrote, and for what is tried again
)

// Outbox delivers what some bots want to say.
type Outbox struct {
	store  store.Store
	bots   []*bot.Bot
	owner  string // this process, towards the store
	now    func() time.Time
	logger *slog.Logger

	wake    chan struct{} // there may be something to deliver
	settler settler

	mu          sync.Mutex
	lastArrived map[string]time.Time // when something was delivered, by adapter; of this process only
}

// New makes the Outbox of some bots over a store, for the process that owner names.
func New(s store.Store, bots []*bot.Bot, owner string, now func() time.Time, logger *slog.Logger) *Outbox {
	return &Outbox{
		store: s, bots: bots, owner: owner, now: now, logger: logger,
		wake: make(chan struct{}, 1), settler: settler{delivered: map[string]uint64{}}, lastArrived: map[string]time.Time{},
	}
}

// Wake says that there may be something to deliver.
func (o *Outbox) Wake() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Run brings what is wanted to the platforms until ctx is done. After stop it goes on until the
// outbox has nothing that can go now.
func (o *Outbox) Run(ctx context.Context, stop <-chan struct{}) {
	var adapters []string
	for _, b := range o.bots {
		for _, a := range b.Adapters {
			adapters = append(adapters, b.OutboxName(a.Platform()))
		}
		if b.Operator != nil {
			adapters = append(adapters, b.OutboxName(b.Operator.Platform()))
		}
	}
	var sending sync.WaitGroup
	ticker := time.NewTicker(pollTime)
	defer ticker.Stop()
	for {
		batch, err := o.store.Outbox(ctx, o.owner, adapters, deliveryBatch)
		if err != nil && ctx.Err() == nil {
			o.logger.ErrorContext(ctx, "reading the outbox", "error", err)
		}
		for _, delivery := range batch {
			sending.Go(func() {
				o.send(ctx, delivery)
				o.Wake()
			})
		}
		select {
		case <-ctx.Done():
			sending.Wait()
			return
		case <-stop:
			sending.Wait()
			if len(batch) == 0 {
				return
			}
		case <-o.wake:
		case <-ticker.C:
		}
	}
}

// send brings one reply to its platform and records what became of it.
func (o *Outbox) send(ctx context.Context, delivery store.Delivery) {
	logger := o.logger.With("conversation", delivery.Conversation, "reply", delivery.ID)
	receipt, err := o.deliver(ctx, delivery)
	if err != nil {
		logger.WarnContext(ctx, "reply not delivered", "error", err, "retry", receipt.Retry, "gone", receipt.Gone)
	}
	if err := o.store.Sent(context.WithoutCancel(ctx), receipt); err != nil {
		logger.ErrorContext(ctx, "recording a delivery", "error", err)
		return
	}
	failpoint.Hit(failpoint.Recorded)
	if receipt.Retry.IsZero() {
		o.settler.sent(delivery.ID, delivery.Version)
	}
}

// deliver brings one reply to its platform. One that is refused for what it is, or on which
// the adapter panics, is given up at once: trying it again would only hold up the replies
// behind it.
func (o *Outbox) deliver(ctx context.Context, delivery store.Delivery) (store.Receipt, error) {
	receipt := store.Receipt{ID: delivery.ID, Version: delivery.Version, Posted: delivery.Posted}
	gone := func(err error) (store.Receipt, error) {
		receipt.Gone = true
		return receipt, err
	}
	b, err := bot.ForConversation(o.bots, delivery.Conversation)
	if err != nil {
		return gone(err)
	}
	var r chat.Reply
	if err := json.Unmarshal(delivery.Body, &r); err != nil {
		return gone(fmt.Errorf("reading the reply: %w", err))
	}
	adapter, err := b.At(r.Place)
	if err != nil {
		return gone(err)
	}
	if delivery.Lost >= maxLost {
		return o.unshown(ctx, b, r, delivery, delivery.Unsettled, fmt.Errorf("%d sendings were never heard of again", delivery.Lost))
	}
	begun, err := o.attempt(ctx, adapter, r, &delivery)
	receipt.Posted = delivery.Posted
	if err == nil {
		o.arrived(delivery.Adapter)
		return receipt, nil
	}
	if r.Working && delivery.Unsettled.IsZero() && certainlyNot(err) { // another version follows soon
		return receipt, nil
	}
	if errors.Is(err, chat.ErrNotRunning) { // nothing was sent
		err = &chat.Later{Reason: err.Error()}
	}
	later, refused := (*chat.Later)(nil), errors.Is(err, chat.ErrGone) || errors.Is(err, chat.ErrRefused)
	looked := begun.Equal(delivery.Unsettled) // for an earlier sending, which failed: this one did not begin
	if certain := refused || errors.As(err, &later); !certain || looked {
		receipt.Unsettled = begun
	}
	switch {
	case errors.Is(err, chat.ErrGone) && len(r.Cards) == 0:
		return gone(err)
	case refused || o.exhausted(delivery, later != nil || looked):
		return o.unshown(ctx, b, r, delivery, receipt.Unsettled, err)
	case later != nil:
		receipt.Retry = o.now().Add(max(later.After, firstRetry))
	default:
		receipt.Retry = o.now().Add(backoff(delivery.Tries))
	}
	return receipt, err
}

// certainlyNot says of an error of a sending that nothing of it arrived.
func certainlyNot(err error) bool {
	_, later := errors.AsType[*chat.Later](err)
	return later || errors.Is(err, chat.ErrRefused)
}

// attempt sends a reply, after it has found out what an earlier sending brought of which no
// end is known. What is at the platform then stands in d.Posted. begun is when the sending
// began whose end is not known after an error. A panic of the adapter is a refusal.
func (o *Outbox) attempt(ctx context.Context, a chat.Adapter, r chat.Reply, d *store.Delivery) (begun time.Time, err error) {
	defer func() {
		if p := recover(); p != nil {
			// A part may have arrived; nothing is on its way any more.
			begun = begun.Add(-sendTime)
			d.Unsettled, err = begun, fmt.Errorf("%w: panic: %v", chat.ErrRefused, p)
			o.logger.ErrorContext(ctx, "delivery crashed", "reply", d.ID, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	begun = o.now()
	if !d.Unsettled.IsZero() {
		if err := o.findPosted(ctx, a, r, d); err != nil {
			return d.Unsettled, err
		}
	}
	if err := o.store.Sending(ctx, *d); err != nil {
		return d.Unsettled, &chat.Later{Reason: err.Error()}
	}
	failpoint.Hit(failpoint.Sending)
	posted, err := a.Send(ctx, r, d.Posted)
	failpoint.Hit(failpoint.Sent)
	d.Posted = cmp.Or(posted, d.Posted)
	return begun, err
}

// findPosted asks the platform what a sending of which we know no end brought. While a
// message may still be on its way, which would then be there twice, the reply waits: unless
// all of it is there. A line that stands in for another reply always waits, since what it
// replaces had more. A platform that cannot be asked gets the reply again.
func (o *Outbox) findPosted(ctx context.Context, a chat.Adapter, r chat.Reply, d *store.Delivery) error {
	f, ok := a.(chat.Finder)
	if !ok {
		return nil
	}
	all, whole, err := f.Find(ctx, r, d.Posted, d.Unsettled)
	for errors.Is(err, chat.ErrNotRunning) && ctx.Err() == nil { // the adapter is about to
		select {
		case <-ctx.Done():
		case <-time.After(startTime):
			all, whole, err = f.Find(ctx, r, d.Posted, d.Unsettled)
		}
	}
	if err != nil {
		return err
	}
	d.Posted = all
	wait := sendTime - o.now().Sub(d.Unsettled)
	if wait > 0 && (!whole || r.StandIn) {
		return &chat.Later{After: wait, Reason: "a message may still be on its way"}
	}
	return nil
}
