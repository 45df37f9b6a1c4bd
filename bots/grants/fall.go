package grants

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/grant"
	"aidesk/core/plugin"
	"aidesk/core/policy"
	"aidesk/store"
)

// Whether a Grant still holds is asked whenever it would be used. So that its member hears of
// it before, it is also looked at when something changed, and every hour.

// FallEvent is the event by which a Grant is looked at. The same cause gives the same event.
func FallEvent(b *bot.Bot, place chat.Place, member, id, cause string) store.Event {
	place.Thread = ""
	body, err := json.Marshal(bot.Event{Grant: id, Chat: &chat.Event{Place: place, Member: member}})
	if err != nil {
		panic(err) // strings
	}
	return store.Event{
		ID: chat.Key(b.Name, bot.KindFallen, id, cause), Conversation: b.OwnConversation(place, "grant "+id),
		Kind: bot.KindFallen, Member: b.Owner(place, member), Body: body,
	}
}

// mostLooked bounds how many Grants are looked at because of one change; the others are within
// the hour.
const mostLooked = 500

// LookAt adds to c that the Grants for a plugin of the workspace are looked at, which changes
// with it.
func LookAt(ctx context.Context, x *bot.Exchange, c *store.Commit, plugin string) error {
	all, err := grant.In(ctx, x.Store, x.Bot.Scope(x.Event.Place))
	if err != nil {
		return err
	}
	n := 0
	for _, k := range all {
		if k.Plugin == plugin && k.Live(x.Now()) && n < mostLooked {
			n++
			c.Events = append(c.Events, FallEvent(x.Bot, k.Place, k.Member, k.ID, x.ReplyID))
		}
	}
	return nil
}

// Sweep has the Grants of a bot looked at that hold no more as far as can be told without
// asking the platform, and deletes those that ended a while ago, as grant.Sweep does.
func Sweep(ctx context.Context, s store.Store, b *bot.Bot, now time.Time, keep time.Duration, stays func(owner string) bool, logger *slog.Logger) error {
	all, err := grant.All(ctx, s)
	if err != nil {
		return err
	}
	var events []store.Event
	for _, k := range all {
		if _, ours := b.PlaceOf(store.Scope(k.Owner)); !ours || !k.Live(now) {
			continue
		}
		why, err := fallen(ctx, b, k.Grant, chat.Member{ID: k.Member})
		if err != nil {
			logger.WarnContext(ctx, "a grant cannot be looked at", "error", err)
			continue
		}
		if why != "" && len(events) < mostLooked {
			events = append(events, FallEvent(b, k.Place, k.Member, k.ID, now.UTC().Format("2006-01-02T15")))
		}
	}
	if len(events) > 0 {
		if _, err := s.Ingest(ctx, events...); err != nil {
			return fmt.Errorf("having grants looked at: %w", err)
		}
	}
	return grant.Sweep(ctx, s, now, keep, stays, logger)
}

// Fall ends a Grant that holds no more, and tells its member why.
func Fall(ctx context.Context, x *bot.Exchange, id string) error {
	k, err := grant.Get(ctx, x.Store, x.Owner(), id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !k.Live(x.Now()) {
		return x.Commit(store.Commit{})
	}
	if err != nil {
		return err
	}
	member, err := x.Adapter.Member(context.WithoutCancel(ctx), x.Event.Place, k.Member)
	gone := errors.Is(err, chat.ErrNoMember)
	if err != nil && !gone {
		if o := x.PlatformOutage(err); o != nil {
			return o
		}
		x.Logger.WarnContext(ctx, "member cannot be read", "error", err)
		return x.Commit(store.Commit{}) // it is looked at again within the hour
	}
	why := grant.NoRight
	if may := policy.Speak(x.Bot.Access, k.Place, member); !gone && !member.Guest && !may.Denied() {
		if why, err = fallen(ctx, x.Bot, k.Grant, member); err != nil {
			return err
		}
	}
	if why == "" {
		return x.Commit(store.Commit{})
	}
	line := audit.Line{Action: "grant.fell", Actor: audit.Actor{Kind: audit.System}, Reason: string(why)}
	err = end(x, store.Commit{}, k, why, line, func(c store.Commit) error {
		if gone || member.Deactivated {
			return x.Commit(c)
		}
		return x.ReplyPrivately(c, bot.Paragraph(fmt.Sprintf(textFell, k.Deed, fallWords[why])))
	})
	if errors.Is(err, store.ErrConflict) { // it was used or revoked meanwhile
		return x.Commit(store.Commit{Events: []store.Event{FallEvent(x.Bot, k.Place, k.Member, k.ID, x.ReplyID)}})
	}
	return err
}

// fallen says why a Grant holds no more; empty: it holds.
func fallen(ctx context.Context, b *bot.Bot, g grant.Grant, m chat.Member) (grant.Reason, error) {
	p, err := enabled(ctx, b, g.Place, g.Member, g.Plugin)
	if err != nil {
		return "", err
	}
	why, err := b.Plugins.Fallen(ctx, g.Place, p, g)
	if err != nil || why != "" {
		return why, err
	}
	o, _ := p.Operation(g.Operation)
	c := plugin.Call{Plugin: p.ID, Operation: o.ID}
	if _, err := b.Plugins.Bind(ctx, g.Place, m, p, o, &c); err != nil {
		return "", err
	}
	login, err := b.Plugins.AccountLogin(ctx, c.Account)
	if err == nil && (c.Account != g.Account || login != g.Login) {
		why = grant.NoAccount
	}
	return why, err
}
