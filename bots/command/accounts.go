package command

import (
	"context"
	"fmt"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/account"
	"aidesk/core/chat"
	"aidesk/core/plugin"
)

// accountWords says which account is used for a member's calls of a plugin, since when and
// until when; empty: the plugin wants none.
func accountWords(ctx context.Context, x *bot.Exchange, p *plugin.Plugin) (string, error) {
	kind := p.Login().Kind
	if x.Bot.Logins == nil || kind == account.None {
		return "", nil
	}
	m := chat.Member{ID: x.Event.Member}
	shared, err := x.Bot.Plugins.SharedOf(ctx, x.Event.Place, p)
	if err != nil {
		return "", err
	}
	if len(shared) > 0 { // roles decide
		known, err := x.Adapter.Member(context.WithoutCancel(ctx), x.Event.Place, x.Event.Member)
		if err != nil {
			known = chat.Member{ID: x.Event.Member, Guest: true} // in doubt it is not theirs
		}
		m = known
	}
	a, ok, err := x.Bot.Plugins.AccountOf(ctx, x.Event.Place, m, p)
	switch {
	case err != nil:
		return "", err
	case !ok && kind == account.ServiceKey && len(shared) > 0:
		return textSharedNotYou, nil
	case !ok && kind == account.ServiceKey:
		return textNoShared, nil
	case !ok:
		return fmt.Sprintf(textConnectWith, p.Name), nil
	case a.State != account.Connected:
		return fmt.Sprintf(textConnectAgainWith, p.Name), nil
	}
	text := textYours
	if a.Shared() {
		text = textSharedHere
	}
	text = fmt.Sprintf(text, shortDate(a.Created, x.Now(), m.Location()))
	if !a.Expires.IsZero() {
		text += fmt.Sprintf(textYoursUntil, shortDate(a.Expires, x.Now(), m.Location()))
	}
	return text, nil
}

// shortDate is a day without the year where it is this one.
func shortDate(t, now time.Time, zone *time.Location) string {
	if t = t.In(zone); t.Year() == now.In(zone).Year() {
		return t.Format("2 January")
	}
	return bot.Date(t, zone)
}
