package bot

import (
	"encoding/json"
	"fmt"

	"aidesk/core/chat"
	"aidesk/store"
)

// Event is what the Journal keeps of an event: a messenger's, or a timer of ours.
type Event struct {
	Chat      *chat.Event `json:"chat,omitempty"`
	Expire    string      `json:"expire,omitempty"` // an Action whose time is over
	NearLimit string      `json:"near,omitempty"`   // the counter of a day that is nearly full
}

// The kinds of event, for the log and the worker.
const (
	KindMessage   = "message"
	KindChange    = "change"
	KindCommand   = "command"
	KindStop      = "stop"
	KindPress     = "press"
	KindForm      = "form"
	KindVisit     = "visit"
	KindExpire    = "expire"
	KindNearLimit = "near"
)

// ReadEvent decodes an event of the Journal. Values that are sealed in it stay sealed.
func ReadEvent(stored store.Event) (Event, error) {
	var e Event
	if err := json.Unmarshal(stored.Body, &e); err != nil {
		return e, fmt.Errorf("reading the event: %w", err)
	}
	return e, nil
}

// ReplyID is the id of the Reply to an event, the same however often the event is tried.
func ReplyID(e store.Event) string { return chat.Key("reply", e.ID) }

// MessageID is the platform's id of the message that an event is, or empty.
func MessageID(e chat.Event) string {
	if e.Message != nil {
		return e.Message.ID
	}
	return ""
}
