package rest

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"
)

// Error means that Discord refused a request, or that the limiter did not send it.
type Error struct {
	route      string // without ids and tokens
	Status     int
	Code       int    // Discord's error code, or 0
	message    string // Discord's explanation
	detail     string // what is wrong with the body
	RetryAfter time.Duration
}

// Error names the route and what Discord says.
func (r *Error) Error() string {
	out := fmt.Sprintf("%s: status %d", r.route, r.Status)
	if r.Code != 0 {
		out += fmt.Sprintf(", code %d", r.Code)
	}
	if r.message != "" {
		out += " (" + r.message + ")"
	}
	if r.detail != "" {
		out += ": " + r.detail
	}
	return out
}

// CodeOf returns Discord's error code, or 0.
func CodeOf(err error) int {
	if r, ok := errors.AsType[*Error](err); ok {
		return r.Code
	}
	return 0
}

// StatusOf returns the HTTP status of a refusal, or 0.
func StatusOf(err error) int {
	if r, ok := errors.AsType[*Error](err); ok {
		return r.Status
	}
	return 0
}

// RateLimited reports whether a request has to wait for a rate limit.
func RateLimited(err error) bool { return StatusOf(err) == http.StatusTooManyRequests }

// The error codes of Discord that are told apart.
const (
	CodeUnknownChannel = discordgo.ErrCodeUnknownChannel
	codeUnknownGuild   = discordgo.ErrCodeUnknownGuild
	codeUnknownMember  = discordgo.ErrCodeUnknownMember
	CodeUnknownMessage = discordgo.ErrCodeUnknownMessage
	codeUnknownUser    = discordgo.ErrCodeUnknownUser
	CodeUnknownWebhook = discordgo.ErrCodeUnknownWebhook
	CodeOldEdits       = discordgo.ErrCodeMaximumNumberOfEditsToMessagesOlderThanOneHourReached
	codeMissingAccess  = discordgo.ErrCodeMissingAccess
	CodeNotOurs        = discordgo.ErrCodeCannotEditFromAnotherUser
	CodeBlocked        = discordgo.ErrCodeCannotSendMessagesToThisUser
	codeForbidden      = discordgo.ErrCodeMissingPermissions
	CodeInvalid        = discordgo.ErrCodeInvalidFormBody
	CodeArchived       = discordgo.ErrCodePerformedOperationOnArchivedThread
	CodeThreadThere    = discordgo.ErrCodeThreadAlreadyCreatedForThisMessage
)

// noSuchMember are the codes for a member who is in no server with the bot.
var noSuchMember = map[int]bool{codeUnknownGuild: true, codeUnknownMember: true, codeUnknownUser: true, codeMissingAccess: true}

// forbidden are the codes for a place that the bot may not write to.
var forbidden = map[int]bool{codeMissingAccess: true, codeForbidden: true}

// NoSuchMember reports whether a member is in no server with the bot.
func NoSuchMember(err error) bool { return noSuchMember[CodeOf(err)] }

// Left reports whether Discord says that a member is not in a server: not, that the bot is not.
func Left(err error) bool {
	code := CodeOf(err)
	return code == codeUnknownMember || code == codeUnknownUser
}

// Forbidden reports whether the bot may not write to a place.
func Forbidden(err error) bool { return forbidden[CodeOf(err)] }

// TokenRemedy says what to do about a token that Discord refuses.
const TokenRemedy = "copy it again from “Bot” of the application at https://discord.com/developers/applications, with Reset Token if it is not shown" //nolint:gosec // names one, and is none

// remedies say what an admin can do about an error code.
var remedies = map[int]string{
	CodeUnknownChannel:                  "the channel does not exist any more",
	codeUnknownGuild:                    "the bot is not in this server: invite it (aidesk discord invite)",
	codeUnknownMember:                   "the member is not in this server",
	codeMissingAccess:                   "let the bot see the channel (View Channel), or invite it again (aidesk discord invite)",
	codeForbidden:                       "give the bot's role what the invite link asks for (aidesk discord invite), in this channel too",
	CodeBlocked:                         "the member takes no direct messages from this server",
	CodeInvalid:                         "Discord does not take this message as it is",
	CodeArchived:                        "the thread is archived: unarchive it",
	discordgo.ErrCodeUnknownInteraction: "the answer came too late: see that the machine keeps up",
	discordgo.ErrCodeInteractionHasAlreadyBeenAcknowledged: "the interaction was answered already: is aidesk running twice?",
	30034: "too many commands were registered today: wait a day",
}

// Remedy returns what an admin can do about an error.
func Remedy(err error) string {
	r, ok := errors.AsType[*Error](err)
	if !ok {
		return "check the network and discordstatus.com"
	}
	if text := remedies[r.Code]; text != "" {
		return text
	}
	switch {
	case r.Status == http.StatusUnauthorized:
		return TokenRemedy
	case r.Status == http.StatusTooManyRequests:
		return "wait: Discord wants it slower"
	case r.Status >= http.StatusInternalServerError:
		return "see discordstatus.com"
	}
	return "look the code up in Discord's documentation"
}

// Advised adds to an error what an admin can do about it.
func Advised(err error) error { return fmt.Errorf("%w: %s", err, Remedy(err)) }
