package turn

import (
	"context"
	"fmt"
	"slices"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/model/middleware"
	"aidesk/core/policy"
	"aidesk/store"
)

// bound is a counter with a limit, and what is said once it is reached.
type bound struct {
	store.Count
	text string    // a %s in it is when it ends
	ends time.Time // when it is counted anew
}

// bounds are all limits of one member in one place: those of the configuration and those of
// administrators, of each the lower. A member has those of their roles, and shares those of the
// channel and of the workspace.
type bounds struct {
	scope, owner, channel      string // that keys are of; without a channel of others the last is empty
	mine, channels, workspaces policy.Limits
}

// boundsOf reads the limits of a member in a place.
func boundsOf(ctx context.Context, x *bot.Exchange, member chat.Member) (bounds, error) {
	place := x.Event.Place
	rules, err := x.Bot.Plugins.Rules(ctx, place)
	if err != nil {
		return bounds{}, err
	}
	b := bounds{
		scope: x.Bot.Scope(place), owner: x.Owner(),
		mine: x.Bot.Limits.OfMember(rules, member.Roles), workspaces: x.Bot.Limits.OfWorkspace(rules),
	}
	if !place.Direct {
		b.channel, b.channels = b.scope+"/"+chat.Key("channel", place.Channel), rules.Channels[place.Channel]
	}
	return b, nil
}

// perDay names a counter of a day.
func perDay(what, whose string, day time.Time) string {
	return what + "/" + whose + day.UTC().Format("/2006-01-02")
}

// turns are the counters of questions at a time, each with how many are added.
func (b bounds) turns(n int64, now time.Time) []bound {
	hour, day := now.UTC().Truncate(time.Hour), now.UTC().Truncate(bot.Day)
	inHour := func(whose string, limit int64, text string) bound {
		return bound{store.Count{Key: "turns/" + whose + hour.Format("/2006-01-02T15"), N: n, Limit: limit, Until: hour.Add(2 * time.Hour)}, text, hour.Add(time.Hour)}
	}
	inDay := func(whose string, limit int64, text string) bound {
		return bound{store.Count{Key: perDay("turns", whose, day), N: n, Limit: limit, Until: day.Add(2 * bot.Day)}, text, day.Add(bot.Day)}
	}
	return limited([]bound{
		inHour(b.owner, b.mine.TurnsPerHour, fmt.Sprintf(textHourLimit, b.mine.TurnsPerHour)), inDay(b.owner, b.mine.TurnsPerDay, textMemberLimit),
		inHour(b.channel, b.channels.TurnsPerHour, textChannelLimit), inDay(b.channel, b.channels.TurnsPerDay, textChannelLimit),
		inHour(b.scope, b.workspaces.TurnsPerHour, textWorkspaceHour), inDay(b.scope, b.workspaces.TurnsPerDay, textWorkspaceLimit),
	})
}

// amounts are the counters of what models cost in a day, each with how much is added.
func (b bounds) amounts(a middleware.Amount, day time.Time) []bound {
	day = day.UTC().Truncate(bot.Day)
	of := func(what, whose string, n, limit int64, text string) bound {
		// Until is the same for the whole day: a change would be a write.
		return bound{store.Count{Key: perDay(what, whose, day), N: n, Limit: limit, Until: day.Add(2 * bot.Day)}, text, day.Add(bot.Day)}
	}
	return limited([]bound{
		of(counterTokens, b.scope, a.Tokens, b.workspaces.TokensPerDay, textWorkspaceLimit),
		of(counterMoney, b.scope, a.Micros, b.workspaces.MoneyPerDay, textWorkspaceLimit),
		of(counterTokens, b.channel, a.Tokens, b.channels.TokensPerDay, textChannelLimit),
		of(counterMoney, b.channel, a.Micros, b.channels.MoneyPerDay, textChannelLimit),
		of(counterTokens, b.owner, a.Tokens, b.mine.TokensPerDay, textMemberLimit),
		of(counterMoney, b.owner, a.Micros, b.mine.MoneyPerDay, textMemberLimit),
	})
}

// The kinds of counter of what models cost.
const (
	counterTokens = "tokens"
	counterMoney  = "money"
)

// limited leaves out what has no limit, and what nothing is added to.
func limited(all []bound) []bound {
	return slices.DeleteFunc(all, func(b bound) bool { return b.Limit == 0 || b.N == 0 })
}

// countsOf are bounds as the store counts them.
func countsOf(all ...bound) []store.Count {
	counts := make([]store.Count, len(all))
	for i, b := range all {
		counts[i] = b.Count
	}
	return counts
}

// reached says what a member reads of a limit, by the key of its counter.
func (b bounds) reached(key string, day, now time.Time, zone *time.Location) (string, bool) {
	for _, l := range slices.Concat(b.turns(1, now), b.turns(1, day), b.amounts(middleware.Amount{Tokens: 1, Micros: 1}, day)) {
		if l.Key == key {
			return fmt.Sprintf(l.text, l.ends.In(zone).Format("15:04 MST")), true
		}
	}
	return "", false
}
