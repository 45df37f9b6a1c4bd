package discord

import (
	"errors"
	"net/http"
)

// The codes of Discord's that are told apart.
const (
	codeUnknownChannel = 10003
	codeUnknownGuild   = 10004
	codeUnknownMember  = 10007
	codeUnknownMessage = 10008
	codeUnknownUser    = 10013
	codeOldEdits       = 30046
	codeMissingAccess  = 50001
	codeNotOurs        = 50005
	codeBlocked        = 50007
	codeForbidden      = 50013
	codeInvalid        = 50035
	codeArchived       = 50083
	codeThreadThere    = 160004
)

// absent are the codes for a member who is in no server with the bot.
var absent = map[int]bool{codeUnknownGuild: true, codeUnknownMember: true, codeUnknownUser: true, codeMissingAccess: true}

// barred are the codes for a place that the bot cannot write to, though the member who is
// answered is still there.
var barred = map[int]bool{codeMissingAccess: true, codeForbidden: true}

const tokenRemedy = "copy it again from “Bot” of the application at https://discord.com/developers/applications, with Reset Token if it is not shown" //nolint:gosec // names one, and is none

// remedies are what an admin does about a code.
var remedies = map[int]string{
	codeUnknownChannel: "the channel does not exist any more",
	codeUnknownGuild:   "the bot is not in this server: invite it (aidesk discord invite)",
	codeUnknownMember:  "the member is not in this server",
	codeMissingAccess:  "let the bot see the channel (View Channel), or invite it again (aidesk discord invite)",
	codeForbidden:      "give the bot's role what the invite link asks for (aidesk discord invite), in this channel too",
	codeBlocked:        "the member takes no direct messages from this server",
	codeInvalid:        "Discord does not take this message as it is",
	codeArchived:       "the thread is archived: unarchive it",
	10062:              "the answer came too late: see that the machine keeps up",
	40060:              "the interaction was answered already: is the desk running twice?",
	30034:              "too many commands were registered today: wait a day",
}

// remedy says what to do about an error of Discord's, in plain words.
func remedy(err error) string {
	r, ok := errors.AsType[*refusal](err)
	if !ok {
		return "check the network and discordstatus.com"
	}
	if text := remedies[r.code]; text != "" {
		return text
	}
	switch {
	case r.status == http.StatusUnauthorized:
		return tokenRemedy
	case r.status == http.StatusTooManyRequests:
		return "wait: Discord wants it slower"
	case r.status >= http.StatusInternalServerError:
		return "see discordstatus.com"
	}
	return "look the code up in Discord's documentation"
}
