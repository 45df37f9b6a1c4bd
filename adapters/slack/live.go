package slack

import (
	"context"

	"aidesk/adapters/session"
	"aidesk/adapters/slack/render"
	"aidesk/core/chat"
)

// place is the workspace's.
func (a *Adapter) place(who identity) chat.Place {
	return chat.Place{Platform: platform, Workspace: who.Team}
}

// Live posts, updates and deletes one message of each kind in a channel, and says what
// Slack refused. The app has to be a member of the channel.
func (a *Adapter) Live(ctx context.Context, channel string) []session.Finding {
	who, err := a.who.Get(ctx)
	if err != nil {
		return []session.Finding{session.Found("slack: the bot token", advised(err))}
	}
	place := a.place(who)
	place.Channel = channel
	return session.TryAll(ctx, session.Poster[render.Message]{
		Platform: platform, Image: "https://a.slack-edge.com/80588/marketing/img/meta/slack_hash_256.png", Advise: advised,
		Render: func(r chat.Reply, _ string) ([]render.Message, error) {
			r.Place = place
			return a.render(r)
		},
		Post: func(ctx context.Context, m render.Message) (string, error) {
			p := &posting{Adapter: a}
			if err := p.post(ctx, m); err != nil {
				return "", err
			}
			return p.Out.Messages[0], nil
		},
		Update: func(ctx context.Context, ts string, m render.Message) error {
			p := &posting{Adapter: a, Delivery: session.Delivery{Out: session.Delivered{Channel: channel}}}
			return p.update(ctx, m, ts)
		},
		Delete: func(ctx context.Context, ts string) error { return a.remove(ctx, channel, ts) },
	})
}
