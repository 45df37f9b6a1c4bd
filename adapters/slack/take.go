package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"aidesk/core/chat"
)

// The kinds of payload, by Slack's words in Socket Mode.
const (
	kindEvents      = "events_api"
	kindCommand     = "slash_commands"
	kindInteraction = "interactive"
)

// errMalformed says that a payload is none.
var errMalformed = errors.New("malformed")

// takeTime is how long the desk may take to receive: Slack waits three seconds.
const takeTime = 2500 * time.Millisecond

// take hands one payload to the desk. The answer is for Slack, or nil. An error means
// that the payload was not received and shall be delivered again.
func (a *Adapter) take(ctx context.Context, kind string, raw json.RawMessage) (answer any, err error) {
	a.gate.RLock()
	defer a.gate.RUnlock()
	if a.shift == nil {
		return nil, chat.ErrResting
	}
	defer func() {
		if r := recover(); r != nil {
			a.Logger.ErrorContext(ctx, "taking in a payload crashed", "kind", kind, "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			err = errors.New("taking in a payload crashed")
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, takeTime)
	defer cancel()
	in := incoming{Adapter: a, shift: a.shift}
	switch kind {
	case kindEvents:
		return in.callback(ctx, raw)
	case kindCommand:
		return in.command(ctx, raw)
	case kindInteraction:
		return in.interaction(ctx, raw)
	}
	return nil, nil
}
