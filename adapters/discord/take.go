package discord

import (
	"context"

	"aidesk/adapters/discord/payload"
)

// notStoredText is what a member is told whose press or command could not be stored.
const notStoredText = "I could not take that in just now. Please try again."

// inbound is one payload on its way to the desk.
type inbound struct {
	*Adapter
	runInfo
}

// receiveInteraction hands an interaction to the desk. The answer is for Discord. An error means that
// it was not received.
func (a *Adapter) receiveInteraction(ctx context.Context, i payload.Interaction) (answer *interactionResponse, err error) {
	err = a.receiving(ctx, "interaction", func(ctx context.Context, in inbound) error {
		answer, err = in.interaction(ctx, i)
		return err
	})
	return answer, err
}

// receiveMessage hands a message or a change to the desk, if it is for it. An error means that it
// was not received and shall be delivered again.
func (a *Adapter) receiveMessage(ctx context.Context, kind string, m payload.Message) error {
	return a.receiving(ctx, kind, func(ctx context.Context, in inbound) error {
		switch kind {
		case kindMessage:
			return in.newMessage(ctx, m)
		case kindEdit:
			return in.editedMessage(ctx, m)
		default:
			return in.deletedMessage(ctx, m)
		}
	})
}

// receiving takes something in: while the adapter runs, within the time there is. What
// crashes is not tried again.
func (a *Adapter) receiving(ctx context.Context, kind string, work func(context.Context, inbound) error) error {
	return a.run.Receive(ctx, a.Logger, kind, func(ctx context.Context, s runInfo) error { return work(ctx, inbound{a, s}) })
}
