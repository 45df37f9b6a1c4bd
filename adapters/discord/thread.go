package discord

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"sync"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// spot is where the messages of a place go.
type spot struct {
	channel string
	root    string // the first message of the chain of answers, where there is no thread
	own     bool   // a thread that the desk opened
	first   bool   // what goes there answers the message that the thread began with
}

// openers see that a thread is opened once.
type openers struct {
	mu   sync.Mutex
	busy map[string]chan struct{}
}

// begin waits until nobody opens a thread; the function that it returns lets the next.
func (o *openers) begin(ctx context.Context, thread string) (func(), error) {
	for {
		o.mu.Lock()
		busy := o.busy[thread]
		if busy == nil {
			done := make(chan struct{})
			o.busy[thread] = done
			o.mu.Unlock()
			return func() {
				o.mu.Lock()
				delete(o.busy, thread)
				o.mu.Unlock()
				close(done)
			}, nil
		}
		o.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

const (
	threadLife  = 1440 // minutes without a message after which it is archived
	threadTitle = 60
)

// spot finds where the messages of a place go, and opens the thread if there is none
// yet. Where that is not permitted, the conversation is the chain of answers.
func (a *Adapter) spot(ctx context.Context, p chat.Place) (spot, error) {
	if s, ok := a.spotted(ctx, p); ok {
		return s, nil
	}
	done, err := a.openers.begin(ctx, p.Thread)
	if err != nil {
		return spot{}, err
	}
	defer done()
	if s, ok := a.spotted(ctx, p); ok {
		return s, nil
	}
	err = a.openThread(ctx, p)
	switch r, refused := errors.AsType[*rest.Error](err); {
	case err == nil, rest.CodeOf(err) == rest.CodeThreadThere:
		a.joins(ctx, p.Thread, seat{parent: p.Channel, own: true})
		return spot{channel: p.Thread, own: true}, nil
	case !refused, rest.RateLimited(err), r.Status >= http.StatusInternalServerError, r.Status == http.StatusUnauthorized, r.Code == rest.CodeUnknownChannel:
		return spot{}, err
	case r.Code == rest.CodeUnknownMessage: // a thread that somebody else opened has no such message
		if c, err := a.room(ctx, p.Thread); err == nil && payload.IsThread(c.Type) {
			a.joins(ctx, p.Thread, seat{parent: p.Channel})
			return spot{channel: p.Thread}, nil
		}
	}
	a.Logger.InfoContext(ctx, "no thread can be opened here; the conversation is a chain of answers", "channel", p.Channel, "error", err)
	return a.chained(ctx, p), nil
}

// spotted is where the messages of a place go, if that is known.
func (a *Adapter) spotted(ctx context.Context, p chat.Place) (spot, bool) {
	if p.Direct || p.Thread == "" {
		return spot{channel: p.Channel}, true
	}
	if s := a.seat(ctx, p.Thread); s.known() {
		return spot{channel: p.Thread, own: s.own}, true
	}
	if root, err := a.chains.Kept(ctx, p.Thread); err == nil && root != "" {
		return spot{channel: p.Channel, root: root}, true
	}
	return spot{}, false
}

// chained makes the conversation of a place a chain of answers.
func (a *Adapter) chained(ctx context.Context, p chat.Place) spot {
	a.links(ctx, p.Thread, p.Thread)
	return spot{channel: p.Channel, root: p.Thread}
}

// links remembers that a message belongs to a chain.
func (a *Adapter) links(ctx context.Context, message, root string) {
	if err := a.chains.Keep(ctx, message, root); err != nil {
		a.Logger.WarnContext(ctx, "remembering a chain of answers", "error", err)
	}
}

// openThread opens a public thread below the message with which a place began.
func (a *Adapter) openThread(ctx context.Context, p chat.Place) error {
	title := markdown.Line(a.heard.Last(p.Thread).title, threadTitle)
	body := map[string]any{"name": cmp.Or(title, "Question"), "auto_archive_duration": threadLife}
	c := rest.Call{Method: http.MethodPost, Path: "/channels/%s/messages/%s/threads", IDs: []string{p.Channel, p.Thread}, Body: body, MaxWait: session.FirstWait}
	return a.web.Do(ctx, c, nil)
}
