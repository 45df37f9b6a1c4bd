package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/store"
)

// When a reply is given up. An outage of the platform fails every reply alike and is waited
// for; a reply that fails while others arrive is itself the reason.
const (
	maxAge   = 24 * time.Hour // failing for this long
	minTries = 5              // and as often as this: the process may have been off for a day
	maxTries = 6              // failing as often, while others arrived since the last time
	maxLost  = 5              // sendings that were never heard of again: each may have taken the process with it, or died with an event that did
	maxRetry = 5 * time.Minute
)

// backoff is how long a reply waits after a try whose end is not known.
func backoff(tries int) time.Duration {
	return min(sendTime<<min(max(tries-1, 0), 10), maxRetry)
}

// exhausted says whether a reply that failed once more is given up.
func (o *Outbox) exhausted(d store.Delivery, known bool) bool {
	now := o.now()
	if d.Tries >= minTries && now.Sub(d.First) >= maxAge {
		return true
	}
	return !known && d.Tries >= maxTries && o.arrivedSince(d.Adapter, now.Add(-backoff(d.Tries-1)))
}

// arrived notes that an adapter delivered something.
func (o *Outbox) arrived(adapter string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lastArrived[adapter] = o.now()
}

func (o *Outbox) arrivedSince(adapter string, t time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	last := o.lastArrived[adapter]
	return !last.IsZero() && !last.Before(t)
}

// unshown gives up a version of a reply. Whoever works its conversation puts a plain line in
// its place and voids what its cards ask; a plain line that cannot be shown either is let
// go. The event is durable before the version is, so that a crash between them loses
// neither.
func (o *Outbox) unshown(ctx context.Context, b *bot.Bot, r chat.Reply, d store.Delivery, unsettled time.Time, why error) (store.Receipt, error) {
	receipt := store.Receipt{ID: d.ID, Version: d.Version, Posted: d.Posted, Gone: true, Unsettled: unsettled}
	logger := o.logger.With("conversation", d.Conversation, "reply", d.ID, "tries", d.Tries, "lost", d.Lost, "since", d.First)
	if r.StandIn {
		logger.ErrorContext(ctx, "a member got no answer: not even a plain line can be shown", "error", why)
		return receipt, why
	}
	logger.ErrorContext(ctx, "a reply cannot be shown; a plain line takes its place", "error", why)
	body, err := json.Marshal(bot.Event{Unshown: d.ID, Version: d.Version, Chat: &chat.Event{Place: r.Place, Member: r.To}})
	if err != nil {
		return receipt, fmt.Errorf("storing that a reply cannot be shown: %w", err)
	}
	_, err = o.store.Ingest(context.WithoutCancel(ctx), store.Event{
		ID: chat.Key(b.Name, "unshown", d.ID, strconv.FormatUint(d.Version, 10)), Conversation: d.Conversation, Member: d.Member, Kind: bot.KindUnshown, Body: body,
	})
	if err != nil {
		receipt.Gone, receipt.Retry = false, o.now().Add(sendTime)
		return receipt, fmt.Errorf("storing that a reply cannot be shown: %w", err)
	}
	return receipt, why
}
