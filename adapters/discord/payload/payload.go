// Package payload describes what Discord sends: messages, interactions and channels, each
// with the few fields that are needed. Other fields are not decoded, so an unknown
// component never makes a message unreadable. [Text] converts what a member wrote to
// CommonMark; [Time], [IDAt] and [Older] read ids, which contain their time.
package payload

import (
	"encoding/json"
	"strconv"
	"time"
)

// The types of messages that people write.
const (
	typeDefault = 0
	TypeReply   = 19

	// TypeThreadStarter is that of a thread's first message, which refers to the one that
	// the thread was opened on.
	TypeThreadStarter = 21
)

// Message is a message of Discord.
type Message struct {
	ID          string       `json:"id"`
	Type        int          `json:"type"`
	Channel     string       `json:"channel_id"`
	ChannelType *int         `json:"channel_type"` // not always given
	Guild       string       `json:"guild_id"`     // not over REST
	Webhook     string       `json:"webhook_id"`
	Content     string       `json:"content"`
	Edited      string       `json:"edited_timestamp"`
	Flags       int          `json:"flags"`
	Nonce       looseString  `json:"nonce"`
	Author      User         `json:"author"`
	Mentions    []User       `json:"mentions"`
	RoleIDs     []string     `json:"mention_roles"`
	Embeds      []embed      `json:"embeds"`
	Snapshots   []snapshot   `json:"message_snapshots"` // of a forwarded message
	Attachments []Attachment `json:"attachments"`
	Reference   reference    `json:"message_reference"`
	Referenced  *Message     `json:"referenced_message"`
}

// NotFromPerson reports whether a message was not written by a person.
func (m Message) NotFromPerson() bool {
	return m.Author.ID == "" || m.Author.Bot || m.Author.System || m.Webhook != "" || m.Type != typeDefault && m.Type != TypeReply
}

// Attachment is a file that came with a message.
type Attachment struct {
	ID   string `json:"id"`
	Name string `json:"filename"`
	Type string `json:"content_type"`
	Size int64  `json:"size"`
	URL  string `json:"url"`
}

// Written reports whether a person or an app wrote a message, and Discord does not tell of
// something by it.
func (m Message) Written() bool { return m.Type == typeDefault || m.Type == TypeReply }

// embed is a card in a message, of an app or of a link.
type embed struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	Fields      []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"fields"`
}

// snapshot is a message as it was when it was forwarded, without its author.
type snapshot struct {
	Message struct {
		Content     string       `json:"content"`
		Embeds      []embed      `json:"embeds"`
		Attachments []Attachment `json:"attachments"`
	} `json:"message"`
}

// reference is the message that another one answers or forwards.
type reference struct {
	Type    int    `json:"type"` // 1: a forwarded message
	Message string `json:"message_id"`
	Channel string `json:"channel_id"`
}

// User is a user of Discord.
type User struct {
	ID     string `json:"id"`
	Name   string `json:"username"`
	Global string `json:"global_name"`
	Bot    bool   `json:"bot"`
	System bool   `json:"system"`
}

// Member is a user in a server.
type Member struct {
	User        User     `json:"user"`
	Nick        string   `json:"nick"`
	Roles       []string `json:"roles"`
	Permissions string   `json:"permissions"` // of an interaction
	Joined      string   `json:"joined_at"`   // RFC 3339; empty: not told
}

// Channel is a channel, a thread or a direct message.
type Channel struct {
	ID     string `json:"id"`
	Type   int    `json:"type"`
	Guild  string `json:"guild_id"`
	Name   string `json:"name"`
	Parent string `json:"parent_id"`
	Last   string `json:"last_message_id"`
}

// The types of channels that matter.
const (
	ChannelDirect      = 1
	channelNewsThread  = 10
	channelThread      = 11
	channelOwnThread   = 12 // a private one
	ChannelTypeUnknown = -1
)

// IsThread reports whether a type of channel is a thread.
func IsThread(kind int) bool { return kind >= channelNewsThread && kind <= channelOwnThread }

// Application is the application of a token.
type Application struct {
	ID        string `json:"id"`
	Flags     int    `json:"flags"`
	Endpoint  string `json:"interactions_endpoint_url"`
	VerifyKey string `json:"verify_key"`
}

// Interaction is a command, a press of a button, a submitted form or a request for
// suggestions.
type Interaction struct {
	ID          string   `json:"id"`
	Application string   `json:"application_id"`
	Type        int      `json:"type"`
	Token       string   `json:"token"`
	Guild       string   `json:"guild_id"`
	ChannelID   string   `json:"channel_id"`
	Channel     Channel  `json:"channel"`
	Member      Member   `json:"member"` // in a server
	User        User     `json:"user"`   // in a direct message
	Locale      string   `json:"locale"`
	Message     *Message `json:"message"` // with the button that was pressed
	Data        struct {
		Name       string      `json:"name"`
		Type       int         `json:"type"`
		Options    []option    `json:"options"`
		Target     string      `json:"target_id"`
		CustomID   string      `json:"custom_id"`
		Components []Component `json:"components"`
		Resolved   struct {
			Messages map[string]Message `json:"messages"`
		} `json:"resolved"`
	} `json:"data"`
}

// The types of interactions.
const (
	InteractionPing     = 1
	InteractionCommand  = 2
	InteractionPress    = 3
	InteractionComplete = 4
	InteractionForm     = 5
)

// Sender returns the id of the member who interacted.
func (i Interaction) Sender() string {
	if i.Member.User.ID != "" {
		return i.Member.User.ID
	}
	return i.User.ID
}

// option is a subcommand or a value of a command.
type option struct {
	Name    string      `json:"name"`
	Type    int         `json:"type"`
	Value   looseString `json:"value"`
	Options []option    `json:"options"`
	Focused bool        `json:"focused"`
}

// looseString is a string that Discord may also send as a number or a boolean.
type looseString string

// UnmarshalJSON accepts a string, a number or a boolean; null is "".
func (s *looseString) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*s = looseString(text)
	} else {
		*s = looseString(data)
	}
	return nil
}

// Component is a component of a submitted form; some contain others.
type Component struct {
	CustomID   string      `json:"custom_id"`
	Value      looseString `json:"value"`
	Values     []string    `json:"values"`
	Components []Component `json:"components"`
	Component  *Component  `json:"component"`
}

// epoch is the time of the id 0.
const epoch = 1_420_070_400_000 // milliseconds

// Time returns the time at which an id was made, or otherwise if it is not an id.
func Time(id string, otherwise time.Time) time.Time {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil || n>>22 == 0 {
		return otherwise
	}
	return time.UnixMilli(int64(n>>22) + epoch).UTC()
}

// IDAt returns the smallest id of a time.
func IDAt(t time.Time) string {
	return strconv.FormatUint(uint64(max(t.UnixMilli()-epoch, 0))<<22, 10)
}

// Older reports whether the id a was made before b.
func Older(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}
