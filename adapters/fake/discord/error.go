package discord

import (
	"fmt"
	"net/http"

	"aidesk/adapters/fake/discord/rule"
)

// apiError is an error of the REST API.
type apiError struct {
	status, code int
	message      string
	errors       object // of a form, by the place
}

// Error is Discord's words.
func (r *apiError) Error() string { return r.message }

// body is the refusal as Discord sends it.
func (r *apiError) body() object {
	out := object{"message": r.message, "code": r.code}
	if r.errors != nil {
		out["errors"] = r.errors
	}
	return out
}

// Discord's codes that are used here. With which HTTP status some of them come is not
// documented; those are as seen by others.
const (
	unauthorized        = 0
	unknownApplication  = 10002
	unknownChannel      = 10003
	unknownGuild        = 10004
	unknownMember       = 10007
	unknownMessage      = 10008
	unknownRole         = 10011
	unknownUser         = 10013
	unknownWebhook      = 10015
	unknownInteraction  = 10062
	unknownCommand      = 10063
	tooManyCommands     = 30032
	tooManyCreated      = 30034
	entityTooLarge      = 40005
	alreadyAcknowledged = 40060
	internalNetwork     = 40333
	missingAccess       = 50001
	wrongInDM           = 50003
	notAuthor           = 50005
	emptyMessage        = 50006
	cannotSendToUser    = 50007
	notText             = 50008
	missingPermissions  = 50013
	systemMessage       = 50021
	wrongChannelKind    = 50024
	invalidWebhookToken = 50027
	invalidForm         = 50035
	invalidVersion      = 50041
	threadArchived      = 50083
	invalidJSON         = 50109
	noHistoryToReply    = 160002
	threadExists        = 160004
	threadLocked        = 160005
)

var apiErrors = map[int]apiError{
	unknownApplication:  {status: 404, message: "Unknown Application"},
	unknownChannel:      {status: 404, message: "Unknown Channel"},
	unknownGuild:        {status: 404, message: "Unknown Guild"},
	unknownMember:       {status: 404, message: "Unknown Member"},
	unknownMessage:      {status: 404, message: "Unknown Message"},
	unknownRole:         {status: 404, message: "Unknown Role"},
	unknownUser:         {status: 404, message: "Unknown User"},
	unknownWebhook:      {status: 404, message: "Unknown Webhook"},
	unknownInteraction:  {status: 404, message: "Unknown interaction"},
	unknownCommand:      {status: 404, message: "Unknown application command"},
	tooManyCommands:     {status: 400, message: "Maximum number of application commands reached (100)"},
	tooManyCreated:      {status: 429, message: "Max number of daily application command creates has been reached (200)"},
	entityTooLarge:      {status: 413, message: "Request entity too large"},
	alreadyAcknowledged: {status: 400, message: "Interaction has already been acknowledged."},
	internalNetwork:     {status: 403, message: "internal network error"},
	missingAccess:       {status: 403, message: "Missing Access"},
	wrongInDM:           {status: 403, message: "Cannot execute action on a DM channel"},
	notAuthor:           {status: 403, message: "Cannot edit a message authored by another user"},
	emptyMessage:        {status: 400, message: "Cannot send an empty message"},
	cannotSendToUser:    {status: 403, message: "Cannot send messages to this user"},
	notText:             {status: 400, message: "Cannot send messages in a non-text channel"},
	missingPermissions:  {status: 403, message: "Missing Permissions"},
	systemMessage:       {status: 403, message: "Cannot execute action on a system message"},
	wrongChannelKind:    {status: 400, message: "Cannot execute action on this channel type"},
	invalidWebhookToken: {status: 401, message: "Invalid Webhook Token"},
	invalidVersion:      {status: 400, message: "Invalid API version"},
	threadArchived:      {status: 400, message: "Thread is archived"},
	invalidJSON:         {status: 400, message: "The request body contains invalid JSON."},
	noHistoryToReply:    {status: 403, message: "Cannot reply without permission to read message history"},
	threadExists:        {status: 400, message: "A thread has already been created for this message"},
	threadLocked:        {status: 400, message: "Thread is locked"},
}

// refuse is the refusal with a code.
func refuse(code int) error {
	r := apiErrors[code]
	r.code = code
	return &r
}

// httpError is a refusal that has no code of its own.
func httpError(status int) *apiError {
	return &apiError{status: status, message: fmt.Sprintf("%d: %s", status, http.StatusText(status))}
}

// invalidFormBody is the refusal of a form; nil: nothing is wrong.
func invalidFormBody(f rule.Faults) error {
	if len(f) == 0 {
		return nil
	}
	return &apiError{status: http.StatusBadRequest, code: invalidForm, message: "Invalid Form Body", errors: f.Tree()}
}

// invalidField is the refusal of a form with one fault.
func invalidField(path, code, format string, args ...any) error {
	f := rule.Faults{}
	f.Addf(path, code, format, args...)
	return invalidFormBody(f)
}
