package command

import (
	"context"
	"errors"
	"fmt"

	"aidesk/bots/bot"
	"aidesk/core/plugin"
	"aidesk/store"
)

// pluginShow lets all who read a channel see what the member's account at a plugin gives when
// they ask there, or no longer.
func pluginShow(ctx context.Context, x *bot.Exchange, word string, on bool) error {
	p, err := findPlugin(ctx, x, word)
	if p == nil {
		return err
	}
	say := func(c store.Commit, line string) error { return x.ReplyPrivately(c, bot.Paragraph(line)) }
	place := x.Event.Place
	if from := x.Event.Command.From; from != nil {
		place = *from
	}
	if place.Direct {
		return say(store.Commit{}, textShowDirect)
	}
	record, changed, err := x.Bot.Plugins.Show(ctx, place, x.Event.Member, p, on)
	switch {
	case errors.Is(err, plugin.ErrShow):
		return say(store.Commit{}, fmt.Sprintf(textShowNotAllowed, p.Human(), p.Name))
	case err != nil:
		return err
	case !changed && on:
		return say(store.Commit{}, fmt.Sprintf(textShownAlready, p.Human()))
	case !changed:
		return say(store.Commit{}, fmt.Sprintf(textHiddenAlready, p.Human()))
	}
	c := store.Commit{Puts: []store.Record{record}, Audits: x.Audit(map[bool]string{true: "account.shown", false: "account.hidden"}[on], bot.AuditPlugin(p))}
	if !on {
		return say(c, fmt.Sprintf(textHidden, p.Human()))
	}
	return say(c, fmt.Sprintf(textShown, p.Human(), p.Name))
}

// adminShow lets members show in this channel what their accounts at a plugin give, or no longer.
func adminShow(ctx context.Context, x *bot.Exchange, word string, on bool) error {
	p, err := findPlugin(ctx, x, word)
	if p == nil {
		return err
	}
	if x.Event.Place.Direct {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(textShowDirect))
	}
	record, changed, err := x.Bot.Plugins.AllowShow(ctx, x.Event.Place, p, on)
	if err != nil {
		return err
	}
	c := store.Commit{Audits: x.Audit(map[bool]string{true: "show.allowed", false: "show.denied"}[on], bot.AuditPlugin(p))}
	if changed {
		c.Puts = []store.Record{record}
	}
	line := fmt.Sprintf(textShowDenied, p.Human())
	if on {
		line = fmt.Sprintf(textShowAllowed, p.Human(), p.Name)
	}
	return x.ReplyPrivately(c, bot.Paragraph(line))
}
