package main

import (
	"strings"
	"testing"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/store"
)

// TestLoginShown: where an administrator allows it, a member may show in a channel what their
// account gives, and take that back.
func TestLoginShown(t *testing.T) {
	t.Parallel()
	for _, m := range messengers {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := newLoginStage(t, m.make(t))
			ada, _ := s.at.users()
			boss, allow := ada, "show boards on" // she owns the workspace of Slack
			if _, ok := s.at.(*discordLogins); ok {
				boss, allow = fakediscord.Admin, "show boards state:on"
			}
			s.do(actWithBoards)
			s.at.mention(ada, "my boards please")
			s.connect(ada, "ada", s.direct(ada, "Connect Boards to go on"))
			s.direct(ada, "heliotrope")

			s.at.command(ada, "plugins", "show boards")
			s.told(ada, "An administrator has to allow in this channel")
			s.at.command(boss, "plugins-admin", allow)
			s.told(boss, "members may now show what their accounts at Boards give")
			s.at.command(ada, "plugins", "show boards")
			s.told(ada, "all who read this channel see what your account at Boards gives")
			s.idle()

			s.at.leave()
			s.at.mention(ada, "my boards please")
			if got := s.public("heliotrope"); strings.Contains(got.text, "only you") {
				t.Errorf("shown as %s", got.text)
			}
			s.idle()
			s.at.command(ada, "plugins", "hide boards")
			s.told(ada, "for you alone again")
			s.idle()
			s.at.leave()
			s.at.mention(ada, "my boards please")
			s.public("I answered")
		})
	}
}

// TestLoginDigitsTyped: digits that are typed as a message, while a login waits for them, reach
// no model and no transcript.
func TestLoginDigitsTyped(t *testing.T) {
	t.Parallel()
	for _, m := range messengers {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := newLoginStage(t, m.make(t))
			ada, _ := s.at.users()
			s.do(actWithBoards)
			s.at.mention(ada, "123456 please") // no login waits, and it is no code
			s.public("I heard you.")
			s.at.mention(ada, "my boards please")
			card := s.direct(ada, "Connect Boards to go on")
			s.idle()
			from := s.asked()
			s.at.mention(ada, "401 872")
			s.told(ada, "did not read it as a question")
			s.connect(ada, "ada", card)
			s.direct(ada, "heliotrope")
			if strings.Contains(s.queries(from), "872") {
				t.Error("the model read the digits")
			}
			s.idle()
			connects := 0
			if err := s.db.Audits(t.Context(), s.scope(), func(a store.Audit) bool {
				if strings.Contains(string(a.Body), `"action":"account.connected"`) {
					connects++
				}
				return true
			}); err != nil || connects != 1 {
				t.Errorf("the audit has %d logins, %v", connects, err)
			}
		})
	}
}
