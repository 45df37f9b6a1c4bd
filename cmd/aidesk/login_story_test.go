package main

import (
	"strings"
	"testing"

	"aidesk/cmd/aidesk/logintest"
)

// TestLoginStory: a question needs an account; its member connects one, and the answer comes
// by itself. The next question needs nothing. A write names the account and goes once, with
// the account's credential. After a disconnect the question asks to connect again.
func TestLoginStory(t *testing.T) {
	t.Parallel()
	for _, m := range messengers {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			tellLogin(newLoginStage(t, m.make(t)), func() {})
		})
	}
}

// TestLoginStoryRestarted: the same, with an end and a new start of the program between any
// two steps.
func TestLoginStoryRestarted(t *testing.T) {
	t.Parallel()
	for _, m := range messengers {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := newLoginStage(t, m.make(t))
			tellLogin(s, func() {
				s.idle()
				s.restart()
			})
		})
	}
}

// maxPresses is how many presses a member has until the first answer with their account: the
// link, Continue, Enter code and the form's button are four.
const maxPresses = 6

// tellLogin tells the story; between is called between any two steps.
func tellLogin(s *loginStage, between func()) {
	t := s.t
	t.Helper()
	ada, _ := s.at.users()
	answer := answerWords("quartz-ada-lagoon")

	s.at.mention(ada, "my boards please")
	card := s.direct(ada, "Connect Boards to go on")
	for _, want := range []string{host(s.plugin.URL), "List your boards", host(s.provider.URL)} {
		if !strings.Contains(card.text, want) {
			t.Errorf("the card does not name %q: %s", want, card.text)
		}
	}
	if n := len(s.plugin.Calls()); n != 0 {
		t.Errorf("%d calls without an account", n)
	}
	between()
	tellConnect(s, card, between)
	between()
	s.direct(ada, answer)
	s.public("in private.")
	if s.presses > maxPresses {
		t.Errorf("%d presses until the answer, want %d", s.presses, maxPresses)
	}
	if all := s.list(); len(all) != 1 || all[0].Shared() {
		t.Errorf("the accounts: %v", all)
	}
	between()

	before, calls := s.presses, len(s.plugin.Calls())
	s.at.mention(ada, "my boards please, again")
	s.find("a second answer", func(m shown) bool {
		return s.at.inDirect(m, ada) && strings.Contains(m.text, answer) && len(s.plugin.Calls()) > calls
	})
	s.idle()
	if s.presses != before || len(s.plugin.Calls("GET")) != 2 {
		t.Errorf("%d presses more, %d reads", s.presses-before, len(s.plugin.Calls("GET")))
	}
	between()
	tellLoginWrite(s, between)
	between()

	s.at.command(ada, "plugins", "disconnect boards")
	s.told(ada, "no longer connected")
	s.idle()
	if all := s.list(); len(all) != 0 {
		t.Errorf("accounts after the disconnect: %v", all)
	}
	if access, refresh := s.provider.Live(); access+refresh != 0 {
		t.Errorf("%d access and %d refresh tokens live after the disconnect", access, refresh)
	}
	between()
	s.at.mention(ada, "my boards please, once more")
	s.find("another card", func(m shown) bool {
		return s.at.inDirect(m, ada) && m.id != card.id && strings.Contains(m.text, "Connect Boards to go on")
	})
	if n := len(s.plugin.Calls("GET")); n != 2 {
		t.Errorf("%d reads after the disconnect", n)
	}
}

// tellConnect goes from the card to the form of the digits, page by page.
func tellConnect(s *loginStage, card shown, between func()) {
	t := s.t
	t.Helper()
	ada, _ := s.at.users()
	b, link := logintest.NewBrowser(t, "ada"), s.link(card)
	s.presses++
	if p := b.Get(link); p.Status != 200 || !strings.Contains(p.Body, "Boards") || !strings.Contains(strings.ToLower(p.Body), "ada") {
		t.Errorf("the page behind the link: %d %s", p.Status, tail(p.Body, 900))
	}
	between()
	s.presses++
	p := b.Continue(link)
	if !strings.HasPrefix(p.At, s.provider.URL+"/authorize?") {
		t.Fatalf("Continue leads to %s: %s", p.At, p.Body)
	}
	between()
	p = b.Get(p.At) // consent
	if !strings.HasPrefix(p.At, s.proxy.URL+"/oauth/callback/") {
		t.Fatalf("the provider sends back to %s", p.At)
	}
	between()
	p = b.Get(p.At)
	between()
	p = b.Follow(p)
	digits := logintest.Digits(p.Body)
	if digits == "" || !strings.Contains(p.Body, "Only for ") {
		t.Fatalf("the page with the digits: %d %s", p.Status, tail(p.Body, 900))
	}
	between()
	s.press(ada, card, "Enter code")
	if faults := s.at.fill(ada, "Code", digits); len(faults) > 0 {
		t.Errorf("the form of the digits: %q", faults)
	}
	s.presses++
}

// tellLoginWrite: a write is asked about on a card that names the account, and goes once.
func tellLoginWrite(s *loginStage, between func()) {
	t := s.t
	t.Helper()
	ada, ben := s.at.users()
	s.at.mention(ada, "add a card please")
	card := s.find("the card of the write", func(m shown) bool { return strings.Contains(m.text, "[Approve]") })
	if !strings.Contains(strings.ToLower(card.text), "'s boards") {
		t.Errorf("the card does not name the account: %s", card.text)
	}
	if n := len(s.plugin.Calls("POST")); n != 0 {
		t.Errorf("%d writes before the approval", n)
	}
	between()
	if s.at.inThread(card) {
		s.press(ben, card, "Approve")
		s.told(ben, "can decide this")
		between()
	}
	s.press(ada, card, "Approve")
	s.find("the outcome", func(m shown) bool {
		return m.id == card.id && !strings.Contains(m.text, "[Approve]") && len(s.plugin.Calls("POST")) > 0
	})
	s.idle()
	writes := s.plugin.Calls("POST")
	if len(writes) != 1 {
		t.Fatalf("%d writes", len(writes))
	}
	w := writes[0]
	if w.Body != `{"title":"buy milk"}` || w.URI != "/cards" || w.Host != host(s.plugin.URL) || len(w.Header["Authorization"]) != 1 {
		t.Errorf("the write: %s", w.Whole())
	}
	if _, ok := s.provider.User(strings.TrimPrefix(w.Header.Get("Authorization"), "Bearer ")); !ok {
		t.Errorf("it went with %q", w.Header.Get("Authorization"))
	}
}
