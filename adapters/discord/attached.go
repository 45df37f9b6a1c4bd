package discord

import (
	"context"
	"net/http"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// FileHosts are where Discord keeps files.
var FileHosts = []string{"cdn.discordapp.com", "media.discordapp.net"}

// attachments are files of a message; about is whether it is one to which a message points.
func attachments(files []payload.Attachment, about bool) []chat.Attachment {
	var all []chat.Attachment
	for _, f := range files {
		all = append(all, chat.Attachment{ID: f.ID, Name: f.Name, Type: f.Type, Size: f.Size, URL: f.URL, About: about})
	}
	return all
}

// Download reads a file from where Discord keeps files. Its address alone opens it, for a
// day, so that the bot's token stays here.
func (a *Adapter) Download(ctx context.Context, _ chat.Place, f chat.Attachment, limit int64) ([]byte, error) {
	return session.Download(ctx, a.Files, f, http.Header{"User-Agent": {rest.UserAgent}}, limit)
}
