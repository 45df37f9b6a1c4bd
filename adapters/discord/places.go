package discord

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// threadRef is where a thread hangs in which the desk takes part.
type threadRef struct {
	parent string // the channel
	opened bool   // the desk opened it, below the message that has its id
}

// known says whether the desk takes part at all.
func (s threadRef) known() bool { return s.parent != "" }

const openedPrefix = "own:" // begins what is kept of a thread that the desk opened

// threadRef is what is remembered of a thread.
func (a *Adapter) threadRef(ctx context.Context, thread string) threadRef {
	kept, err := a.threads.Kept(ctx, thread)
	if err != nil {
		a.Logger.WarnContext(ctx, "looking for a thread", "error", err)
		return threadRef{}
	}
	parent, own := strings.CutPrefix(kept, openedPrefix)
	return threadRef{parent, own}
}

// rememberThread remembers that the desk takes part in a thread.
func (a *Adapter) rememberThread(ctx context.Context, thread string, s threadRef) {
	value := s.parent
	if s.opened {
		value = openedPrefix + value
	}
	if err := a.threads.Keep(ctx, thread, value); err != nil {
		a.Logger.WarnContext(ctx, "remembering a thread", "error", err)
	}
}

// channel is a channel as Discord describes it.
func (a *Adapter) channel(ctx context.Context, id string) (payload.Channel, error) {
	if c, ok := a.channels.Get(id); ok {
		return c, nil
	}
	var c payload.Channel
	err := a.rest.Do(ctx, rest.Call{Method: http.MethodGet, Path: "/channels/%s", IDs: []string{id}, MaxWait: session.CallTimeout}, &c)
	if err == nil && c.ID != "" {
		a.channels.Put(c.ID, c)
	}
	return c, err
}

// parentChannel is the channel that a thread hangs in; empty for what is no thread. The type
// may be unknown.
func (a *Adapter) parentChannel(ctx context.Context, id string, kind int) (string, error) {
	if kind != payload.ChannelTypeUnknown && !payload.IsThread(kind) {
		return "", nil
	}
	c, err := a.channel(ctx, id)
	if err != nil || !payload.IsThread(c.Type) {
		return "", err
	}
	return c.Parent, nil
}

// rememberHomeGuild remembers in which server a member last used the desk.
func (a *Adapter) rememberHomeGuild(ctx context.Context, member, server string) {
	if member == "" || server == "" {
		return
	}
	if err := a.homeGuilds.Keep(ctx, member, server); err != nil {
		a.Logger.WarnContext(ctx, "remembering a server", "error", err)
	}
}

// homeGuild is the server to which a direct message of a member belongs: where they last used
// the desk, if they still are there. Else fault says why there is none.
func (a *Adapter) homeGuild(ctx context.Context, member string) (server, fault string, err error) {
	server, err = a.homeGuilds.Kept(ctx, member)
	if err != nil {
		return "", "", err
	}
	if server == "" {
		return "", "I do not know yet to which server this belongs. Use me there once: mention me in a channel, or type /aidesk help. Then write to me here.", nil
	}
	_, err = a.Member(ctx, chat.Place{Platform: platform, Workspace: server}, member)
	if rest.NoSuchMember(err) {
		return "", "The server where you last used me no longer has both of us in it. Use me in one that has: mention me in a channel there. Then write to me here.", nil
	}
	return server, "", nil // doubt is for the desk to judge
}

// rememberDM remembers the direct message with a member.
func (a *Adapter) rememberDM(ctx context.Context, member, channel string) {
	if err := a.dmChannels.Keep(ctx, member, channel); err != nil {
		a.Logger.WarnContext(ctx, "remembering a direct message", "error", err)
	}
}

// dmChannel is the channel of the direct message with a member, opened if need be.
func (a *Adapter) dmChannel(ctx context.Context, member string) (string, error) {
	if id, err := a.dmChannels.Kept(ctx, member); err == nil && id != "" {
		return id, nil
	}
	var opened payload.Channel
	c := rest.Call{Method: http.MethodPost, Path: "/users/@me/channels", Body: map[string]string{"recipient_id": member}, MaxWait: session.FirstWait}
	if err := a.rest.Do(ctx, c, &opened); err != nil {
		return "", err
	}
	a.rememberDM(ctx, member, opened.ID)
	return opened.ID, nil
}

// messageURL is where a channel or a message of a server is read; of a direct message the
// server is empty.
func messageURL(server, channel, message string) string {
	if server == "" {
		server = "@me"
	}
	out := "https://discord.com/channels/" + server + "/" + channel
	if message != "" {
		out += "/" + message
	}
	return out
}

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
