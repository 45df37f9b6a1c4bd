package slack

import (
	"context"
	"fmt"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// place is the workspace's.
func (a *Adapter) place(who identity) chat.Place {
	return chat.Place{Platform: platform, Workspace: who.Team}
}

// Live posts, updates and deletes one message of each kind in a channel, and says what
// Slack refused. The app has to be a member of the channel.
func (a *Adapter) Live(ctx context.Context, channel string) []Finding {
	who, err := a.identify(ctx)
	if err != nil {
		return []Finding{{"slack: the bot token", advised(err)}}
	}
	place := a.place(who)
	place.Channel = channel
	var out []Finding
	for _, s := range samples {
		out = append(out, a.try(ctx, place, s)...)
	}
	return out
}

// sample is one kind of message.
type sample struct {
	what  string
	reply chat.Reply
}

// samples are the kinds of messages that the desk sends.
var samples = []sample{
	{"text", chat.Reply{Text: paragraph("A trial of aidesk: this message is deleted at once.")}},
	{"rich text with a list, a quotation and code", chat.Reply{Text: markdown.New(
		markdown.Heading(2, markdown.Text("A trial")), markdown.List([]markdown.Inline{markdown.Strong("one")}, []markdown.Inline{markdown.Text("two")}),
		markdown.Numbered([]markdown.Inline{markdown.Text("first")}), markdown.Quote(markdown.Paragraph(markdown.Text("a quotation"))),
		markdown.Code("json", "{}"),
	)}},
	{"table", chat.Reply{Text: markdown.New(markdown.TableOf([]string{"name", "number"}, [][]string{{"one", "1"}, {"two", "2"}}))}},
	{"card with buttons", chat.Reply{Cards: []chat.Card{{
		State: chat.CardWaiting, Sentence: "This is a trial; nothing happens.", Values: []chat.Field{{Label: "title", Value: "trial"}},
		Details: []chat.Field{{Label: "request", Value: "POST https://example.com/"}},
		Buttons: []chat.Button{{ID: "trial-yes", Label: "Approve", Style: chat.Primary}, {ID: "trial-no", Label: "Cancel"}},
	}}}},
	{"preview", chat.Reply{Previews: []chat.Preview{{
		URL: "https://example.com/", SiteName: "Example", Title: "A page", Description: "What it says", Image: "https://a.slack-edge.com/80588/marketing/img/meta/slack_hash_256.png",
	}}}},
}

// try posts a sample, updates it and deletes it.
func (a *Adapter) try(ctx context.Context, place chat.Place, s sample) []Finding {
	s.reply.Place = place
	what := "slack: a message with " + s.what
	messages, err := a.render(s.reply)
	if err != nil {
		return []Finding{{what, err}}
	}
	p := &posting{Adapter: a, reply: s.reply, have: delivered{channel: place.Channel}}
	var out []Finding
	add := func(step string, err error) {
		if err != nil {
			err = advised(err)
		}
		out = append(out, Finding{what + ", " + step, err})
	}
	for _, m := range messages { // as they are: a simpler form would hide what was refused
		if err := p.post(ctx, m); err != nil {
			add("posted", err)
			a.withdraw(ctx, p.have.channel, p.out.messages)
			return out
		}
	}
	add("posted", nil)
	for i, m := range messages {
		err = p.update(ctx, m, p.out.messages[i])
		if err != nil {
			break
		}
	}
	add("updated", err)
	p.have.messages = p.out.messages
	err = p.tidy(ctx)
	if err != nil {
		err = fmt.Errorf("a message was left behind: %w", err)
	}
	add("deleted", err)
	return out
}
