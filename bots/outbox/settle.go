package outbox

import (
	"context"
	"sync"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/store"
)

// settler tells adapters that want to know when everything an event caused has been shown.
// It remembers nothing beyond this process, and nothing depends on it.
type settler struct {
	mu        sync.Mutex
	waiting   []settlement
	delivered map[string]uint64 // versions by reply, of adapters that want to know
}

// settlement is an event that is done and some of whose replies are not shown yet.
type settlement struct {
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

// Settle notes that events are done, and which replies came of them.
func (o *Outbox) Settle(ctx context.Context, done []store.Event, replies []store.Reply) {
	for _, e := range done {
		body, err := bot.ReadEvent(e)
		if err != nil || body.Chat == nil || body.Chat.ID == "" {
			continue
		}
		b, err := bot.ForConversation(o.bots, e.Conversation)
		if err != nil {
			continue
		}
		a, err := b.At(body.Chat.Place)
		if err != nil {
			continue
		}
		settler, ok := a.(chat.Settler)
		if !ok {
			continue
		}
		w := settlement{adapter: settler, event: body.Chat.ID, replies: map[string]uint64{}}
		for _, r := range replies {
			if stored, err := o.store.Reply(ctx, r.ID); err == nil {
				w.replies[r.ID] = stored.Version
			}
		}
		o.settler.mu.Lock()
		o.settler.waiting = append(o.settler.waiting, w)
		o.settler.mu.Unlock()
	}
	o.settler.check()
}

// sent notes that a version of a reply is shown.
func (s *settler) sent(reply string, version uint64) {
	s.mu.Lock()
	s.delivered[reply] = max(s.delivered[reply], version)
	s.mu.Unlock()
	s.check()
}

// check reports the events whose replies are all shown.
func (s *settler) check() {
	s.mu.Lock()
	var shown, left []settlement
	for _, w := range s.waiting {
		complete := true
		for reply, version := range w.replies {
			complete = complete && s.delivered[reply] >= version
		}
		if complete {
			shown = append(shown, w)
		} else {
			left = append(left, w)
		}
	}
	s.waiting = left
	if len(left) == 0 && len(s.delivered) > 10_000 {
		clear(s.delivered)
	}
	s.mu.Unlock()
	for _, w := range shown {
		w.adapter.Settled(w.event)
	}
}
