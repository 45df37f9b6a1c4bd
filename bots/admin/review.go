package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
	"aidesk/store"
)

// Review shows what a plugin of the configuration has become since it was approved; a
// button approves that.
func Review(ctx context.Context, x *bot.Exchange, word string) error {
	p, err := x.FindPlugin(ctx, word, true)
	if p == nil {
		return err
	}
	d, err := x.Bot.Plugins.Review(ctx, p)
	if errors.Is(err, plugin.ErrNothingWaits) {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(fmt.Sprintf(textNothingWaits, p.Human())))
	}
	if err != nil {
		return err
	}
	r := x.NewReply(markdown.New())
	r.Text, r.Files = shortened(p, func(short bool) (markdown.Document, bool) { return differenceText(p, d, short) })
	r.Private = true
	var c store.Commit
	b := chat.Button{ID: bot.NewID(), Label: textTakeChanges, Style: chat.Primary}
	x.Button(&c, b.ID, bot.ButtonAction{Do: bot.DoReview, Member: x.Event.Member, Plan: &p.Registration}, bot.Day)
	r.Buttons = []chat.Button{b}
	return x.Reply(c, r)
}

// differenceText says what a version that waits changes.
func differenceText(p *plugin.Plugin, d plugin.Difference, short bool) (doc markdown.Document, left bool) {
	doc = markdown.New(markdown.Paragraph(markdown.Text(fmt.Sprintf(textReview, p.Human()))))
	list := func(title string, lines []string) {
		if len(lines) == 0 {
			return
		}
		var items [][]markdown.Inline
		for i, line := range lines {
			if short && i == reportRows {
				left = true
				items = append(items, []markdown.Inline{markdown.Text(fmt.Sprintf(textMore, len(lines)-i))})
				break
			}
			items = append(items, []markdown.Inline{markdown.Mono(markdown.Line(line, 200))})
		}
		doc.Blocks = append(doc.Blocks, markdown.Heading(3, markdown.Text(title)), markdown.List(items...))
	}
	list(textReviewHosts, d.Hosts)
	list(textReviewAdded, d.Added)
	list(textReviewChanged, d.Changed)
	list(textReviewRemoved, d.Removed)
	if d.Login {
		doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(textReviewLogin)))
	}
	if d.Texts {
		doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(textReviewTexts)))
	}
	if len(doc.Blocks) == 1 {
		doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(textReviewRest)))
	}
	return doc, left
}

// Approve lets the version that was reviewed serve from now on.
func Approve(ctx context.Context, x *bot.Exchange, reviewed plugin.Registration) error {
	if ok, err := Is(ctx, x); err != nil || !ok {
		return err
	}
	all, err := x.Bot.Plugins.List(ctx, x.Event.Place)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(p *plugin.Plugin) bool { return p.ID == reviewed.ID }) // another's name may read like its id
	if at < 0 {
		return x.Note(ctx, textReviewOver)
	}
	p := all[at]
	record, err := x.Bot.Plugins.Approve(p, *reviewed.Waiting)
	if errors.Is(err, plugin.ErrNothingWaits) {
		return x.Note(ctx, textReviewOver)
	}
	if err != nil {
		return err
	}
	c := store.Commit{Puts: []store.Record{record}, Audits: x.Audit("plugin.reviewed", bot.AuditPlugin(p))}
	d, err := x.Bot.Plugins.Review(ctx, p)
	if err == nil {
		err = tellHosts(ctx, x, &c, p, d.Hosts)
	}
	if err != nil {
		return err
	}
	err = x.ReplyPrivately(c, bot.Paragraph(fmt.Sprintf(textReviewed, p.Human())))
	if errors.Is(err, store.ErrConflict) {
		return x.Note(ctx, textReviewOver)
	}
	return err
}
