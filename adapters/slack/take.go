package slack

import (
	"context"
	"encoding/json"
	"errors"
)

// The kinds of payload, by Slack's words in Socket Mode.
const (
	kindEvents      = "events_api"
	kindCommand     = "slash_commands"
	kindInteraction = "interactive"
)

// errMalformed says that a payload is none.
var errMalformed = errors.New("malformed")

// take hands one payload to the desk. The answer is for Slack, or nil. An error means
// that the payload was not received and shall be delivered again.
func (a *Adapter) take(ctx context.Context, kind string, raw json.RawMessage) (answer any, err error) {
	err = a.run.Receive(ctx, a.Logger, kind, func(ctx context.Context, s shift) error {
		in := incoming{Adapter: a, shift: &s}
		switch kind {
		case kindEvents:
			answer, err = in.callback(ctx, raw)
		case kindCommand:
			answer, err = in.command(ctx, raw)
		case kindInteraction:
			answer, err = in.interaction(ctx, raw)
		}
		return err
	})
	return answer, err
}
