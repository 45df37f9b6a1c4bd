package command

import (
	"context"
	"fmt"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/store"
)

// consentRows lists the plugins of which the member agreed that they have words of theirs,
// each with a button that takes it back.
func consentRows(ctx context.Context, x *bot.Exchange, c *store.Commit) ([]chat.Row, error) {
	agreed, err := x.Bot.Plugins.Agreed(ctx, x.Event.Place, x.Event.Member)
	if err != nil {
		return nil, err
	}
	nameOf, err := x.PluginNames(ctx)
	if err != nil {
		return nil, err
	}
	var rows []chat.Row
	for _, id := range agreed.Uses() {
		name := nameOf(id)
		b := chat.Button{ID: bot.NewID(), Label: markdown.Line(fmt.Sprintf(textWithdraw, name), 34)}
		x.Button(c, b.ID, bot.ButtonAction{Do: bot.DoWithdraw, Member: x.Event.Member, Plugin: id}, bot.Day)
		rows = append(rows, chat.Row{
			Text:    markdown.New(markdown.Paragraph(markdown.Strong(name), markdown.Text(fmt.Sprintf(textAgreed, id)))),
			Buttons: []chat.Button{b},
		})
	}
	return rows, nil
}

// Withdraw takes back what a member agreed to about a plugin: the next use asks again.
func Withdraw(ctx context.Context, x *bot.Exchange, p bot.ButtonAction) error {
	record, changed, err := x.Bot.Plugins.Withdraw(ctx, x.Event.Place, x.Event.Member, p.Plugin)
	if err != nil {
		return err
	}
	nameOf, err := x.PluginNames(ctx)
	if err != nil {
		return err
	}
	var c store.Commit
	if changed {
		c.Puts = []store.Record{record}
	}
	return x.ReplyPrivately(c, bot.Paragraph(fmt.Sprintf(textWithdrawn, nameOf(p.Plugin))))
}
