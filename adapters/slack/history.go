package slack

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"aidesk/adapters/session"
	"aidesk/adapters/slack/payload"
	"aidesk/adapters/slack/webapi"
	"aidesk/core/chat"
)

// How many pages of how many messages are read.
const (
	maxPages = 5
	pageSize = 200
)

// Find looks for the messages of a reply by their metadata. Where the app may not read
// messages, it returns those that it remembers: waiting would tell it no more.
func (a *Adapter) Find(ctx context.Context, r chat.Reply, posted string, since time.Time) (all string, whole bool, err error) {
	have := session.ParseDelivered(posted)
	moved, err := a.resolvePlace(ctx, r, have)
	if err != nil {
		return posted, false, err
	}
	found, err := a.searchReply(ctx, moved, since)
	if posted == "" && webapi.IsInaccessibleCode(webapi.CodeOf(err)) && r.To != "" && !moved.Place.Direct { // then it may have gone to the member
		r.Private = true
		if moved, err = a.resolvePlace(ctx, r, have); err == nil {
			found, err = a.searchReply(ctx, moved, since)
		}
	}
	switch webapi.CodeOf(err) {
	case "missing_scope":
		kept, err := a.startedReplies.Kept(ctx, r.ID)
		return have.Join(session.ParseDelivered(kept)).Known(), err == nil, err
	case "thread_not_found":
	default:
		if err != nil {
			return posted, false, err
		}
	}
	messages, err := a.render(moved)
	if err != nil { // Send says so
		return posted, true, nil //nolint:nilerr // see above
	}
	joined := have.Join(found)
	return joined.Known(), len(joined.Messages) >= len(messages), nil
}

// searchReply looks for the messages of a reply in its place.
func (a *Adapter) searchReply(ctx context.Context, r chat.Reply, since time.Time) (session.Delivered, error) {
	out := session.Delivered{Channel: r.Place.Channel}
	if a.mayNotRead(r.Place.Channel) {
		return out, &webapi.Error{Method: "conversations.history", Code: "missing_scope"}
	}
	type part struct {
		payload.ReplyMetadata
		ts string
	}
	var parts []part
	oldest := r.Answers // by Slack's clock; nothing that answers a message is older than it
	if oldest == "" {
		oldest = strconv.FormatInt(since.Add(-session.SearchMargin).Unix(), 10)
	}
	err := a.readMessages(ctx, r.Place, oldest, maxPages, func(m payload.Message) {
		if m.Metadata.Type == payload.ReplyMetadataType && m.Metadata.Payload.Reply == r.ID {
			parts = append(parts, part{m.Metadata.Payload, m.TS})
		}
	})
	slices.SortFunc(parts, func(x, y part) int { return cmp.Or(cmp.Compare(x.Part, y.Part), strings.Compare(x.ts, y.ts)) })
	for _, p := range parts {
		out.Messages = append(out.Messages, p.ts)
	}
	return out, err
}

// readMessages reads the messages of a place: those of a thread from the first on, those
// of a channel from the newest back.
func (a *Adapter) readMessages(ctx context.Context, p chat.Place, oldest string, pages int, each func(payload.Message)) error {
	method, cursor := "conversations.history", ""
	form := url.Values{"channel": {p.Channel}, "limit": {strconv.Itoa(pageSize)}, "include_all_metadata": {"true"}}
	if oldest != "" {
		form.Set("oldest", oldest)
	}
	if p.Thread != "" {
		method = "conversations.replies"
		form.Set("ts", p.Thread)
	}
	for range pages {
		var answer struct {
			Messages []payload.Message `json:"messages"`
			More     struct {
				Cursor string `json:"next_cursor"`
			} `json:"response_metadata"`
		}
		if cursor != "" {
			form.Set("cursor", cursor)
		}
		if err := a.client.Fetch(ctx, method, form, &answer); err != nil {
			return err
		}
		for _, m := range answer.Messages {
			each(m)
		}
		if cursor = answer.More.Cursor; cursor == "" {
			return nil
		}
	}
	return nil
}

// mayNotRead reports whether the app may lack the scope to read a channel. The id of a
// channel does not tell whether it is public, private or a group, so the app needs the
// scopes for all three.
func (a *Adapter) mayNotRead(channel string) bool {
	if strings.HasPrefix(channel, "D") {
		return !a.client.HasScope("im:history")
	}
	return !a.client.HasScope("channels:history") || !a.client.HasScope("groups:history") || !a.client.HasScope("mpim:history")
}
