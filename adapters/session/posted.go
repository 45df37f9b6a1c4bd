package session

import (
	"context"

	"aidesk/core/chat"
)

// Posted remembers of aidesk's messages which was the last in a place, and which were deleted
// because somebody asked for it: these are not posted again when their reply changes.
type Posted struct {
	last    *Cache[string]   // as Delivered writes it, by channel, and by channel and thread
	deleted *PersistentCache // by channel and message
}

// NewPosted makes a Posted over caches that nothing else uses.
func NewPosted(last *Cache[string], deleted *PersistentCache) *Posted {
	return &Posted{last: last, deleted: deleted}
}

// Note notes what is there of a reply that everybody in its place can read.
func (p *Posted) Note(place chat.Place, there Delivered) {
	if n := len(there.Messages); n > 0 {
		one := Delivered{Channel: there.Channel, Messages: there.Messages[n-1:]}.String()
		p.last.Put(chat.Key(place.Channel), one)
		p.last.Put(chat.Key(place.Channel, place.Thread), one)
	}
}

// Last is the last message in a place: of its thread, or of the channel and all its threads.
func (p *Posted) Last(place chat.Place) (channel, message string, ok bool) {
	key := chat.Key(place.Channel)
	if place.Thread != "" {
		key = chat.Key(place.Channel, place.Thread)
	}
	d := ParseDelivered(p.last.Last(key))
	if len(d.Messages) == 0 {
		return "", "", false
	}
	return d.Channel, d.Messages[0], true
}

// Drop forgets which message was the last in a place.
func (p *Posted) Drop(place chat.Place) {
	p.last.Forget(chat.Key(place.Channel))
	p.last.Forget(chat.Key(place.Channel, place.Thread))
}

// Keep notes that a message is to be deleted, before it is.
func (p *Posted) Keep(ctx context.Context, channel, message string) error {
	return p.deleted.Keep(ctx, chat.Key(channel, message), "deleted")
}

// Deleted reports whether a message was deleted because somebody asked for it.
func (p *Posted) Deleted(ctx context.Context, channel, message string) bool {
	kept, err := p.deleted.Kept(ctx, chat.Key(channel, message))
	return err == nil && kept != ""
}
