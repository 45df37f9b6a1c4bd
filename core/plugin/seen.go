package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"aidesk/core/chat"
	"aidesk/store"
)

// Some platforms do not tell since when somebody is a member. There the time counts when
// aidesk saw them first.

// See notes that a member was seen, if it is the first time and their platform does not tell
// when they joined.
func (r *Registry) See(ctx context.Context, place chat.Place, m chat.Member) error {
	if !m.Joined.IsZero() || m.ID == "" {
		return nil
	}
	first, err := r.FirstSeen(ctx, place, m.ID)
	if err != nil || !first.IsZero() {
		return err
	}
	value, err := json.Marshal(r.Now().UTC())
	if err != nil {
		return fmt.Errorf("noting a member: %w", err)
	}
	if _, err = r.Records.Put(ctx, store.Record{Key: r.seenKey(place, m.ID), Value: value}); err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("noting a member: %w", err)
	}
	return nil
}

// FirstSeen is when a member was seen first; zero: never.
func (r *Registry) FirstSeen(ctx context.Context, place chat.Place, member string) (time.Time, error) {
	key := r.seenKey(place, member)
	first, known, keep := r.seen.get(r.Records, key, r.seenKey(place, ""))
	if known {
		return first, nil
	}
	record, err := r.Records.Get(ctx, key)
	if err == nil {
		err = json.Unmarshal(record.Value, &first)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return first, fmt.Errorf("reading when a member was seen first: %w", err)
	}
	keep(first)
	return first, nil
}

func (r *Registry) seenKey(place chat.Place, member string) string {
	return "seen/" + chat.Key(r.Bot) + "/" + place.Scope() + "/" + chat.Key(member)
}
