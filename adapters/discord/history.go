package discord

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/render"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// Find looks for the messages of a reply by the nonces that they carry, or else by their
// text and the message that they answer.
func (a *Adapter) Find(ctx context.Context, r chat.Reply, posted string, since time.Time) (all string, whole bool, err error) {
	if err := a.threads.Usable(); err != nil {
		return posted, false, err
	}
	have := session.ParseDelivered(posted)
	found, whole, err := a.findPosted(ctx, r, have, since)
	if posted == "" && rest.Forbidden(err) && r.To != "" && !r.Place.Direct { // then it may have been delivered as a direct message
		r.Private = true
		found, whole, err = a.findPosted(ctx, r, have, since)
	}
	if err != nil && rest.CodeOf(err) != rest.CodeUnknownChannel {
		return posted, false, err
	}
	return have.Join(found).Known(), whole, nil
}

// findPosted looks for the messages of a reply where it would be posted. It opens no
// thread: if there is none, nothing was posted in it.
func (a *Adapter) findPosted(ctx context.Context, r chat.Reply, have session.Delivered, since time.Time) (found session.Delivered, whole bool, err error) {
	private := !r.Place.Direct && (r.Private || r.Place.Thread == "" && !r.Open)
	if _, known := a.knownTarget(ctx, r.Place); !known && !private && len(have.Messages) == 0 {
		return session.Delivered{}, false, nil
	}
	r, at, err := a.destination(ctx, r, have)
	if err != nil {
		return session.Delivered{}, false, err
	}
	wanted, err := a.messagesFor(r, at)
	if err != nil { // Send says so
		return session.Delivered{}, true, nil //nolint:nilerr // see above
	}
	oldest := r.Answers // by Discord's clock; nothing that answers a message is older than it
	if !render.IsID(oldest) {
		oldest = payload.IDAt(since.Add(-session.SearchMargin))
	}
	found = session.Delivered{Channel: at.channel}
	ours, err := a.ownMessages(ctx, at.channel, oldest)
	if err != nil {
		return found, false, err
	}
	all := session.Delivered{Channel: at.channel, Messages: have.Messages}
	for _, m := range ours { // a nonce is made of the messages before, so the oldest is found first
		if slices.Contains(all.Messages, m.ID) {
			continue
		}
		known := hasNonceOf(m, r.ID, all)
		if !known && m.Nonce == "" { // Discord may not show it
			known = slices.ContainsFunc(wanted[min(len(all.Messages), len(wanted)):], func(w render.Message) bool {
				return w.Content == m.Content && w.Answers() == m.Reference.Message
			})
		}
		if known {
			all.Messages = append(slices.Clone(all.Messages), m.ID)
		}
	}
	found.Messages = all.Messages[len(have.Messages):]
	return found, len(all.Messages) >= len(wanted), nil
}

// maxParts is more messages than a reply has.
const maxParts = 30

// hasNonceOf reports whether a message carries a nonce of a reply of which these messages
// are known.
func hasNonceOf(m payload.Message, reply string, known session.Delivered) bool {
	if m.Nonce == "" {
		return false
	}
	for n := range len(known.Messages) + 1 {
		before := session.Delivered{Channel: known.Channel, Messages: known.Messages[:n]}
		for part := range maxParts {
			if messageNonce(reply, before.Known(), part) == string(m.Nonce) {
				return true
			}
		}
	}
	return false
}

// ownMessages reads our messages of a channel that are newer than one, oldest first: of
// the last thousand there.
func (a *Adapter) ownMessages(ctx context.Context, channel, after string) ([]payload.Message, error) {
	self, err := a.identity.Get(ctx)
	if err != nil {
		return nil, err
	}
	var ours []payload.Message
	query := url.Values{"limit": {"100"}}
	for range maxPages {
		page, err := a.messagePage(ctx, channel, query)
		if err != nil {
			return nil, err
		}
		for _, m := range page {
			if m.Author.ID == self.User && payload.Older(after, m.ID) {
				ours = append(ours, m)
			}
		}
		if len(page) < 100 || !payload.Older(after, page[0].ID) {
			break
		}
		query.Set("before", page[0].ID)
	}
	slices.SortFunc(ours, func(x, y payload.Message) int { return compareIDs(x.ID, y.ID) })
	return ours, nil
}

// messagePage reads up to a hundred messages of a channel, oldest first.
func (a *Adapter) messagePage(ctx context.Context, channel string, query url.Values) ([]payload.Message, error) {
	var out []payload.Message
	err := a.rest.Do(ctx, rest.Call{Method: http.MethodGet, Path: "/channels/%s/messages", IDs: []string{channel}, Query: query, MaxWait: session.CallTimeout}, &out)
	slices.SortFunc(out, func(x, y payload.Message) int { return compareIDs(x.ID, y.ID) })
	return out, err
}

// compareIDs compares ids by their age, the older one first.
func compareIDs(x, y string) int {
	switch {
	case payload.Older(x, y):
		return -1
	case payload.Older(y, x):
		return 1
	}
	return 0
}
