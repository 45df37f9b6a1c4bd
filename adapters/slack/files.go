package slack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	slackgo "github.com/slack-go/slack"

	"aidesk/adapters/session"
	"aidesk/adapters/slack/render"
	"aidesk/adapters/slack/webapi"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// upload is a file that was uploaded but not yet shared, so that nobody sees it.
type upload struct {
	id, title, digest string
}

// maxFileMessages is how many messages the text of a file may take, where it cannot be
// uploaded.
const maxFileMessages = 20

// uploadFiles uploads the files of messages before anything is posted: a card must not be
// shown without what is attached to it. Files that were shared before are skipped. An app
// without the scope to upload posts the text of the files as messages instead.
func (a *Adapter) uploadFiles(ctx context.Context, messages []render.Message, have session.Delivered) ([]upload, []render.Message, error) {
	var out []upload
	var typed []render.Message
	for i := range messages {
		m := &messages[i]
		files := m.Files
		m.Files = nil
		for _, f := range files {
			d := digest(f)
			if slices.Contains(have.Files, d) {
				continue
			}
			u, err := a.upload(ctx, f)
			if webapi.CodeOf(err) == "missing_scope" {
				more, err := fileAsMessages(f, m.Channel, m.Thread)
				if err != nil {
					return nil, nil, err
				}
				typed = append(typed, more...)
				continue
			}
			if err != nil {
				return nil, nil, err
			}
			u.digest = d
			out = append(out, u)
		}
	}
	return out, slices.Concat(messages, typed), nil
}

// digest identifies a file by its name and content.
func digest(f chat.File) string {
	sum := sha256.Sum256([]byte(f.Name + "\x00" + f.Text))
	return hex.EncodeToString(sum[:6])
}

// fileAsMessages is the text of a file as messages.
func fileAsMessages(f chat.File, channel, thread string) ([]render.Message, error) {
	out := render.FileMessages(f)
	if len(out) > maxFileMessages {
		return nil, &webapi.Error{Method: "files.getUploadURLExternal", Code: "missing_scope", Needed: "files:write"}
	}
	for i := range out {
		out[i].Channel, out[i].Thread = channel, thread
	}
	return out, nil
}

// upload uploads the bytes of a file.
func (a *Adapter) upload(ctx context.Context, f chat.File) (upload, error) {
	name := markdown.Line(f.Name, render.MaxID)
	text := markdown.Visible(f.Text)
	if text == "" { // Slack refuses empty files
		text = "\n"
	}
	var to *slackgo.GetUploadURLExternalResponse
	err := a.client.Do(ctx, "files.getUploadURLExternal", "", func(ctx context.Context) (err error) {
		to, err = a.client.Slack().GetUploadURLExternalContext(ctx, slackgo.GetUploadURLExternalParameters{FileName: name, FileSize: len(text)})
		return err
	})
	if err != nil {
		return upload{}, err
	}
	if err := a.client.Post(ctx, to.UploadURL, "application/octet-stream", []byte(text)); err != nil {
		return upload{}, fmt.Errorf("uploading a file: %w", err)
	}
	return upload{id: to.FileID, title: name}, nil
}

// shareFiles shares uploaded files below the messages.
func (a *Adapter) shareFiles(ctx context.Context, out *session.Delivered, thread string, uploads []upload) error {
	if len(uploads) == 0 {
		return nil
	}
	share := slackgo.CompleteUploadExternalParameters{Channel: out.Channel, ThreadTimestamp: thread}
	for _, u := range uploads {
		share.Files = append(share.Files, slackgo.FileSummary{ID: u.id, Title: u.title})
	}
	err := a.client.Do(ctx, "files.completeUploadExternal", "", func(ctx context.Context) error {
		_, err := a.client.Slack().CompleteUploadExternalContext(ctx, share)
		return err
	})
	if err != nil {
		return err
	}
	for _, u := range uploads {
		out.Files = append(out.Files, u.digest)
	}
	return nil
}
