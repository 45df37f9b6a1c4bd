package discord

import (
	"context"
	"fmt"

	"aidesk/adapters/discord/render"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/discord/setup"
	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// Invite returns the link with which an admin adds this bot to a server.
func (a *Adapter) Invite(ctx context.Context) (string, error) {
	self, err := a.identity.Get(ctx)
	if err != nil {
		return "", rest.Advised(err)
	}
	return setup.Invite(self.Application), nil
}

// Diagnose checks the token, the intents, how interactions come in, permissions and
// commands; each finding says what to do. It posts nothing and may be called while Run
// is running.
func (a *Adapter) Diagnose(ctx context.Context) []session.Finding {
	return setup.Diagnose(ctx, setup.Config{
		REST: a.rest, ApplicationID: a.ApplicationID, PublicKey: a.publicKey, MessageContent: a.MessageContent,
		Grammar: a.Grammar, Path: PathInteractions,
	})
}

// Live posts, updates and deletes one message of each kind in a channel and reports what
// Discord refused.
func (a *Adapter) Live(ctx context.Context, channel string) []session.Finding {
	if _, err := a.identity.Get(ctx); err != nil {
		return []session.Finding{session.Found("discord: the bot token", rest.Advised(err))}
	}
	return session.TryAll(ctx, session.Poster[render.Message]{
		Platform: platform,
		Image:    "https://www.iana.org/_img/2025.01/iana-logo-header.svg",
		Render: func(r chat.Reply, what string) ([]render.Message, error) {
			r.ID = fmt.Sprintf("trial/%s/%d", what, a.Now().UnixNano())
			return a.messagesFor(r, sendTarget{channel: channel})
		},
		Post: func(ctx context.Context, m render.Message) (string, error) {
			return a.postMessage(ctx, channel, m, session.CallTimeout)
		},
		Update: func(ctx context.Context, id string, m render.Message) error {
			return a.updateMessage(ctx, channel, id, m, session.CallTimeout)
		},
		Delete: func(ctx context.Context, id string) error { return a.deleteMessage(ctx, channel, id) },
		Advise: rest.Advised,
	})
}
