package bots

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/account"
	"aidesk/core/chat"
)

// When members who own accounts are looked up. Each is within an hour of the time before.
const (
	lookFirst  = 5 * time.Minute  // the first time, at most
	lookEvery  = 45 * time.Minute // and up to lookJitter more, from begin to begin
	lookJitter = 10 * time.Minute

	lookSpread = 40 * time.Minute // over which they are spread, so that platforms bear many
	lookPause  = 2 * time.Second  // between two, at most
	lookWait   = time.Minute      // for a platform that wants to be asked later, at most
	lookTries  = 3                // of one member; then a workspace is left to the next time
)

// endAccounts ends what belongs to nobody any more, again and again: logins that were begun
// and given up, and the accounts of members who were deactivated or have left.
func (d *Desk) endAccounts(ctx context.Context) {
	next := time.NewTimer(rand.N(lookFirst)) //nolint:gosec // only so that several processes don't ask together
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		}
		next.Reset(lookEvery + rand.N(lookJitter)) //nolint:gosec // as above
		swept := map[*account.Connections]bool{}
		for _, b := range d.Bots {
			if b.Logins == nil {
				continue
			}
			if c := b.Logins.Connections; !swept[c] {
				swept[c] = true
				if err := c.Sweep(ctx); err != nil && ctx.Err() == nil {
					d.Logger.ErrorContext(ctx, "ending logins that were given up", "error", err)
				}
			}
			if err := d.endAccountsOf(ctx, b); err != nil && ctx.Err() == nil {
				d.Logger.ErrorContext(ctx, "looking for accounts of members who have left", "bot", b.Name, "error", err)
			}
		}
	}
}

// owner is a member who owns accounts.
type owner struct{ scope, name, member string }

// endAccountsOf looks up each member who owns accounts, and ends those of whoever is certainly
// not there any more. A platform that cannot be asked says nothing about anybody.
func (d *Desk) endAccountsOf(ctx context.Context, b *bot.Bot) error {
	all, err := b.Logins.Accounts.All(ctx)
	if err != nil {
		return err
	}
	var owners []owner
	known := map[owner]bool{}
	for _, a := range all {
		o := owner{a.Scope, a.Owner, a.Member}
		if _, ours := b.PlaceOf(a.Scope); ours && !a.Shared() && !known[o] {
			known[o] = true
			owners = append(owners, o)
		}
	}
	if len(owners) == 0 {
		return nil
	}
	pause := min(lookPause, lookSpread/time.Duration(len(owners)))
	left := map[string]bool{} // workspaces that cannot be asked this time
	var faults []error
	for _, o := range owners {
		if left[o.scope] {
			continue
		}
		if !wait(ctx, pause) {
			return nil
		}
		gone, err := d.gone(ctx, b, o)
		switch {
		case err != nil:
			d.Logger.WarnContext(ctx, "a member who owns accounts cannot be looked up", "workspace", o.scope, "error", err)
			left[o.scope] = isLater(err) // else it may be about this one alone
		case gone:
			if err := errors.Join(b.Logins.Accounts.Forget(ctx, o.scope, o.name), b.Logins.Forget(ctx, o.scope, o.name)); err != nil {
				faults = append(faults, err)
				continue
			}
			d.Logger.InfoContext(ctx, "the accounts of a member who has left are ended", slog.String("workspace", o.scope), slog.String("member", o.member))
		}
	}
	return errors.Join(faults...)
}

// gone reports whether a member is certainly not in their workspace any more.
func (d *Desk) gone(ctx context.Context, b *bot.Bot, o owner) (bool, error) {
	place, _ := b.PlaceOf(o.scope)
	adapter, err := b.Adapter(place.Platform)
	if err != nil {
		return false, nil //nolint:nilerr // the bot is at this messenger no more, which says nothing about the member
	}
	for try := 1; ; try++ {
		m, err := adapter.Member(ctx, place, o.member)
		later, again := errors.AsType[*chat.Later](err)
		switch {
		case errors.Is(err, chat.ErrNoMember):
			return true, nil
		case err == nil:
			return m.Deactivated && m.ID == o.member, nil
		case !again || try == lookTries:
			return false, err
		case !wait(ctx, min(max(later.After, time.Second), lookWait)):
			return false, ctx.Err()
		}
	}
}

func isLater(err error) bool {
	_, ok := errors.AsType[*chat.Later](err)
	return ok
}

// wait waits; false: ctx is done.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
