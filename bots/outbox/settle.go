package outbox

import (
	"context"
	"sync"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/store"
)

// settles tells adapters that want it when everything that an event caused has
// been shown. It is a courtesy of this process; nothing rests on it.
type settles struct {
	mu        sync.Mutex
	waiting   []settling
	delivered map[string]uint64 // versions by reply, of adapters that want to know
}

// settling is an event that is worked and some of whose replies are still on their way.
type settling struct {
	adapter chat.Settler
	event   string
	replies map[string]uint64 // the version that must be shown, by reply
}

// SettleNow tells an adapter at once that everything an event caused has been shown.
func (*Outbox) SettleNow(a chat.Adapter, event string) {
	if settler, ok := a.(chat.Settler); ok {
		settler.Settled(event)
	}
}

// Settle notes that events are worked, and which replies came of it.
func (o *Outbox) Settle(ctx context.Context, done []store.Event, replies []store.Reply) {
	for _, e := range done {
		body, err := bot.ReadEvent(e)
		if err != nil || body.Chat == nil || body.Chat.ID == "" {
			continue
		}
		b, err := bot.Of(o.bots, e.Conversation)
		if err != nil {
			continue
		}
		a, err := b.Adapter(body.Chat.Place.Platform)
		if err != nil {
			continue
		}
		settler, ok := a.(chat.Settler)
		if !ok {
			continue
		}
		w := settling{adapter: settler, event: body.Chat.ID, replies: map[string]uint64{}}
		for _, r := range replies {
			if stored, err := o.store.Reply(ctx, r.ID); err == nil {
				w.replies[r.ID] = stored.Version
			}
		}
		o.settles.mu.Lock()
		o.settles.waiting = append(o.settles.waiting, w)
		o.settles.mu.Unlock()
	}
	o.settles.check()
}

// sent notes that a version of a reply is at the platform.
func (s *settles) sent(reply string, version uint64) {
	s.mu.Lock()
	s.delivered[reply] = max(s.delivered[reply], version)
	s.mu.Unlock()
	s.check()
}

// check tells those whose replies are all shown.
func (s *settles) check() {
	s.mu.Lock()
	var told, left []settling
	for _, w := range s.waiting {
		shown := true
		for reply, version := range w.replies {
			shown = shown && s.delivered[reply] >= version
		}
		if shown {
			told = append(told, w)
		} else {
			left = append(left, w)
		}
	}
	s.waiting = left
	if len(left) == 0 && len(s.delivered) > 10_000 {
		clear(s.delivered)
	}
	s.mu.Unlock()
	for _, w := range told {
		w.adapter.Settled(w.event)
	}
}
