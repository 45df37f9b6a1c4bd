package admin

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

// Accounts lists the accounts of a workspace, each with a button that ends it: who, at
// which plugin, for what, since when. Nothing secret is in it.
func Accounts(ctx context.Context, x *bot.Exchange, m chat.Member, word string) error {
	if x.Bot.Logins == nil {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(bot.Sentence(errors.New(bot.TextNoLogins))))
	}
	var only *plugin.Plugin
	if strings.TrimSpace(word) != "" {
		var err error
		if only, err = x.FindPlugin(ctx, word, true); only == nil {
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
	nameOf, err := x.PluginNames(ctx)
	if err != nil {
		return err
	}
	var c store.Commit
	r := x.NewReply(markdown.New(markdown.Heading(2, markdown.Text(textAccounts))))
	r.Private = true
	for _, a := range all[:min(len(all), maxAccounts)] {
		row := chat.Row{Text: accountText(a, nameOf(a.Plugin), m.Location())}
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
	words := []string{stateWords[a.State]}
	if a.Shared() {
		words = append(words, sharedWith(a))
	} else {
		words = append(words, fmt.Sprintf(textOfMember, a.Member))
	}
	words = append(words, fmt.Sprintf(textSince, bot.Date(a.Created, zone)))
	if a.Used.IsZero() {
		words = append(words, textNeverUsed)
	} else {
		words = append(words, fmt.Sprintf(textLastUsed, bot.Date(a.Used, zone)))
	}
	if !a.Expires.IsZero() {
		words = append(words, fmt.Sprintf(textUntil, bot.Date(a.Expires, zone)))
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

// Revoke ends an account as an administrator asks, at its provider too where that can be. An
// account of somebody else is ended only when the administrator said so once more.
func Revoke(ctx context.Context, x *bot.Exchange, p bot.ButtonAction) error {
	if ok, err := Is(ctx, x); err != nil || !ok {
		return err
	}
	if x.Bot.Logins == nil {
		return x.Note(ctx, bot.Sentence(errors.New(bot.TextNoLogins)))
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
