package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/account"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
	"aidesk/store"
)

// maxAccounts is how many accounts an administrator is shown at once.
const maxAccounts = 20

// adminAccounts lists the accounts of a workspace, each with a button that ends it: who, at
// which plugin, for what, since when. Nothing secret is in it.
func adminAccounts(ctx context.Context, x *bot.Exchange, m chat.Member, word string) error {
	if x.Bot.Logins == nil {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(asSentence(errors.New(textNoLogins))))
	}
	var only *plugin.Plugin
	if strings.TrimSpace(word) != "" {
		var err error
		if only, err = findPlugin(ctx, x, word); only == nil {
			return err
		}
	}
	all, err := x.Bot.Logins.Accounts.List(ctx, x.Bot.Scope(x.Event.Place))
	if err != nil {
		return err
	}
	if only != nil {
		all = slices.DeleteFunc(all, func(a account.Account) bool { return a.Plugin != only.ID })
	}
	if len(all) == 0 {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(textNoAccounts))
	}
	plugins, err := x.Bot.Plugins.List(ctx, x.Event.Place)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, p := range plugins {
		names[p.ID] = p.Human()
	}
	var c store.Commit
	r := x.NewReply(markdown.New(markdown.Heading(2, markdown.Text(textAccounts))))
	r.Private = true
	for _, a := range all[:min(len(all), maxAccounts)] {
		row := chat.Row{Text: accountText(a, names[a.Plugin], m.Location())}
		if !a.Configured() {
			b := chat.Button{ID: bot.NewID(), Label: textRevoke, Style: chat.Danger}
			x.Button(&c, b.ID, bot.ButtonAction{Do: bot.DoRevoke, Member: x.Event.Member, Account: x.Bot.Logins.Accounts.Key(a)}, bot.Day)
			row.Buttons = []chat.Button{b}
		}
		r.Rows = append(r.Rows, row)
	}
	if more := len(all) - maxAccounts; more > 0 {
		r.Text.Blocks = append(r.Text.Blocks, markdown.Paragraph(markdown.Text(fmt.Sprintf(textMoreAccounts, maxAccounts, len(all), more))))
	}
	return x.Reply(c, r)
}

// accountText says of an account whose it is, what for, and when it was used.
func accountText(a account.Account, name string, zone *time.Location) markdown.Document {
	if name == "" {
		name = a.Plugin // it is gone, and its account is not
	}
	words := []string{stateWords[a.State]}
	if a.Shared() {
		words = append(words, sharedWith(a))
	} else {
		words = append(words, fmt.Sprintf(textOfMember, a.Member))
	}
	words = append(words, fmt.Sprintf(textSince, date(a.Created, zone)))
	if a.Used.IsZero() {
		words = append(words, textNeverUsed)
	} else {
		words = append(words, fmt.Sprintf(textLastUsed, date(a.Used, zone)))
	}
	if !a.Expires.IsZero() {
		words = append(words, fmt.Sprintf(textUntil, date(a.Expires, zone)))
	}
	if a.Scopes != "" {
		words = append(words, fmt.Sprintf(textForScopes, markdown.Line(a.Scopes, 200)))
	}
	return markdown.New(markdown.Paragraph(
		markdown.Strong(a.Label), markdown.Text(" ("+markdown.Line(name, 60)+"): "+strings.Join(words, "; ")+"."),
	))
}

// stateWords are the states of an account.
var stateWords = map[account.State]string{
	account.Connected: textStateConnected, account.Expired: textNotAccepted, account.Revoked: textStateRevoked,
}

// date is a day as people read it.
func date(t time.Time, zone *time.Location) string { return t.In(zone).Format("2 January 2006") }

// accountWords says which account is used for a member's calls of a plugin, since when and
// until when; empty: the plugin wants none.
func accountWords(ctx context.Context, x *bot.Exchange, p *plugin.Plugin) (string, error) {
	kind := p.Login().Kind
	if x.Bot.Logins == nil || kind == account.None {
		return "", nil
	}
	m := chat.Member{ID: x.Event.Member}
	shared, err := x.Bot.Plugins.SharedOf(ctx, x.Event.Place, p)
	if err != nil {
		return "", err
	}
	if len(shared) > 0 { // roles decide
		known, err := x.Adapter.Member(context.WithoutCancel(ctx), x.Event.Place, x.Event.Member)
		if err != nil {
			known = chat.Member{ID: x.Event.Member, Guest: true} // in doubt it is not theirs
		}
		m = known
	}
	a, ok, err := x.Bot.Plugins.AccountOf(ctx, x.Event.Place, m, p)
	switch {
	case err != nil:
		return "", err
	case !ok && kind == account.ServiceKey && len(shared) > 0:
		return textSharedNotYou, nil
	case !ok && kind == account.ServiceKey:
		return textNoShared, nil
	case !ok:
		return fmt.Sprintf(textConnectWith, p.Name), nil
	case a.State != account.Connected:
		return fmt.Sprintf(textConnectAgainWith, p.Name), nil
	}
	text := textYours
	if a.Shared() {
		text = textSharedHere
	}
	text = fmt.Sprintf(text, shortDate(a.Created, x.Now(), m.Location()))
	if !a.Expires.IsZero() {
		text += fmt.Sprintf(textYoursUntil, shortDate(a.Expires, x.Now(), m.Location()))
	}
	return text, nil
}

// shortDate is a day without the year where it is this one.
func shortDate(t, now time.Time, zone *time.Location) string {
	if t = t.In(zone); t.Year() == now.In(zone).Year() {
		return t.Format("2 January")
	}
	return date(t, zone)
}

// Revoke ends an account as an administrator asks, at its provider too where that can be. An
// account of somebody else is ended only when the administrator said so once more.
func Revoke(ctx context.Context, x *bot.Exchange, p bot.ButtonAction) error {
	if ok, err := admin(ctx, x); err != nil || !ok {
		return err
	}
	if x.Bot.Logins == nil {
		return x.Note(ctx, asSentence(errors.New(textNoLogins)))
	}
	accounts := x.Bot.Logins.Accounts
	a, err := accounts.Get(ctx, p.Account)
	if errors.Is(err, account.ErrNotConnected) || err == nil && a.Scope != x.Bot.Scope(x.Event.Place) {
		return x.Note(ctx, textAlreadyEnded)
	}
	if err != nil {
		return err
	}
	if a.Configured() {
		return x.Note(ctx, fmt.Sprintf(textRevokeConfigured, a.Label))
	}
	if a.Owner != x.Owner() && !p.On {
		line := textRevokeOther
		if a.Shared() {
			line = textRevokeShared
		}
		r := x.NewReply(bot.Paragraph(fmt.Sprintf(line, a.Label)))
		r.Private = true
		var c store.Commit
		b := chat.Button{ID: bot.NewID(), Label: markdown.Line(fmt.Sprintf(textRevokeNow, a.Label), 34), Style: chat.Danger}
		x.Button(&c, b.ID, bot.ButtonAction{Do: bot.DoRevoke, Member: x.Event.Member, Account: p.Account, On: true}, bot.Day)
		r.Buttons = []chat.Button{b}
		return x.Reply(c, r)
	}
	told, err := accounts.Remove(ctx, p.Account)
	if err != nil {
		if errors.Is(err, account.ErrNotConnected) {
			return x.Note(ctx, textAlreadyEnded)
		}
		return fmt.Errorf("ending an account at %s: %w", a.Plugin, err)
	}
	line := textRevoked
	if a.Kind == account.OAuth && !told {
		line = textRevokedHere
	}
	ended := audit.Line{Action: "account.revoked", Account: p.Account, Targets: []audit.Target{{Kind: audit.OfPlugin, ID: a.Plugin}}}
	if !a.Shared() {
		ended.Targets = append(ended.Targets, audit.Target{Kind: audit.OfMember, ID: a.Member})
	}
	c := store.Commit{Audits: []store.Audit{x.AuditLine(ended)}}
	return x.ReplyPrivately(c, bot.Paragraph(fmt.Sprintf(line, a.Label)))
}
