package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/grant"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
	"aidesk/store"
)

// Remove says whom the removal of a plugin affects, and asks; a button removes it.
func Remove(ctx context.Context, x *bot.Exchange, m chat.Member, word string) error {
	p, err := x.FindPlugin(ctx, word, true)
	if p == nil {
		return err
	}
	if p.Locked {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(fmt.Sprintf(textCannotRemove, p.Human(), plugin.ErrLocked)))
	}
	uses, err := x.Bot.Plugins.Uses(ctx, x.Event.Place)
	if err != nil {
		return err
	}
	l := lister{x: x, zone: m.Location()}
	words := l.used(ctx, uses[p.ID])
	if p.Default {
		words = append([]string{textOnByDefault}, words...)
	}
	accounts, err := accountsAt(ctx, x, p)
	if err != nil {
		return err
	}
	allowed, err := grantsFor(ctx, x, p)
	if err != nil {
		return err
	}
	if accounts > 0 {
		words = append(words, counted(accounts, textAccountEnds, textAccountsEnd))
	}
	if allowed > 0 {
		words = append(words, counted(allowed, textGrantEnds, textGrantsEnd))
	}
	affected := textNobodyAffected
	if len(words) > 0 {
		affected = fmt.Sprintf(textAffected, strings.Join(words, "; "))
	}
	r := x.NewReply(markdown.New(
		markdown.Paragraph(markdown.Text(fmt.Sprintf(textAskRemove, p.Human()))),
		markdown.Paragraph(markdown.Text(affected)),
	))
	r.Private = true
	var c store.Commit
	b := chat.Button{ID: bot.NewID(), Label: markdown.Line(fmt.Sprintf(textRemove, p.Human()), 34), Style: chat.Danger}
	x.Button(&c, b.ID, bot.ButtonAction{Do: bot.DoRemove, Member: x.Event.Member, Plugin: p.ID}, bot.Day)
	r.Buttons = []chat.Button{b}
	return x.Reply(c, r)
}

// accountsAt is how many accounts at a plugin are connected in the workspace.
func accountsAt(ctx context.Context, x *bot.Exchange, p *plugin.Plugin) (n int, err error) {
	if x.Bot.Logins == nil {
		return 0, nil
	}
	all, err := x.Bot.Logins.Accounts.List(ctx, x.Bot.Scope(x.Event.Place))
	for _, a := range all {
		if a.Plugin == p.ID {
			n++
		}
	}
	return n, err
}

// grantsFor is how many live Grants there are in the workspace for calls of a plugin.
func grantsFor(ctx context.Context, x *bot.Exchange, p *plugin.Plugin) (n int, err error) {
	all, err := grant.In(ctx, x.Store, x.Bot.Scope(x.Event.Place))
	for _, g := range all {
		if g.Plugin == p.ID && g.Live(x.Now()) {
			n++
		}
	}
	return n, err
}

// PressRemove removes a plugin for everyone, with the accounts that are connected there.
func PressRemove(ctx context.Context, x *bot.Exchange, a bot.ButtonAction) error {
	p, err := pressed(ctx, x, a.Plugin)
	if p == nil {
		return err
	}
	if p.Locked { // the configuration names it since
		return x.Note(ctx, fmt.Sprintf(textCannotRemove, p.Human(), plugin.ErrLocked))
	}
	if l := x.Bot.Logins; l != nil { // first, so that none is left where this is broken off
		scope := x.Bot.Scope(x.Event.Place)
		_, err := l.Accounts.RemovePlugin(ctx, scope, p.ID)
		if err = errors.Join(err, l.ForgetPlugin(ctx, scope, p.ID)); err != nil {
			return fmt.Errorf("ending the accounts at %s: %w", p.ID, err)
		}
	}
	if err := x.Bot.Plugins.Remove(ctx, x.Event.Place, p); err != nil {
		return err
	}
	c := store.Commit{Audits: x.Audit("plugin.removed", bot.AuditPlugin(p))}
	lookAtGrants(ctx, x, &c, p)
	return x.ReplyPrivately(c, bot.Paragraph(fmt.Sprintf(textRemoved, p.Human())))
}
