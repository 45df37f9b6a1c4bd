package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"aidesk/bots/bot"
	"aidesk/core/account"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
	"aidesk/core/secret"
	"aidesk/store"
)

// NoLogin says why a member cannot connect an account at a plugin now, in words that follow a
// colon; empty: they can.
func NoLogin(ctx context.Context, x *bot.Exchange, p *plugin.Plugin) (string, error) {
	login := p.Login()
	switch {
	case x.Bot.Logins == nil:
		return bot.TextNoLogins, nil
	case login.Kind == account.None:
		return textWantsNoLogin, nil
	case login.Kind == account.ServiceKey:
		return fmt.Sprintf(textAdminGivesKey, p.Name), nil
	case login.Kind == account.UserKey:
		return "", nil
	case x.Bot.Logins.Link == nil:
		return bot.TextNoPublicURL, nil
	}
	if hosts := p.LoginHostsToAllow(); len(hosts) > 0 && !p.Locked {
		return fmt.Sprintf(textHostsToAllow, strings.Join(hosts, ", "), p.Name), nil
	}
	if err := x.Bot.Logins.CheckProvider(p.ID, *login.Provider); err != nil {
		return fmt.Sprintf(textBadProvider, err), nil
	}
	_, err := x.Bot.Logins.Accounts.Client(ctx, x.Bot.Scope(x.Event.Place), p.ID)
	if errors.Is(err, account.ErrNoClient) {
		return fmt.Sprintf(textNoClient, p.Name), nil
	}
	return "", err
}

// CannotConnect says to a member why they cannot connect an account, in NoLogin's words.
func CannotConnect(p *plugin.Plugin, why string) string {
	return fmt.Sprintf(textCannotConnect, p.Human(), why)
}

// LoginHost is where members log in, if that is not the plugin's own host.
func LoginHost(p *plugin.Plugin) string { return strings.Join(p.LoginHosts(), ", ") }

// BeginLogin begins the login of a member at a plugin, and returns the link of its page. Where
// there is no page for it, the values are typed in a form, and nothing was begun.
func BeginLogin(ctx context.Context, x *bot.Exchange, p *plugin.Plugin, m chat.Member) (account.Connection, string, error) {
	if x.Bot.Logins.Link == nil {
		return account.Connection{}, "", nil
	}
	place := x.Event.Place
	name, back := workspaceOf(x, place)
	c, token, err := x.Bot.Logins.Begin(ctx, account.NewConnection{
		Scope: x.Bot.Scope(place), Plugin: p.ID, Name: p.Human(), By: x.Bot.Owner(place, m.ID), Member: m.ID, MemberName: m.Name,
		Workspace: name, Platform: platformName(place.Platform), Back: back, Conversation: x.Conversation,
		Account: knownAccount(ctx, x, p, m.ID), Label: ownLabel(m, p),
		Login: p.Login(), Hosts: p.Hosts(),
	})
	if err != nil {
		return c, "", fmt.Errorf("beginning a login at %s: %w", p.ID, err)
	}
	return c, x.Bot.Logins.Link(token), nil
}

// ownLabel is what a member's own account at a plugin is called.
func ownLabel(m chat.Member, p *plugin.Plugin) string {
	if m.Name == textMemberYou { // at a terminal
		return fmt.Sprintf(textYourAccount, markdown.Line(p.Human(), 50))
	}
	return fmt.Sprintf(textOwnAccount, markdown.Line(m.Name, 50), markdown.Line(p.Human(), 50))
}

// knownAccount is the id of the account that a member has at a plugin, which is connected
// again; empty: they have none.
func knownAccount(ctx context.Context, x *bot.Exchange, p *plugin.Plugin, member string) string {
	all, err := x.Bot.Logins.Accounts.Of(ctx, x.Bot.Scope(x.Event.Place), x.Bot.Owner(x.Event.Place, member), p.ID)
	if err != nil || len(all) == 0 || all[0].Shared() {
		return ""
	}
	return all[0].ID
}

// workspaceOf is how people call the workspace of a place, and the address that leads a browser
// back there.
func workspaceOf(x *bot.Exchange, p chat.Place) (name, back string) {
	if w, ok := x.Adapter.(chat.Workplace); ok {
		name, back = w.Workplace(p)
	}
	return cmp.Or(markdown.Line(name, 80), textSomeWorkspace), back
}

func platformName(platform string) string {
	if platform == "" {
		return ""
	}
	return strings.ToUpper(platform[:1]) + platform[1:]
}

// loginForm is the form that ends a login: of the digits that the page shows, or of the values
// themselves where there is no page.
func loginForm(id string, f Form) chat.Form {
	form := chat.Form{ID: id, Title: markdown.Line(fmt.Sprintf(textConnectTo, f.Plugin.Human()), 45), Submit: textConnectSubmit}
	if f.Button.Login != "" {
		form.Inputs = []chat.Input{{Name: inputDigits, Label: textDigits, Kind: chat.InputSecret, Hint: textDigitsHint, Required: true}}
		return form
	}
	return keyForm(form, f.Plugin.Login())
}

// inputDigits is the input of the form that ends a login.
const inputDigits = "digits"

// keyForm asks for the values of a login where they are typed.
func keyForm(form chat.Form, login account.Login) chat.Form {
	for i, field := range login.Fields {
		in := chat.Input{Name: field.Name, Label: field.Label, Hint: field.Hint, Kind: chat.InputLine, Required: !field.Optional}
		if field.Secret {
			in.Kind = chat.InputSecret
		}
		if i == 0 {
			in.Hint = strings.TrimSpace(bot.TextVisibleTyping + " " + field.Hint)
		}
		form.Inputs = append(form.Inputs, in)
	}
	return form
}

// Connected is an account that was just connected.
type Connected struct {
	Account account.Account
	Said    string // what the member reads
	Audits  []store.Audit
}

// FinishLogin ends a login with what its member typed. refused is what they read where it did
// not come to an end.
func FinishLogin(ctx context.Context, x *bot.Exchange, f Form) (done Connected, refused string, err error) {
	if x.Bot.Logins == nil {
		return done, bot.Sentence(errors.New(bot.TextNoLogins)), nil
	}
	values := x.Event.Filled.Values
	if f.Button.Login != "" {
		done.Account, err = x.Bot.Logins.Finish(ctx, x.Owner(), f.Button.Login, values[inputDigits])
	} else {
		done.Account, err = putKeys(ctx, x, f.Plugin, values)
	}
	if err != nil {
		if line, told := account.Told(err); told {
			return done, line, nil
		}
		return done, "", fmt.Errorf("ending a login: %w", err)
	}
	done.Said = fmt.Sprintf(textConnected, done.Account.Label)
	done.Audits = x.Audit("account.connected", bot.AuditPlugin(f.Plugin))
	return done, "", nil
}

// putKeys keeps the values that a member typed as their account.
func putKeys(ctx context.Context, x *bot.Exchange, p *plugin.Plugin, values map[string]string) (account.Account, error) {
	login, c := p.Login(), account.Credential{}
	for _, field := range login.Fields {
		value, err := account.Typed(field, secret.Text(values[field.Name]))
		if err != nil {
			return account.Account{}, err
		}
		if value != "" {
			c[field.Name] = value
		}
	}
	member, ok, err := x.Speaker(ctx)
	if err != nil || !ok {
		return account.Account{}, err
	}
	return x.Bot.Logins.Accounts.Put(ctx, account.Account{
		ID: knownAccount(ctx, x, p, member.ID), Scope: x.Bot.Scope(x.Event.Place), Plugin: p.ID, Owner: x.Owner(), Member: member.ID,
		Label: ownLabel(member, p), Kind: login.Kind, Hosts: p.Hosts(), Connection: bot.NewID(),
	}, c)
}

// pluginConnect lets a member connect their account at a plugin.
func pluginConnect(ctx context.Context, x *bot.Exchange, m chat.Member, word string) error {
	p, err := findPlugin(ctx, x, word)
	if p == nil {
		return err
	}
	why, err := NoLogin(ctx, x, p)
	if err != nil {
		return err
	}
	if why != "" {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(CannotConnect(p, why)))
	}
	begun, link, err := BeginLogin(ctx, x, p, m)
	if err != nil {
		return err
	}
	r := x.NewReply(bot.Paragraph(fmt.Sprintf(textConnectNow, p.Human())))
	r.Private = true
	code := chat.Button{ID: bot.NewID(), Label: textEnterCode, Form: true}
	if link == "" {
		code.Label, code.Style = textConnectButton, chat.Primary
	} else {
		r.Buttons = append(r.Buttons, chat.Button{Label: textConnectButton, URL: link, Style: chat.Primary})
	}
	r.Buttons = append(r.Buttons, code)
	var c store.Commit
	x.Button(&c, code.ID, bot.ButtonAction{Do: bot.DoCode, Member: m.ID, Plugin: p.ID, Login: begun.ID}, bot.Day)
	return x.Reply(c, r)
}

// Disconnect ends a member's accounts at a plugin.
func Disconnect(ctx context.Context, x *bot.Exchange, word string) error {
	p, err := findPlugin(ctx, x, word)
	if p == nil {
		return err
	}
	if x.Bot.Logins == nil {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(fmt.Sprintf(textNotConnected, p.Human())))
	}
	accounts := x.Bot.Logins.Accounts
	all, err := accounts.Of(ctx, x.Bot.Scope(x.Event.Place), x.Owner(), p.ID)
	if err != nil {
		return err
	}
	line := textNotConnected
	for _, a := range all {
		if a.Shared() {
			continue
		}
		told, err := accounts.Remove(ctx, accounts.Key(a))
		if err != nil {
			return fmt.Errorf("disconnecting an account at %s: %w", p.ID, err)
		}
		if line = textDisconnected; a.Kind == account.OAuth && !told {
			line = textDisconnectedHere
		}
	}
	var c store.Commit
	if line != textNotConnected {
		c.Audits = x.Audit("account.disconnected", bot.AuditPlugin(p))
	}
	return x.ReplyPrivately(c, bot.Paragraph(fmt.Sprintf(line, p.Human())))
}
