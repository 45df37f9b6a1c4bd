package discord

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/rest"
	"aidesk/core/chat"
)

// History reads a thread, as chat.Historian says. What Discord does not show the bot
// without the message content intent is counted.
func (a *Adapter) History(ctx context.Context, place chat.Place, before string, limit int) (chat.History, error) {
	var out chat.History
	self, err := a.identity.Get(ctx)
	if err != nil {
		return out, err
	}
	at, known := a.knownTarget(ctx, place)
	if place.Thread == "" || !known || at.root != "" { // a chain of replies stands among all that is said in the channel
		return out, nil
	}
	limit = min(limit, maxHistory)
	var page []payload.Message
	call := rest.Call{
		Method: http.MethodGet, Path: "/channels/%s/messages", IDs: []string{at.channel},
		Query: url.Values{"before": {before}, "limit": {strconv.Itoa(limit)}},
	}
	if err := a.rest.Do(ctx, call, &page); err != nil {
		return out, historyFault(err)
	}
	out.More = len(page) == limit
	for _, m := range slices.Backward(page) { // Discord gives the newest first
		if m.Type == payload.TypeThreadStarter && m.Referenced != nil {
			m = *m.Referenced
		}
		switch e := a.earlier(m); {
		case m.Author.ID == self.User || m.Author.System:
		case e.Text != "":
			out.Messages = append(out.Messages, e)
		case !a.MessageContent && m.Written():
			out.Hidden++
		}
	}
	return out, nil
}

// maxHistory is how many messages Discord gives at once.
const maxHistory = 100

// historyFault is why messages cannot be read.
func historyFault(err error) error {
	refused, _ := errors.AsType[*rest.Error](err)
	switch {
	case rest.RateLimited(err):
		return &chat.Later{After: refused.RetryAfter, Reason: "Discord's rate limit"}
	case rest.Forbidden(err) || rest.StatusOf(err) == http.StatusNotFound:
		return chat.ErrNoAccess
	}
	return err
}

// earlier is a message that was read from a thread.
func (a *Adapter) earlier(m payload.Message) chat.Earlier {
	read := m.Read()
	e := chat.Earlier{
		Member: m.Author.ID, Name: cmp.Or(m.Author.Global, m.Author.Name), Names: read.Marks,
		App: m.NotFromPerson() || len(m.Snapshots) > 0, Text: read.Text,
	}
	if e.App {
		e.Text = m.Whole()
	}
	for _, f := range append(m.Attachments, m.ForwardedFiles()...) {
		e.Text = strings.TrimSpace(e.Text + "\n\n(with the file " + f.Name + ")")
	}
	return e
}
