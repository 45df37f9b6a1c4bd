package turn

import (
	"context"
	"errors"
	"slices"

	"aidesk/bots/bot"
	"aidesk/bots/grants"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/grant"
	"aidesk/core/plugin"
	"aidesk/store"
)

// mostRaces is how often a call tries to use a Grant of which others were quicker to use a
// part. Each time at least one of them goes; after so many its member is asked.
const mostRaces = 50

// granted carries out an Action that goes by a Grant, as a press would have it carried out:
// with the same three commits, of which the first counts the use. Where the Grant does not
// cover it any more, its member is asked.
func (d *decision) granted(ctx context.Context) error {
	stopped := d.turn.comes(func(e store.Event, _ chat.Event) bool { return e.Kind == bot.KindStop })
	for race := 0; ; race++ {
		a, err := d.action(ctx, d.turn.first.Granted)
		if errors.Is(err, store.ErrNotFound) {
			return d.Commit(store.Commit{}) // forgotten
		}
		switch {
		case err != nil:
			return err
		case a.By == d.press.ID: // this very event sent it already: go on where the last commit ended
			return d.resume(ctx, a)
		case a.State != confirm.Waiting || a.Grant == "": // its member was quicker
			return d.Commit(store.Commit{})
		case stopped:
			d.turn.worker.noteStop()
			return d.closeUnsent(ctx, a, confirm.Expired, textStoppedUnsent, d.turn.events)
		case d.turn.comes(func(_ store.Event, c chat.Event) bool {
			return c.Change != nil && c.Change.Message == a.Message && a.Message != ""
		}):
			return d.closeUnsent(ctx, a, confirm.Replaced, textChanged, d.turn.events)
		case !d.Now().Before(a.Until):
			return d.closeUnsent(ctx, a, confirm.Expired, textExpired, d.turn.events)
		case race == mostRaces:
			return d.askAfterAll(ctx, a)
		}
		if err = d.execute(ctx, a); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

// comes reports whether an event waits behind the one that is worked.
func (t *Turn) comes(is func(store.Event, chat.Event) bool) bool {
	return slices.ContainsFunc(t.work.Events[1:], func(e store.Event) bool {
		body, err := bot.ReadEvent(e)
		return err == nil && body.Chat != nil && is(e, *body.Chat)
	})
}

// useGrant adds to the commit that makes an Action executing that its Grant is used once more.
// Whoever uses or revokes it meanwhile makes the commit fail.
func (d *decision) useGrant(ctx context.Context, ask plugin.Ask, p *plugin.Plugin, a confirm.Action, c *store.Commit) (covers bool, err error) {
	used, record, covers, err := d.Bot.Plugins.UseGrant(ctx, ask, p)
	if err != nil || !covers {
		return false, err
	}
	c.Puts = append(c.Puts, record)
	c.Audits = append(c.Audits, d.AuditLine(grants.UsedLine(used, a.ID, d.Now())))
	return true, nil
}

// askAfterAll asks the member about a call whose Grant does not cover it any more.
func (d *decision) askAfterAll(ctx context.Context, a confirm.Action) error {
	a.By = ""
	a, t, err := a.Ungrant()
	if err != nil {
		return err
	}
	r, err := d.card(ctx, a)
	if err != nil {
		return err
	}
	return d.Reply(store.Commit{Actions: []store.Transition{t}}, r)
}

// tellGrant adds to what became of an Action what is left of the Grant by which it went, and
// to its card and to c the button that revokes it. After an approval that went well it adds
// the one that offers to stop asking. A fault is logged: nothing rests on it, and the call
// has left already.
func (d *decision) tellGrant(ctx context.Context, a *confirm.Action, state confirm.State, out *confirm.Outcome, c *store.Commit) {
	if a.Grant != "" {
		k, err := grant.Get(ctx, d.Store, a.Owner, a.Grant)
		if err != nil {
			d.Logger.WarnContext(ctx, "a grant that was used cannot be told of", "error", err)
			return
		}
		out.Line += " " + grants.UsedText(k.Grant, d.Now(), d.member.Location())
		a.Buttons.Revoke = bot.NewID()
		d.Button(c, a.Buttons.Revoke, grants.RevokeAction(k.Grant), grant.LongestLife)
		return
	}
	if state != confirm.Done || d.member.Guest {
		return
	}
	offer, err := grants.Offer(ctx, d.Bot, *a)
	if err != nil {
		d.Logger.WarnContext(ctx, "whether calls may be allowed beforehand cannot be read", "error", err)
		return
	}
	if offer {
		a.Buttons.Loosen = bot.NewID()
		d.Button(c, a.Buttons.Loosen, bot.ButtonAction{Do: bot.DoLoosen, Member: a.Member, Action: a.ID}, bot.Day)
	}
}
