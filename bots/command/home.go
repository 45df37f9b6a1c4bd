package command

import (
	"context"
	"fmt"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/store"
)

// homeList stands where the id of a list would, for a toggle on a member's own page.
const homeList = "home"

// Home shows a member their page: the plugins with toggles, what is kept, and help.
func Home(ctx context.Context, x *bot.Exchange) error {
	h, ok := x.Adapter.(chat.HomePublisher)
	if !ok {
		return x.Commit(store.Commit{})
	}
	member, ok, err := x.Speaker(ctx)
	if err != nil || !ok {
		return err
	}
	return showHome(ctx, x, h, member, store.Commit{}, bot.ButtonAction{})
}

// showHome commits c and brings the page up to date with a toggle that was pressed.
// The page is no Reply: it is shown when it is looked at, and then anew.
func showHome(ctx context.Context, x *bot.Exchange, h chat.HomePublisher, member chat.Member, c store.Commit, pressed bot.ButtonAction) error {
	plugins := chat.Reply{ID: homeList}
	if err := fillList(ctx, x, &c, &plugins, pressed); err != nil {
		return err
	}
	page := chat.Home{Rows: plugins.Rows, Text: markdown.Join(
		bot.Paragraph(textHome),
		bot.Paragraph(privacyLine(x)), plugins.Text,
	)}
	if member.Admin {
		page.Text.Blocks = append(page.Text.Blocks, markdown.Paragraph(markdown.Text(textHomeAdmin), markdown.Mono("/plugins-admin add example.com"), markdown.Text(".")))
	}
	if err := x.Commit(c); err != nil {
		return err
	}
	if err := h.Home(ctx, x.Event.Place, x.Event.Member, page); err != nil {
		x.Logger.WarnContext(ctx, "showing a member's page", "error", err)
	}
	return nil
}

// switchOnHome works a toggle on a member's page.
func switchOnHome(ctx context.Context, x *bot.Exchange, p bot.ButtonAction, c store.Commit) error {
	h, ok := x.Adapter.(chat.HomePublisher)
	if !ok {
		return fmt.Errorf("a toggle of a page on %s, which has none", x.Event.Place.Platform)
	}
	member, ok, err := x.Speaker(ctx)
	if err != nil || !ok {
		return err
	}
	return showHome(ctx, x, h, member, c, p)
}
