package discord

import (
	"context"
	"fmt"

	"aidesk/adapters/discord/rest"
	"aidesk/adapters/discord/setup"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Invite is the link by which an administrator brings this bot into a server.
func (a *Adapter) Invite(ctx context.Context) (string, error) {
	self, err := a.identify(ctx)
	if err != nil {
		return "", rest.Advised(err)
	}
	return setup.Invite(self.Application), nil
}

// Diagnose looks at the token, the intents, the way in, permissions and commands, each
// with its remedy. It posts nothing and may be called while the adapter runs.
func (a *Adapter) Diagnose(ctx context.Context) []setup.Finding {
	return setup.Diagnose(ctx, setup.Config{
		REST: a.web, ApplicationID: a.ApplicationID, PublicKey: a.key, MessageContent: a.MessageContent,
		Grammar: a.Grammar, Path: PathInteractions,
	})
}

// Live posts, updates and deletes one message of each kind in a channel, and says what
// Discord refused.
func (a *Adapter) Live(ctx context.Context, channel string) []setup.Finding {
	if _, err := a.identify(ctx); err != nil {
		return []setup.Finding{{What: "discord: the bot token", Err: rest.Advised(err)}}
	}
	var out []setup.Finding
	for _, s := range samples {
		out = append(out, a.try(ctx, channel, s)...)
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
	{"text", chat.Reply{Text: oneLine("A trial of aidesk: this message is deleted at once.")}},
	{"a list, a quotation and code", chat.Reply{Text: markdown.New(
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
		URL: "https://example.com/", SiteName: "Example", Title: "A page", Description: "What it says", Image: "https://www.iana.org/_img/2025.01/iana-logo-header.svg",
	}}}},
}

// try posts a sample, updates it and deletes it.
func (a *Adapter) try(ctx context.Context, channel string, s sample) []setup.Finding {
	what := "discord: a message with " + s.what
	s.reply.ID = fmt.Sprintf("trial/%s/%d", s.what, a.Now().UnixNano())
	messages, err := a.compose(s.reply, spot{channel: channel})
	if err != nil {
		return []setup.Finding{{What: what, Err: err}}
	}
	var out []setup.Finding
	add := func(step string, err error) {
		if err != nil {
			err = rest.Advised(err)
		}
		out = append(out, setup.Finding{What: what + ", " + step, Err: err})
	}
	var ids []string
	for _, m := range messages { // as they are: without its previews it would hide what was refused
		id, err := a.create(ctx, channel, m, rest.Timeout)
		if err != nil {
			add("posted", err)
			a.withdraw(ctx, channel, ids)
			return out
		}
		ids = append(ids, id)
	}
	add("posted", nil)
	p := &posting{Adapter: a, at: spot{channel: channel}}
	for i, m := range messages {
		if err = p.update(ctx, channel, ids[i], m); err != nil {
			break
		}
	}
	add("updated", err)
	p.have = ids
	if err = p.tidy(ctx); err != nil {
		err = fmt.Errorf("a message was left behind: %w", err)
	}
	add("deleted", err)
	return out
}
