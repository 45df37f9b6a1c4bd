// Package payload is what Slack sends, as far as aidesk reads it: events, presses,
// forms and commands as small structs, and the text of messages, written in Slack's
// markup, as CommonMark. Everything else in a payload may be of any shape: it is not
// looked at, so that nothing which Slack adds makes a payload unreadable.
package payload

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Callback is the outer part of an event.
type Callback struct {
	Type           string `json:"type"`
	Challenge      string `json:"challenge"`
	Team           string `json:"team_id"`
	ID             string `json:"event_id"`
	Shared         bool   `json:"is_ext_shared_channel"`
	Authorizations []struct {
		Team string `json:"team_id"`
		Wide bool   `json:"is_enterprise_install"`
	} `json:"authorizations"`
	Time  int64 `json:"event_time"` // in seconds
	Event Event `json:"event"`
}

// Addressee is what a payload says of whom it is for: an event at its outside and in its
// authorizations, a command and an interaction in fields of their own.
type Addressee struct {
	Team           string   `json:"team_id"`
	ContextTeam    string   `json:"context_team_id"`
	Enterprise     string   `json:"enterprise_id"`
	Wide           stringly `json:"is_enterprise_install"`
	Authorizations []struct {
		Team       string `json:"team_id"`
		Enterprise string `json:"enterprise_id"`
		Wide       bool   `json:"is_enterprise_install"`
	} `json:"authorizations"`

	// Of an interaction.
	TeamObject       Object `json:"team"`
	EnterpriseObject Object `json:"enterprise"`
	User             struct {
		Team string `json:"team_id"`
	} `json:"user"`
	View struct {
		Installed string `json:"app_installed_team_id"`
	} `json:"view"`
	Type    string `json:"type"`
	Message struct {
		User string `json:"user"`
	} `json:"message"`
}

// Event is the inner part of an event.
type Event struct {
	Type        string `json:"type"`
	Subtype     string `json:"subtype"`
	Channel     string `json:"channel"`
	ChannelType string `json:"channel_type"`
	EventTS     string `json:"event_ts"`
	Message

	Changed  *Message `json:"message"`          // of message_changed
	Previous *Message `json:"previous_message"` // of message_changed and message_deleted
	Deleted  string   `json:"deleted_ts"`

	Tokens struct {
		Bot []string `json:"bot"`
	} `json:"tokens"` // of tokens_revoked: users

	Tab  string          `json:"tab"` // of app_home_opened
	View json.RawMessage `json:"view"`
}

// Direct reports whether an event is in a direct message with the app.
func (e Event) Direct() bool {
	return e.ChannelType == "im" || e.ChannelType == "" && strings.HasPrefix(e.Channel, "D")
}

// Message is one message as Slack tells of it.
type Message struct {
	User    string `json:"user"`
	Bot     string `json:"bot_id"`
	AppName string `json:"username"`
	Profile struct {
		Name string `json:"name"`
	} `json:"bot_profile"`
	Text    string `json:"text"`
	TS      string `json:"ts"`
	Thread  string `json:"thread_ts"`
	Parent  string `json:"parent_user_id"`
	Subtype string `json:"subtype"`
	Edited  *struct {
		TS string `json:"ts"`
	} `json:"edited"`
	Files       []File          `json:"files"`
	Blocks      json.RawMessage `json:"blocks"`
	Attachments json.RawMessage `json:"attachments"`
	Metadata    struct {
		Type    string        `json:"event_type"`
		Payload ReplyMetadata `json:"event_payload"`
	} `json:"metadata"`
}

// File is one that came with a message.
type File struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Title    string `json:"title"`
	Type     string `json:"mimetype"`
	Size     int64  `json:"size"`
	Mode     string `json:"mode"` // "external": kept by somebody else
	Download string `json:"url_private_download"`
	Private  string `json:"url_private"`
}

// Named is what members see as the file's name.
func (f File) Named() string { return cmp.Or(f.Name, f.Title, "a file") }

// Address is where Slack keeps the file; empty if it does not say, or does not keep it.
func (f File) Address() string {
	if f.Mode == "external" {
		return ""
	}
	return cmp.Or(f.Download, f.Private)
}

// ReplyMetadataType is the type of the metadata by which our messages are found again.
const ReplyMetadataType = "aidesk_reply"

// ReplyMetadata is what our own messages carry, so that they can be found again.
type ReplyMetadata struct {
	Reply string `json:"reply"`
	Part  int    `json:"part"` // from 0
}

// Interaction is a press, a submitted form or a shortcut.
type Interaction struct {
	Type       string  `json:"type"`
	CallbackID string  `json:"callback_id"`
	TriggerID  string  `json:"trigger_id"`
	Response   string  `json:"response_url"`
	Wide       bool    `json:"is_enterprise_install"`
	Team       Object  `json:"team"`
	User       Object  `json:"user"`
	Channel    Object  `json:"channel"`
	MessageTS  string  `json:"message_ts"`
	ActionTS   string  `json:"action_ts"`
	Message    Message `json:"message"`
	Container  struct {
		Type    string `json:"type"`
		Message string `json:"message_ts"`
		Channel string `json:"channel_id"`
		Thread  string `json:"thread_ts"`
	} `json:"container"`
	Actions []Action `json:"actions"`
	View    struct {
		ID         string `json:"id"`
		CallbackID string `json:"callback_id"`
		Metadata   string `json:"private_metadata"`
		State      struct {
			Values map[string]map[string]Input `json:"values"`
		} `json:"state"`
	} `json:"view"`
}

// Object is anything of which only the id counts.
type Object struct {
	ID string `json:"id"`
}

// Action is one press.
type Action struct {
	Type  string `json:"type"`
	ID    string `json:"action_id"`
	TS    string `json:"action_ts"`
	URL   string `json:"url"`
	Value string `json:"value"`
}

// Input is what a member filled into a field, whatever its kind.
type Input struct {
	Value    string   `json:"value"`
	Selected option   `json:"selected_option"`
	Options  []option `json:"selected_options"`
	Date     string   `json:"selected_date"`
	DateTime int64    `json:"selected_date_time"` // seconds; 0: none
}

// option is a choice of a menu or a box.
type option struct {
	Value string `json:"value"`
}

// Chosen lists what was chosen of several options.
func (i Input) Chosen() []string {
	var all []string
	for _, o := range i.Options {
		all = append(all, o.Value)
	}
	return all
}

// Command is a command that a member typed.
type Command struct {
	Command  string   `json:"command"`
	Text     string   `json:"text"`
	User     string   `json:"user_id"`
	Team     string   `json:"team_id"`
	Channel  string   `json:"channel_id"`
	Trigger  string   `json:"trigger_id"`
	Response string   `json:"response_url"`
	Wide     stringly `json:"is_enterprise_install"`
}

// stringly is a boolean that may come as a word.
type stringly bool

// UnmarshalJSON takes true and "true" for true, and anything else for false.
func (b *stringly) UnmarshalJSON(data []byte) error {
	*b = strings.Trim(string(data), `"`) == "true"
	return nil
}

// Time is the time that a timestamp of Slack's tells, or otherwise.
func Time(ts string, otherwise time.Time) time.Time {
	seconds, micros, _ := strings.Cut(ts, ".")
	s, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || s <= 0 {
		return otherwise
	}
	m, err := strconv.ParseInt((micros + "000000")[:6], 10, 64)
	if err != nil {
		m = 0
	}
	return time.Unix(s, m*1000).UTC()
}
