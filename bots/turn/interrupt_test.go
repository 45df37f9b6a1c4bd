package turn

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/store"
)

// TestEarlyInterruption: a stop that comes after a worker has read its work and before
// it has begun is told once, and must end what then begins.
func TestEarlyInterruption(t *testing.T) {
	t.Parallel()
	event := func(seq uint64, kind string) store.Event {
		body, err := json.Marshal(bot.Event{Chat: &chat.Event{Message: &chat.Message{ID: "1"}, Change: &chat.Change{Message: "1"}}})
		if err != nil {
			t.Fatal(err)
		}
		return store.Event{Seq: seq, Kind: kind, Body: body}
	}
	for _, c := range []struct {
		name  string
		early store.Event
		want  error
	}{
		{"a stop behind the message", event(2, bot.KindStop), errStopped},
		{"a change of the message", event(2, bot.KindChange), errChanged},
		{"a stop that was worked before", event(1, bot.KindStop), nil},
	} {
		first := event(2, bot.KindMessage)
		if c.want != nil {
			first.Seq = 1
		}
		j := &worker{logger: slog.New(slog.DiscardHandler)}
		j.interrupt(t.Context(), c.early)
		ctx, cancel := context.WithCancelCause(t.Context())
		s := &Turn{worker: j, events: []store.Event{first}, cancel: cancel}
		s.Event.Message = &chat.Message{ID: "1"}
		j.begin(ctx, s)
		if got := context.Cause(ctx); !errors.Is(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		cancel(nil)
	}
}
