package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"aidesk/bots/bot"
	"aidesk/bots/privacy"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/store"
)

// help says how aidesk works, what can be asked now, and where texts go.
func help(ctx context.Context, x *bot.Exchange, member chat.Member) error {
	on, _, err := x.Bot.Plugins.Enabled(ctx, x.Event.Place, x.Event.Member)
	if err != nil {
		return err
	}
	doc := markdown.New(
		markdown.Heading(2, markdown.Text(textHelpTitle)),
		markdown.Paragraph(markdown.Text(textHelp)),
	)
	var say [][]markdown.Inline
	for _, p := range on {
		say = append(say, examples(p, 2)...)
	}
	if len(say) > 0 {
		doc.Blocks = append(doc.Blocks, markdown.Heading(3, markdown.Text(textTry)), markdown.List(say...))
	}
	rules, err := x.Bot.Plugins.Rules(ctx, x.Event.Place)
	if err != nil {
		return err
	}
	var commands [][]markdown.Inline
	for _, syntax := range Table {
		for _, v := range syntax.Verbs {
			if v.Name != "" && may(member, rules, syntax.For(v)) {
				commands = append(commands, []markdown.Inline{markdown.Mono(v.Example), markdown.Text(": " + v.Summary)})
			}
		}
	}
	doc.Blocks = append(doc.Blocks, markdown.Heading(3, markdown.Text(textCommands)), markdown.List(commands...))
	doc.Blocks = append(doc.Blocks, markdown.Heading(3, markdown.Text(textYourMessages)), markdown.Paragraph(markdown.Text(privacyLine(x))))
	return x.Reply(store.Commit{}, x.NewReply(doc))
}

// privacyLine says who receives what members write, what is kept and how it is forgotten.
func privacyLine(x *bot.Exchange) string {
	goes := textStayHere
	if info := x.Bot.Agent.Model.Info(); info.Host != "" {
		goes = fmt.Sprintf(textGoToModel, info.Name, info.Host)
	}
	kept := textKept
	if days := int(x.Keep.Conversations.Hours() / 24); days > 0 {
		kept = fmt.Sprintf(textKeptDays, days)
	}
	return strings.Join([]string{goes, textPluginsSee, kept, textCanBeWrong}, " ")
}

// Notice adds what every member is told once, with the first answer.
func Notice(ctx context.Context, x *bot.Exchange, c *store.Commit, r *chat.Reply) error {
	var notices []string
	if n := x.Bot.Agent.Model.Info().Notice; n != "" {
		notices = append(notices, n)
	}
	if x.Event.Place.Direct {
		notices = append(notices, privacyLine(x))
	}
	if len(notices) == 0 {
		return nil
	}
	key := privacy.NoticeKey(x.Owner())
	if _, err := x.Store.Get(ctx, key); !errors.Is(err, store.ErrNotFound) {
		return err
	}
	value, err := json.Marshal(x.Now())
	if err != nil {
		return fmt.Errorf("remembering the notice: %w", err)
	}
	c.Puts = append(c.Puts, store.Record{Key: key, Value: value})
	r.Notes = append(notices, r.Notes...)
	return nil
}

// NoticeGiven tells a member once of each plugin that others enabled for them, with the
// first answer for which it received something of theirs.
func NoticeGiven(ctx context.Context, x *bot.Exchange, c *store.Commit, r *chat.Reply, used []string) error {
	given, record, err := x.Bot.Plugins.TellGiven(ctx, x.Event.Place, x.Event.Member, used)
	if err != nil || len(given) == 0 {
		return err
	}
	c.Puts = append(c.Puts, record)
	for _, p := range given {
		r.Notes = append(r.Notes, fmt.Sprintf(textGiven, markdown.Line(p.Human(), 50), p.Name))
	}
	return nil
}
