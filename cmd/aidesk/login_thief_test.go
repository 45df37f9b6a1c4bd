package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/cmd/aidesk/logintest"
	"aidesk/core/account"
)

// forger sends to the program what a user did, as if another one had.
type forger interface {
	// forge takes the last delivery with a text in it, replaces some of it, and sends it.
	forge(with string, replace ...string)
}

func (m *slackLogins) forge(with string, replace ...string) {
	m.t.Helper()
	text := ""
	faketest.Until(m.t, m.Slack, "a delivery with "+with, func() bool {
		for _, d := range m.Deliveries() {
			if d.Kind == fakeslack.Interactive && strings.Contains(string(d.Payload), with) {
				text = string(d.Payload)
			}
		}
		return text != ""
	})
	r := m.Inject(fakeslack.Interactive, []byte(strings.NewReplacer(replace...).Replace(text)))
	_, _ = r.Wait(m.t.Context())
}

func (m *discordLogins) forge(with string, replace ...string) {
	m.t.Helper()
	text := ""
	faketest.Until(m.t, m.Discord, "a delivery with "+with, func() bool {
		for _, d := range m.Deliveries("INTERACTION_CREATE") {
			if strings.Contains(string(d.Payload), with) {
				text = string(d.Payload)
			}
		}
		return text != ""
	})
	m.Inject("INTERACTION_CREATE", []byte(strings.NewReplacer(replace...).Replace(text)))
}

// TestLoginThief: Ben presses Ada's button, sends her form, and types her digits into a form of
// his own. Nothing of that gives him an account, or keeps Ada from hers.
func TestLoginThief(t *testing.T) {
	t.Parallel()
	for _, m := range messengers {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := newLoginStage(t, m.make(t))
			ada, ben := s.at.users()
			s.at.mention(ada, "my boards please")
			card := s.direct(ada, "Connect Boards to go on")
			digits := logintest.NewBrowser(t, "ada").LogIn(s.link(card))
			plain := strings.ReplaceAll(digits, " ", "")

			hers, his := s.at.dm(ada), s.at.dm(ben)
			s.press(ada, card, "Enter code")
			s.at.(forger).forge(card.id, ada, ben, hers, his) // his press of her button
			if faults := s.at.fill(ada, "Code", wrongOf(plain)); len(faults) == 0 {
				s.told(ada, "not the digits")
			}
			s.at.(forger).forge(wrongOf(plain), ada, ben, hers, his, wrongOf(plain), plain) // her form, with the digits, from him
			s.idle()
			if all := s.list(); len(all) != 0 {
				t.Fatalf("Ben has %v", all)
			}

			s.at.command(ben, "plugins", "connect boards")
			own := s.find("Ben's card", func(m shown) bool { return s.at.inDirect(m, ben) && strings.Contains(m.text, "Enter code") })
			s.press(ben, own, "Enter code")
			if faults := s.at.fill(ben, "Code", digits); len(faults) == 0 {
				s.told(ben, "og in first")
			}
			s.idle()
			if all := s.list(); len(all) != 0 {
				t.Fatalf("Ben has %v", all)
			}
			s.enter(ada, card, digits)
			s.direct(ada, answerWords(logintest.Private("ada")))
			if all := s.list(); len(all) != 1 || all[0].Member != ada {
				t.Errorf("the accounts: %v", all)
			}
			s.keepsPublic("after the theft")
			if n := len(s.plugin.Calls()); n != 1 {
				t.Errorf("%d calls, want Ada's one", n)
			}
		})
	}
}

// wrongOf are other digits.
func wrongOf(digits string) string {
	return strings.Map(func(r rune) rune { return '0' + (r-'0'+1)%10 }, digits)
}

// TestLoginLinkStolen: Ben opens Ada's link and logs in at the provider as himself. The digits
// are worth nothing to him; and Ada, whose link is spent, reads so and gets another.
func TestLoginLinkStolen(t *testing.T) {
	t.Parallel()
	s := newLoginStage(t, newSlackLogins(t))
	ada, ben := s.at.users()
	s.at.mention(ada, "my boards please")
	card := s.direct(ada, "Connect Boards to go on")
	stolen := logintest.NewBrowser(t, "ben").LogIn(s.link(card))
	s.at.command(ben, "plugins", "connect boards")
	his := s.find("Ben's card", func(m shown) bool { return s.at.inDirect(m, ben) && strings.Contains(m.text, "Enter code") })
	s.press(ben, his, "Enter code")
	if faults := s.at.fill(ben, "Code", stolen); len(faults) == 0 {
		s.told(ben, "og in first")
	}
	if p := logintest.NewBrowser(t, "ada").Get(s.link(card)); p.Status/100 != 4 || !strings.Contains(p.Body, "already used") || logintest.Digits(p.Body) != "" {
		t.Errorf("Ada opens the spent link: %d %s", p.Status, tail(p.Body, 600))
	}
	s.idle()
	if all := s.list(); len(all) != 0 {
		t.Errorf("the accounts: %v", all)
	}
	s.at.command(ada, "plugins", "connect boards")
	fresh := s.find("a new card", func(m shown) bool {
		return s.at.inDirect(m, ada) && m.id != card.id && strings.Contains(m.text, "Enter code")
	})
	s.connect(ada, "ada", fresh)
	s.direct(ada, "Connected: ")
	if all := s.list(); len(all) != 1 || all[0].Member != ada {
		t.Errorf("the accounts: %v", all)
	}
}

// TestLoginRefused: digits that are wrong three times, and digits and links that are too old,
// connect nothing, and what the provider gave is given back.
func TestLoginRefused(t *testing.T) {
	t.Parallel()
	t.Run("wrong", func(t *testing.T) {
		t.Parallel()
		s := newLoginStage(t, newSlackLogins(t))
		ada, _ := s.at.users()
		s.at.mention(ada, "my boards please")
		card := s.direct(ada, "Connect Boards to go on")
		digits := logintest.NewBrowser(t, "ada").LogIn(s.link(card))
		wrong := wrongOf(strings.ReplaceAll(digits, " ", ""))
		for _, want := range []string{"2 tries", "one try", "nothing was connected"} {
			s.press(ada, card, "Enter code")
			if faults := s.at.fill(ada, "Code", wrong); len(faults) == 0 {
				s.told(ada, want)
			} else if !strings.Contains(strings.Join(faults, " "), want) {
				t.Errorf("told %q, want %q", faults, want)
			}
		}
		s.nothingConnected()
		s.press(ada, card, "Enter code")
		if faults := s.at.fill(ada, "Code", digits); len(faults) == 0 {
			s.told(ada, "new link")
		}
		s.nothingConnected()
	})
	for _, late := range []struct {
		name string
		wait time.Duration
		open bool // the link is opened after the wait
	}{{"digits", 11 * time.Minute, false}, {"link", 21 * time.Minute, true}} {
		t.Run("late "+late.name, func(t *testing.T) {
			t.Parallel()
			s := newLoginStage(t, newSlackLogins(t))
			ada, _ := s.at.users()
			s.at.mention(ada, "my boards please")
			card := s.direct(ada, "Connect Boards to go on")
			if late.open {
				s.pass(late.wait)
				if p := logintest.NewBrowser(t, "ada").Get(s.link(card)); p.Status != 410 || !strings.Contains(p.Body, "expired") {
					t.Errorf("a link that is too old: %d %s", p.Status, tail(p.Body, 600))
				}
			} else {
				digits := logintest.NewBrowser(t, "ada").LogIn(s.link(card))
				s.press(ada, card, "Enter code")
				s.pass(late.wait)
				if faults := s.at.fill(ada, "Code", digits); len(faults) == 0 {
					s.told(ada, "expired")
				}
			}
			s.nothingConnected()
		})
	}
}

// nothingConnected fails the test if there is an account, or a token that the provider takes.
func (s *loginStage) nothingConnected() {
	s.t.Helper()
	s.idle()
	if all := s.list(); len(all) != 0 {
		s.t.Errorf("the accounts: %v", all)
	}
	if access, refresh := s.provider.Live(); access+refresh != 0 {
		s.t.Errorf("%d access and %d refresh tokens live", access, refresh)
	}
	if n := len(s.plugin.Calls()); n != 0 {
		s.t.Errorf("%d calls", n)
	}
}

// TestLoginElsewhere: an account of one server is none in another, though its member is in both.
func TestLoginElsewhere(t *testing.T) {
	t.Parallel()
	at := newDiscordLogins(t).(*discordLogins)
	provider := logintest.NewProvider(t)
	plugin := logintest.NewOAuthPlugin(t, "boards", provider)
	s := readyLoginStage(t, at, provider, nil, plugin)
	amendLine(t, s.config, "access: {channels: [", "access: {channels: [\""+fakediscord.Lobby+"\", ")
	s.start()
	s.setClients(plugin)
	_, ben := at.users()
	s.at.mention(ben, "my boards please")
	card := s.direct(ben, "Connect Boards to go on")
	s.connect(ben, "ben", card)
	s.direct(ben, "heliotrope")
	s.idle()
	calls := len(s.plugin.Calls())

	at.thread = ""
	if _, err := at.Post(ben, fakediscord.Lobby, "<@"+fakediscord.BotUser+"> my boards please", fakediscord.PostOptions{}); err != nil {
		t.Fatal(err)
	}
	s.find("a refusal in the other server", func(m shown) bool {
		return m.place != at.DM(ben) && strings.Contains(m.text, "That did not work") || s.at.inDirect(m, ben) && m.id != card.id && strings.Contains(m.text, "Connect Boards")
	})
	s.idle()
	if n := len(s.plugin.Calls()); n != calls {
		t.Errorf("%d calls with an account of another server", n-calls)
	}
}

// TestLoginShared: an account that the workspace shares is used by those whom an administrator
// named, where they were named: not by guests, nor where others than the workspace read.
func TestLoginShared(t *testing.T) {
	t.Parallel()
	taken := func(r *http.Request) (string, bool) {
		return "all", r.Header.Get("Authorization") == "Bearer "+logintest.Canary+"shared-key"
	}
	plugin := logintest.NewPlugin(t, "boards", `{"type":"service_http","authorization_type":"bearer"}`, "", taken)
	at := newSlackLogins(t).(*slackLogins)
	s := readyLoginStage(t, at, logintest.NewProvider(t), nil, plugin)
	amendLine(t, s.config, "    model: main\n", "    model: main\n    access: {guests: true}\n")
	s.start()
	share := func(roles, channels []string) {
		t.Helper()
		_, err := s.accounts().Put(t.Context(), account.Account{
			ID: "shared", Scope: s.scope(), Plugin: host(plugin.URL), Label: "Boards, shared by this workspace", Kind: account.ServiceKey,
			Hosts: []string{host(plugin.URL)}, Roles: roles, Channels: channels,
		}, account.Credential{"key": logintest.Canary + "shared-key"})
		if err != nil {
			t.Fatal(err)
		}
	}
	ask := func(user, channel string) (used bool) {
		t.Helper()
		calls, asked := len(plugin.Calls()), s.asked()
		if _, err := at.Post(user, channel, "<@"+fakeslack.BotUser+"> my boards please", ""); err != nil {
			t.Fatal(err)
		}
		s.find("an end", func(shown) bool { return s.asked() >= asked+2 })
		s.idle()
		return len(plugin.Calls()) > calls
	}
	share(nil, nil)
	if ask(fakeslack.Ada, fakeslack.General) {
		t.Error("an account that was shared with nobody is used")
	}
	share(nil, []string{fakeslack.General, fakeslack.Shared})
	for _, tt := range []struct {
		user, channel string
		want          bool
	}{
		{fakeslack.Ben, fakeslack.General, true},
		{fakeslack.Gus, fakeslack.General, false},
		{fakeslack.Ben, fakeslack.Closed, false},
		{fakeslack.Ben, fakeslack.Shared, false},
		{fakeslack.Ada, fakeslack.Closed, false},
	} {
		if tt.channel == fakeslack.Closed && tt.user == fakeslack.Ben {
			continue // he is not in it
		}
		if got := ask(tt.user, tt.channel); got != tt.want {
			t.Errorf("%s in %s: used %t, want %t", tt.user, tt.channel, got, tt.want)
		}
	}
	share([]string{"S0CREW"}, nil)
	if ask(fakeslack.Ben, fakeslack.General) {
		t.Error("somebody without the role uses it")
	}
	for _, c := range plugin.Calls() {
		if c.Header.Get("Authorization") != "Bearer "+logintest.Canary+"shared-key" {
			t.Errorf("a call went without the account: %s", c.Whole())
		}
	}
}
