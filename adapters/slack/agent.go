package slack

import (
	"context"

	slackgo "github.com/slack-go/slack"

	"aidesk/adapters/slack/payload"
	"aidesk/core/chat"
)

// What Slack has beside messages for an app that one talks with: prompts above an empty
// direct message, names of its threads, and a button that stops.

// Prompt proposes questions in a direct message.
func (a *Adapter) Prompt(ctx context.Context, place chat.Place, questions []string) error {
	p := slackgo.AssistantThreadsSetSuggestedPromptsParameters{ChannelID: place.Channel, ThreadTS: place.Thread}
	for _, q := range questions[:min(len(questions), chat.MaxPrompts)] {
		p.AddPrompt(q, q)
	}
	return a.client.Do(ctx, "assistant.threads.setSuggestedPrompts", "", func(ctx context.Context) error {
		return a.client.Slack().SetAssistantThreadsSuggestedPromptsContext(ctx, p)
	})
}

// Title names a thread of a direct message.
func (a *Adapter) Title(ctx context.Context, place chat.Place, title string) error {
	if !place.Direct || place.Thread == "" { // without one it is everything that the member ever asked
		return nil
	}
	p := slackgo.AssistantThreadsSetTitleParameters{ChannelID: place.Channel, ThreadTS: place.Thread, Title: title}
	return a.client.Do(ctx, "assistant.threads.setTitle", "", func(ctx context.Context) error {
		return a.client.Slack().SetAssistantThreadsTitleContext(ctx, p)
	})
}

// stopped makes an event of a press on Slack's own button for stopping, which stands beside
// what Type shows.
func (in incoming) stopped(h payload.Event, e chat.Event) []chat.Event {
	if h.User == "" || h.Channel == "" || h.Thread == "" {
		return nil
	}
	e.ID = chat.Key("x", h.User, h.Channel, h.Thread, h.EventTS)
	e.Place = in.placeOf(e.Place, h.Direct(), h.Message)
	if e.Place.Direct && in.topLevel.Last(chat.Key(h.Channel, h.Thread)) {
		e.Place.Thread = ""
	}
	e.Command = chat.Stop()
	return []chat.Event{e}
}

// Prompt is Adapter.Prompt in the place's workspace.
func (a *App) Prompt(ctx context.Context, p chat.Place, questions []string) error {
	s, err := a.of(ctx, p)
	if err != nil {
		return err
	}
	return s.Prompt(ctx, p, questions)
}

// Title is Adapter.Title in the place's workspace.
func (a *App) Title(ctx context.Context, p chat.Place, title string) error {
	s, err := a.of(ctx, p)
	if err != nil {
		return err
	}
	return s.Title(ctx, p, title)
}
