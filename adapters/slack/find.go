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
	"aidesk/core/chat"
)

// underWay is how long a request may still be on its way after it was begun.
const underWay = 30 * time.Second

// mostPages is how far back is looked.
const mostPages = 5

// Find looks for the messages of a reply by the metadata that they carry. Where the
// app may not read, it knows of those that it began itself.
func (a *Adapter) Find(ctx context.Context, r chat.Reply, since time.Time) (string, bool, error) {
	moved, err := a.address(ctx, r, session.Delivered{})
	if err != nil {
		return "", false, err
	}
	found, err := a.search(ctx, moved, since)
	if barred[codeOf(err)] && r.To != "" && !moved.Place.Direct { // then it may have gone to the member
		r.Private = true
		if moved, err = a.address(ctx, r, session.Delivered{}); err == nil {
			found, err = a.search(ctx, moved, since)
		}
	}
	switch codeOf(err) {
	case "missing_scope":
		if posted, err := a.started.Kept(ctx, r.ID); err != nil || posted != "" {
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
	if age := a.Now().Sub(since); age < underWay {
		return "", false, &chat.Later{After: underWay - age, Reason: "a message may still be on its way"}
	}
	return "", false, nil
}

// search looks for the messages of a reply where it goes.
func (a *Adapter) search(ctx context.Context, r chat.Reply, since time.Time) (session.Delivered, error) {
	out := session.Delivered{Channel: r.Place.Channel}
	if a.blind(r.Place.Channel) {
		return out, &refusal{method: "conversations.history", code: "missing_scope"}
	}
	type part struct {
		payload.ReplyMetadata
		ts string
	}
	var parts []part
	oldest := since.Add(-time.Minute).Unix() // clocks differ
	err := a.past(ctx, r.Place, strconv.FormatInt(oldest, 10), mostPages, func(m payload.Message) {
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

// past reads the messages of a place: a thread from its beginning, anything else from
// the newest.
func (a *Adapter) past(ctx context.Context, p chat.Place, oldest string, pages int, each func(payload.Message)) error {
	method, cursor := "conversations.history", ""
	form := url.Values{"channel": {p.Channel}, "limit": {"200"}, "include_all_metadata": {"true"}}
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
		if err := a.web.call(ctx, method, "", form, &answer); err != nil {
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

// blind says whether the app may be unable to read a channel. Ids of channels do not
// tell private ones and groups from others, so it takes the scopes for all of them.
func (a *Adapter) blind(channel string) bool {
	if strings.HasPrefix(channel, "D") {
		return !a.web.may("im:history")
	}
	return !a.web.may("channels:history") || !a.web.may("groups:history") || !a.web.may("mpim:history")
}
