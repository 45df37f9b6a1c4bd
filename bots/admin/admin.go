// Package admin holds what commands of administrators do, with their forms and buttons. The
// table of commands stands in package command, which calls it; each is worked against a
// bot.Exchange and commits one answer. What is pressed or filled in asks once more whether
// the member is an administrator now.
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

// Add reads a plugin and shows what an administrator must know before it is
// added; a button opens the form that adds it.
func Add(ctx context.Context, x *bot.Exchange, source string) error {
	x.Progress(ctx, fmt.Sprintf(textReading, markdown.Line(source, 60)))
	defer x.Progress(ctx, "")
	p, err := x.Bot.Plugins.Read(ctx, x.Event.Place, source)
	if err != nil {
		x.Logger.InfoContext(ctx, "plugin cannot be added", "error", err)
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(fmt.Sprintf(textCannotAdd, bot.Sentence(err))))
	}
	report := p.Report()
	var c store.Commit
	r := x.NewReply(markdown.New())
	r.Text, r.Files = Shortened(p, func(short bool) (markdown.Document, bool) { return reportText(p, report, short) })
	r.Private = true
	if report.Verdict != "refused" {
		b := chat.Button{ID: bot.NewID(), Label: markdown.Line(fmt.Sprintf(textAdd, p.Human()), 34), Style: chat.Primary, Form: true}
		x.Button(&c, b.ID, bot.ButtonAction{Do: bot.DoAdd, Member: x.Event.Member, Plan: &p.Registration}, bot.Day)
		r.Buttons = append(r.Buttons, b)
	}
	return x.Reply(c, r)
}

// Register adds a plugin that was read, as the form says.
func Register(ctx context.Context, x *bot.Exchange, plan plugin.Registration) error {
	if admin, err := Is(ctx, x); err != nil || !admin {
		return err
	}
	p, err := x.Bot.Plugins.Planned(ctx, plan)
	if err != nil {
		return err
	}
	chosen, faults := readAddForm(p, x.Event.Filled.Values)
	if len(faults) > 0 {
		return x.Note(ctx, faults[0].Message)
	}
	plan.Default, plan.Without, plan.Reads = chosen.everyone, chosen.without, map[string]string{}
	for _, o := range p.Document.Operations {
		if slices.Contains(chosen.reads, o.ID) {
			plan.Reads[o.ID] = o.Hash
		}
	}
	record, err := x.Bot.Plugins.Register(x.Event.Place, plan, Stamp(x))
	if err != nil {
		return err
	}
	line := fmt.Sprintf(textAdded, p.Human(), p.Name)
	if plan.Default {
		line = fmt.Sprintf(textAddedForAll, p.Human())
	}
	doc := bot.Paragraph(line)
	if next := nextLogin(p); next != "" {
		doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(next)))
	}
	c := store.Commit{
		Puts: []store.Record{record}, Audits: x.Audit("plugin.added", bot.AuditPlugin(p)),
		Events: x.Bot.Nights(x.Event.Place, x.Now()),
	}
	if err := TellHosts(ctx, x, &c, p, p.Hosts()); err != nil {
		return err
	}
	err = x.ReplyPrivately(c, doc)
	if errors.Is(err, store.ErrConflict) {
		return x.Note(ctx, textAddedMeanwhile)
	}
	return err
}

// Is says whether the member is an administrator now; where not, they are told.
func Is(ctx context.Context, x *bot.Exchange) (bool, error) {
	member, ok, err := x.Speaker(ctx)
	if err != nil || !ok || member.Admin {
		return ok, err
	}
	return false, x.Note(ctx, textAdminsOnly)
}

// Default enables a plugin, or not, for everyone who did not choose.
func Default(ctx context.Context, x *bot.Exchange, word string, on bool) error {
	p, err := x.FindPlugin(ctx, word, true)
	if p == nil {
		return err
	}
	record, err := x.Bot.Plugins.SetDefault(x.Event.Place, p, on)
	if errors.Is(err, plugin.ErrLocked) {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(fmt.Sprintf(textCannotChange, p.Human(), err)))
	}
	if err != nil {
		return err
	}
	line := fmt.Sprintf(textDefaultOn, p.Human())
	if !on {
		line = fmt.Sprintf(textDefaultOff, p.Human())
	}
	return x.ReplyPrivately(store.Commit{Puts: []store.Record{record}, Audits: x.Audit("plugin.default", bot.AuditPlugin(p))}, bot.Paragraph(line))
}

// Scope decides about a plugin in this channel.
func Scope(ctx context.Context, x *bot.Exchange, word string, scope plugin.Scope) error {
	p, err := x.FindPlugin(ctx, word, true)
	if p == nil {
		return err
	}
	record, changed, err := x.Bot.Plugins.SetScope(ctx, x.Event.Place, p, scope)
	if err != nil {
		return err
	}
	c := store.Commit{Audits: x.Audit("plugin.scope."+string(scope), bot.AuditPlugin(p))}
	if changed {
		c.Puts = []store.Record{record}
	}
	line := map[plugin.Scope]string{
		plugin.ScopeEnable: textScopeOn,
		plugin.ScopeDeny:   textScopeDenied,
		plugin.ScopeNone:   textScopeNone,
	}[scope]
	return x.ReplyPrivately(c, bot.Paragraph(fmt.Sprintf(line, p.Human())))
}

// Stamp is whoever caused the event, now.
func Stamp(x *bot.Exchange) plugin.Stamp { return plugin.Stamp{By: x.Event.Member, At: x.Now().UTC()} }
