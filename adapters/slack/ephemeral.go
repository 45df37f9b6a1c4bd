package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	slackgo "github.com/slack-go/slack"

	"aidesk/adapters/slack/render"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Note shows one member a message that only they see and that Slack does not keep.
func (a *Adapter) Note(ctx context.Context, e chat.Event, text markdown.Document) error {
	if e.Token != "" {
		if err := a.answerEvent(ctx, e.Token, text); err == nil {
			return nil
		}
	}
	m, err := singleMessage(text)
	if err != nil {
		return err
	}
	if e.Place.Channel == "" {
		return errors.New("a note needs a channel")
	}
	options := []slackgo.MsgOption{slackgo.MsgOptionText(m.Text, false)}
	if m.Blocks != nil {
		blocks, err := render.Blocks(m.Blocks)
		if err != nil {
			return err
		}
		options = append(options, slackgo.MsgOptionBlocks(blocks...))
	}
	if e.Place.Thread != "" {
		options = append(options, slackgo.MsgOptionTS(e.Place.Thread))
	}
	return a.client.Do(ctx, "chat.postEphemeral", "", func(ctx context.Context) error {
		_, err := a.client.Slack().PostEphemeralContext(ctx, e.Place.Channel, e.Member, options...)
		return err
	})
}

// answerEvent shows a note through the response_url of an event, which works five times
// within half an hour.
func (a *Adapter) answerEvent(ctx context.Context, address string, text markdown.Document) error {
	m, err := singleMessage(text)
	if err != nil {
		return err
	}
	body := map[string]any{"response_type": "ephemeral", "replace_original": false, "text": m.Text}
	if m.Blocks != nil {
		body["blocks"] = m.Blocks
	}
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if err := a.client.Post(ctx, address, "application/json; charset=utf-8", data); err != nil {
		return fmt.Errorf("answering an event: %w", err)
	}
	return nil
}

// singleMessage renders a text that has to fit into one message.
func singleMessage(text markdown.Document) (render.Message, error) {
	ms, err := render.Render(chat.Reply{Text: text})
	if err != nil {
		return render.Message{}, err
	}
	if len(ms) != 1 {
		return render.Message{}, fmt.Errorf("a note of %d messages", len(ms))
	}
	return ms[0], nil
}

// tellMember shows the member who caused an event a line from the adapter itself.
func (in incoming) tellMember(ctx context.Context, response, line string) {
	if response == "" {
		return
	}
	if err := in.answerEvent(ctx, response, paragraph(line)); err != nil {
		in.Logger.WarnContext(ctx, "telling a member", "error", err)
	}
}

// paragraph is a document of one plain line.
func paragraph(line string) markdown.Document {
	return markdown.New(markdown.Paragraph(markdown.Text(line)))
}

// ephemeralAnswer is the answer to a command that only the member sees, with a link
// unless that is empty.
func ephemeralAnswer(line, link string) any {
	text := render.Escape(line)
	if link != "" {
		text += " <" + render.Escape(link) + "|Go there>"
	}
	return map[string]any{"response_type": "ephemeral", "text": text}
}
