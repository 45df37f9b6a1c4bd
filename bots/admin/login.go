package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"aidesk/bots/bot"
	"aidesk/core/account"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
	"aidesk/store"
)

// The login of a plugin, as an administrator sets it. Of a plugin of the configuration the
// kind of login is decided there; a client or a shared key may be given in the chat as long
// as the configuration gives none.

// Login says what login a plugin wants and what is missing; a button for each way in
// which members can log in opens its form.
func Login(ctx context.Context, x *bot.Exchange, word string) error {
	p, err := x.FindPlugin(ctx, word, true)
	if p == nil {
		return err
	}
	if x.Bot.Logins == nil {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(bot.Sentence(errors.New(bot.TextNoLogins))))
	}
	kinds := loginKinds(p)
	if len(kinds) == 0 && p.Login().Kind == account.None {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(fmt.Sprintf(textNoLoginToSet, p.Human())))
	}
	s, err := readLoginState(ctx, x.Bot, x.Event.Place, p)
	if err != nil {
		return err
	}
	r := x.NewReply(s.text(p))
	r.Private = true
	var c store.Commit
	place := x.Event.Place
	for _, kind := range kinds {
		if s.given(kind) {
			continue
		}
		b := chat.Button{ID: bot.NewID(), Label: loginButtons[kind], Form: true}
		if kind == p.Login().Kind {
			b.Style = chat.Primary
		}
		x.Button(&c, b.ID, bot.ButtonAction{Do: bot.DoLogin, Member: x.Event.Member, Plugin: p.ID, Kind: kind, Place: &place}, bot.Day)
		r.Buttons = append(r.Buttons, b)
	}
	return x.Reply(c, r)
}

// loginButtons are the labels of the ways to log in.
var loginButtons = map[account.Kind]string{
	account.OAuth: textSetOAuth, account.UserKey: textSetUserKey, account.ServiceKey: textSetServiceKey,
}

// loginKinds are the kinds of login that an administrator can set for a plugin, with the one
// that it has first.
func loginKinds(p *plugin.Plugin) []account.Kind {
	now := p.Login().Kind
	kinds := []account.Kind{account.OAuth, account.UserKey, account.ServiceKey}
	slices.SortStableFunc(kinds, func(a, b account.Kind) int {
		switch {
		case a == now:
			return -1
		case b == now:
			return 1
		}
		return 0
	})
	return slices.DeleteFunc(kinds, func(kind account.Kind) bool {
		login := chosen(p, kind).Login()
		switch {
		case p.Locked && kind == account.UserKey, p.Locked && (kind == account.OAuth) != (now == account.OAuth), p.Locked && now == account.None:
			return true // each member's own key needs no setting, and another kind is not the chat's to choose
		case kind == account.OAuth:
			return login.Kind != kind || login.Provider == nil
		}
		return len(login.Fields) == 0
	})
}

// chosen is a plugin as it would be with a kind of login. One of the configuration is as it is.
func chosen(p *plugin.Plugin, kind account.Kind) *plugin.Plugin {
	if p.Locked {
		return p
	}
	choice := p.LoginChoice
	choice.Kind, choice.Without = kind, false
	return p.WithLogin(choice)
}

// loginState is what has been set of a plugin's login in a workspace.
type loginState struct {
	client   account.Client
	fixed    bool // the configuration gives the client
	shared   []account.Account
	redirect string // the address to register; empty: there is none yet
	page     bool   // members can log in on a page
}

func readLoginState(ctx context.Context, b *bot.Bot, place chat.Place, p *plugin.Plugin) (s loginState, err error) {
	if b.Logins == nil {
		return s, bot.FormFault(bot.Sentence(errors.New(bot.TextNoLogins)))
	}
	accounts, scope := b.Logins.Accounts, b.Scope(place)
	if s.client, err = accounts.Client(ctx, scope, p.ID); err != nil && !errors.Is(err, account.ErrNoClient) {
		return s, fmt.Errorf("reading the login of %s: %w", p.ID, err)
	}
	_, s.fixed = accounts.ConfiguredClient(scope, p.ID)
	if s.shared, err = b.Plugins.SharedOf(ctx, place, p); err != nil {
		return s, err
	}
	s.page = b.Logins.Link != nil
	if provider := p.Login().Provider; s.page && provider != nil && s.client.ID != "" {
		s.redirect = b.Logins.RedirectURL(*provider, s.client.ID)
	}
	return s, nil
}

// given reports whether the configuration gives what would be set for a kind of login.
func (s loginState) given(kind account.Kind) bool {
	switch kind {
	case account.OAuth:
		return s.fixed
	case account.ServiceKey:
		return slices.ContainsFunc(s.shared, account.Account.Configured)
	case account.UserKey, account.None:
	}
	return false
}

// known is the shared account that an administrator set in the chat.
func (s loginState) known() (account.Account, bool) {
	at := slices.IndexFunc(s.shared, func(a account.Account) bool { return !a.Configured() })
	if at < 0 {
		return account.Account{}, false
	}
	return s.shared[at], true
}

// text says what login a plugin wants, what is set and what is missing.
func (s loginState) text(p *plugin.Plugin) markdown.Document {
	doc := markdown.New(markdown.Heading(2, markdown.Text(fmt.Sprintf(textLoginTitle, p.Human()))))
	if r := p.Report(); r.Login != nil {
		if r.Login.Says != "" {
			doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(r.Login.Says)))
		}
		for _, n := range r.Notes {
			if n.Code == "login-impossible" {
				doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(bot.Sentence(errors.New(n.Message)))))
			}
		}
	}
	facts := [][]markdown.Inline{bot.Fact(textInfoLogin, markdown.Text(LoginWords(p)))}
	if p.Login().Kind == account.OAuth {
		client := markdown.Text(textNoneYet)
		if s.client.ID != "" {
			client = markdown.Mono(s.client.ID)
		}
		facts = append(facts, bot.Fact(textClientID, client))
		if s.fixed {
			facts = append(facts, bot.Fact(textSetWhere, markdown.Text(bot.TextFromConfig)))
		}
		if hosts := p.LoginHostsToAllow(); len(hosts) > 0 && !p.Locked {
			facts = append(facts, bot.Fact(textToAllow, markdown.Text(strings.Join(hosts, ", "))))
		}
	}
	for _, a := range s.shared {
		facts = append(facts, bot.Fact(a.Label, markdown.Text(sharedWith(a))))
	}
	doc.Blocks = append(doc.Blocks, markdown.List(facts...))
	doc.Blocks = append(doc.Blocks, s.register(p)...)
	return doc
}

// register says which address the plugin's author registers.
func (s loginState) register(p *plugin.Plugin) []markdown.Block {
	switch {
	case p.Login().Kind != account.OAuth:
		return nil
	case !s.page:
		return []markdown.Block{markdown.Paragraph(markdown.Text(bot.Sentence(errors.New(bot.TextNoPublicURL))))}
	case s.redirect == "":
		return []markdown.Block{markdown.Paragraph(markdown.Text(textRedirectLater))}
	}
	return []markdown.Block{
		markdown.Paragraph(markdown.Text(fmt.Sprintf(textRedirect, p.Human()))),
		markdown.Code("", s.redirect),
	}
}

// sharedWith says who may use a shared account, and where.
func sharedWith(a account.Account) string {
	var words []string
	if len(a.Roles) > 0 {
		words = append(words, fmt.Sprintf(textForRoles, strings.Join(a.Roles, ", ")))
	}
	if len(a.Channels) > 0 {
		words = append(words, fmt.Sprintf(textInChannels, strings.Join(a.Channels, ", ")))
	}
	text := strings.Join(words, ", ")
	if text == "" {
		text = textForNobody
	}
	if a.Configured() {
		text += "; " + bot.TextFromConfig
	}
	if a.State == account.Expired {
		text += "; " + textNotAccepted
	}
	return text
}
