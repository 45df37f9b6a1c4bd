package discord

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

// These are the parts of Discord's payloads that the desk reads. Everything else in
// them may be of any shape: it is not looked at. So an unknown component or field
// never costs a message.

// told is one message as Discord tells of it.
type told struct {
	ID          string `json:"id"`
	Type        int    `json:"type"`
	Channel     string `json:"channel_id"`
	ChannelType *int   `json:"channel_type"` // not always given
	Guild       string `json:"guild_id"`     // not over REST
	Webhook     string `json:"webhook_id"`
	Content     string `json:"content"`
	Edited      string `json:"edited_timestamp"`
	Flags       int    `json:"flags"`
	Nonce       nonced `json:"nonce"`
	Author      user   `json:"author"`
	Mentions    []user `json:"mentions"`
	Attachments []struct {
		Name string `json:"filename"`
	} `json:"attachments"`
	Reference  reference `json:"message_reference"`
	Referenced *told     `json:"referenced_message"`
}

// reference is the message that another answers.
type reference struct {
	Type    int    `json:"type"` // 1: it forwards the message
	Message string `json:"message_id"`
	Channel string `json:"channel_id"`
}

// nonced is a nonce, which may come as a number.
type nonced string

// UnmarshalJSON takes a string or a number.
func (n *nonced) UnmarshalJSON(data []byte) error {
	*n = nonced(strings.Trim(string(data), `"`))
	return nil
}

// user is a user as Discord describes them.
type user struct {
	ID     string `json:"id"`
	Name   string `json:"username"`
	Global string `json:"global_name"`
	Bot    bool   `json:"bot"`
	System bool   `json:"system"`
}

// member is a user in a server.
type member struct {
	User        user     `json:"user"`
	Nick        string   `json:"nick"`
	Roles       []string `json:"roles"`
	Permissions string   `json:"permissions"` // of an interaction
}

// channel is a channel, a thread or a direct message.
type channel struct {
	ID     string `json:"id"`
	Type   int    `json:"type"`
	Guild  string `json:"guild_id"`
	Parent string `json:"parent_id"`
	Last   string `json:"last_message_id"`
}

// The types of channels that matter.
const (
	channelDirect      = 1
	channelNewsThread  = 10
	channelThread      = 11
	channelOwnThread   = 12 // a private one
	channelTypeUnknown = -1
)

// isThread says whether a type of channel is that of a thread.
func isThread(kind int) bool { return kind >= channelNewsThread && kind <= channelOwnThread }

// interaction is a command, a press, a form or a question for completions.
type interaction struct {
	ID          string  `json:"id"`
	Application string  `json:"application_id"`
	Type        int     `json:"type"`
	Token       string  `json:"token"`
	Guild       string  `json:"guild_id"`
	ChannelID   string  `json:"channel_id"`
	Channel     channel `json:"channel"`
	Member      member  `json:"member"` // in a server
	User        user    `json:"user"`   // in a direct message
	Locale      string  `json:"locale"`
	Message     *told   `json:"message"` // with the button that was pressed
	Data        struct {
		Name       string   `json:"name"`
		Type       int      `json:"type"`
		Options    []option `json:"options"`
		Target     string   `json:"target_id"`
		CustomID   string   `json:"custom_id"`
		Components []filled `json:"components"`
		Resolved   struct {
			Messages map[string]told `json:"messages"`
		} `json:"resolved"`
	} `json:"data"`
}

// The types of interactions.
const (
	interactionPing     = 1
	interactionCommand  = 2
	interactionPress    = 3
	interactionComplete = 4
	interactionForm     = 5
)

// who is the id of the member whose interaction it is.
func (i interaction) who() string {
	if i.Member.User.ID != "" {
		return i.Member.User.ID
	}
	return i.User.ID
}

// option is a subcommand or a value of a command.
type option struct {
	Name    string   `json:"name"`
	Type    int      `json:"type"`
	Value   stringly `json:"value"`
	Options []option `json:"options"`
	Focused bool     `json:"focused"`
}

// stringly is a value as text, whatever its type.
type stringly string

// UnmarshalJSON takes a string, a number or a boolean.
func (s *stringly) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*s = stringly(text)
	} else {
		*s = stringly(data)
	}
	return nil
}

// filled is a component of a form that was filled in, or one that holds such.
type filled struct {
	CustomID   string   `json:"custom_id"`
	Value      string   `json:"value"`
	Values     []string `json:"values"`
	Components []filled `json:"components"`
	Component  *filled  `json:"component"`
}

// epoch is the first moment of Discord's ids.
const epoch = 1_420_070_400_000 // milliseconds

// moment is the time that an id tells, or otherwise.
func moment(id string, otherwise time.Time) time.Time {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil || n>>22 == 0 {
		return otherwise
	}
	return time.UnixMilli(int64(n>>22) + epoch).UTC()
}

// idAt is the smallest id of a moment.
func idAt(t time.Time) string {
	return strconv.FormatUint(uint64(max(t.UnixMilli()-epoch, 0))<<22, 10)
}

// older says whether an id was made before another.
func older(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

// lenient decodes JSON; what has another type than expected is left out, and the
// rest is read.
func lenient(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return nil
	}
	return err
}
