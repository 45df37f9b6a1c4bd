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

// sendTarget is where the messages of a place go.
type sendTarget struct {
	channel string
	root    string // the first message of the chain of answers, where there is no thread
	opened  bool   // a thread that the desk opened
	opening bool   // what goes there answers the message that the thread began with
}

// threadLocks see that a thread is opened once.
type threadLocks struct {
	mu   sync.Mutex
	busy map[string]chan struct{}
}

// lock waits until nobody opens a thread; the function that it returns lets the next.
func (o *threadLocks) lock(ctx context.Context, thread string) (func(), error) {
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

// target finds where the messages of a place go, and opens the thread if there is none
// yet. Where that is not permitted, the conversation is the chain of answers.
func (a *Adapter) target(ctx context.Context, p chat.Place) (sendTarget, error) {
	if s, ok := a.knownTarget(ctx, p); ok {
		return s, nil
	}
	done, err := a.threadLocks.lock(ctx, p.Thread)
	if err != nil {
		return sendTarget{}, err
	}
	defer done()
	if s, ok := a.knownTarget(ctx, p); ok {
		return s, nil
	}
	err = a.openThread(ctx, p)
	switch r, refused := errors.AsType[*rest.Error](err); {
	case err == nil, rest.CodeOf(err) == rest.CodeThreadThere:
		a.rememberThread(ctx, p.Thread, threadRef{parent: p.Channel, opened: true})
		return sendTarget{channel: p.Thread, opened: true}, nil
	case !refused, rest.RateLimited(err), r.Status >= http.StatusInternalServerError, r.Status == http.StatusUnauthorized, r.Code == rest.CodeUnknownChannel:
		return sendTarget{}, err
	case r.Code == rest.CodeUnknownMessage: // a thread that somebody else opened has no such message
		if c, err := a.channel(ctx, p.Thread); err == nil && payload.IsThread(c.Type) {
			a.rememberThread(ctx, p.Thread, threadRef{parent: p.Channel})
			return sendTarget{channel: p.Thread}, nil
		}
	}
	a.Logger.InfoContext(ctx, "no thread can be opened here; the conversation is a chain of answers", "channel", p.Channel, "error", err)
	return a.replyInChain(ctx, p), nil
}

// knownTarget is where the messages of a place go, if that is known.
func (a *Adapter) knownTarget(ctx context.Context, p chat.Place) (sendTarget, bool) {
	if p.Direct || p.Thread == "" {
		return sendTarget{channel: p.Channel}, true
	}
	if s := a.threadRef(ctx, p.Thread); s.known() {
		return sendTarget{channel: p.Thread, opened: s.opened}, true
	}
	if root, err := a.chains.Kept(ctx, p.Thread); err == nil && root != "" {
		return sendTarget{channel: p.Channel, root: root}, true
	}
	return sendTarget{}, false
}

// replyInChain makes the conversation of a place a chain of answers.
func (a *Adapter) replyInChain(ctx context.Context, p chat.Place) sendTarget {
	a.rememberChain(ctx, p.Thread, p.Thread)
	return sendTarget{channel: p.Channel, root: p.Thread}
}

// rememberChain remembers that a message belongs to a chain.
func (a *Adapter) rememberChain(ctx context.Context, message, root string) {
	if err := a.chains.Keep(ctx, message, root); err != nil {
		a.Logger.WarnContext(ctx, "remembering a chain of answers", "error", err)
	}
}

// openThread opens a public thread below the message with which a place began.
func (a *Adapter) openThread(ctx context.Context, p chat.Place) error {
	title := markdown.Line(a.recent.Last(p.Thread).text, threadTitle)
	body := map[string]any{"name": cmp.Or(title, "Question"), "auto_archive_duration": threadLife}
	c := rest.Call{Method: http.MethodPost, Path: "/channels/%s/messages/%s/threads", IDs: []string{p.Channel, p.Thread}, Body: body, MaxWait: session.FirstWait}
	return a.rest.Do(ctx, c, nil)
}
