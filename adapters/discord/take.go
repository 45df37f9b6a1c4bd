package discord

import (
	"context"

	"aidesk/adapters/discord/payload"
)

// notStored is what a member is told whose press or command could not be stored.
const notStored = "I could not take that in just now. Please try again."

// incoming is one payload on its way to the desk.
type incoming struct {
	*Adapter
	shift
}

// take hands an interaction to the desk. The answer is for Discord. An error means that
// it was not received.
func (a *Adapter) take(ctx context.Context, i payload.Interaction) (answer *response, err error) {
	err = a.guarded(ctx, "interaction", func(ctx context.Context, in incoming) error {
		answer, err = in.interaction(ctx, i)
		return err
	})
	return answer, err
}

// hear hands a message or a change to the desk, if it is for it. An error means that it
// was not received and shall be delivered again.
func (a *Adapter) hear(ctx context.Context, kind string, m payload.Message) error {
	return a.guarded(ctx, kind, func(ctx context.Context, in incoming) error {
		switch kind {
		case kindMessage:
			return in.message(ctx, m)
		case kindEdit:
			return in.changed(ctx, m)
		default:
			return in.deleted(ctx, m)
		}
	})
}

// guarded takes something in: while the adapter runs, within the time there is. What
// crashes is not tried again.
func (a *Adapter) guarded(ctx context.Context, kind string, work func(context.Context, incoming) error) error {
	return a.run.Receive(ctx, a.Logger, kind, func(ctx context.Context, s shift) error { return work(ctx, incoming{a, s}) })
}
