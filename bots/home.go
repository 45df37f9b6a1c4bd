package bots

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

// home shows a member their page: the plugins with toggles, what is kept, and help.
func (s *step) home(ctx context.Context) error {
	h, ok := s.Adapter.(chat.Homer)
	if !ok {
		return s.Commit(store.Commit{})
	}
	member, ok, err := s.Speaker(ctx)
	if err != nil || !ok {
		return err
	}
	return s.showHome(ctx, h, member, store.Commit{}, bot.ButtonAction{})
}

// showHome commits c and brings the page up to date with a toggle that was pressed.
// The page is no Reply: it is shown when it is looked at, and then anew.
func (s *step) showHome(ctx context.Context, h chat.Homer, member chat.Member, c store.Commit, pressed bot.ButtonAction) error {
	var list chat.Reply
	list.ID = homeList
	if err := s.list(ctx, &c, &list, pressed); err != nil {
		return err
	}
	page := chat.Home{Rows: list.Rows, Text: markdown.Join(
		bot.Paragraph("Ask me in your own words, here or where you mention me. Before anything is changed, I show you exactly what would be sent."),
		bot.Paragraph(s.privacy()), list.Text,
	)}
	if member.Admin {
		page.Text.Blocks = append(page.Text.Blocks, markdown.Paragraph(markdown.Text("Add plugins with "), markdown.Mono("/plugins-admin add example.com"), markdown.Text(".")))
	}
	if err := s.Commit(c); err != nil {
		return err
	}
	if err := h.Home(ctx, s.Event.Place, s.Event.Member, page); err != nil {
		s.Logger.WarnContext(ctx, "showing a member's page", "error", err)
	}
	return nil
}

// switchHome works a toggle on a member's page.
func (s *step) switchHome(ctx context.Context, p bot.ButtonAction, c store.Commit) error {
	h, ok := s.Adapter.(chat.Homer)
	if !ok {
		return fmt.Errorf("a toggle of a page on %s, which has none", s.Event.Place.Platform)
	}
	member, ok, err := s.Speaker(ctx)
	if err != nil || !ok {
		return err
	}
	return s.showHome(ctx, h, member, c, p)
}
