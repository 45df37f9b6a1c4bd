package slack

import (
	"errors"
	"fmt"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"
)

// codeRateLimited is the code of an apiError for a rate limit.
const codeRateLimited = "ratelimited"

// apiError is an answer of Slack that refuses a call.
type apiError struct {
	method string
	code   string
	needed string // scopes
	detail []string
	after  time.Duration // of codeRateLimited
}

func newAPIError(method string, refused slackgo.SlackErrorResponse) *apiError {
	e := &apiError{method: method, code: refused.Err, needed: refused.Needed, detail: refused.ResponseMetadata.Messages}
	for _, detail := range refused.Errors {
		if detail.Message != nil {
			e.detail = append(e.detail, *detail.Message)
		}
	}
	return e
}

// Error names the method and the code, and what Slack says about it.
func (e *apiError) Error() string {
	out := e.method + ": " + e.code
	if e.needed != "" {
		out += ", needs the scope " + e.needed
	}
	if len(e.detail) > 0 {
		out += " (" + strings.Join(e.detail, "; ") + ")"
	}
	return out
}

// codeOf returns the code of an apiError, or "" for any other error.
func codeOf(err error) string {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e.code
	}
	return ""
}

// authErrors are the codes by which Slack refuses a token until an admin acts.
var authErrors = map[string]bool{
	"invalid_auth": true, "account_inactive": true, "not_authed": true, "token_revoked": true, "token_expired": true,
}

// layoutErrors are the codes by which Slack refuses how a message is laid out.
var layoutErrors = map[string]bool{
	"invalid_blocks": true, "invalid_blocks_format": true, "msg_blocks_too_long": true, "msg_too_long": true,
	"only_one_table_allowed": true, "invalid_arguments": true,
}

// permanentErrors are the codes after which a message can never be delivered to its place.
var permanentErrors = map[string]bool{
	"channel_not_found": true, "is_archived": true, "not_in_channel": true, "channel_type_not_supported": true,
	"thread_not_found": true, "invalid_thread_ts": true, "cannot_reply_to_message": true,
	"user_not_found": true, "user_disabled": true, "cannot_dm_bot": true, "restricted_action": true,
	"restricted_action_thread_only_channel": true, "restricted_action_read_only_channel": true, "messages_tab_disabled": true,
}

// inaccessibleErrors are the codes for a place that the app cannot write to, while the
// member whom it answers can still be reached.
var inaccessibleErrors = map[string]bool{
	"not_in_channel": true, "channel_not_found": true, "thread_not_found": true, "invalid_thread_ts": true, "cannot_reply_to_message": true,
}

// uncertainErrors are the codes after which it is not known whether the call took effect.
var uncertainErrors = map[string]bool{
	"internal_error": true, "fatal_error": true, "service_unavailable": true, "request_timeout": true,
}

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
	"invalid_trigger":        "the platform waited too long; press again",
	"expired_trigger_id":     "the platform waited too long; press again",
	"method_not_supported":   "this Slack does not know the method",
	"unknown_method":         "this Slack does not know the method",
}

// remedy says in plain words what an admin can do about an error.
func remedy(err error) string {
	r, ok := errors.AsType[*apiError](err)
	if !ok {
		return "check the network and status.slack.com"
	}
	if r.code == "missing_scope" {
		return fmt.Sprintf("add the scope %s under “OAuth & Permissions” of the app, and install it again", r.needed)
	}
	if text := remedies[r.code]; text != "" {
		return text
	}
	return "look the code up in the documentation of " + r.method
}
