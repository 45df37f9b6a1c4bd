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

// inFlightTime is how long after its start a request may still reach Slack.
const inFlightTime = 30 * time.Second

// How many pages of how many messages are read.
const (
	maxPages = 5
	pageSize = 200
)

// Find looks for the messages of a reply by their metadata. Where the app may not read
// messages, it looks for the remembered placeholder instead.
func (a *Adapter) Find(ctx context.Context, r chat.Reply, since time.Time) (string, bool, error) {
	moved, err := a.resolvePlace(ctx, r, session.Delivered{})
	if err != nil {
		return "", false, err
	}
	found, err := a.searchReply(ctx, moved, since)
	if webapi.IsInaccessibleCode(webapi.CodeOf(err)) && r.To != "" && !moved.Place.Direct { // then it may have gone to the member
		r.Private = true
		if moved, err = a.resolvePlace(ctx, r, session.Delivered{}); err == nil {
			found, err = a.searchReply(ctx, moved, since)
		}
	}
	switch webapi.CodeOf(err) {
	case "missing_scope":
		if posted, err := a.startedReplies.Kept(ctx, r.ID); err != nil || posted != "" {
			return posted, err == nil, err
		}
	case "thread_not_found":
	default:
		if err != nil {
			return "", false, err
		}
	}
	if len(found.Messages) > 0 {
		return found.String(), true, nil
	}
	if age := a.Now().Sub(since); age < inFlightTime {
		return "", false, &chat.Later{After: inFlightTime - age, Reason: "a message may still be on its way"}
	}
	return "", false, nil
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
	oldest := since.Add(-time.Minute).Unix() // clocks differ
	err := a.readMessages(ctx, r.Place, strconv.FormatInt(oldest, 10), maxPages, func(m payload.Message) {
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
