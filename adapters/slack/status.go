package slack

import (
	"context"
	"time"

	slackgo "github.com/slack-go/slack"

	"aidesk/adapters/session"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

const (
	statusRefresh = 90 * time.Second // Slack removes a status after two minutes
	minStatusTime = time.Second      // how long a text is shown at least: nobody could read it sooner
	maxStatus     = 100
)

// Type shows below a thread what aidesk is doing, until an empty text ends it. It does not
// wait for Slack. Where Slack shows no status, nothing happens.
func (a *Adapter) Type(_ context.Context, place chat.Place, p chat.Progress) error {
	text := markdown.Line(p.Text, maxStatus)
	at := session.StatusKey{Channel: place.Channel, Thread: place.Thread}
	if at.Thread == "" { // Slack shows a status below a message: in direct messages the newest
		at.Thread = a.lastMessage.Last(place.Channel)
		a.topLevel.Put(chat.Key(at.Channel, at.Thread), true)
		if text == "" { // the status may be below an older message
			a.statusBoard.EndChannel(place.Channel)
		}
	} else if place.Direct {
		a.topLevel.Forget(chat.Key(at.Channel, at.Thread))
	}
	if at.Channel == "" || at.Thread == "" {
		return nil
	}
	a.statusBoard.Set(at, text, func(ctx context.Context, s *session.Status) { a.keepStatus(ctx, at, s) })
	return nil
}

// keepStatus shows one status until it ends.
func (a *Adapter) keepStatus(ctx context.Context, at session.StatusKey, s *session.Status) {
	refresh := time.NewTicker(statusRefresh)
	defer refresh.Stop()
	for {
		text := s.Text()
		a.showStatus(ctx, at, text)
		if text == "" {
			return
		}
		select {
		case <-s.Changed():
			waitForChange(s)
		case <-refresh.C:
		}
	}
}

// waitForChange waits until the text may be replaced by another one. The end of a status
// does not wait.
func waitForChange(s *session.Status) {
	pace := time.NewTimer(minStatusTime)
	defer pace.Stop()
	for s.Text() != "" {
		select {
		case <-s.Changed():
		case <-pace.C:
			return
		}
	}
}

// showStatus sends a status to Slack, which puts the app's name before it.
func (a *Adapter) showStatus(ctx context.Context, at session.StatusKey, text string) {
	if text != "" {
		text = "is " + text
	}
	params := slackgo.AssistantThreadsSetStatusParameters{ChannelID: at.Channel, ThreadTS: at.Thread, Status: text}
	err := a.client.Do(ctx, "assistant.threads.setStatus", "", func(ctx context.Context) error {
		return a.client.Slack().SetAssistantThreadsStatusContext(ctx, params)
	})
	if err != nil {
		a.Logger.DebugContext(ctx, "showing a status", "error", err)
	}
}
