package command

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"aidesk/bots/admin"
	"aidesk/bots/bot"
	"aidesk/core/account"
	"aidesk/core/chat"
	"aidesk/core/egress"
	"aidesk/core/plugin"
	"aidesk/core/secret"
	"aidesk/core/secret/workspace"
	"aidesk/store"
	"aidesk/store/bolt"
)

// canary is in every secret that is typed here.
const canary = "c4n4ry"

// desk is a bot with accounts and no messenger.
type desk struct {
	t        *testing.T
	db       *bolt.DB
	bot      *bot.Bot
	accounts *account.Accounts
	place    chat.Place
	member   chat.Member // who acts

	said    []string // what was answered, buttons in brackets
	buttons []bot.ButtonAction
	audits  []string
	log     strings.Builder
}

func (d *desk) Platform() string                                         { return d.place.Platform }
func (d *desk) Run(context.Context, chat.Handler, chat.Keeper) error     { return nil }
func (d *desk) Send(context.Context, chat.Reply, string) (string, error) { return "", nil }
func (d *desk) Member(context.Context, chat.Place, string) (chat.Member, error) {
	return d.member, nil
}

// site serves a plugin: its manifest's auth, and a document with security as it is given.
func site(t *testing.T, auth, security string) string {
	t.Helper()
	var address string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/openapi.yaml" {
			fmt.Fprintf(w, `openapi: 3.0.3
info: {title: Trello, version: "1"}
servers: [{url: "http://%s"}]
paths: {/cards: {get: {operationId: listCards, responses: {"200": {description: d}}}}}
%s`, address, security)
			return
		}
		fmt.Fprintf(w, `{"schema_version":"v1","name_for_model":"trello","name_for_human":"Trello","description_for_model":"d","description_for_human":"d",
"auth":%s,"api":{"type":"openapi","url":"http://%s/openapi.yaml"},"logo_url":"http://%s/l","contact_email":"a@b.example","legal_info_url":"http://%s/legal"}`,
			strings.ReplaceAll(auth, "HOST", address), address, address, address)
	}))
	t.Cleanup(server.Close)
	address = server.Listener.Addr().String()
	return address
}

const (
	wantsNone   = `{"type":"none"}`
	wantsOAuth  = `{"type":"oauth","client_url":"http://HOST/login","authorization_url":"http://HOST/token","scope":"read","authorization_content_type":"application/json"}`
	wantsHosts  = `{"type":"oauth","client_url":"https://id.example/login","authorization_url":"https://id.example/token","scope":"read"}`
	wantsKey    = `{"type":"service_http","authorization_type":"bearer"}`
	wantsMyKey  = `{"type":"user_http","authorization_type":"bearer"}`
	inAuthority = "components: {securitySchemes: {k: {type: apiKey, in: header, name: Authorization}}}\nsecurity: [{k: []}]\n"
)

// newDesk makes a desk with one plugin, which an administrator added or the configuration names.
func newDesk(t *testing.T, auth, security string, configured *plugin.Configured, change func(*bot.Bot, string)) *desk {
	t.Helper()
	db, err := bolt.Open(filepath.Join(t.TempDir(), "desk.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	address := site(t, auth, security)
	rules := egress.Rules{AllowAll: true, AllowHosts: []string{address}}
	if configured != nil {
		rules.Trusted = []egress.Trusted{{Host: address, Plugin: address}}
	}
	guard, err := egress.New(rules)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := secret.Parse([]string{secret.Generate("k1")})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, db: db, place: chat.Place{Platform: "slack", Workspace: "T1", Channel: "C1"}, member: chat.Member{ID: "U1", Name: "Ann", Admin: true}}
	now := func() time.Time { return time.Date(2026, 5, 3, 9, 0, 0, 0, time.UTC) }
	logger := slog.New(slog.NewTextHandler(&d.log, nil))
	d.accounts = &account.Accounts{Records: db, Hold: db.Hold, Owner: "test", Seals: workspace.New(ring, db), Guard: guard, Now: now, Logger: logger}
	registry := &plugin.Registry{Bot: "desk", Records: db, Guard: guard, Logger: logger, Now: now, Accounts: d.accounts}
	d.bot = &bot.Bot{Name: "desk", Adapters: []chat.Adapter{d}, Plugins: registry, Logins: &bot.Logins{
		Connections: &account.Connections{Accounts: d.accounts, Redirect: "https://desk.example/oauth/callback"},
		Link:        func(token string) string { return "https://desk.example/oauth/start?t=" + token },
	}}
	if change != nil {
		change(d.bot, address)
	}
	if configured != nil {
		configured.Source = "http://" + address
		if err := registry.Configure(t.Context(), []plugin.Configured{*configured}); err != nil {
			t.Fatal(err)
		}
		return d
	}
	p, err := registry.Read(t.Context(), d.place, "http://"+address)
	if err != nil {
		t.Fatal(err)
	}
	record, err := registry.Register(d.place, p.Registration, plugin.Stamp{By: d.member.ID, At: now()})
	if err == nil {
		_, err = db.Put(t.Context(), record)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// exchange is an event of whoever acts.
func (d *desk) exchange(e chat.Event) *bot.Exchange {
	e.Place, e.Member = d.place, d.member.ID
	d.said, d.buttons, d.audits = nil, nil, nil
	return &bot.Exchange{
		Bot: d.bot, Adapter: d, Store: d.db, Now: d.accounts.Now, Logger: slog.New(slog.DiscardHandler), Conversation: "c", Event: e, ReplyID: "r",
		Commit: d.commit,
	}
}

func (d *desk) commit(c store.Commit) error {
	for _, r := range c.Puts {
		if _, err := d.db.Put(d.t.Context(), r); err != nil {
			return err
		}
	}
	for _, b := range c.Buttons {
		var a bot.ButtonAction
		if err := json.Unmarshal(b.Body, &a); err != nil {
			d.t.Fatal(err)
		}
		d.buttons = append(d.buttons, a)
	}
	for _, a := range c.Audits {
		d.audits = append(d.audits, string(a.Body))
	}
	for _, stored := range c.Replies {
		var r chat.Reply
		if err := json.Unmarshal(stored.Body, &r); err != nil {
			d.t.Fatal(err)
		}
		var text strings.Builder
		if !r.Private {
			text.WriteString("to everybody: ")
		}
		show := func(doc string, buttons []chat.Button) {
			text.WriteString(doc)
			for _, b := range buttons {
				fmt.Fprintf(&text, " [%s]", b.Label)
			}
		}
		show(r.Text.Text(), nil)
		for _, row := range r.Rows {
			show("\n"+row.Text.Text(), row.Buttons)
		}
		show("", r.Buttons)
		d.said = append(d.said, text.String())
	}
	return nil
}

// command works a typed line.
func (d *desk) command(line string) string {
	d.t.Helper()
	c, err := Table.Parse(line)
	if err != nil {
		return err.Error()
	}
	if err := Run(d.t.Context(), d.exchange(chat.Event{ID: "e", Command: &c}), nil); err != nil {
		d.t.Fatalf("%s: %v", line, err)
	}
	return d.answer()
}

func (d *desk) answer() string {
	d.t.Helper()
	all := strings.Join(d.said, "\n")
	if strings.Contains(all+strings.Join(d.audits, "")+d.log.String(), canary) {
		d.t.Errorf("a secret is shown: %s", all)
	}
	return all
}

// plugin is the only one.
func (d *desk) plugin() *plugin.Plugin {
	d.t.Helper()
	all, err := d.bot.Plugins.List(d.t.Context(), d.place)
	if err != nil || len(all) != 1 {
		d.t.Fatalf("%d plugins, %v", len(all), err)
	}
	return all[0]
}

// set fills in the form for a kind of login: what is asked for and not named is as it stands there.
func (d *desk) set(kind account.Kind, values map[string]string) (said string, faults []chat.Fault) {
	d.t.Helper()
	button, p := bot.ButtonAction{Do: bot.DoLogin, Member: d.member.ID, Kind: kind, Place: &d.place}, d.plugin()
	form, err := admin.LoginForm(d.t.Context(), d.bot, d.place, "f", p, button)
	if err != nil {
		d.t.Fatal(err)
	}
	filled := map[string]string{}
	for _, in := range form.Inputs {
		filled[in.Name] = in.Value
		if in.Kind == chat.InputSecret && in.Value != "" {
			d.t.Errorf("the form shows the secret of %s", in.Name)
		}
	}
	for name, value := range values {
		if _, asked := filled[name]; !asked {
			d.t.Fatalf("the form does not ask for %s, but for %v", name, form.Inputs)
		}
		filled[name] = value
	}
	e := chat.Event{ID: "e", Place: d.place, Member: d.member.ID, Filled: &chat.Submitted{Form: "f", Values: filled}}
	if faults, err = admin.CheckLogin(d.t.Context(), d.bot, e, p, button); err != nil {
		d.t.Fatal(err)
	}
	if err := admin.SetLogin(d.t.Context(), d.exchange(e), p, button); err != nil {
		d.t.Fatal(err)
	}
	return d.answer(), faults
}

func wants(t *testing.T, got string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("%q is not in:\n%s", w, got)
		}
	}
}

// TestLoginOAuth: the client is kept, the redirect address is shown exactly, and a secret stays
// where it is not typed again.
func TestLoginOAuth(t *testing.T) {
	t.Parallel()
	d := newDesk(t, wantsOAuth, "", nil, nil)
	wants(t, d.command("/plugins-admin login trello"), "Login at Trello", "Client ID: none yet", "redirect address", "[Set up members' accounts]")
	wants(t, d.command("/plugins connect trello"), "an administrator has to give its client id")
	said, faults := d.set(account.OAuth, map[string]string{"client_id": "id-1", "client_secret": canary})
	redirect := d.bot.Logins.RedirectURL(*d.plugin().Login().Provider, "id-1")
	if wants(t, said, "The client of Trello is set.", redirect, "/plugins connect trello"); len(faults) > 0 {
		t.Errorf("faults: %v", faults)
	}
	wants(t, strings.Join(d.audits, ""), `"action":"login.set"`, `"id":"U1"`)
	wants(t, d.command("/plugins-admin login trello"), "id-1", redirect)
	wants(t, d.command("/plugins connect trello"), "Connect your account at Trello")
	client := func(id, value string) {
		t.Helper()
		got, err := d.accounts.Client(t.Context(), d.bot.Scope(d.place), d.plugin().ID)
		if err != nil || got.ID != id || got.Secret.Reveal() != value {
			t.Errorf("the client is %q with %q, %v", got.ID, got.Secret.Reveal(), err)
		}
	}
	client("id-1", canary)
	d.set(account.OAuth, map[string]string{"scope": "read  write", "secret": "in the header"})
	client("id-1", canary)
	if p := d.plugin(); p.Login().Provider.Scope != "read write" || !p.Login().Provider.Basic {
		t.Errorf("the provider is %+v", p.Login().Provider)
	}
	d.set(account.OAuth, map[string]string{"scope": ""})
	if got := d.plugin(); got.Login().Provider.Scope != "read" || got.LoginChoice.Scope != "" {
		t.Errorf("the scope is %q", got.Login().Provider.Scope)
	}
	d.set(account.OAuth, map[string]string{"client_id": "id-2"}) // the secret was another client's
	client("id-2", "")
	for name, values := range map[string]map[string]string{
		"Client ID is empty.":                   {"client_id": " "},
		"Client ID has a line break in it.":     {"client_id": "a\nb"},
		"Client secret has a line break in it.": {"client_secret": "a\nb"},
		"The scope must be one line of at most": {"scope": strings.Repeat("x", 5000)},
	} {
		said, faults := d.set(account.OAuth, values)
		if wants(t, said, name); len(faults) != 1 {
			t.Errorf("%s: %v", name, faults)
		}
		client("id-2", "")
	}
}

// TestLoginLongScope: a scope that no form can show stays as it is.
func TestLoginLongScope(t *testing.T) {
	t.Parallel()
	d := newDesk(t, wantsOAuth, "", nil, nil)
	d.set(account.OAuth, map[string]string{"client_id": "id", "scope": strings.Repeat("scope ", 600)})
	before := d.plugin().Login().Provider.Scope
	said, _ := d.set(account.OAuth, map[string]string{"client_id": "id"})
	if wants(t, said, "The client of Trello is set."); d.plugin().Login().Provider.Scope != before || len(before) <= 2000 {
		t.Errorf("the scope has changed from %d to %d bytes", len(before), len(d.plugin().Login().Provider.Scope))
	}
}

// TestLoginHosts: pages elsewhere are allowed one by one, and by nobody else than an administrator.
func TestLoginHosts(t *testing.T) {
	t.Parallel()
	d := newDesk(t, wantsHosts, "", nil, nil)
	wants(t, d.command("/plugins-admin login trello"), "To be allowed: id.example")
	said, _ := d.set(account.OAuth, map[string]string{"client_id": "id"})
	wants(t, said, "Members cannot connect yet: nobody has allowed id.example.")
	said, _ = d.set(account.OAuth, map[string]string{"hosts": "evil.example"})
	wants(t, said, "Trello has no login page at evil.example.")
	said, _ = d.set(account.OAuth, map[string]string{"hosts": "id.example"})
	wants(t, said, "Then members connect")
	if left := d.plugin().LoginHostsToAllow(); len(left) > 0 {
		t.Errorf("still to allow: %v", left)
	}
	d.set(account.OAuth, map[string]string{"hosts": ""})
	if left := d.plugin().LoginHostsToAllow(); len(left) != 1 {
		t.Errorf("taken back, and still allowed: %v", left)
	}
	d.member.Admin = false
	if said, _ = d.set(account.OAuth, map[string]string{"hosts": "id.example"}); said != "This is for administrators." || len(d.plugin().LoginHostsToAllow()) != 1 {
		t.Errorf("a member who is no administrator: %q", said)
	}
}

// TestLoginShared: a key of the workspace is nobody's to use until roles or channels are named.
func TestLoginShared(t *testing.T) {
	t.Parallel()
	d := newDesk(t, wantsKey, "", nil, func(b *bot.Bot, _ string) { b.Groups = []string{"S1", "S2"} })
	uses := func(m chat.Member, at chat.Place) bool {
		t.Helper()
		_, ok, err := d.bot.Plugins.AccountOf(t.Context(), at, m, d.plugin())
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	wants(t, d.command("/plugins info trello"), "Account: no key yet, an administrator gives it")
	said, _ := d.set(account.ServiceKey, map[string]string{"value:key": " "})
	wants(t, said, "Key is empty.")
	said, _ = d.set(account.ServiceKey, map[string]string{"value:key": canary + "1"})
	wants(t, said, "nobody may use it yet")
	if uses(d.member, d.place) {
		t.Error("a key that was given to nobody is used")
	}
	wants(t, d.command("/plugins list"), "shared by this workspace, but not with you here")
	said, faults := d.set(account.ServiceKey, map[string]string{"roles": "S2", "channels": "here, <#C7|ops> https://x.slack.com/archives/C8"})
	if wants(t, said, "Trello, shared by this workspace: set, for S2, in C1, C7, C8."); len(faults) > 0 {
		t.Errorf("faults: %v", faults)
	}
	group := chat.Member{ID: "U2", Roles: []string{"S2"}}
	for _, c := range []struct {
		name string
		m    chat.Member
		at   chat.Place
		want bool
	}{
		{"the role in the channel", group, d.place, true},
		{"the role elsewhere", group, chat.Place{Platform: "slack", Workspace: "T1", Channel: "C2"}, false},
		{"another role", chat.Member{ID: "U2", Roles: []string{"S1"}}, d.place, false},
		{"a guest", chat.Member{ID: "U2", Roles: []string{"S2"}, Guest: true}, d.place, false},
		{"another workspace", group, chat.Place{Platform: "slack", Workspace: "T2", Channel: "C1"}, false},
	} {
		if got := uses(c.m, c.at); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
	d.member.Roles = []string{"S2"}
	wants(t, d.command("/plugins list"), "off, shared by this workspace, since 3 May")
	wants(t, d.command("/plugins info trello"), "Account: shared by this workspace, since 3 May")
	for want, values := range map[string]map[string]string{
		"I know the members of S9 only": {"roles": "S9"},
		"“#ops” is no id of a channel":  {"channels": "#ops"},
		"“everyone” is no id of a role": {"roles": "everyone"},
		"Key has a line break in it.":   {"value:key": "a\nb"},
		"At most 50 can be named here.": {"channels": many(51)},
	} {
		said, faults := d.set(account.ServiceKey, values)
		if wants(t, said, want); len(faults) == 0 {
			t.Errorf("%s: no fault in the form", want)
		}
	}
	all, err := d.accounts.List(t.Context(), d.bot.Scope(d.place))
	if err != nil || len(all) != 1 || !slices.Equal(all[0].Channels, []string{"C1", "C7", "C8"}) {
		t.Errorf("kept are %+v, %v", all, err)
	}
	c, _, err := d.accounts.Use(t.Context(), d.accounts.Key(all[0]))
	if err != nil || c["key"].Reveal() != canary+"1" {
		t.Errorf("the key: %v", err)
	}
	d.set(account.ServiceKey, map[string]string{"value:key": canary + "2"})
	if c, _, err = d.accounts.Use(t.Context(), d.accounts.Key(all[0])); err != nil || c["key"].Reveal() != canary+"2" {
		t.Errorf("the new key: %v", err)
	}
}

// many are channels.
func many(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("C%d", 1000+i))
	}
	return strings.Join(all, ",")
}

// TestLoginPrefix: an administrator says what precedes a key of which the document does not.
func TestLoginPrefix(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ typed, want string }{{"Bot", "Bot "}, {" Token token= ", "Token token="}, {"", ""}, {"Bearer ", "Bearer "}} {
		d := newDesk(t, wantsNone, inAuthority, nil, nil)
		wants(t, d.command("/plugins-admin login trello"), "an administrator can name it", "[Each member's own key] [One key for the workspace]")
		said, faults := d.set(account.UserKey, map[string]string{"prefix:key:k": c.typed})
		if wants(t, said, "Each member gives their own key of Trello, with /plugins connect trello."); len(faults) > 0 {
			t.Errorf("%q: %v", c.typed, faults)
		}
		p := d.plugin()
		ways, _ := p.Ways(p.Usable()[0])
		if len(ways) != 1 || ways[0][0].Prefix != c.want {
			t.Errorf("%q: the ways are %+v", c.typed, ways)
		}
	}
	d := newDesk(t, wantsNone, inAuthority, nil, nil)
	said, _ := d.set(account.UserKey, map[string]string{"prefix:key:k": "Be\x00ar"})
	wants(t, said, "must be at most 40 letters")
}

// TestLoginConfigured: what the configuration gives is changed only there; what it does not
// give may come from the chat.
func TestLoginConfigured(t *testing.T) {
	t.Parallel()
	given := func(b *bot.Bot, address string) {
		b.Plugins.Shared = map[string]plugin.SharedLogin{address: {Values: account.Credential{"key": canary}, Channels: []string{"C1"}}}
		b.Logins.Accounts.Clients = func(scope, id string) (account.Client, bool) {
			return account.Client{ID: "conf", Secret: canary}, id == address && strings.HasPrefix(scope, "desk/")
		}
	}
	d := newDesk(t, wantsKey, "", &plugin.Configured{Default: true}, given)
	said := d.command("/plugins-admin login trello")
	if wants(t, said, "in C1; in the configuration"); strings.Contains(said, "[") {
		t.Errorf("it can be changed: %s", said)
	}
	said, _ = d.set(account.ServiceKey, map[string]string{"value:key": canary + "2", "channels": "C2"})
	wants(t, said, "comes from the configuration and is changed only there")
	wants(t, d.command("/plugins list"), "shared by this workspace, since 3 May")
	said = d.command("/plugins-admin accounts")
	if wants(t, said, "Trello, shared by this workspace (Trello): connected; in C1; in the configuration; since 3 May 2026; never used."); strings.Contains(said, "Revoke") {
		t.Errorf("it can be ended: %s", said)
	}
	a, ok, err := d.bot.Plugins.AccountOf(t.Context(), d.place, d.member, d.plugin())
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if err := admin.Revoke(t.Context(), d.exchange(chat.Event{ID: "e"}), bot.ButtonAction{Account: d.accounts.Key(a), On: true}); err != nil {
		t.Fatal(err)
	}
	wants(t, d.answer(), "is ended only there")
	c, _, err := d.accounts.Use(t.Context(), d.accounts.Key(a))
	if err != nil || c["key"].Reveal() != canary {
		t.Errorf("the key of the configuration: %v", err)
	}

	// The next start gives none: the account ends.
	d.bot.Plugins.Shared = nil
	if err := d.bot.Plugins.Configure(t.Context(), []plugin.Configured{{Source: d.plugin().Source}}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.accounts.Get(t.Context(), d.accounts.Key(a)); err == nil {
		t.Error("the key that the configuration gives no more is still kept")
	}
	said, _ = d.set(account.ServiceKey, map[string]string{"value:key": canary + "3", "channels": "C1"})
	wants(t, said, "set, in C1")

	d = newDesk(t, wantsOAuth, "", &plugin.Configured{}, given)
	d.bot.Plugins.Shared = nil
	said = d.command("/plugins-admin login trello")
	if wants(t, said, "conf", "Set: in the configuration", d.bot.Logins.RedirectURL(*d.plugin().Login().Provider, "conf")); strings.Contains(said, "[") {
		t.Errorf("it can be changed: %s", said)
	}
	said, _ = d.set(account.OAuth, map[string]string{"client_id": "mine"})
	wants(t, said, "comes from the configuration")
	d.accounts.Clients = nil
	said, _ = d.set(account.OAuth, map[string]string{"client_id": "mine", "client_secret": canary})
	wants(t, said, "The client of Trello is set.")
}

// TestAccounts: who is connected, and how an administrator ends that.
func TestAccounts(t *testing.T) {
	t.Parallel()
	d := newDesk(t, wantsMyKey, "", nil, nil)
	wants(t, d.command("/plugins-admin accounts"), "No account is connected.")
	wants(t, d.command("/plugins list"), "not connected: /plugins connect trello")
	p := d.plugin()
	put := func(member, plugin string) account.Account {
		t.Helper()
		a, err := d.accounts.Put(t.Context(), account.Account{
			Scope: d.bot.Scope(d.place), Plugin: plugin, Owner: d.bot.Owner(d.place, member), Member: member, Label: member + "'s Trello",
			Kind: account.UserKey, Hosts: p.Hosts(), Scopes: "read write",
		}, account.Credential{"key": canary})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	mine, other := put("U1", p.ID), put("U2", p.ID)
	put("U3", "gone.example")
	wants(t, d.command("/plugins list"), "your account, since 3 May")
	said := d.command("/plugins-admin accounts")
	wants(t, said, "U1's Trello (Trello): connected; of member U1; since 3 May 2026; never used; for read write. [Revoke]", "U3's Trello (gone.example)")
	said = d.command("/plugins-admin accounts trello")
	if wants(t, said, "U2's Trello"); strings.Contains(said, "U3") {
		t.Errorf("of one plugin: %s", said)
	}
	press := func(a bot.ButtonAction) string {
		t.Helper()
		if err := admin.Revoke(t.Context(), d.exchange(chat.Event{ID: "e"}), a); err != nil {
			t.Fatal(err)
		}
		return d.answer()
	}
	wants(t, press(bot.ButtonAction{Do: bot.DoRevoke, Account: d.accounts.Key(mine)}), "U1's Trello is no longer connected.")
	wants(t, strings.Join(d.audits, ""), `"action":"account.revoked"`, `{"kind":"member","id":"U1"}`, `"account":"`)
	wants(t, press(bot.ButtonAction{Do: bot.DoRevoke, Account: d.accounts.Key(mine)}), "This account is no longer connected.")
	wants(t, press(bot.ButtonAction{Do: bot.DoRevoke, Account: d.accounts.Key(other)}), "belongs to somebody else", "[Revoke U2's Trello]")
	if _, err := d.accounts.Get(t.Context(), d.accounts.Key(other)); err != nil || len(d.buttons) != 1 || len(d.audits) > 0 {
		t.Fatalf("ended without a word: %v", err)
	}
	again := d.buttons[0]
	d.member.Admin = false
	wants(t, press(again), "This is for administrators.")
	wants(t, d.command("/plugins-admin accounts"), "is for administrators")
	wants(t, d.command("/plugins-admin login trello"), "is for administrators")
	d.member.Admin = true
	d.place.Workspace = "T2"
	wants(t, press(again), "This account is no longer connected.") // of another workspace nothing can be learned
	d.place.Workspace = "T1"
	wants(t, press(again), "U2's Trello is no longer connected.")
	wants(t, d.command("/plugins list"), "not connected")

	for i := range 23 {
		put(fmt.Sprintf("U%d", 100+i), p.ID)
	}
	said = d.command("/plugins-admin accounts")
	if wants(t, said, "These are the first 20 of 24; and 4 more."); strings.Count(said, "[Revoke]") != 20 {
		t.Errorf("%d buttons", strings.Count(said, "[Revoke]"))
	}
}

// TestLoginBadInput: each mistake is answered with one plain line, for the member alone.
func TestLoginBadInput(t *testing.T) {
	t.Parallel()
	oauth, none := newDesk(t, wantsOAuth, "", nil, nil), newDesk(t, wantsNone, "", nil, nil)
	for _, c := range []struct {
		d    *desk
		line string
		want string
	}{
		{oauth, "/plugins-admin login nothing", "There is no plugin “nothing” here. There are: trello."},
		{oauth, "/plugins-admin login", "login"},
		{oauth, "/plugins-admin accounts nothing", "There is no plugin “nothing” here. There are: trello."},
		{none, "/plugins-admin login trello", "Trello wants no login, so there is nothing to set."},
	} {
		got := c.d.command(c.line)
		if wants(t, got, c.want); strings.Contains(got, "\n") || strings.HasPrefix(got, "to everybody") || len(c.d.buttons) > 0 {
			t.Errorf("%s: %q", c.line, got)
		}
	}
	oauth.bot.Logins = nil
	wants(t, oauth.command("/plugins-admin login trello"), "Logins are not set up for this aidesk.")
	wants(t, oauth.command("/plugins-admin accounts"), "Logins are not set up for this aidesk.")
	wants(t, oauth.command("/plugins list"), "trello, off): d")
}

// TestNextStep: after a plugin was read, the next step is named.
func TestNextStep(t *testing.T) {
	t.Parallel()
	for auth, want := range map[string]string{
		wantsOAuth: "/plugins-admin login trello takes the client ID and secret, and shows the redirect address",
		wantsKey:   "Next: /plugins-admin login trello sets its login.",
		wantsNone:  "",
	} {
		d := newDesk(t, auth, "", nil, nil)
		said := d.command("/plugins-admin add http://" + d.plugin().ID)
		if wants(t, said, want, "[Add Trello]"); want == "" && strings.Contains(said, "Next:") {
			t.Errorf("%s: %s", auth, said)
		}
	}
}
