package discord

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// inFlight is how long after its beginning a request may still reach Discord.
const inFlight = 30 * time.Second

// Find looks for the messages of a reply by the nonces that they carry, or else by their
// text and the message that they answer.
func (a *Adapter) Find(ctx context.Context, r chat.Reply, since time.Time) (string, bool, error) {
	found, err := a.findPosted(ctx, r, since)
	if rest.Forbidden(err) && r.To != "" && !r.Place.Direct { // then it may have been delivered as a direct message
		r.Private = true
		found, err = a.findPosted(ctx, r, since)
	}
	if err != nil && rest.CodeOf(err) != rest.CodeUnknownChannel {
		return "", false, err
	}
	if len(found.Messages) > 0 {
		return found.String(), true, nil
	}
	if age := a.Now().Sub(since); age < inFlight {
		return "", false, &chat.Later{After: inFlight - age, Reason: "a message may still be on its way"}
	}
	return "", false, nil
}

// findPosted looks for the messages of a reply where it would be posted. It opens no
// thread: if there is none, nothing was posted in it.
func (a *Adapter) findPosted(ctx context.Context, r chat.Reply, since time.Time) (session.Delivered, error) {
	private := !r.Place.Direct && (r.Private || r.Place.Thread == "" && !r.Open)
	if _, known := a.knownTarget(ctx, r.Place); !known && !private {
		return session.Delivered{}, nil
	}
	self, err := a.identity.Get(ctx)
	if err != nil {
		return session.Delivered{}, err
	}
	r, at, err := a.destination(ctx, r, session.Delivered{})
	if err != nil {
		return session.Delivered{}, err
	}
	wanted, err := a.messagesFor(r, at)
	if err != nil {
		return session.Delivered{}, err
	}
	out := session.Delivered{Channel: at.channel}
	var ours []payload.Message
	after := payload.IDAt(since.Add(-time.Minute)) // clocks differ
	for range maxPages {
		page, err := a.messagePage(ctx, at.channel, url.Values{"after": {after}, "limit": {"100"}})
		if err != nil {
			return out, err
		}
		for _, m := range page {
			after = m.ID
			if m.Author.ID == self.User {
				ours = append(ours, m)
			}
		}
		if len(page) < 100 {
			break
		}
	}
	taken := map[string]bool{}
	for _, w := range wanted {
		for _, same := range []func(payload.Message) bool{
			func(m payload.Message) bool { return string(m.Nonce) == w.Nonce },
			func(m payload.Message) bool {
				return m.Nonce == "" && m.Content == w.Content && m.Reference.Message == w.Answers()
			},
		} {
			if id := firstMatch(ours, taken, same); id != "" {
				taken[id] = true
				out.Messages = append(out.Messages, id)
				break
			}
		}
	}
	return out, nil
}

// firstMatch returns the first message that matches and is not taken.
func firstMatch(all []payload.Message, taken map[string]bool, same func(payload.Message) bool) string {
	for _, m := range all {
		if !taken[m.ID] && same(m) {
			return m.ID
		}
	}
	return ""
}

// messagePage reads up to a hundred messages of a channel, oldest first.
func (a *Adapter) messagePage(ctx context.Context, channel string, query url.Values) ([]payload.Message, error) {
	var out []payload.Message
	err := a.rest.Do(ctx, rest.Call{Method: http.MethodGet, Path: "/channels/%s/messages", IDs: []string{channel}, Query: query, MaxWait: session.CallTimeout}, &out)
	slices.SortFunc(out, func(x, y payload.Message) int {
		switch {
		case payload.Older(x.ID, y.ID):
			return -1
		case payload.Older(y.ID, x.ID):
			return 1
		}
		return 0
	})
	return out, err
}
