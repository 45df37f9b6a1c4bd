package main

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/cmd/aidesk/logintest"
	"aidesk/core/account"
	"aidesk/core/model/modeltest"
)

// crossing is several messengers of one bot: two workspaces that installed its Slack app, and
// a Discord server.
type crossing struct {
	loginMessenger // the first

	t       *testing.T
	site    *fakeslack.Site
	discord *discordLogins
	proxy   *proxy
}

func (c *crossing) bot() string {
	return fmt.Sprintf(`    slack: {client_id: %q, client_secret: %s, signing_secret: %s, api_base_url: %q}
    discord: {token: %s, api_base_url: %q}
    access: {channels: [%q, %q]}
`, fakeslack.ClientID, fakeslack.ClientSecret, fakeslack.SigningSecret, c.site.APIURL(), fakediscord.Token, c.discord.APIURL(), fakeslack.General, fakediscord.General)
}

// known has both workspaces install the app.
func (c *crossing) known() {
	for _, team := range c.site.Teams {
		installIn(c.t, c.proxy, team.Team.ID)
	}
	c.discord.known()
}

// crossPlace is one of the places, with what is of it alone.
type crossPlace struct {
	at            loginMessenger
	name          string // who its member is at the provider, and in the names of all that is its own
	member, other string // ids
	admin         string
	label         string // of the member's accounts
}

// mark stands in every question that is asked in the place.
func (p crossPlace) mark() string { return "marigold-" + p.name + "-meadow" }

// own is what nothing but the place may have in it.
func (p crossPlace) own() []string {
	return []string{p.mark(), logintest.Private(p.name), key(p.name)}
}

// crossStage is a stage with places. The stage's messenger is the place where something is
// done just now.
type crossStage struct {
	*loginStage

	places []crossPlace
	keys   *logintest.Plugin // wants each member's own key
	vault  *logintest.Plugin // wants a key of the workspace
	extra  *logintest.Plugin // is added in the first place
}

const vaultKey = logintest.Canary + "shared-key"

// newCrossStage starts the program in two workspaces, in which members and channels have the
// same ids, and in a server.
func newCrossStage(t *testing.T) *crossStage {
	t.Helper()
	app := installed(t).WithHTTP("http://127.0.0.1")
	app.Rotates = true
	acme := fakeslack.AcmeConfig(app)
	acme.Users = []fakeslack.User{
		{ID: fakeslack.Ada, Name: "aya", RealName: "Aya Acme", TZ: "Europe/Brussels", Locale: "en-GB", Admin: true, Owner: true},
		{ID: fakeslack.Ben, Name: "bob", RealName: "Bob Acme", TZ: "Europe/Brussels", Locale: "en-GB"},
	}
	acme.Channels = []fakeslack.Channel{{ID: fakeslack.General, Name: "general", Members: []string{fakeslack.AcmeBot, fakeslack.Ada, fakeslack.Ben}}}
	site := faketest.Site(t, fakeslack.Config{App: app, Uninstalled: true}, acme)
	discord := newDiscordLogins(t).(*discordLogins)
	discord.SetUser(fakediscord.User{ID: fakediscord.Ada, Name: "ana", GlobalName: "Ana Guild", Locale: "en-GB"})
	places := []crossPlace{
		{at: &slackLogins{t: t, Slack: site.Teams[0]}, name: "desk", member: fakeslack.Ada, other: fakeslack.Ben, admin: fakeslack.Ada, label: "ada's "},
		{at: &slackLogins{t: t, Slack: site.Teams[1]}, name: "acme", member: fakeslack.Ada, other: fakeslack.Ben, admin: fakeslack.Ada, label: "aya's "},
		{at: discord, name: "guild", member: fakediscord.Ada, other: fakediscord.Ben, admin: fakediscord.Admin, label: "Ana Guild's "},
	}
	bearer := func(users map[string]string) func(*http.Request) (string, bool) {
		return func(r *http.Request) (string, bool) {
			user, ok := users[r.Header.Get("Authorization")]
			return user, ok
		}
	}
	owners := map[string]string{}
	for _, p := range places {
		owners["Bearer "+key(p.name)] = p.name
	}
	provider := logintest.NewProvider(t)
	boards := logintest.NewOAuthPlugin(t, "boards", provider)
	s := &crossStage{
		places: places,
		keys:   logintest.NewPlugin(t, "keys", `{"type":"user_http","authorization_type":"bearer"}`, "", bearer(owners)),
		vault:  logintest.NewPlugin(t, "vault", `{"type":"service_http","authorization_type":"bearer"}`, "", bearer(map[string]string{"Bearer " + vaultKey: "shared"})),
		extra:  logintest.NewPlugin(t, "extra", `{"type":"none"}`, "", func(*http.Request) (string, bool) { return "extra", true }),
	}
	all := &crossing{loginMessenger: places[0].at, t: t, site: site, discord: discord}
	s.loginStage = readyLoginStage(t, all, provider, []string{s.extra.URL}, boards, s.keys, s.vault)
	s.alone, all.proxy = true, s.proxy
	for _, team := range site.Teams {
		team.App = team.App.WithHTTP(s.proxy.URL)
	}
	s.start()
	s.do(tellingAll)
	for _, p := range places {
		s.in(p)
		s.setClients(boards)
	}
	return s
}

var askedFor = regexp.MustCompile(`ask (\w+) now`)

// tellingAll is a model that asks the plugin that a question names, and repeats all private
// words that it reads.
func tellingAll(q modeltest.Query) modeltest.Answer {
	last := q.Last()
	if name := askedFor.FindStringSubmatch(last.Content); last.Role == "user" && name != nil && !privateWords.MatchString(last.Content) {
		return modeltest.Call([2]string{name[1] + "__listBoards", `{}`})
	}
	if words := privateWords.FindAllString(string(q.Body), -1); len(words) > 0 {
		return modeltest.Text("I have read " + strings.Join(words, " and "))
	}
	return modeltest.Text("I have read nothing.")
}

// in goes to a place.
func (s *crossStage) in(p crossPlace) { s.at = p.at }

// rest waits until the program has nothing left to do anywhere.
func (s *crossStage) rest() {
	s.t.Helper()
	for _, p := range s.places {
		faketest.Idle(s.t, p.at)
	}
	s.idle()
}

// ask lets somebody ask a plugin, in a thread of its own.
func (s *crossStage) ask(p crossPlace, user, plugin string) {
	s.t.Helper()
	s.in(p)
	s.at.leave()
	s.at.mention(user, fmt.Sprintf("ask %s now, of the %s", plugin, p.mark()))
}

// card asks a plugin at which somebody has no account, and returns the card.
func (s *crossStage) card(p crossPlace, user, plugin string) shown {
	s.t.Helper()
	s.ask(p, user, plugin)
	return s.direct(user, "Connect "+strings.ToUpper(plugin[:1])+plugin[1:]+" to go on")
}

// answers are how many messages in the member's direct message have the words of their account.
func (s *crossStage) answers(p crossPlace) int {
	n := 0
	for _, m := range p.at.all() {
		if p.at.inDirect(m, p.member) && strings.Contains(m.text, "I have read") && strings.Contains(m.text, logintest.Private(p.name)) {
			n++
		}
	}
	return n
}

// private does what ends in one more answer in the member's direct message.
func (s *crossStage) private(p crossPlace, act func()) {
	s.t.Helper()
	s.in(p)
	before := s.answers(p)
	act()
	s.in(p)
	s.find("an answer for the member of "+p.name, func(shown) bool { return s.answers(p) > before })
}

// command gives an administrator's command and returns what answers it.
func (s *crossStage) command(p crossPlace, text, want string) shown {
	s.t.Helper()
	s.in(p)
	seen := map[string]bool{}
	for _, m := range s.at.all() {
		seen[m.place+m.id] = true
	}
	s.at.command(p.admin, "plugins-admin", text)
	return s.find(text+" answered", func(m shown) bool {
		return !seen[m.place+m.id] && (m.to == p.admin || s.at.inDirect(m, p.admin)) && strings.Contains(m.text, want)
	})
}

// TestLoginCross: one program, one bot, two workspaces of Slack with the same ids in them and a
// server of Discord. Each member's account, the key that one workspace shares, the plugin that
// one administrator added, and every word and result stay where they are.
func TestLoginCross(t *testing.T) {
	t.Parallel()
	s := newCrossStage(t)
	desk := s.places[0]

	// Each connects their own, though others did before; digits count only for their own card.
	var cards []shown
	for _, p := range s.places {
		cards = append(cards, s.card(p, p.member, "boards"))
	}
	if n := len(s.plugin.Calls()); n != 0 {
		t.Fatalf("%d calls without an account", n)
	}
	digits := make([]string, len(cards))
	for i, p := range s.places {
		digits[i] = logintest.NewBrowser(t, p.name).LogIn(s.link(cards[i]))
	}
	for i, p := range s.places {
		s.in(p)
		s.enterForeign(p, cards[i], digits[(i+1)%len(digits)], digits[i])
		if n := len(s.list()); n != 0 {
			t.Errorf("%s: %d accounts by the digits of another place", p.name, n)
		}
		calls := len(s.plugin.Calls())
		s.private(p, func() { s.enter(p.member, cards[i], digits[i]) })
		if n := len(s.plugin.Calls()) - calls; n != 1 {
			t.Errorf("%s: %d calls after the digits", p.name, n)
		}
	}
	for _, p := range s.places {
		card := s.card(p, p.member, "keys")
		s.private(p, func() { s.enter(p.member, card, logintest.NewBrowser(t, p.name).LogIn(s.link(card), key(p.name))) })
	}

	// Then all ask, one after another and all at once; others have no account by it.
	for _, plugin := range []string{"boards", "keys"} {
		for _, p := range s.places {
			s.private(p, func() { s.ask(p, p.member, plugin) })
			s.card(p, p.other, plugin) // and no call, as the number of all will show
		}
		before := make([]int, len(s.places))
		for i, p := range s.places {
			before[i] = s.answers(p)
			s.ask(p, p.member, plugin)
		}
		for i, p := range s.places {
			s.in(p)
			s.find("an answer to all at once", func(shown) bool { return s.answers(p) > before[i] })
		}
	}
	s.rest()

	s.shareIn(desk)
	s.addIn(desk)
	for _, p := range s.places {
		s.listsOnly(p)
	}
	s.rest()
	s.checkCredentials()
	s.checkQueries()
	s.checkShown()
}

// enterForeign types the digits of another place's page into a card, which refuses them.
func (s *crossStage) enterForeign(p crossPlace, card shown, foreign, own string) {
	s.t.Helper()
	if foreign == own {
		return // one time in a million
	}
	s.press(p.member, card, "Enter code")
	if faults := s.at.fill(p.member, "Code", foreign); len(faults) == 0 {
		s.told(p.member, "not the digits")
	}
}

// shareIn gives one place a key for all, in the channel whose id another place has too.
func (s *crossStage) shareIn(home crossPlace) {
	s.t.Helper()
	s.in(home)
	if _, err := s.accounts().Put(s.t.Context(), account.Account{
		ID: "shared", Scope: s.scope(), Plugin: host(s.vault.URL), Label: "The vault's key", Kind: account.ServiceKey,
		Hosts: []string{host(s.vault.URL)}, Channels: []string{slackGeneral, fakediscord.General},
	}, account.Credential{"key": vaultKey}); err != nil {
		s.t.Fatal(err)
	}
	for _, p := range s.places {
		for _, user := range []string{p.member, p.other} {
			calls, asked := len(s.vault.Calls()), s.asked()
			s.ask(p, user, "vault")
			s.find("an end", func(shown) bool { return s.asked() >= asked+2 })
			want := 0
			if p.name == home.name {
				want = 1
			}
			if n := len(s.vault.Calls()) - calls; n != want {
				s.t.Errorf("%s: %d calls with the shared key, want %d", p.name, n, want)
			}
		}
	}
}

// addIn has the administrator of one place add a plugin, which is on there for everyone.
func (s *crossStage) addIn(home crossPlace) {
	s.t.Helper()
	offer := s.command(home, "add "+s.extra.URL, "[Add Extra]")
	s.press(home.admin, offer, "Add Extra")
	if faults := s.at.fill(home.admin, "Enabled for", "everyone"); len(faults) > 0 {
		s.t.Fatalf("adding: %q", faults)
	}
	s.told(home.admin, "Extra is added")
	for _, p := range s.places {
		calls, asked := len(s.extra.Calls()), s.asked()
		s.ask(p, p.other, "extra")
		s.find("an end", func(shown) bool { return s.asked() >= asked+2 })
		n := len(s.extra.Calls()) - calls
		if p.name == home.name {
			if n != 1 || !strings.Contains(s.queries(asked), `"extra__listBoards"`) {
				s.t.Errorf("%s: the plugin that was added is called %d times", p.name, n)
			}
			continue
		}
		if n != 0 {
			s.t.Errorf("%s: the plugin of another place is called %d times", p.name, n)
		}
		for _, verb := range []string{"accounts extra", "review extra", "login extra", "remove extra"} {
			s.command(p, verb, "There is no plugin “extra” here")
		}
	}
}

// listsOnly has the administrator of a place list its accounts: they are its own.
func (s *crossStage) listsOnly(p crossPlace) {
	s.t.Helper()
	list := s.command(p, "accounts", "Connected accounts")
	want := 2
	if p.name == s.places[0].name {
		want = 3
	}
	if n := strings.Count(list.text, "[Revoke]"); n != want || len(s.list()) != want {
		s.t.Errorf("%s: %d accounts are listed and %d kept, want %d: %s", p.name, n, len(s.list()), want, list.text)
	}
	for _, o := range s.places {
		if got := strings.Contains(list.text, o.label); got != (o.name == p.name) {
			s.t.Errorf("%s: %saccounts listed: %t: %s", p.name, o.label, got, list.text)
		}
	}
	if got := strings.Contains(list.text, "The vault's key"); got != (want == 3) {
		s.t.Errorf("%s: the shared key listed: %t: %s", p.name, got, list.text)
	}
}

// checkCredentials looks at how calls went: each with one credential, of its plugin, and as often
// with each as its owner's place asked.
func (s *crossStage) checkCredentials() {
	s.t.Helper()
	count := func(p *logintest.Plugin, whose func(string) string) map[string]int {
		n := map[string]int{}
		for _, c := range p.Calls() {
			if len(c.Header["Authorization"]) != 1 {
				s.t.Errorf("a call without one credential: %s", c.Whole())
			}
			n[whose(c.Header.Get("Authorization"))]++
		}
		return n
	}
	const each = 3 // after the login, alone, and with all others
	boards := count(s.plugin, func(header string) string {
		user, _ := s.provider.User(strings.TrimPrefix(header, "Bearer "))
		return user
	})
	keys := count(s.keys, func(header string) string { return strings.TrimPrefix(header, "Bearer ") })
	for _, p := range s.places {
		if boards[p.name] != each || keys[key(p.name)] != each {
			s.t.Errorf("%s: %d and %d calls with its credentials, want %d", p.name, boards[p.name], keys[key(p.name)], each)
		}
	}
	vault := count(s.vault, func(header string) string { return header })
	if len(boards) != len(s.places) || len(keys) != len(s.places) || len(vault) != 1 || vault["Bearer "+vaultKey] == 0 {
		s.t.Errorf("calls went with %v, %v and %v", boards, keys, vault)
	}
	for _, c := range s.extra.Calls() {
		if whole := c.Whole(); strings.Contains(whole, logintest.Canary) || c.Header.Get("Authorization") != "" {
			s.t.Errorf("the plugin that wants no login got %s", whole)
		}
	}
}

// checkQueries looks at what the model was asked: each time of one place, which its question
// names, and without a word of the others.
func (s *crossStage) checkQueries() {
	s.t.Helper()
	home := s.places[0]
	for _, q := range s.model.Queries() {
		var of []string
		for _, p := range s.places {
			if bytes.Contains(q.Body, []byte(p.mark())) {
				of = append(of, p.name)
			}
		}
		if len(of) != 1 {
			s.t.Errorf("a request to the model is of %q: %s", of, q.Body)
			continue
		}
		if bytes.Contains(q.Body, []byte(logintest.Canary)) {
			s.t.Errorf("a request to the model for %s has a credential: %s", of[0], q.Body)
		}
		s.keepsOwn("a request to the model", of[0], string(q.Body))
		if of[0] != home.name {
			if q.Has("extra__listBoards") {
				s.t.Errorf("the model is offered, for %s, a plugin of %s", of[0], home.name)
			}
		}
	}
}

// keepsOwn fails the test if a text that belongs to one place has something of another in it.
func (s *crossStage) keepsOwn(what, place, text string) {
	s.t.Helper()
	for _, o := range s.places {
		if o.name == place {
			continue
		}
		for _, word := range append(o.own(), o.label) {
			if at := strings.Index(text, word); at >= 0 {
				s.t.Errorf("%s of %s has %q in it: …%s…", what, place, word, text[max(0, at-300):min(len(text), at+100)])
			}
		}
	}
	if place != s.places[0].name {
		for _, word := range []string{logintest.Private("shared"), logintest.Private("extra"), vaultKey} {
			if strings.Contains(text, word) {
				s.t.Errorf("%s of %s has %q in it", what, place, word)
			}
		}
	}
}

// checkShown looks at all that was sent to the messengers: nothing of another place, what came of
// a member's account for nobody else, and in each workspace its own token.
func (s *crossStage) checkShown() {
	s.t.Helper()
	for _, p := range s.places {
		sent := p.at.sent()
		s.keepsOwn("what was sent to the messenger", p.name, sent)
		if strings.Contains(sent, logintest.Canary) {
			s.t.Errorf("a credential was sent to the messenger of %s", p.name)
		}
		for _, m := range p.at.all() {
			whole := m.text + m.raw
			s.keepsOwn("a message", p.name, whole)
			if m.to != p.member && !p.at.inDirect(m, p.member) && strings.Contains(whole, logintest.Private(p.name)) {
				s.t.Errorf("%s: others can read what is the member's: %s", p.name, m.text)
			}
		}
		team, ok := p.at.(*slackLogins)
		if !ok {
			continue
		}
		for _, r := range team.Requests() {
			if r.Token != "" && !strings.HasPrefix(r.Token, "xoxe.xoxb-"+team.Team.ID) {
				s.t.Errorf("%s at %s with another's token", r.Method, p.name)
			}
		}
	}
	for _, secret := range []string{logintest.Canary, "xoxe.xoxb", fakeslack.ClientSecret, fakediscord.Token} {
		if log := s.log.String(); strings.Contains(log, secret) {
			s.t.Errorf("the log has %s", secret)
		}
	}
}
