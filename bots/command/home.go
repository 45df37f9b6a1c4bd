package command

import (
	"context"
	"fmt"

	"aidesk/bots/admin/registry"
	"aidesk/bots/bot"
	"aidesk/bots/grants"
	"aidesk/bots/schedule"
	"aidesk/core/account"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/store"
)

// homeRows is how many rows of one kind, plugins aside, a member's page has.
const homeRows = 8

// Home shows a member their page: questions to ask, what waits for an administrator, the
// member's schedules, what they allowed beforehand and their accounts, the plugins with
// toggles, what is kept, and help. The page is
// no Reply: it is shown when it is looked at, and after a press on it.
func Home(ctx context.Context, x *bot.Exchange) error {
	h, ok := x.Adapter.(chat.HomePublisher)
	if !ok {
		return x.Commit(store.Commit{})
	}
	member, ok, err := x.Speaker(ctx)
	if err != nil || !ok {
		return err
	}
	var c store.Commit
	page := chat.Home{Text: markdown.Join(bot.Paragraph(textHome), bot.Paragraph(privacyLine(x)))}
	add := func(title string, rows []chat.Row, more string) {
		if len(rows) == 0 {
			return
		}
		page.Rows = append(page.Rows, chat.Row{Text: markdown.New(markdown.Heading(2, markdown.Text(title)))})
		page.Rows = append(page.Rows, rows[:min(len(rows), homeRows)]...)
		if n := len(rows) - homeRows; n > 0 {
			page.Rows = append(page.Rows, chat.Row{Text: bot.Paragraph(fmt.Sprintf(textHomeMore, n, more))})
		}
	}
	asks, err := askRows(ctx, x, &c)
	if err != nil {
		return err
	}
	add(textHomeAsk, asks, "")
	if member.Admin {
		page.Text.Blocks = append(page.Text.Blocks, markdown.Paragraph(markdown.Text(textHomeAdmin), markdown.Mono("/plugins-admin add example.com"), markdown.Text(".")))
		waiting, err := registry.Attention(ctx, x, &c, member)
		if err != nil {
			return err
		}
		add(textHomeWaiting, waiting, "/plugins-admin list")
	}
	schedules, err := schedule.Rows(ctx, x, &c, x.Owner(), bot.HomeList)
	if err != nil {
		return err
	}
	add(textHomeSchedules, schedules, "/aidesk schedules")
	allowed, err := grants.Rows(ctx, x, &c, member, bot.HomeList)
	if err != nil {
		return err
	}
	add(textHomeGrants, allowed, "/aidesk grants")
	accounts, err := accountRows(ctx, x, &c, member)
	if err != nil {
		return err
	}
	add(textHomeAccounts, accounts, "/plugins list")
	plugins := chat.Reply{ID: bot.HomeList}
	if err := fillList(ctx, x, &c, &plugins, bot.ButtonAction{}); err != nil {
		return err
	}
	page.Rows = append(append(page.Rows, chat.Row{Text: plugins.Text}), plugins.Rows...)
	if err := x.Commit(c); err != nil {
		return err
	}
	if err := h.Home(ctx, x.Event.Place, x.Event.Member, page); err != nil {
		x.Logger.WarnContext(ctx, "showing a member's page", "error", err)
	}
	return nil
}

// askRows are questions that the member asks by a press, in their direct message.
func askRows(ctx context.Context, x *bot.Exchange, c *store.Commit) ([]chat.Row, error) {
	on, _, err := x.Bot.Plugins.Enabled(ctx, x.Event.Place, x.Event.Member)
	if err != nil {
		return nil, err
	}
	var rows []chat.Row
	for _, question := range proposals(on, chat.MaxPrompts) {
		b := chat.Button{ID: bot.NewID(), Label: textAsk}
		x.Button(c, b.ID, bot.ButtonAction{Do: bot.DoAsk, Member: x.Event.Member, Say: question, Place: &x.Event.Place}, bot.Day)
		c.Buttons[len(c.Buttons)-1].Conversation = x.Bot.Conversation(x.Event.Place)
		rows = append(rows, chat.Row{Text: bot.Paragraph(question), Buttons: []chat.Button{b}})
	}
	return rows, nil
}

// accountRows are the member's own accounts at plugins, each with the button that ends it.
func accountRows(ctx context.Context, x *bot.Exchange, c *store.Commit, member chat.Member) ([]chat.Row, error) {
	if x.Bot.Logins == nil {
		return nil, nil
	}
	all, err := x.Bot.Plugins.List(ctx, x.Event.Place)
	if err != nil {
		return nil, err
	}
	var rows []chat.Row
	for _, p := range all {
		accounts, err := x.Bot.Logins.Accounts.Of(ctx, x.Bot.Scope(x.Event.Place), x.Owner(), p.ID)
		if err != nil {
			return nil, err
		}
		for _, a := range accounts {
			if a.Shared() || a.State != account.Connected {
				continue
			}
			b := chat.Button{ID: bot.NewID(), Label: textDisconnect}
			x.Button(c, b.ID, bot.ButtonAction{Do: bot.DoDisconnect, Member: x.Event.Member, Plugin: p.ID, List: bot.HomeList}, bot.Day)
			rows = append(rows, chat.Row{
				Text:    bot.Paragraph(fmt.Sprintf(textHomeAccount, a.Label, shortDate(a.Created, x.Now(), member.Location()))),
				Buttons: []chat.Button{b},
			})
		}
	}
	return rows, nil
}
