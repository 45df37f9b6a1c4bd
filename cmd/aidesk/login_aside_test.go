package main

import (
	"strings"
	"testing"

	fakediscord "aidesk/adapters/fake/discord"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/core/model/modeltest"
)

// edit lets a user change the first message of the thread.
func (m *slackLogins) edit(user, text string) {
	m.t.Helper()
	if err := m.Edit(user, fakeslack.General, m.thread, "<@"+fakeslack.BotUser+"> "+text); err != nil {
		m.t.Fatal(err)
	}
}

func (m *discordLogins) edit(user, text string) {
	m.t.Helper()
	if err := m.Edit(user, fakediscord.General, m.thread, "<@"+fakediscord.BotUser+"> "+text); err != nil {
		m.t.Fatal(err)
	}
}

// TestLoginPrivateShared: Share publishes the answer as it stands, under its member's name, and
// nothing of what is behind it; nobody else can share it.
func TestLoginPrivateShared(t *testing.T) {
	t.Parallel()
	for _, m := range messengers {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := newLoginStage(t, m.make(t))
			ada, ben := s.at.users()
			s.do(func(q modeltest.Query) modeltest.Answer {
				if last := q.Last(); privateWords.MatchString(last.Content) {
					return modeltest.Text("Marigolds grow on your boards.")
				}
				return actWithBoards(q)
			})
			s.at.mention(ada, "my boards please")
			s.connect(ada, "ada", s.direct(ada, "Connect Boards to go on"))
			answer := s.direct(ada, "Marigolds")
			s.idle()
			s.at.command(ben, "aidesk", "why")
			s.press(ada, answer, "Share")
			s.at.(forger).forge(answer.id, ada, ben, s.at.dm(ada), s.at.dm(ben))
			shared := s.public("Marigolds grow on your boards.")
			s.idle()
			if !strings.Contains(strings.ToLower(shared.text), "shared by ada") || strings.Contains(shared.text, "only you see it") {
				t.Errorf("shared as %s", shared.text)
			}
			n := 0
			for _, m := range s.at.all() {
				if s.at.inThread(m) && strings.Contains(m.text, "Marigolds") {
					n++
				}
			}
			if n != 1 {
				t.Errorf("shared %d times", n)
			}
			s.benAsks("after the share")
		})
	}
}

// TestLoginPrivateEdited: a question that is changed is answered anew, as privately.
func TestLoginPrivateEdited(t *testing.T) {
	t.Parallel()
	for _, m := range messengers {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := newLoginStage(t, m.make(t))
			ada, _ := s.at.users()
			s.connected()
			asked := s.asked()
			s.at.(interface{ edit(user, text string) }).edit(ada, "my boards please, all of them")
			s.idle()
			if s.asked() == asked {
				t.Log("the change was not asked about")
			}
			s.keepsPublic("after the change")
			s.benAsks("after the change")
		})
	}
}

// TestLoginPrivateWhy: how Ada's answer came about, asked by Ben in the thread, tells nothing of
// what came.
func TestLoginPrivateWhy(t *testing.T) {
	t.Parallel()
	for _, m := range messengers {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := newLoginStage(t, m.make(t))
			ada, ben := s.at.users()
			s.connected()
			s.adaAsks("again")
			s.at.mention(ben, "why")
			s.told(ben, "login of the member who asked")
			s.idle()
			s.keepsPublic("why, to Ben")
			s.at.mention(ada, "why")
			s.direct(ada, "boards__listBoards")
			s.idle()
			s.keepsPublic("why, to Ada")
			s.benAsks("after she asked why")
		})
	}
}

// TestLoginPrivateBlocked: where Ada takes no direct messages, neither her answer nor the way to
// her account is shown to others instead.
func TestLoginPrivateBlocked(t *testing.T) {
	t.Parallel()
	at := newDiscordLogins(t).(*discordLogins)
	s := newLoginStage(t, at)
	ada, _ := at.users()
	check := func(when string) {
		t.Helper()
		s.idle()
		s.keepsPublic(when)
		for _, m := range s.at.all() {
			if !s.at.inDirect(m, ada) && m.to != ada && loginLink.MatchString(m.raw) {
				t.Errorf("%s: a link to log in is public: %s", when, m.text)
			}
		}
	}
	at.BlockDM(ada, true)
	s.at.mention(ada, "my boards please")
	s.find("something in the thread", func(m shown) bool { return s.at.inThread(m) })
	check("without a way to her")
	at.BlockDM(ada, false)
	s.at.leave()
	s.connected()
	at.BlockDM(ada, true)
	asked := s.asked()
	s.at.mention(ada, "my boards please, again")
	s.find("the turn", func(shown) bool { return s.asked() >= asked+2 })
	check("with an account and no way to her")
}
