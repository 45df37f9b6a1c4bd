package discord

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// threadRef is what is remembered of a thread that the bot takes part in.
type threadRef struct {
	parent string // the channel that it belongs to
	opened bool   // the bot opened it, on the message with the same id
}

// known reports whether the bot takes part in the thread.
func (s threadRef) known() bool { return s.parent != "" }

const openedPrefix = "own:" // marks stored threads that the bot opened

// threadRef returns what is remembered of a thread.
func (a *Adapter) threadRef(ctx context.Context, thread string) threadRef {
	kept, err := a.threads.Kept(ctx, thread)
	if err != nil {
		a.Logger.WarnContext(ctx, "looking for a thread", "error", err)
		return threadRef{}
	}
	parent, own := strings.CutPrefix(kept, openedPrefix)
	return threadRef{parent, own}
}

// rememberThread remembers that the bot takes part in a thread.
func (a *Adapter) rememberThread(ctx context.Context, thread string, s threadRef) {
	value := s.parent
	if s.opened {
		value = openedPrefix + value
	}
	if err := a.threads.Keep(ctx, thread, value); err != nil {
		a.Logger.WarnContext(ctx, "remembering a thread", "error", err)
	}
}

// channel returns a channel or thread, from the cache or from Discord.
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

// parentChannel returns the channel that a thread belongs to; empty if id is not a
// thread. kind may be ChannelTypeUnknown.
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

// rememberHomeGuild remembers in which server a member last used the bot.
func (a *Adapter) rememberHomeGuild(ctx context.Context, member, server string) {
	if member == "" || server == "" {
		return
	}
	if err := a.homeGuilds.Keep(ctx, member, server); err != nil {
		a.Logger.WarnContext(ctx, "remembering a server", "error", err)
	}
}

// homeGuild returns the server that a member's direct messages count for: where they
// last used the bot, if both are still in it. Otherwise fault is what to tell the
// member.
func (a *Adapter) homeGuild(ctx context.Context, member string) (server, fault string, err error) {
	server, err = a.homeGuilds.Kept(ctx, member)
	if err != nil {
		return "", "", err
	}
	if server == "" {
		return "", textNoServer, nil
	}
	_, err = a.Member(ctx, chat.Place{Platform: platform, Workspace: server}, member)
	if rest.NoSuchMember(err) {
		return "", textServerGone, nil
	}
	return server, "", nil // on other errors, policy asks for the member again
}

// rememberDM remembers the direct message channel of a member.
func (a *Adapter) rememberDM(ctx context.Context, member, channel string) {
	if err := a.dmChannels.Keep(ctx, member, channel); err != nil {
		a.Logger.WarnContext(ctx, "remembering a direct message", "error", err)
	}
}

// dmChannel returns the direct message channel of a member and opens it if necessary.
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

// messageURL returns the link to a message, or to a channel if message is empty. server
// is empty for direct messages.
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

// sendTarget is where messages of a conversation are posted.
type sendTarget struct {
	channel string
	root    string // the first message of the reply chain, where there is no thread
	opened  bool   // it is a thread that the bot opened
	opening bool   // the reply answers the message that the thread was opened on
}

const (
	threadLife  = 1440 // minutes without a message until Discord archives it
	threadTitle = 60
)

// target returns where to post in a conversation. It opens the thread if there is none
// yet; where that is not permitted, the conversation becomes a chain of replies.
func (a *Adapter) target(ctx context.Context, p chat.Place) (sendTarget, error) {
	if s, ok := a.knownTarget(ctx, p); ok {
		return s, nil
	}
	release, err := a.opening.Lock(ctx, p.Thread) // one goroutine opens the thread, the others find it
	if err != nil {
		return sendTarget{}, err
	}
	defer release()
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
	case r.Code == rest.CodeUnknownMessage: // perhaps the place is a thread that somebody else opened
		if c, err := a.channel(ctx, p.Thread); err == nil && payload.IsThread(c.Type) {
			a.rememberThread(ctx, p.Thread, threadRef{parent: p.Channel})
			return sendTarget{channel: p.Thread}, nil
		}
	}
	a.Logger.InfoContext(ctx, "no thread can be opened here; the conversation is a chain of answers", "channel", p.Channel, "error", err)
	return a.replyInChain(ctx, p), nil
}

// knownTarget returns where to post in a conversation if that is known without asking
// Discord.
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

// replyInChain makes a conversation a chain of replies.
func (a *Adapter) replyInChain(ctx context.Context, p chat.Place) sendTarget {
	a.rememberChain(ctx, p.Thread, p.Thread)
	return sendTarget{channel: p.Channel, root: p.Thread}
}

// rememberChain remembers that a message belongs to the chain of replies that begins
// with root.
func (a *Adapter) rememberChain(ctx context.Context, message, root string) {
	if err := a.chains.Keep(ctx, message, root); err != nil {
		a.Logger.WarnContext(ctx, "remembering a chain of answers", "error", err)
	}
}

// openThread opens a public thread on the first message of a conversation.
func (a *Adapter) openThread(ctx context.Context, p chat.Place) error {
	title := markdown.Line(a.recent.Last(p.Thread).text, threadTitle)
	body := map[string]any{"name": cmp.Or(title, "Question"), "auto_archive_duration": threadLife}
	c := rest.Call{Method: http.MethodPost, Path: "/channels/%s/messages/%s/threads", IDs: []string{p.Channel, p.Thread}, Body: body, MaxWait: session.FirstWait}
	return a.rest.Do(ctx, c, nil)
}
