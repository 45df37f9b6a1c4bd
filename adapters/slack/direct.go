package slack

import (
	"context"
	"strings"

	"aidesk/adapters/slack/payload"
	"aidesk/core/chat"
)

// learn remembers a direct message that an event came from.
func (a *Adapter) learn(member, channel string) {
	if member != "" && strings.HasPrefix(channel, "D") {
		a.directs.Put(member, channel)
	}
}

// direct is the channel of the direct message with a member, opened if need be. An
// app that may not open one posts to the member's id, which stands for it.
func (a *Adapter) direct(ctx context.Context, member string) (string, error) {
	if id := a.directs.Last(member); id != "" {
		return id, nil
	}
	var opened struct {
		Channel payload.Object `json:"channel"`
	}
	err := a.web.call(ctx, "conversations.open", "", map[string]any{"users": member}, &opened)
	switch {
	case codeOf(err) == "missing_scope":
		return member, nil
	case err != nil:
		return "", err
	}
	a.learn(member, opened.Channel.ID)
	return opened.Channel.ID, nil
}

// between is the place of the direct message with a member.
func (a *Adapter) between(ctx context.Context, workspace, member string) (chat.Place, error) {
	id, err := a.direct(ctx, member)
	return chat.Place{Platform: platform, Workspace: workspace, Channel: id, Direct: true}, err
}

// archive is the address at which a place of the workspace is read.
func (i identity) archive(channel, thread string) string {
	if i.URL == "" || channel == "" {
		return ""
	}
	link := strings.TrimSuffix(i.URL, "/") + "/archives/" + channel
	if thread != "" {
		link += "/p" + strings.ReplaceAll(thread, ".", "")
	}
	return link
}
