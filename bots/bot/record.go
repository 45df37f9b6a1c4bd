package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"aidesk/core/chat"
	"aidesk/store"
)

// WantedReply makes the record of a Reply that is to be shown; owner is with whom it is
// forgotten.
func (b *Bot) WantedReply(conversation string, r chat.Reply, owner string) (store.Reply, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return store.Reply{}, fmt.Errorf("storing the reply: %w", err)
	}
	return store.Reply{ID: r.ID, Conversation: conversation, Member: owner, Adapter: b.OutboxName(r.Place.Platform), Body: body}, nil
}

// ReadReply reads the newest version of a Reply. store.ErrNotFound.
func ReadReply(ctx context.Context, s store.Store, id string) (chat.Reply, error) {
	var r chat.Reply
	stored, err := s.Reply(ctx, id)
	if err == nil {
		err = json.Unmarshal(stored.Body, &r)
	}
	if err != nil {
		return r, fmt.Errorf("reading a reply: %w", err)
	}
	return r, nil
}

// Audit is a line of the audit: who did what, never content or secrets.
func (b *Bot) Audit(now time.Time, place chat.Place, fields map[string]string) store.Audit {
	body, err := json.Marshal(fields)
	if err != nil {
		panic(err) // strings only
	}
	return store.Audit{Scope: b.Scope(place), Time: now, Body: body}
}
