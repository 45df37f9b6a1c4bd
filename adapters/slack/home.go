package slack

import (
	"context"

	slackgo "github.com/slack-go/slack"

	"aidesk/adapters/slack/render"
	"aidesk/adapters/slack/webapi"
	"aidesk/core/chat"
)

// Home publishes a member's App Home. While Slack refuses its layout, it tries simpler
// and simpler forms.
func (a *Adapter) Home(ctx context.Context, _ chat.Place, member string, h chat.Home) error {
	messages, err := a.render(chat.Reply{To: member, Text: h.Text, Rows: h.Rows})
	if err != nil {
		return err
	}
	for {
		err := a.publish(ctx, member, messages)
		if !webapi.IsLayoutCode(webapi.CodeOf(err)) {
			return err
		}
		var simpler []render.Message
		changed := false
		for _, m := range messages {
			s, ok := render.Degrade(m)
			if !ok {
				s = []render.Message{m}
			}
			simpler, changed = append(simpler, s...), changed || ok
		}
		if !changed {
			return err
		}
		messages = simpler
	}
}

// publish shows messages on the App Home, one below the other.
func (a *Adapter) publish(ctx context.Context, member string, messages []render.Message) error {
	view, err := render.HomeView(messages)
	if err != nil {
		return err
	}
	return a.client.Do(ctx, "views.publish", "", func(ctx context.Context) error {
		_, err := a.client.Slack().PublishViewContext(ctx, slackgo.PublishViewContextRequest{UserID: member, View: view})
		return err
	})
}
