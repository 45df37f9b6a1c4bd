package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"aidesk/adapters/slack/render"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Note shows one member a passing note below what they did. What cannot be shown that
// way is an error.
func (a *Adapter) Note(ctx context.Context, e chat.Event, text markdown.Document) error {
	if e.Token != "" {
		if err := a.respond(ctx, e.Token, text); err == nil {
			return nil
		}
	}
	m, err := one(text)
	if err != nil {
		return err
	}
	if e.Place.Channel == "" {
		return errors.New("a note needs a channel")
	}
	body := map[string]any{"channel": e.Place.Channel, "user": e.Member, "text": m.Text}
	if m.Blocks != nil {
		body["blocks"] = m.Blocks
	}
	if e.Place.Thread != "" {
		body["thread_ts"] = e.Place.Thread
	}
	return a.web.call(ctx, "chat.postEphemeral", "", body, nil)
}

// respond shows a note by the address that came with an event, which Slack takes five
// times within half an hour.
func (a *Adapter) respond(ctx context.Context, address string, text markdown.Document) error {
	m, err := one(text)
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
	if err := a.web.deliver(ctx, address, "application/json; charset=utf-8", data); err != nil {
		return fmt.Errorf("answering an event: %w", err)
	}
	return nil
}

// one is a text as a single message.
func one(text markdown.Document) (render.Message, error) {
	ms, err := render.Render(chat.Reply{Text: text})
	if err != nil {
		return render.Message{}, err
	}
	if len(ms) != 1 {
		return render.Message{}, fmt.Errorf("a note of %d messages", len(ms))
	}
	return ms[0], nil
}
