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

// maxHistory is how many messages are read at most.
const maxHistory = 200

// History reads the newest messages that members wrote in a place, oldest first, at
// most limit or 200. Discord leaves out the text of those that do not concern the bot,
// unless the application may read message content.
func (a *Adapter) History(ctx context.Context, place chat.Place, limit int) ([]chat.Message, error) {
	self, err := a.identity.Get(ctx)
	if err != nil {
		return nil, err
	}
	limit = min(max(limit, 0), maxHistory)
	at, known := a.knownTarget(ctx, place)
	if !known {
		at = sendTarget{channel: place.Channel}
	}
	var all []payload.Message
	query := url.Values{"limit": {"100"}}
	for len(all) < limit {
		page, err := a.messagePage(ctx, at.channel, query)
		if err != nil {
			return nil, err
		}
		var people []payload.Message
		for _, m := range page {
			if !m.NotFromPerson() && m.Content != "" {
				people = append(people, m)
			}
		}
		all = append(people, all...)
		if len(page) < 100 {
			break
		}
		query.Set("before", page[0].ID)
	}
	if at.opened { // the message that it began with is not in it
		var root payload.Message
		c := rest.Call{Method: http.MethodGet, Path: "/channels/%s/messages/%s", IDs: []string{place.Channel, place.Thread}, MaxWait: session.CallTimeout}
		if err := a.rest.Do(ctx, c, &root); err == nil && !root.NotFromPerson() && root.Content != "" {
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
