package slack

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// These are the parts of Slack's payloads that the desk reads. Everything else in
// them may be of any shape: it is not looked at.

// callback is the outer part of an event.
type callback struct {
	Type           string `json:"type"`
	Challenge      string `json:"challenge"`
	Team           string `json:"team_id"`
	ID             string `json:"event_id"`
	Shared         bool   `json:"is_ext_shared_channel"`
	Authorizations []struct {
		Team string `json:"team_id"`
		Wide bool   `json:"is_enterprise_install"`
	} `json:"authorizations"`
	Event happening `json:"event"`
}

// happening is the inner part of an event.
type happening struct {
	Type        string `json:"type"`
	Subtype     string `json:"subtype"`
	Channel     string `json:"channel"`
	ChannelType string `json:"channel_type"`
	EventTS     string `json:"event_ts"`
	told

	Message  *told  `json:"message"`          // of message_changed
	Previous *told  `json:"previous_message"` // of message_changed and message_deleted
	Deleted  string `json:"deleted_ts"`

	Tab  string          `json:"tab"` // of app_home_opened
	View json.RawMessage `json:"view"`
}

// told is one message as Slack tells of it.
type told struct {
	User    string `json:"user"`
	Bot     string `json:"bot_id"`
	Text    string `json:"text"`
	TS      string `json:"ts"`
	Thread  string `json:"thread_ts"`
	Parent  string `json:"parent_user_id"`
	Subtype string `json:"subtype"`
	Edited  *struct {
		TS string `json:"ts"`
	} `json:"edited"`
	Files []struct {
		Name string `json:"name"`
	} `json:"files"`
	Metadata struct {
		Type    string `json:"event_type"`
		Payload mark   `json:"event_payload"`
	} `json:"metadata"`
}

// mark is what our own messages carry, so that they can be found again.
type mark struct {
	Reply string `json:"reply"`
	Part  int    `json:"part"` // from 0
}

// interaction is a press, a submitted form or a shortcut.
type interaction struct {
	Type       string `json:"type"`
	CallbackID string `json:"callback_id"`
	TriggerID  string `json:"trigger_id"`
	Response   string `json:"response_url"`
	Wide       bool   `json:"is_enterprise_install"`
	Team       named  `json:"team"`
	User       named  `json:"user"`
	Channel    named  `json:"channel"`
	MessageTS  string `json:"message_ts"`
	ActionTS   string `json:"action_ts"`
	Message    struct {
		told
		Blocks json.RawMessage `json:"blocks"`
	} `json:"message"`
	Container struct {
		Type    string `json:"type"`
		Message string `json:"message_ts"`
		Channel string `json:"channel_id"`
		Thread  string `json:"thread_ts"`
	} `json:"container"`
	Actions []action `json:"actions"`
	View    struct {
		ID         string `json:"id"`
		CallbackID string `json:"callback_id"`
		Metadata   string `json:"private_metadata"`
		State      struct {
			Values map[string]map[string]input `json:"values"`
		} `json:"state"`
	} `json:"view"`
}

// named is anything of which only the id counts.
type named struct {
	ID string `json:"id"`
}

// action is one press.
type action struct {
	Type string `json:"type"`
	ID   string `json:"action_id"`
	TS   string `json:"action_ts"`
	URL  string `json:"url"`
}

// input is what a member filled into a field.
type input struct {
	Value    string `json:"value"`
	Selected struct {
		Value string `json:"value"`
	} `json:"selected_option"`
}

// slash is a command that a member typed.
type slash struct {
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

// moment is the time that a timestamp of Slack's tells, or otherwise.
func moment(ts string, otherwise time.Time) time.Time {
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
