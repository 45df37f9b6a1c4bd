package main

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/cmd/aidesk/logintest"
	"aidesk/core/account"
	"aidesk/core/model/modeltest"
)

// parkedWrite lets Ada, who is connected, ask for a write in the thread, and returns its card.
func (s *loginStage) parkedWrite() shown {
	s.t.Helper()
	ada, _ := s.at.users()
	s.at.mention(ada, "add a card please")
	return s.find("the card of the write", func(m shown) bool { return strings.Contains(m.text, "[Approve]") })
}

// TestLoginParked: a write that was asked about with an account is not sent once that account is
// gone, in whatever way, and its member reads so in one line; not even with another account
// that they connected since.
func TestLoginParked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		end  func(s *loginStage, ada string)
	}{
		{"disconnected", func(s *loginStage, ada string) {
			s.at.command(ada, "plugins", "disconnect boards")
			s.told(ada, "no longer connected")
		}},
		{"ended by an administrator", func(s *loginStage, ada string) {
			boss := ada // owns the workspace of Slack
			if _, ok := s.at.(*discordLogins); ok {
				boss = fakediscord.Admin
			}
			s.at.command(boss, "plugins-admin", "accounts")
			s.press(boss, s.find("the accounts", func(m shown) bool { return s.at.inDirect(m, boss) && strings.Contains(m.text, "[Revoke]") }), "Revoke")
			if boss != ada {
				sure := s.find("a question", func(m shown) bool { return s.at.inDirect(m, boss) && strings.Contains(m.text, "End it?") })
				s.press(boss, sure, regexp.MustCompile(`\[(Revoke [^]]+)\]`).FindStringSubmatch(sure.text)[1])
			}
			s.find("the end of the account", func(shown) bool { return len(s.list()) == 0 })
		}},
		{"connected anew", func(s *loginStage, ada string) {
			s.at.command(ada, "plugins", "disconnect boards")
			s.told(ada, "no longer connected")
			s.at.command(ada, "plugins", "connect boards")
			card := s.find("another card", func(m shown) bool {
				return s.at.inDirect(m, ada) && strings.Contains(m.text, "Connect your account at Boards")
			})
			s.connect(ada, "ada", card)
			s.direct(ada, "Connected: ")
		}},
	} {
		for _, m := range messengers {
			t.Run(tt.name+" "+m.name, func(t *testing.T) {
				t.Parallel()
				s := newLoginStage(t, m.make(t))
				ada, _ := s.at.users()
				s.connected()
				card := s.parkedWrite()
				tt.end(s, ada)
				s.press(ada, card, "Approve")
				done := s.find("the refusal", func(m shown) bool { return m.id == card.id && !strings.Contains(m.text, "[Approve]") })
				s.idle()
				if !strings.Contains(done.text, "Nothing was sent") {
					t.Errorf("the card says %s", done.text)
				}
				if n := len(s.plugin.Calls("POST")); n != 0 {
					t.Errorf("%d writes", n)
				}
			})
		}
	}
}

// TestLoginExpired: an access token that is over is refreshed, once for fifty questions at
// once; a read that meets 401 goes on with a new token; a write that does is failed, told,
// and not sent again.
func TestLoginExpired(t *testing.T) {
	t.Parallel()
	t.Run("read", func(t *testing.T) {
		t.Parallel()
		s := newLoginStage(t, newSlackLogins(t))
		s.connected()
		s.provider.Expire(false)
		s.adaAsks("with a token that is over")
		if n := s.provider.Refreshed(); n != 1 {
			t.Errorf("%d refreshes", n)
		}
		if n := len(s.plugin.Calls("GET")); n != 3 {
			t.Errorf("%d reads, want one, one that was rejected, and one after the refresh", n)
		}
	})
	t.Run("write", func(t *testing.T) {
		t.Parallel()
		s := newLoginStage(t, newSlackLogins(t))
		ada, _ := s.at.users()
		s.connected()
		card := s.parkedWrite()
		s.provider.Expire(false)
		s.press(ada, card, "Approve")
		done := s.find("the outcome", func(m shown) bool { return m.id == card.id && strings.Contains(m.text, "does not accept the login") })
		s.idle()
		if n := len(s.plugin.Calls("POST")); n != 1 {
			t.Errorf("%d writes", n)
		}
		if strings.Contains(done.text, "Send again") {
			t.Errorf("the card offers to send it again: %s", done.text)
		}
		s.parkedWriteOther(card)
		if n := len(s.plugin.Calls("POST")); n != 2 || s.provider.Refreshed() != 1 {
			t.Errorf("%d writes, %d refreshes", n, s.provider.Refreshed())
		}
	})
	t.Run("fifty", func(t *testing.T) {
		t.Parallel()
		s := newLoginStage(t, newSlackLogins(t))
		at := s.at.(*slackLogins)
		ada, _ := at.users()
		s.connected()
		s.provider.Expire(false)
		calls := len(s.plugin.Calls())
		var group sync.WaitGroup
		for range 50 { // each begins a thread of its own
			group.Go(func() {
				if _, err := at.Post(ada, slackGeneral, "<@"+slackBot+"> my boards please", ""); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		answers := func() int {
			n := 0
			for _, m := range s.at.all() {
				if s.at.inDirect(m, ada) && strings.Contains(m.text, "heliotrope") {
					n++
				}
			}
			return n
		}
		s.find("fifty answers", func(shown) bool { return answers() == 51 })
		if n := s.provider.Refreshed(); n != 1 {
			t.Errorf("%d refreshes", n)
		}
		if n := len(s.plugin.Calls()) - calls; n > 100 {
			t.Errorf("%d calls for 50 questions", n)
		}
		if access, refresh := s.provider.Live(); access != 1 || refresh != 1 {
			t.Errorf("%d access and %d refresh tokens live", access, refresh)
		}
	})
	t.Run("endless", func(t *testing.T) {
		t.Parallel()
		s := newLoginStage(t, newSlackLogins(t))
		ada, _ := s.at.users()
		s.connected()
		s.provider.Lock(true)
		calls := len(s.plugin.Calls())
		s.at.mention(ada, "my boards please, though you are refused")
		s.find("an end", func(m shown) bool {
			return strings.Contains(m.text, "That did not work") || strings.Contains(m.text, "onnect") && strings.Contains(m.text, "again")
		})
		s.idle()
		if n := len(s.plugin.Calls()) - calls; n != 2 || s.provider.Refreshed() != 1 {
			t.Errorf("%d calls and %d refreshes", n, s.provider.Refreshed())
		}
		if all := s.list(); len(all) != 1 || all[0].State != account.Expired {
			t.Errorf("the account: %v", all)
		}
		s.at.mention(ada, "my boards please, once more")
		s.find("a card to connect again", func(m shown) bool {
			return s.at.inDirect(m, ada) && strings.Contains(m.text, "Connect Boards to go on") && strings.Contains(m.text, "[Enter code]")
		})
		s.idle()
		if n := len(s.plugin.Calls()) - calls; n != 2 || s.provider.Refreshed() != 1 {
			t.Errorf("%d calls and %d refreshes after another question", n, s.provider.Refreshed())
		}
	})
}

// parkedWriteOther asks for another write, approves it, and waits for its outcome.
func (s *loginStage) parkedWriteOther(old shown) {
	s.t.Helper()
	ada, _ := s.at.users()
	s.at.mention(ada, "add a card please, once more")
	card := s.find("another card", func(m shown) bool { return m.id != old.id && strings.Contains(m.text, "[Approve]") })
	s.press(ada, card, "Approve")
	s.find("the outcome", func(m shown) bool { return m.id == card.id && strings.Contains(m.text, "✅") })
	s.idle()
}

// TestLoginEchoed: a plugin that repeats the request with its credential tells nobody of it.
func TestLoginEchoed(t *testing.T) {
	t.Parallel()
	s := newLoginStage(t, newSlackLogins(t))
	ada, _ := s.at.users()
	s.connected()
	s.plugin.Answer(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("X-Echo", r.Header.Get("Authorization"))
		_, _ = w.Write([]byte("You sent " + r.Header.Get("Authorization")))
	})
	from := s.asked()
	s.do(func(q modeltest.Query) modeltest.Answer {
		if last := q.Last(); last.Role == "tool" {
			return modeltest.Text("It said: " + last.Content)
		}
		return modeltest.Call([2]string{"boards__listBoards", `{}`})
	})
	s.at.mention(ada, "what do you send?")
	s.direct(ada, "It said: You sent")
	s.idle()
	if all := s.queries(from) + s.at.sent() + s.log.String(); strings.Contains(all, logintest.Canary) {
		t.Error("the credential came back from the plugin")
	}
}
