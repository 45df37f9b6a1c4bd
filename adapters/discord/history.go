package discord

import (
	"context"
	"net/http"
	"net/url"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// mostHistory is how many messages are read at most.
const mostHistory = 200

// History reads the newest messages that members wrote in a place, oldest first, at
// most limit or 200. Discord leaves out the text of those that do not concern the bot,
// unless the application may read message content.
func (a *Adapter) History(ctx context.Context, place chat.Place, limit int) ([]chat.Message, error) {
	self, err := a.identity.Get(ctx)
	if err != nil {
		return nil, err
	}
	limit = min(max(limit, 0), mostHistory)
	at, known := a.spotted(ctx, place)
	if !known {
		at = spot{channel: place.Channel}
	}
	var all []payload.Message
	query := url.Values{"limit": {"100"}}
	for len(all) < limit {
		page, err := a.page(ctx, at.channel, query)
		if err != nil {
			return nil, err
		}
		var people []payload.Message
		for _, m := range page {
			if !m.Foreign() && m.Content != "" {
				people = append(people, m)
			}
		}
		all = append(people, all...)
		if len(page) < 100 {
			break
		}
		query.Set("before", page[0].ID)
	}
	if at.own { // the message that it began with is not in it
		var root payload.Message
		c := rest.Call{Method: http.MethodGet, Path: "/channels/%s/messages/%s", IDs: []string{place.Channel, place.Thread}, MaxWait: session.CallTimeout}
		if err := a.web.Do(ctx, c, &root); err == nil && !root.Foreign() && root.Content != "" {
			all = append([]payload.Message{root}, all...)
		}
	}
	var out []chat.Message
	for _, m := range all[max(0, len(all)-limit):] {
		text, names := payload.Text(m, self.User)
		out = append(out, chat.Message{ID: m.ID, Text: text, Names: names})
	}
	return out, nil
}
