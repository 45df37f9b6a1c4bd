package discord

import (
	"context"
	"net/http"
	"time"

	"aidesk/adapters/discord/render"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

const (
	typingInterval = 8 * time.Second         // Discord ends "typing" after ten
	typingOnlyTime = 4 * time.Second         // before a message is posted
	statusInterval = 1500 * time.Millisecond // between two updates of the message
	maxStatus      = 100
)

// Type shows in a place that a turn is running: at once as "typing", and after some
// seconds as a message with the progress, if the conversation has its thread. An empty text
// ends it. It does not wait for Discord.
func (a *Adapter) Type(_ context.Context, place chat.Place, p chat.Progress) error {
	if place.Channel == "" {
		return nil
	}
	at := session.StatusKey{Channel: place.Channel, Thread: place.Thread}
	a.statuses.Set(at, markdown.Line(p.Text, maxStatus), func(ctx context.Context, s *session.Status) { a.showStatus(ctx, place, s) })
	return nil
}

// showStatus shows one status until it has ended.
func (a *Adapter) showStatus(ctx context.Context, place chat.Place, s *session.Status) {
	at, known := a.knownTarget(ctx, place)
	if !known { // a thread is opened when there is something to say in it
		at = sendTarget{channel: place.Channel, root: place.Thread}
	}
	w := statusMessage{Adapter: a, target: at}
	defer w.remove(ctx)
	typing, speaking := time.NewTicker(typingInterval), time.NewTimer(a.typingOnly)
	defer typing.Stop()
	defer speaking.Stop()
	for a.showTyping(ctx, at); s.Text() != ""; {
		select {
		case <-s.Changed():
		case <-typing.C:
			a.showTyping(ctx, at)
		case <-speaking.C:
			w.show(ctx, s.Text())
			speaking.Reset(statusInterval)
		}
	}
}

// showTyping shows "typing" for ten seconds.
func (a *Adapter) showTyping(ctx context.Context, at sendTarget) {
	err := a.rest.Do(ctx, rest.Call{Method: http.MethodPost, Path: "/channels/%s/typing", IDs: []string{at.channel}, MaxWait: session.FirstWait}, nil)
	if err != nil {
		a.Logger.DebugContext(ctx, "showing that aidesk is at work", "error", err)
	}
}

// statusMessage is a message in small print that says what the turn is doing.
type statusMessage struct {
	*Adapter
	target  sendTarget
	message string
	text    string
}

// show posts or updates the message. In a chain of replies, and before there is a thread,
// there is none: it would stand between other members' messages.
func (w *statusMessage) show(ctx context.Context, text string) {
	if text == "" || text == w.text || w.target.root != "" {
		return
	}
	m := render.Small("status/"+w.target.channel+time.Now().String(), text)
	var err error
	if w.message == "" {
		if w.message, err = w.postMessage(ctx, w.target.channel, m, session.FirstWait); err == nil {
			err = w.statusMessages.Keep(ctx, w.target.channel, session.Delivered{Channel: w.target.channel, Messages: []string{w.message}}.String())
		}
	} else {
		err = w.updateMessage(ctx, w.target.channel, w.message, m, session.FirstWait)
	}
	if err != nil {
		w.Logger.DebugContext(ctx, "saying what aidesk is doing", "error", err)
		return
	}
	w.text = text
}

// remove deletes the message.
func (w *statusMessage) remove(ctx context.Context) {
	if w.message == "" {
		return
	}
	err := w.deleteMessage(ctx, w.target.channel, w.message)
	if err == nil {
		err = w.statusMessages.Keep(ctx, w.target.channel, "")
	}
	if err != nil {
		w.Logger.WarnContext(ctx, "taking away what aidesk was doing", "error", err)
	}
}

// removeOldStatuses deletes the status messages that an earlier run left behind.
func (a *Adapter) removeOldStatuses(ctx context.Context) {
	left, err := a.statusMessages.All(ctx)
	if err != nil {
		a.Logger.WarnContext(ctx, "looking for what a run before left behind", "error", err)
	}
	for _, l := range left {
		d := session.ParseDelivered(l)
		for _, id := range d.Messages {
			if err := a.deleteMessage(ctx, d.Channel, id); err != nil {
				a.Logger.WarnContext(ctx, "deleting a message", "error", err)
			}
		}
		if len(d.Messages) > 0 && ctx.Err() == nil {
			if err := a.statusMessages.Keep(ctx, d.Channel, ""); err != nil {
				a.Logger.WarnContext(ctx, "forgetting what a run before left behind", "error", err)
			}
		}
	}
}
