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

// seat is where a thread hangs in which the desk takes part.
type seat struct {
	parent string // the channel
	own    bool   // the desk opened it, below the message that has its id
}

// known says whether the desk takes part at all.
func (s seat) known() bool { return s.parent != "" }

const ownSeat = "own:" // begins what is kept of a thread that the desk opened

// seat is what is remembered of a thread.
func (a *Adapter) seat(ctx context.Context, thread string) seat {
	kept, err := a.threads.Kept(ctx, thread)
	if err != nil {
		a.Logger.WarnContext(ctx, "looking for a thread", "error", err)
		return seat{}
	}
	parent, own := strings.CutPrefix(kept, ownSeat)
	return seat{parent, own}
}

// joins remembers that the desk takes part in a thread.
func (a *Adapter) joins(ctx context.Context, thread string, s seat) {
	value := s.parent
	if s.own {
		value = ownSeat + value
	}
	if err := a.threads.Keep(ctx, thread, value); err != nil {
		a.Logger.WarnContext(ctx, "remembering a thread", "error", err)
	}
}

// room is a channel as Discord describes it.
func (a *Adapter) room(ctx context.Context, id string) (payload.Channel, error) {
	if c, ok := a.rooms.Get(id); ok {
		return c, nil
	}
	var c payload.Channel
	err := a.web.Do(ctx, rest.Call{Method: http.MethodGet, Path: "/channels/%s", IDs: []string{id}, MaxWait: session.CallTimeout}, &c)
	if err == nil && c.ID != "" {
		a.rooms.Put(c.ID, c)
	}
	return c, err
}

// parent is the channel that a thread hangs in; empty for what is no thread. The type
// may be unknown.
func (a *Adapter) parent(ctx context.Context, id string, kind int) (string, error) {
	if kind != payload.ChannelTypeUnknown && !payload.IsThread(kind) {
		return "", nil
	}
	c, err := a.room(ctx, id)
	if err != nil || !payload.IsThread(c.Type) {
		return "", err
	}
	return c.Parent, nil
}

// at remembers in which server a member last used the desk.
func (a *Adapter) at(ctx context.Context, member, server string) {
	if member == "" || server == "" {
		return
	}
	if err := a.homes.Keep(ctx, member, server); err != nil {
		a.Logger.WarnContext(ctx, "remembering a server", "error", err)
	}
}

// home is the server to which a direct message of a member belongs: where they last used
// the desk, if they still are there. Else fault says why there is none.
func (a *Adapter) home(ctx context.Context, member string) (server, fault string, err error) {
	server, err = a.homes.Kept(ctx, member)
	if err != nil {
		return "", "", err
	}
	if server == "" {
		return "", "I do not know yet to which server this belongs. Use me there once: mention me in a channel, or type /aidesk help. Then write to me here.", nil
	}
	_, err = a.Member(ctx, chat.Place{Platform: platform, Workspace: server}, member)
	if rest.MemberGone(err) {
		return "", "The server where you last used me no longer has both of us in it. Use me in one that has: mention me in a channel there. Then write to me here.", nil
	}
	return server, "", nil // doubt is for the desk to judge
}

// met remembers the direct message with a member.
func (a *Adapter) met(ctx context.Context, member, channel string) {
	if err := a.directs.Keep(ctx, member, channel); err != nil {
		a.Logger.WarnContext(ctx, "remembering a direct message", "error", err)
	}
}

// direct is the channel of the direct message with a member, opened if need be.
func (a *Adapter) direct(ctx context.Context, member string) (string, error) {
	if id, err := a.directs.Kept(ctx, member); err == nil && id != "" {
		return id, nil
	}
	var opened payload.Channel
	c := rest.Call{Method: http.MethodPost, Path: "/users/@me/channels", Body: map[string]string{"recipient_id": member}, MaxWait: session.FirstWait}
	if err := a.web.Do(ctx, c, &opened); err != nil {
		return "", err
	}
	a.met(ctx, member, opened.ID)
	return opened.ID, nil
}

// address is where a channel or a message of a server is read; of a direct message the
// server is empty.
func address(server, channel, message string) string {
	if server == "" {
		server = "@me"
	}
	out := "https://discord.com/channels/" + server + "/" + channel
	if message != "" {
		out += "/" + message
	}
	return out
}
