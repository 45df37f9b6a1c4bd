package slack

import (
	"context"
	"net/http"
	"net/url"

	"aidesk/adapters/session"
	"aidesk/adapters/slack/payload"
	"aidesk/adapters/slack/webapi"
	"aidesk/core/chat"
)

// FileHosts are where Slack keeps files, that of governments too.
var FileHosts = []string{"files.slack.com", "files.slack-gov.com"}

// attachments are files of a message; about is whether it is one to which a message points.
func attachments(files []payload.File, about bool) []chat.Attachment {
	var all []chat.Attachment
	for _, f := range files {
		all = append(all, chat.Attachment{ID: f.ID, Name: f.Named(), Type: f.Type, Size: f.Size, URL: f.Address(), About: about})
	}
	return all
}

// Download reads a file with the app's token, from where Slack keeps files. In a channel
// shared with another organisation Slack first tells no more than the file's id.
func (a *Adapter) Download(ctx context.Context, _ chat.Place, f chat.Attachment, limit int64) ([]byte, error) {
	if !a.client.HasScope(scopeFiles) {
		return nil, chat.ErrNoAccess
	}
	if f.URL == "" && f.ID != "" {
		var answer struct {
			File payload.File `json:"file"`
		}
		err := a.client.Fetch(ctx, "files.info", url.Values{"file": {f.ID}}, &answer)
		switch webapi.CodeOf(err) {
		case "":
		case "missing_scope", "no_permission", "access_denied", "not_visible":
			return nil, chat.ErrNoAccess
		case "file_not_found", "file_deleted":
			return nil, chat.ErrGone
		}
		if err != nil {
			return nil, err
		}
		f.URL, f.Size = answer.File.Address(), answer.File.Size
	}
	token, err := a.client.Token(ctx)
	if err != nil {
		return nil, err
	}
	return session.Download(ctx, a.Files, f, http.Header{"Authorization": {"Bearer " + token}}, limit)
}

// scopeFiles is the scope to read files.
const scopeFiles = "files:read"
