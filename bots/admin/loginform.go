package admin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"aidesk/bots/bot"
	"aidesk/core/account"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
	"aidesk/core/secret"
	"aidesk/store"
)

// The inputs of the forms that set a plugin's login. Those of values and prefixes are named
// after their field.
const (
	inputClientID     = "client_id"
	inputClientSecret = "client_secret"
	inputScope        = "scope"
	inputSecretPlace  = "secret"
	inputHosts        = "hosts"
	inputRoles        = "roles"
	inputChannels     = "channels"
	inputValue        = "value:"
	inputPrefix       = "prefix:"
)

// maxFields is how many values a form asks for. No plugin that was seen wants as many.
const maxFields = 8

// maxShownScope is how long a scope may be that is changed in a form, in bytes: messengers show
// no longer one. A longer one is left as it is.
const maxShownScope = 2000

// maxAllowed is how many roles or channels may use one shared account.
const maxAllowed = 50

// LoginForm asks for what a kind of login needs of an administrator.
func LoginForm(ctx context.Context, b *bot.Bot, place chat.Place, id string, p *plugin.Plugin, button bot.ButtonAction) (chat.Form, error) {
	form := chat.Form{ID: id, Title: markdown.Line(fmt.Sprintf(textLoginTitle, p.Human()), 45), Submit: textSetSubmit}
	s, err := readLoginState(ctx, b, place, p)
	if err != nil {
		return form, err
	}
	p = chosen(p, button.Kind)
	if button.Kind == account.OAuth {
		form.Inputs = clientInputs(p, s)
		return form, nil
	}
	if button.Kind == account.ServiceKey {
		form.Inputs = sharedInputs(b, place, p, s)
	}
	if !p.Locked {
		form.Inputs = append(form.Inputs, prefixInputs(p)...)
	}
	if len(form.Inputs) == 0 { // a form needs one
		form.Inputs = []chat.Input{{Name: inputFor, Label: textKeysOf, Kind: chat.InputChoice, Choices: []string{textEachMember}, Value: textEachMember, Required: true}}
	}
	return form, nil
}

// clientInputs ask for the OAuth client, and for what is to be decided with it.
func clientInputs(p *plugin.Plugin, s loginState) []chat.Input {
	inputs := []chat.Input{
		{Name: inputClientID, Label: textClientID, Kind: chat.InputLine, Value: s.client.ID, Hint: textClientIDHint, Required: true},
		{Name: inputClientSecret, Label: textClientSecret, Kind: chat.InputSecret, Hint: bot.TextVisibleTyping + " " + textClientSecretHint},
	}
	if p.Locked {
		return inputs
	}
	if provider := p.Login().Provider; provider != nil && len(provider.Scope) <= maxShownScope {
		inputs = append(inputs, chat.Input{Name: inputScope, Label: textScope, Kind: chat.InputText, Value: provider.Scope, Hint: textScopeHint})
	}
	inputs = append(inputs, chat.Input{
		Name: inputSecretPlace, Label: textSecretPlace, Kind: chat.InputChoice, Required: true,
		Choices: []string{textSecretAsSaid, textSecretHeader, textSecretBody}, Value: secretPlaces[p.LoginChoice.Secret],
	})
	if hosts := p.LoginHosts(); len(hosts) > 0 {
		allowed := slices.DeleteFunc(slices.Clone(hosts), func(h string) bool { return !slices.Contains(p.LoginChoice.Hosts, h) })
		inputs = append(inputs, chat.Input{Name: inputHosts, Label: textHosts, Kind: chat.InputMany, Choices: hosts, Value: strings.Join(allowed, "\n"), Hint: textHostsHint})
	}
	return inputs
}

// secretPlaces is what is shown for where client id and secret go.
var secretPlaces = map[string]string{"": textSecretAsSaid, plugin.SecretHeader: textSecretHeader, plugin.SecretBody: textSecretBody}

// sharedInputs ask for the values of a shared account, and who may use it.
func sharedInputs(b *bot.Bot, place chat.Place, p *plugin.Plugin, s loginState) []chat.Input {
	known, again := s.known()
	var inputs []chat.Input
	for i, field := range firstFields(p) {
		in := chat.Input{Name: inputValue + field.Name, Label: field.Label, Hint: field.Hint, Kind: chat.InputLine, Required: !field.Optional && !again}
		if field.Secret {
			in.Kind = chat.InputSecret
		}
		if again {
			in.Hint = textUnchanged
		}
		if i == 0 {
			in.Hint = strings.TrimSpace(bot.TextVisibleTyping + " " + in.Hint)
		}
		inputs = append(inputs, in)
	}
	roles := chat.Input{Name: inputRoles, Label: textRoles, Kind: chat.InputLine, Value: strings.Join(known.Roles, ", "), Hint: textRolesHint}
	switch {
	case place.Platform != "slack":
		inputs = append(inputs, roles)
	case len(b.Groups) > 0: // Slack tells who is in a group only to those who ask for it by name
		roles.Kind, roles.Choices, roles.Hint = chat.InputMany, b.Groups, textGroupsHint
		roles.Value = strings.Join(slices.DeleteFunc(slices.Clone(known.Roles), func(r string) bool { return !slices.Contains(b.Groups, r) }), "\n")
		inputs = append(inputs, roles)
	}
	return append(inputs, chat.Input{Name: inputChannels, Label: textChannels, Kind: chat.InputLine, Value: strings.Join(known.Channels, ", "), Hint: textChannelsHint})
}

// firstFields are the values of a plugin's login that a form has room for.
func firstFields(p *plugin.Plugin) []account.Field {
	fields := p.Login().Fields
	return fields[:min(len(fields), maxFields)]
}

// prefixInputs ask what precedes the keys that go into headers.
func prefixInputs(p *plugin.Plugin) []chat.Input {
	var inputs []chat.Input
	for _, o := range p.Usable() {
		ways, _ := p.Ways(o)
		for _, s := range slices.Concat(ways...) {
			name := inputPrefix + s.Field
			if s.In != "header" || s.User != "" || s.Field == account.FieldAccess || len(inputs) == maxFields ||
				slices.ContainsFunc(inputs, func(in chat.Input) bool { return in.Name == name }) {
				continue
			}
			inputs = append(inputs, chat.Input{
				Name: name, Label: markdown.Line(fmt.Sprintf(textPrefix, s.Name), 45), Kind: chat.InputLine, Value: strings.TrimRight(s.Prefix, " "), Hint: textPrefixHint,
			})
		}
	}
	return inputs
}

// loginSetting is what an administrator filled in.
type loginSetting struct {
	choice plugin.LoginChoice
	client account.Client // of OAuth; without a secret it stays, where the id is the same
	// Of a shared account: its credential, nil where it stays, and who may use it.
	shared          account.Credential
	roles, channels []string
}

// readLoginForm reads a form that sets a login, and says what is wrong with it.
func readLoginForm(b *bot.Bot, place chat.Place, p *plugin.Plugin, button bot.ButtonAction, s loginState, values map[string]string) (l loginSetting, faults []chat.Fault) {
	fault := func(input, message string) { faults = append(faults, chat.Fault{Input: input, Message: message}) }
	p = chosen(p, button.Kind)
	l.choice = p.LoginChoice
	if button.Kind != account.OAuth && !p.Locked {
		for _, in := range prefixInputs(p) {
			prefix, asked := values[in.Name]
			if !asked {
				continue
			}
			l.setPrefix(strings.TrimPrefix(in.Name, inputPrefix), prefix)
			if err := l.choice.Check(); err != nil {
				fault(in.Name, bot.Sentence(err))
				return l, faults
			}
		}
	}
	switch button.Kind {
	case account.OAuth:
		l.readClient(p, values, fault)
	case account.ServiceKey:
		known, again := s.known()
		l.readShared(p, values, again && known.State != account.Revoked, fault)
		l.roles = IDs(values[inputRoles], inputRoles, textWantRole, "", fault)
		here := ""
		if at := button.Place; at != nil && !at.Direct {
			here = at.Channel
		}
		l.channels = IDs(values[inputChannels], inputChannels, textWantChannel, here, fault)
		for _, role := range l.roles {
			if place.Platform == "slack" && !slices.Contains(b.Groups, role) {
				fault(inputRoles, fmt.Sprintf(textUnknownGroup, role))
				break
			}
		}
	case account.UserKey, account.None:
	}
	return l, faults
}

// setPrefix takes what precedes the value of a field, with the space that stands between them.
func (l *loginSetting) setPrefix(field, prefix string) {
	prefix = strings.TrimSpace(prefix)
	if prefix != "" && !strings.HasSuffix(prefix, "=") && !strings.HasSuffix(prefix, ":") {
		prefix += " "
	}
	prefixes := map[string]string{}
	maps.Copy(prefixes, l.choice.Prefixes) // the plugin's own is shared
	prefixes[field] = prefix
	l.choice.Prefixes = prefixes
}

// readClient reads the form for OAuth.
func (l *loginSetting) readClient(p *plugin.Plugin, values map[string]string, fault func(input, message string)) {
	field := account.Field{Name: inputClientID, Label: textClientID}
	id, err := account.Typed(field, secret.Text(values[inputClientID]))
	if err != nil {
		fault(inputClientID, bot.Sentence(err))
		return
	}
	l.client.ID = id.Reveal()
	if strings.TrimSpace(values[inputClientSecret]) != "" {
		field.Label = textClientSecret
		if l.client.Secret, err = account.Typed(field, secret.Text(values[inputClientSecret])); err != nil {
			fault(inputClientSecret, bot.Sentence(err))
			return
		}
	}
	if p.Locked {
		return
	}
	if scope, asked := values[inputScope]; asked {
		l.choice.Scope = ""
		usual := ""
		if provider := p.WithLogin(l.choice).Login().Provider; provider != nil {
			usual = provider.Scope
		}
		if scope = strings.Join(strings.Fields(scope), " "); scope != strings.Join(strings.Fields(usual), " ") {
			l.choice.Scope = scope
		}
	}
	for place, shown := range secretPlaces {
		if values[inputSecretPlace] == shown {
			l.choice.Secret = place
		}
	}
	if ticked, asked := values[inputHosts]; asked {
		l.choice.Hosts = nil
		for _, host := range strings.FieldsFunc(ticked, func(r rune) bool { return r == '\n' }) {
			if !slices.Contains(p.LoginHosts(), host) {
				fault(inputHosts, fmt.Sprintf(textNotItsHost, p.Human(), markdown.Line(markdown.Visible(host), 80)))
				return
			}
			l.choice.Hosts = append(l.choice.Hosts, host)
		}
	}
	if err := l.choice.Check(); err != nil {
		fault(inputScope, bot.Sentence(err))
	}
}

// readShared reads the values of a shared account. Where there is one, all may stay empty.
func (l *loginSetting) readShared(p *plugin.Plugin, values map[string]string, again bool, fault func(input, message string)) {
	fields := firstFields(p)
	typed := slices.ContainsFunc(fields, func(f account.Field) bool { return strings.TrimSpace(values[inputValue+f.Name]) != "" })
	if again && !typed {
		return
	}
	l.shared = account.Credential{}
	for _, field := range fields {
		text := values[inputValue+field.Name]
		value, err := account.Typed(field, secret.Text(text))
		if err != nil {
			fault(inputValue+field.Name, bot.Sentence(err))
			continue
		}
		l.shared[field.Name] = value
	}
}

var (
	platformID = regexp.MustCompile(`^[A-Z0-9]{2,64}$`)
	// marked is a role or channel as messengers write it in a text, or a channel's address.
	marked = regexp.MustCompile(`^(?:<[@#]&?!?(?:subteam\^)?([A-Z0-9]+)(?:\|[^>]*)?>|https://\S+/([A-Z0-9]+)/?)$`)
)

// IDs reads ids of roles, channels or members, as they are or as messengers write them. here is the channel that the
// word stands for; empty: there is none.
func IDs(text, input, want, here string, fault func(input, message string)) []string {
	var ids []string
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == ';' }) {
		id := word
		if m := marked.FindStringSubmatch(word); m != nil {
			id = cmp.Or(m[1], m[2])
		} else if bare := strings.TrimLeft(word, "@#&"); platformID.MatchString(bare) { // as an option of a command has it
			id = bare
		}
		if strings.EqualFold(word, textHere) && here != "" {
			id = here
		} else if !platformID.MatchString(id) {
			fault(input, fmt.Sprintf(want, markdown.Line(markdown.Visible(word), 60)))
			return nil
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) > maxAllowed {
		fault(input, fmt.Sprintf(textTooManyAllowed, maxAllowed))
	}
	return ids
}

// CheckLogin judges a form that sets a login.
func CheckLogin(ctx context.Context, b *bot.Bot, e chat.Event, p *plugin.Plugin, button bot.ButtonAction) ([]chat.Fault, error) {
	s, err := readLoginState(ctx, b, e.Place, p)
	if err != nil {
		return nil, err
	}
	_, faults := readLoginForm(b, e.Place, p, button, s, e.Filled.Values)
	return faults, nil
}

// SetLogin sets the login of a plugin as its form says. What is secret of it is kept before
// the answer is: worked once more, the same is kept again.
func SetLogin(ctx context.Context, x *bot.Exchange, p *plugin.Plugin, button bot.ButtonAction) error {
	if ok, err := Is(ctx, x); err != nil || !ok {
		return err
	}
	s, err := readLoginState(ctx, x.Bot, x.Event.Place, p)
	if fault := bot.FormFault(""); errors.As(err, &fault) {
		return x.Note(ctx, string(fault))
	}
	if err != nil {
		return err
	}
	if s.given(button.Kind) {
		return x.Note(ctx, fmt.Sprintf(textLoginGiven, p.Human()))
	}
	l, faults := readLoginForm(x.Bot, x.Event.Place, p, button, s, x.Event.Filled.Values)
	if len(faults) > 0 {
		return x.Note(ctx, faults[0].Message)
	}
	c := store.Commit{Audits: x.Audit("login.set", bot.AuditPlugin(p))}
	if !p.Locked {
		record, err := x.Bot.Plugins.ChooseLogin(x.Event.Place, p, l.choice)
		if err != nil {
			return err
		}
		c.Puts = append(c.Puts, record)
		p = p.WithLogin(l.choice)
	}
	if err := keepLogin(ctx, x, p, button.Kind, l, s); err != nil {
		return err
	}
	if s, err = readLoginState(ctx, x.Bot, x.Event.Place, p); err != nil {
		return err
	}
	r := x.NewReply(s.done(ctx, x, p, button.Kind))
	r.Private = true
	err = x.Reply(c, r)
	if errors.Is(err, store.ErrConflict) {
		return x.Note(ctx, textSetMeanwhile)
	}
	return err
}

// keepLogin keeps what is secret of a setting.
func keepLogin(ctx context.Context, x *bot.Exchange, p *plugin.Plugin, kind account.Kind, l loginSetting, s loginState) error {
	accounts, scope := x.Bot.Logins.Accounts, x.Bot.Scope(x.Event.Place)
	switch kind {
	case account.OAuth:
		if l.client.Secret == "" && l.client.ID == s.client.ID {
			l.client.Secret = s.client.Secret
		}
		return accounts.SetClient(ctx, scope, p.ID, l.client)
	case account.ServiceKey:
		known, again := s.known()
		if l.shared == nil && again {
			_, err := accounts.Share(ctx, accounts.Key(known), l.roles, l.channels)
			return err
		}
		_, err := accounts.Put(ctx, account.Account{
			ID: known.ID, Scope: scope, Plugin: p.ID, Member: x.Event.Member, Label: plugin.SharedLabel(p), Kind: account.ServiceKey,
			Hosts: p.Hosts(), Roles: l.roles, Channels: l.channels, Connection: bot.NewID(),
		}, l.shared)
		return err
	case account.UserKey, account.None:
	}
	return nil
}

// done says what was set, and what comes next.
func (s loginState) done(ctx context.Context, x *bot.Exchange, p *plugin.Plugin, kind account.Kind) markdown.Document {
	switch kind {
	case account.OAuth:
		doc := bot.Paragraph(fmt.Sprintf(textClientSet, p.Human()))
		doc.Blocks = append(doc.Blocks, s.register(p)...)
		if hosts := p.LoginHostsToAllow(); len(hosts) > 0 && !p.Locked {
			doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(fmt.Sprintf(textStillToAllow, strings.Join(hosts, ", ")))))
		} else if s.page {
			doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(textThenConnect), markdown.Mono("/plugins connect "+p.Name), markdown.Text(".")))
		}
		return doc
	case account.ServiceKey:
		a, ok := s.known()
		if !ok || len(a.Roles)+len(a.Channels) == 0 {
			return bot.Paragraph(fmt.Sprintf(textSharedNobody, p.Human(), p.Name))
		}
		a.Roles, a.Channels = Named(ctx, x, "@", a.Roles), Named(ctx, x, "#", a.Channels)
		return bot.Paragraph(fmt.Sprintf(textSharedSet, a.Label, sharedWith(a)))
	case account.UserKey, account.None:
	}
	return bot.Paragraph(fmt.Sprintf(textKeysSet, p.Human(), p.Name))
}

// Named are roles or channels by their names as far as the platform tells them. Discord writes
// a role with "@&".
func Named(ctx context.Context, x *bot.Exchange, mark string, ids []string) []string {
	namer, ok := x.Adapter.(chat.Namer)
	if !ok {
		return ids
	}
	if mark == "@" && x.Event.Place.Platform == "discord" {
		mark = "@&"
	}
	marks := make([]string, len(ids))
	for i, id := range ids {
		marks[i] = mark + id
	}
	names := namer.Names(ctx, x.Event.Place, marks)
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = cmp.Or(markdown.Line(names[marks[i]], 60), id)
	}
	return out
}
