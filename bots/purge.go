package bots

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/privacy"
	"aidesk/bots/schedule"
	"aidesk/core/account"
	"aidesk/core/audit"
	"aidesk/store"
)

// purge deletes what is older than it is kept, now and every hour.
func (d *Desk) purge(ctx context.Context) {
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		n, err := d.purgeOld(ctx)
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

// purgeOld deletes what is older than it is kept, but what an administrator holds.
func (d *Desk) purgeOld(ctx context.Context) (int, error) {
	held, err := privacy.Holds(ctx, d.Store)
	if err != nil {
		return 0, err
	}
	now := d.Now()
	before := func(life time.Duration) time.Time {
		if life == 0 {
			return time.Time{}
		}
		return now.Add(-life)
	}
	n, err := d.Store.Purge(ctx, store.Old{
		Conversations: before(d.Keep.Conversations), Audit: before(d.Keep.Audit), Held: held,
		Entry: privacy.Trim(before(d.Keep.Traces), before(d.Keep.Feedback)),
	})
	if err != nil {
		return n, err
	}
	for _, b := range d.Bots {
		if err := privacy.FinishHolds(ctx, d.Store, b, now); err != nil {
			return n, err
		}
	}
	over, err := schedule.Purge(ctx, d.Store, before(d.Keep.Conversations), privacy.Stays(held))
	if n += over; err != nil || d.Keep.Accounts == 0 {
		return n, err
	}
	for _, b := range d.Bots {
		if b.Logins == nil {
			continue
		}
		ended, err := d.endUnused(ctx, b, before(d.Keep.Accounts), held)
		if n += ended; err != nil {
			return n, err
		}
	}
	return n, nil
}

// endUnused ends the accounts of members that nobody has used since a time.
func (d *Desk) endUnused(ctx context.Context, b *bot.Bot, since time.Time, held func(conversation, member string) bool) (int, error) {
	all, err := b.Logins.Accounts.All(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, a := range all {
		place, ours := b.PlaceOf(a.Scope)
		last := a.Created
		if a.Used.After(last) {
			last = a.Used
		}
		if !ours || a.Shared() || !last.Before(since) || held(a.Scope+"/", a.Owner) {
			continue
		}
		key := b.Logins.Accounts.Key(a)
		if _, err := b.Logins.Accounts.Remove(ctx, key); err != nil && !errors.Is(err, account.ErrNotConnected) {
			return n, fmt.Errorf("ending an account that nobody uses: %w", err)
		}
		n++
		line := b.Audit(d.Now(), place, audit.Line{
			Action: "account.ended", Actor: audit.Actor{Kind: audit.System}, Account: key, Reason: "unused",
			Targets: []audit.Target{{Kind: audit.OfPlugin, ID: a.Plugin}, {Kind: audit.OfMember, ID: a.Member}},
		})
		if err := d.Store.AppendAudits(ctx, line); err != nil {
			return n, err
		}
	}
	return n, nil
}
