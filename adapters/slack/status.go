package slack

import (
	"context"
	"time"

	"aidesk/adapters/session"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

const (
	statusTime = 90 * time.Second // Slack takes a status away after two minutes
	statusPace = time.Second      // the least time between two words of one status: what lasts less nobody reads
	maxStatus  = 100
)

// Type shows below a thread what the desk is doing, until it is ended. It does not
// wait for Slack; where Slack shows no status, nothing happens.
func (a *Adapter) Type(_ context.Context, place chat.Place, p chat.Progress) error {
	text := markdown.Line(p.Text, maxStatus)
	at := session.StatusKey{Channel: place.Channel, Thread: place.Thread}
	if at.Thread == "" { // a status belongs to a message
		at.Thread = a.newest.Last(place.Channel)
		if text == "" { // a newer message may have come meanwhile
			a.states.EndChannel(place.Channel)
		}
	}
	if at.Channel == "" || at.Thread == "" {
		return nil
	}
	a.states.Set(at, text, func(ctx context.Context, s *session.Status) { a.keepStatus(ctx, at, s) })
	return nil
}

// keepStatus shows one status until it is ended.
func (a *Adapter) keepStatus(ctx context.Context, at session.StatusKey, s *session.Status) {
	refresh := time.NewTicker(statusTime)
	defer refresh.Stop()
	for {
		text := s.Text()
		if ctx.Err() != nil {
			text = ""
		}
		a.showStatus(context.WithoutCancel(ctx), at, text)
		if text == "" {
			return
		}
		select {
		case <-s.Changed():
			rests(ctx, s)
		case <-refresh.C:
		case <-ctx.Done():
		}
	}
}

// rests waits until what was shown may give way to other words. The end of a status does
// not wait.
func rests(ctx context.Context, s *session.Status) {
	pace := time.NewTimer(statusPace)
	defer pace.Stop()
	for s.Text() != "" {
		select {
		case <-s.Changed():
		case <-pace.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// showStatus tells Slack what to show; Slack puts the app's name before it.
func (a *Adapter) showStatus(ctx context.Context, at session.StatusKey, text string) {
	if text != "" {
		text = "is " + text
	}
	body := map[string]any{"channel_id": at.Channel, "thread_ts": at.Thread, "status": text}
	if err := a.web.call(ctx, "assistant.threads.setStatus", "", body, nil); err != nil {
		a.Logger.DebugContext(ctx, "showing a status", "error", err)
	}
}
