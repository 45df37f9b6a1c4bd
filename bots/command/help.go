package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/store"
)

// help says how the desk works, what can be asked now, and where texts go.
func help(ctx context.Context, x *bot.Exchange, member chat.Member) error {
	on, _, err := x.Bot.Plugins.Enabled(ctx, x.Event.Place, x.Event.Member)
	if err != nil {
		return err
	}
	doc := markdown.New(
		markdown.Heading(2, markdown.Text("What I do")),
		markdown.Paragraph(markdown.Text("Ask me in your own words. Where a plugin knows the answer, I ask it. Before anything is changed, I show you exactly what would be sent, and nothing is sent until you press Approve.")),
	)
	var say [][]markdown.Inline
	for _, p := range on {
		say = append(say, examples(p, 2)...)
	}
	if len(say) > 0 {
		doc.Blocks = append(doc.Blocks, markdown.Heading(3, markdown.Text("Try")), markdown.List(say...))
	}
	var commands [][]markdown.Inline
	for _, syntax := range Table {
		if syntax.Who == chat.Admins && !member.Admin {
			continue
		}
		for _, v := range syntax.Verbs {
			if v.Name != "" {
				commands = append(commands, []markdown.Inline{markdown.Mono(v.Example), markdown.Text(": " + v.Summary)})
			}
		}
	}
	doc.Blocks = append(doc.Blocks, markdown.Heading(3, markdown.Text("Commands")), markdown.List(commands...))
	doc.Blocks = append(doc.Blocks, markdown.Heading(3, markdown.Text("Your words")), markdown.Paragraph(markdown.Text(privacy(x))))
	return x.Reply(store.Commit{}, x.NewReply(doc))
}

// privacy says who receives what members write, what is kept and how it is forgotten.
func privacy(x *bot.Exchange) string {
	goes := "What you write does not leave this program"
	if info := x.Bot.Agent.Model.Info(); info.Host != "" {
		goes = fmt.Sprintf("What you write is sent to the language model %s at %s", info.Name, info.Host)
	}
	kept := "until you type /aidesk forget"
	if days := int(x.Keep.Conversations.Hours() / 24); days > 0 {
		kept = fmt.Sprintf("for %d days, or until you type /aidesk forget", days)
	}
	return goes + "; a plugin gets only the values of its calls. I keep our conversations " + kept + ". Answers can be wrong."
}

// Notice adds what every member is told once, with the first answer.
func Notice(ctx context.Context, x *bot.Exchange, c *store.Commit, r *chat.Reply) error {
	var notices []string
	if n := x.Bot.Agent.Model.Info().Notice; n != "" {
		notices = append(notices, n)
	}
	if x.Event.Place.Direct {
		notices = append(notices, privacy(x))
	}
	if len(notices) == 0 {
		return nil
	}
	key := noticeKey(x.Owner())
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

// noticeKey is the record that a member was told.
func noticeKey(owner string) string { return "told/" + owner + "/notice" }
