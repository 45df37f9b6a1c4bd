package discord

import (
	"context"
	"net/http"
	"strings"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
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
