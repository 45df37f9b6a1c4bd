package turn

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"aidesk/bots/bot"
	"aidesk/bots/grants"
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
	stopped := slices.ContainsFunc(d.turn.work.Events, func(e store.Event) bool { return e.Kind == bot.KindStop })
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
			return d.closeUnsent(ctx, a, confirm.Expired, textStoppedUnsent, d.turn.events)
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
// the buttons about Grants that its card has from now on.
func (d *decision) tellGrant(ctx context.Context, a *confirm.Action, state confirm.State, out *confirm.Outcome) error {
	if a.Grant == "" {
		if state != confirm.Done {
			return nil
		}
		offer, err := grants.Offer(ctx, d.Bot, *a)
		if err == nil && offer {
			a.Buttons.Loosen = bot.NewID()
		}
		return err
	}
	said, err := grants.UsedText(ctx, d.Store, a.Owner, a.Grant, d.Now(), d.member.Location())
	if err == nil && said != "" {
		out.Line, a.Buttons.Revoke = fmt.Sprintf("%s %s", out.Line, said), bot.NewID()
	}
	return err
}

// grantButtons adds to c what the buttons about Grants stand for.
func (d *decision) grantButtons(c *store.Commit, a confirm.Action) {
	if a.Buttons.Loosen != "" {
		d.Button(c, a.Buttons.Loosen, bot.ButtonAction{Do: bot.DoLoosen, Member: a.Member, Action: a.ID}, bot.Day)
	}
	if a.Buttons.Revoke != "" {
		d.Button(c, a.Buttons.Revoke, bot.ButtonAction{Do: bot.DoUngrant, Member: a.Member, Grant: a.Grant}, grant.LongestLife)
	}
}
