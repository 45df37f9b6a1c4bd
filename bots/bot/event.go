package bot

import (
	"encoding/json"
	"fmt"

	"aidesk/core/chat"
	"aidesk/store"
)

// Event is what the Journal keeps of an event: a messenger's, or a timer of ours.
type Event struct {
	Chat   *chat.Event `json:"chat,omitempty"`
	Expire string      `json:"expire,omitempty"` // an Action whose time is over
	Near   string      `json:"near,omitempty"`   // the counter of a day that is nearly full
}

// The kinds of event, for the log and the worker.
const (
	KindMessage = "message"
	KindChange  = "change"
	KindCommand = "command"
	KindStop    = "stop"
	KindPress   = "press"
	KindForm    = "form"
	KindVisit   = "visit"
	KindExpire  = "expire"
	KindNear    = "near"
)

// ReadEvent reads an event of the Journal as it is kept: what is sealed in it stays so.
func ReadEvent(stored store.Event) (Event, error) {
	var e Event
	if err := json.Unmarshal(stored.Body, &e); err != nil {
		return e, fmt.Errorf("reading the event: %w", err)
	}
	return e, nil
}

// ReplyID is ours, and the same when the turn is redone.
func ReplyID(e store.Event) string { return chat.Key("reply", e.ID) }

// MessageID is the platform's id of the message that an event is about.
func MessageID(e chat.Event) string {
	if e.Message != nil {
		return e.Message.ID
	}
	return ""
}
