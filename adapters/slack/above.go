package slack

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"aidesk/adapters/slack/payload"
	"aidesk/adapters/slack/webapi"
	"aidesk/core/chat"
)

// History reads a thread, as chat.Historian says. Slack gives threads from their first
// message on; to apps that are sold outside of its directory 15 messages a minute, so that
// of a longer thread the newest cannot be read.
func (a *Adapter) History(ctx context.Context, place chat.Place, before string, limit int) (chat.History, error) {
	var out chat.History
	self, err := a.identity.Get(ctx)
	if err != nil {
		return out, err
	}
	var all []payload.Message
	err = a.readMessages(ctx, place, "", maxPages, func(m payload.Message) { all = append(all, m) })
	switch code := webapi.CodeOf(err); {
	case err == nil:
		out.Cut = len(all) >= maxPages*pageSize
	case code == webapi.CodeRateLimited && len(all) > 0:
		out.Cut = true
	case code == webapi.CodeRateLimited:
		refused, _ := errors.AsType[*webapi.Error](err)
		return out, &chat.Later{After: refused.After, Reason: "Slack's rate limit"}
	case webapi.IsInaccessibleCode(code) || code == "missing_scope":
		return out, chat.ErrNoAccess
	default:
		return out, err
	}
	slices.SortStableFunc(all, func(x, y payload.Message) int { return strings.Compare(x.TS, y.TS) })
	all = slices.DeleteFunc(all, func(m payload.Message) bool {
		return m.TS >= before || m.User == self.User || m.Bot != "" && m.Bot == self.Bot || m.Subtype == "tombstone"
	})
	out.More = len(all) > limit
	for _, m := range all[max(0, len(all)-limit):] {
		if e := a.earlier(ctx, place, m); e.Text != "" {
			out.Messages = append(out.Messages, e)
		}
	}
	return out, nil
}

// earlier is a message that was read from a thread.
func (a *Adapter) earlier(ctx context.Context, place chat.Place, m payload.Message) chat.Earlier {
	e := chat.Earlier{Member: m.User, App: m.User == "" || m.Bot != ""}
	if e.App {
		e.Member, e.Name, e.Text = cmp.Or(m.User, m.Bot), cmp.Or(m.AppName, m.Profile.Name), m.Whole()
	} else {
		if who, err := a.Member(ctx, place, m.User); err == nil {
			e.Name = who.Name
		}
		read := m.Read("")
		pointed, byApp := m.Pointed("")
		e.Text, e.Names, e.App = joined(read.Text, pointed), read.Marks, byApp
	}
	for _, f := range m.AllFiles() {
		e.Text = joined(e.Text, "(with the file "+f.Named()+")")
	}
	return e
}

// joined is two texts as paragraphs.
func joined(a, b string) string { return strings.TrimSpace(a + "\n\n" + b) }
