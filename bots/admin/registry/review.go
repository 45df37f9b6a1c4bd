package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"aidesk/bots/admin"
	"aidesk/bots/bot"
	"aidesk/bots/grants"
	"aidesk/core/account"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
	"aidesk/store"
)

// Review shows what a plugin has become since it was approved; a button approves that.
func Review(ctx context.Context, x *bot.Exchange, word string) error {
	p, err := x.FindPlugin(ctx, word, true)
	if p == nil {
		return err
	}
	return review(ctx, x, p)
}

func review(ctx context.Context, x *bot.Exchange, p *plugin.Plugin) error {
	var c store.Commit
	r, err := reviewReply(ctx, x, &c, p)
	if errors.Is(err, plugin.ErrNothingWaits) {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(fmt.Sprintf(textNothingWaits, p.Human())))
	}
	if err != nil {
		return err
	}
	return x.Reply(c, r)
}

// reviewReply is the Reply that shows what waits, with the button that takes it.
func reviewReply(ctx context.Context, x *bot.Exchange, c *store.Commit, p *plugin.Plugin) (chat.Reply, error) {
	r := x.NewReply(markdown.New())
	next, d, err := x.Bot.Plugins.Review(ctx, p)
	if err != nil {
		return r, err
	}
	r.Text, r.Files = admin.Shortened(p, func(short bool) (markdown.Document, bool) { return differenceText(p, next, d, short) })
	r.Private = true
	b := chat.Button{ID: bot.NewID(), Label: textTakeChanges, Style: chat.Primary}
	x.Button(c, b.ID, bot.ButtonAction{Do: bot.DoReview, Member: x.Event.Member, Plan: &p.Registration}, bot.Day)
	r.Buttons = []chat.Button{b}
	return r, nil
}

// reviewButton shows what waits of a plugin; member is who may press it, empty: every
// administrator. It lives until the notice is told once more.
func reviewButton(x *bot.Exchange, c *store.Commit, p *plugin.Plugin, member string) chat.Button {
	b := chat.Button{ID: bot.NewID(), Label: markdown.Line(fmt.Sprintf(textReviewButton, p.Human()), 34), Style: chat.Primary}
	x.Button(c, b.ID, bot.ButtonAction{Do: bot.DoWaiting, Member: member, Plugin: p.ID}, 8*bot.Day)
	return b
}

// PressReview works the button.
func PressReview(ctx context.Context, x *bot.Exchange, a bot.ButtonAction) error {
	p, err := pressed(ctx, x, a.Plugin)
	if p == nil {
		return err
	}
	return review(ctx, x, p)
}

// Summary says in a few words what a version changes.
func Summary(d plugin.Difference) string {
	var words []string
	for _, part := range []struct {
		n    int
		text string
	}{
		{len(d.Added), textSumAdded},
		{len(d.Removed), textSumRemoved},
		{len(d.Changed), textSumChanged},
		{len(d.Renamed), textSumRenamed},
		{len(d.Reworded), textSumReworded},
	} {
		if part.n > 0 {
			words = append(words, fmt.Sprintf(part.text, part.n))
		}
	}
	if len(d.Hosts) > 0 {
		words = append(words, textSumHosts)
	}
	if d.Login {
		words = append(words, textSumLogin)
	}
	if len(d.Texts) > 0 {
		words = append(words, textSumTexts)
	}
	if len(words) == 0 {
		return textSumNothing
	}
	return strings.Join(words, ", ")
}

// differenceText says what a version that waits changes.
func differenceText(p, next *plugin.Plugin, d plugin.Difference, short bool) (doc markdown.Document, left bool) {
	doc = markdown.New(markdown.Paragraph(markdown.Text(fmt.Sprintf(textReview, p.Human()))))
	if n := d.Operations(); n > 0 {
		doc.Blocks[0] = markdown.Paragraph(markdown.Text(fmt.Sprintf(textReviewHeld, p.Human(), counted(n, textOperation, textManyOperations))))
	}
	list := func(title string, lines [][]markdown.Inline) {
		if len(lines) == 0 {
			return
		}
		if short && len(lines) > admin.ReportRows {
			left = true
			more := []markdown.Inline{markdown.Text(fmt.Sprintf(textMore, len(lines)-admin.ReportRows))}
			lines = append(lines[:admin.ReportRows:admin.ReportRows], more)
		}
		doc.Blocks = append(doc.Blocks, markdown.Heading(3, markdown.Text(title)), markdown.List(lines...))
	}
	list(textReviewHosts, plainLines(d.Hosts))
	list(textReviewAdded, plainLines(d.Added))
	list(textReviewChanged, plainLines(d.Changed))
	list(textReviewRemoved, plainLines(d.Removed))
	list(textReviewRenamed, rewordings(d.Renamed))
	list(textReviewReworded, rewordings(d.Reworded))
	if d.Login {
		line := fmt.Sprintf(textReviewLogin, loginAt(p), loginAt(next))
		if loginAt(p) == loginAt(next) {
			line = textReviewLoginElse
		}
		doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(line)))
	}
	list(textReviewTexts, rewordings(d.Texts))
	if len(doc.Blocks) == 1 {
		doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(textReviewRest)))
	}
	return doc, left
}

// maxQuoted is how much of a text that reads otherwise is shown, in characters.
const maxQuoted = 200

func plainLines(lines []string) [][]markdown.Inline {
	var items [][]markdown.Inline
	for _, line := range lines {
		items = append(items, []markdown.Inline{markdown.Mono(markdown.Line(line, maxQuoted))})
	}
	return items
}

// rewordings are lines that say how something read and how it reads now.
func rewordings(all []plugin.Rewording) [][]markdown.Inline {
	var items [][]markdown.Inline
	for _, w := range all {
		line := []markdown.Inline{markdown.Mono(markdown.Line(w.Of, maxQuoted))}
		if w.Before+w.After == "" {
			items = append(items, append(line, markdown.Text(textOfArguments)))
			continue
		}
		before, after := apart(markdown.Visible(w.Before), markdown.Visible(w.After))
		items = append(items, append(line, markdown.Text(fmt.Sprintf(textRewording, before, after))))
	}
	return items
}

// apart cuts two texts to what can be shown, so that the place where they part is in it.
func apart(a, b string) (string, string) {
	x, y := []rune(a), []rune(b)
	same := 0
	for same < min(len(x), len(y)) && x[same] == y[same] {
		same++
	}
	cut := func(text []rune) string {
		from := 0
		if same > maxQuoted/2 {
			from = same - maxQuoted/4
		}
		shown := markdown.Line(string(text[from:]), maxQuoted)
		if from > 0 {
			shown = "…" + shown
		}
		return shown
	}
	return cut(x), cut(y)
}

// loginAt is what login a plugin wants, and where.
func loginAt(p *plugin.Plugin) string {
	words := admin.LoginWords(p)
	if hosts := p.LoginHosts(); p.Login().Kind == account.OAuth && len(hosts) > 0 {
		words += fmt.Sprintf(textLoginAt, strings.Join(hosts, ", "))
	}
	return words
}

// Approve lets the version that was reviewed serve from now on.
func Approve(ctx context.Context, x *bot.Exchange, reviewed plugin.Registration) error {
	if ok, err := admin.Is(ctx, x); err != nil || !ok {
		return err
	}
	p, err := registered(ctx, x, reviewed.ID)
	if err != nil {
		return err
	}
	if p == nil {
		return x.Note(ctx, textReviewOver)
	}
	record, err := x.Bot.Plugins.Approve(x.Event.Place, p, *reviewed.Waiting, admin.Stamp(x))
	if errors.Is(err, plugin.ErrNothingWaits) {
		return x.Note(ctx, textReviewOver)
	}
	if err != nil {
		return err
	}
	c := store.Commit{Puts: []store.Record{record}, Audits: x.Audit("plugin.reviewed", bot.AuditPlugin(p))}
	lookAtGrants(ctx, x, &c, p)
	_, d, err := x.Bot.Plugins.Review(ctx, p)
	if err == nil {
		err = admin.TellHosts(ctx, x, &c, p, d.Hosts)
	}
	if err == nil {
		err = grants.LookAt(ctx, x, &c, p.ID)
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
