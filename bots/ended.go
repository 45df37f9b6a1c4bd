package bots

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"aidesk/bots/bot"
	"aidesk/bots/grants"
	"aidesk/bots/privacy"
	"aidesk/core/account"
	"aidesk/core/chat"
	"aidesk/core/grant"
	"aidesk/store"
)

// When members who own accounts or Grants are looked up. Each is within an hour of the time before.
const (
	lookFirst  = 5 * time.Minute  // the first time, at most
	lookEvery  = 45 * time.Minute // and up to lookJitter more, from begin to begin
	lookJitter = 10 * time.Minute

	lookSpread = 40 * time.Minute // over which they are spread, so that platforms bear many
	lookPause  = 2 * time.Second  // between two, at most
	lookWait   = time.Minute      // for a platform that wants to be asked later, at most
	lookTries  = 3                // of one member; then a workspace is left to the next time
)

// endOwned ends what belongs to nobody any more, again and again: logins that were begun and
// given up, and the accounts and Grants of members who were deactivated or have left.
func (d *Desk) endOwned(ctx context.Context) {
	next := time.NewTimer(rand.N(lookFirst)) //nolint:gosec // only so that several processes don't ask together
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		}
		next.Reset(lookEvery + rand.N(lookJitter)) //nolint:gosec // as above
		held, err := privacy.Holds(ctx, d.Store)
		if err != nil {
			d.Logger.ErrorContext(ctx, "reading what must be kept", "error", err)
			continue
		}
		swept := map[*account.Connections]bool{}
		for _, b := range d.Bots {
			if b.Logins != nil && !swept[b.Logins.Connections] {
				swept[b.Logins.Connections] = true
				if err := b.Logins.Sweep(ctx); err != nil && ctx.Err() == nil {
					d.Logger.ErrorContext(ctx, "ending logins that were given up", "error", err)
				}
			}
			if err := grants.Sweep(ctx, d.Store, b, d.Now(), d.Keep.Grants, privacy.Stays(held), d.Logger); err != nil && ctx.Err() == nil {
				d.Logger.ErrorContext(ctx, "looking for grants that hold no more", "bot", b.Name, "error", err)
			}
			if err := d.endOwnedAt(ctx, b); err != nil && ctx.Err() == nil {
				d.Logger.ErrorContext(ctx, "looking for members who have left", "bot", b.Name, "error", err)
			}
		}
	}
}

// owner is a member who owns accounts or Grants.
type owner struct{ scope, name, member string }

// owners lists the members of a bot who own accounts or Grants.
func (d *Desk) owners(ctx context.Context, b *bot.Bot) (owners []owner, err error) {
	known := map[owner]bool{}
	add := func(o owner) {
		if _, ours := b.PlaceOf(o.scope); ours && !known[o] {
			known[o] = true
			owners = append(owners, o)
		}
	}
	if b.Logins != nil {
		all, err := b.Logins.Accounts.All(ctx)
		if err != nil {
			return nil, err
		}
		for _, a := range all {
			if !a.Shared() {
				add(owner{a.Scope, a.Owner, a.Member})
			}
		}
	}
	all, err := grant.All(ctx, d.Store)
	for _, g := range all {
		add(owner{store.Scope(g.Owner), g.Owner, g.Member})
	}
	return owners, err
}

// endOwnedAt looks up each member who owns accounts or Grants, and ends those of whoever is
// certainly not there any more. A platform that cannot be asked says nothing about anybody.
func (d *Desk) endOwnedAt(ctx context.Context, b *bot.Bot) error {
	owners, err := d.owners(ctx, b)
	if err != nil || len(owners) == 0 {
		return err
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
			d.Logger.WarnContext(ctx, "a member who owns something cannot be looked up", "workspace", o.scope, "error", err)
			left[o.scope] = isLater(err) // else it may be about this one alone
		case gone:
			err := grant.Forget(ctx, d.Store, o.name)
			if b.Logins != nil {
				err = errors.Join(err, b.Logins.Accounts.Forget(ctx, o.scope, o.name), b.Logins.Forget(ctx, o.scope, o.name))
			}
			if err != nil {
				faults = append(faults, err)
				continue
			}
			d.Logger.InfoContext(ctx, "the accounts and grants of a member who has left are ended", slog.String("workspace", o.scope), slog.String("member", o.member))
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
