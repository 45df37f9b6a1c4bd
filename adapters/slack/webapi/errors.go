package webapi

import (
	"errors"
	"fmt"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"
)

// The codes of an Error for a rate limit, and for a call that was not made because there was
// no token for it just now, which is no code of Slack's.
const (
	CodeRateLimited = "ratelimited"
	CodeNoToken     = "no_token"
)

// Error is an answer of Slack that refuses a call.
type Error struct {
	Method string
	Code   string
	Needed string // scopes
	detail []string
	After  time.Duration // of CodeRateLimited
}

func newError(method string, refused slackgo.SlackErrorResponse) *Error {
	e := &Error{Method: method, Code: refused.Err, Needed: refused.Needed, detail: refused.ResponseMetadata.Messages}
	for _, detail := range refused.Errors {
		if detail.Message != nil {
			e.detail = append(e.detail, *detail.Message)
		}
	}
	return e
}

// Error names the method and the code, and what Slack says about it.
func (e *Error) Error() string {
	out := e.Method + ": " + e.Code
	if e.Needed != "" {
		out += ", needs the scope " + e.Needed
	}
	if len(e.detail) > 0 {
		out += " (" + strings.Join(e.detail, "; ") + ")"
	}
	return out
}

// CodeOf returns the code of an Error, or "" for any other error.
func CodeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

var authErrors = map[string]bool{
	"invalid_auth": true, "account_inactive": true, "not_authed": true, "token_revoked": true, "token_expired": true,
}

// IsAuthCode reports whether Slack refuses a token by a code, until an admin acts.
func IsAuthCode(code string) bool { return authErrors[code] }

var layoutErrors = map[string]bool{
	"invalid_blocks": true, "invalid_blocks_format": true, "msg_blocks_too_long": true, "msg_too_long": true,
	"only_one_table_allowed": true, "invalid_arguments": true,
}

// IsLayoutCode reports whether Slack refuses by a code how a message is laid out.
func IsLayoutCode(code string) bool { return layoutErrors[code] }

var permanentErrors = map[string]bool{
	"channel_not_found": true, "is_archived": true, "not_in_channel": true, "channel_type_not_supported": true,
	"thread_not_found": true, "invalid_thread_ts": true, "cannot_reply_to_message": true,
	"user_not_found": true, "user_disabled": true, "cannot_dm_bot": true, "restricted_action": true,
	"restricted_action_thread_only_channel": true, "restricted_action_read_only_channel": true, "messages_tab_disabled": true,
}

// IsPermanentCode reports whether a message can never be delivered to its place after a code.
func IsPermanentCode(code string) bool { return permanentErrors[code] }

var inaccessibleErrors = map[string]bool{
	"not_in_channel": true, "channel_not_found": true, "thread_not_found": true, "invalid_thread_ts": true, "cannot_reply_to_message": true,
}

// IsInaccessibleCode reports whether a code means that the app cannot write to a place, while the
// member whom it answers can still be reached.
func IsInaccessibleCode(code string) bool { return inaccessibleErrors[code] }

var uncertainErrors = map[string]bool{
	"internal_error": true, "fatal_error": true, "service_unavailable": true, "request_timeout": true,
}

// IsUncertainCode reports whether it is not known after a code if the call took effect.
func IsUncertainCode(code string) bool { return uncertainErrors[code] }

// remedies say what an admin can do about a code.
var remedies = map[string]string{
	"invalid_auth":           "copy the bot token (xoxb-…) again from “OAuth & Permissions” of the app",
	"not_authed":             "set the bot token (xoxb-…) from “OAuth & Permissions” of the app",
	"account_inactive":       "the app was removed from the workspace or its user deactivated; install it again",
	"token_revoked":          "the token was revoked; install the app again and copy the new bot token",
	"token_expired":          "the token has expired; switch token rotation off for the app, or install it again",
	"not_allowed_token_type": "this is a token of another kind; the bot token begins with xoxb-, the app token with xapp-",
	"is_archived":            "the channel is archived; unarchive it or write elsewhere",
	"not_in_channel":         "invite the app to the channel with /invite",
	"channel_not_found":      "the channel does not exist, or is private and the app was not invited",
	"no_such_subteam":        "the user group does not exist; copy its id from the address of its page",
	"messages_tab_disabled":  "switch the Messages tab on under “App Home” of the app",
	CodeNoToken:              "aidesk tries again by itself; where that goes on, install the app again",
	"invalid_trigger":        "the platform waited too long; press again",
	"expired_trigger_id":     "the platform waited too long; press again",
	"method_not_supported":   "this Slack does not know the method",
	"unknown_method":         "this Slack does not know the method",
}

// Remedy says in plain words what an admin can do about an error.
func Remedy(err error) string {
	r, ok := errors.AsType[*Error](err)
	if !ok {
		return "check the network and status.slack.com"
	}
	if r.Code == "missing_scope" {
		return fmt.Sprintf("add the scope %s under “OAuth & Permissions” of the app, and install it again", r.Needed)
	}
	if text := remedies[r.Code]; text != "" {
		return text
	}
	return "look the code up in the documentation of " + r.Method
}

// RateLimitOf returns how long to wait if an error is a rate limit.
func RateLimitOf(err error) (time.Duration, bool) {
	r, ok := errors.AsType[*Error](err)
	if !ok || r.Code != CodeRateLimited {
		return 0, false
	}
	return r.After, true
}
