package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"aidesk/cmd/aidesk/logintest"
	"aidesk/core/model/modeltest"
)

// secretive are what stands in what only Ada may read, and nowhere else: the result of her
// account, and the model's words about it.
var secretive = []string{logintest.Private("ada"), "heliotrope"}

// keeps fails the test if a text has something in it that only Ada may read.
func keeps(t *testing.T, what, text string) {
	t.Helper()
	for _, word := range secretive {
		if at := strings.Index(text, word); at >= 0 {
			t.Errorf("%s has %q in it: …%s…", what, word, text[max(0, at-300):min(len(text), at+100)])
		}
	}
}

// benAsks lets Ben ask in the thread, and fails the test if what the model is then asked, or
// what Ben and the channel can read, has something of Ada's in it.
func (s *loginStage) benAsks(when string) {
	s.t.Helper()
	_, ben := s.at.users()
	from, heard := s.asked(), s.heard()
	s.at.mention(ben, "what was said here, "+when+"?")
	s.find("an answer to Ben", func(shown) bool { return s.heard() > heard })
	s.idle()
	if s.asked() == from {
		s.t.Errorf("%s: the model was not asked", when)
	}
	keeps(s.t, when+": the request for Ben", s.queries(from))
	s.keepsPublic(when)
}

// heard is how many answers to Ben are shown.
func (s *loginStage) heard() int {
	n := 0
	for _, m := range s.at.all() {
		if strings.Contains(m.text, "I heard you.") {
			n++
		}
	}
	return n
}

// keepsPublic looks at all that others than Ada can read.
func (s *loginStage) keepsPublic(when string) {
	s.t.Helper()
	ada, _ := s.at.users()
	for _, m := range s.at.all() {
		if !s.at.inDirect(m, ada) && m.to != ada && !strings.Contains(m.text, "Shared by") {
			keeps(s.t, when+": what others can read", m.text+m.raw)
		}
	}
}

// adaAsks lets Ada ask for her boards, with an account, and waits for the answer.
func (s *loginStage) adaAsks(about string) {
	s.t.Helper()
	ada, _ := s.at.users()
	before := s.answered()
	s.at.mention(ada, "my boards please, "+about)
	s.find("an answer to Ada", func(shown) bool { return s.answered() > before })
	s.idle()
}

// answered is how many private answers Ada has.
func (s *loginStage) answered() int {
	ada, _ := s.at.users()
	n := 0
	for _, m := range s.at.all() {
		if s.at.inDirect(m, ada) && strings.Contains(m.text, "heliotrope") {
			n++
		}
	}
	return n
}

// connected lets Ada ask and connect her account.
func (s *loginStage) connected() {
	s.t.Helper()
	ada, _ := s.at.users()
	s.at.mention(ada, "my boards please")
	card := s.direct(ada, "Connect Boards to go on")
	s.connect(ada, "ada", card)
	s.direct(ada, "heliotrope")
	s.idle()
}

// TestLoginPrivate: what Ada's own account gives, and the words that came of it, reach nobody
// else: no request to the model in another member's turn has them, nor has the channel.
func TestLoginPrivate(t *testing.T) {
	t.Parallel()
	for _, m := range messengers {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := newLoginStage(t, m.make(t))
			ada, _ := s.at.users()
			s.connected()
			s.benAsks("after her answer")
			s.adaAsks("again")
			s.benAsks("after a second one")
			s.restart()
			s.benAsks("after a new start")

			// She shares another answer: exactly that one is in the channel.
			s.do(func(q modeltest.Query) modeltest.Answer {
				if strings.Contains(q.Last().Content, "say something nice") {
					return modeltest.Text("Marigolds are nice.")
				}
				return actWithBoards(q)
			})
			s.at.mention(ada, "say something nice")
			nice := s.direct(ada, "Marigolds are nice.")
			s.benAsks("before the share")
			s.press(ada, nice, "Share")
			s.public("Marigolds are nice.")
			s.benAsks("after the share of another answer")

			tellLoginWrite(s, func() {})
			s.benAsks("after her write")
			s.public("in private.")
		})
	}
}

// TestLoginPrivateCompacted: when a transcript has grown too long for a request, what is left
// of it for others has nothing of Ada's; and she has hers.
func TestLoginPrivateCompacted(t *testing.T) {
	t.Parallel()
	s := newLoginStage(t, newSlackLogins(t))
	long := strings.Repeat("some more words about the plan of the year ", 400)
	s.do(func(q modeltest.Query) modeltest.Answer {
		if last := q.Last(); last.Role == "tool" && strings.Contains(last.Content, logintest.Private("ada")) {
			return modeltest.Text(answerWords(logintest.Private("ada")) + " and " + long)
		}
		return actWithBoards(q)
	})
	s.connected()
	for i := range 6 {
		s.adaAsks(fmt.Sprint("round ", i))
		s.benAsks(fmt.Sprint("in round ", i))
	}
	from := s.asked()
	s.adaAsks("at last")
	if all := s.queries(from); !strings.Contains(all, "heliotrope") {
		t.Error("Ada's own request has nothing of her answers")
	}
	s.restart()
	s.benAsks("after a new start")
}

// TestLoginPrivateCarried: what came of Ada's account and is written to another plugin, on a
// card, stays hers: the card, what she changes in it, and what that plugin answers.
func TestLoginPrivateCarried(t *testing.T) {
	t.Parallel()
	for _, m := range messengers {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			notes := logintest.NewPlugin(t, "notes", `{"type":"none"}`, "", func(*http.Request) (string, bool) { return "all", true })
			s := newLoginStage(t, m.make(t), notes)
			ada, _ := s.at.users()
			s.do(carrying)
			s.connected()
			s.at.mention(ada, "carry it away")
			card := s.find("the card", func(m shown) bool { return strings.Contains(m.text, "[Approve]") })
			s.benAsks("while the card waits")
			s.press(ada, card, "Approve")
			s.find("the outcome", func(m shown) bool { return m.id == card.id && strings.Contains(m.text, "✅") })
			s.public("request to Notes was sent.")
			s.idle()
			s.benAsks("after it was carried")

			s.at.mention(ada, "carry it away once more")
			again := s.find("another card", func(m shown) bool { return m.id != card.id && strings.Contains(m.text, "[Approve]") })
			s.press(ada, again, "Edit")
			s.at.fill(ada, "Title", "edited "+logintest.Private("ada"))
			again = s.find("the edited card", func(m shown) bool {
				return strings.Contains(m.text, "edited ") && strings.Contains(m.text, "[Approve]")
			})
			s.benAsks("after the edit")
			s.press(ada, again, "Cancel")
			s.find("the cancel", func(m shown) bool { return strings.Contains(m.text, "Cancelled") })
			s.idle()
			s.benAsks("after the cancel")

			notes.Answer(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }) // nobody knows what became of it
			s.at.mention(ada, "carry it away a third time")
			lost := s.find("a third card", func(m shown) bool {
				return m.id != card.id && m.id != again.id && strings.Contains(m.text, "[Approve]")
			})
			s.press(ada, lost, "Approve")
			s.find("the button to send again", func(m shown) bool { return m.id == lost.id && strings.Contains(m.text, "[Send again]") })
			s.press(ada, lost, "Send again")
			s.find("a card to send again", func(m shown) bool { return m.id != lost.id && strings.Contains(m.text, "[Approve]") })
			s.idle()
			s.keepsPublic("the card to send again")
			s.benAsks("while it waits to be sent again")
		})
	}
}

// TestLoginPrivateConnected: what came of one account and waits for the account of another
// plugin is asked about where only its member reads it.
func TestLoginPrivateConnected(t *testing.T) {
	t.Parallel()
	for _, m := range messengers {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			provider := logintest.NewProvider(t)
			s := newLoginStageWith(t, m.make(t), provider, logintest.NewOAuthPlugin(t, "boards", provider), logintest.NewOAuthPlugin(t, "notes", provider))
			ada, _ := s.at.users()
			s.do(carrying)
			s.connected()
			s.at.mention(ada, "carry it away")
			card := s.direct(ada, "Connect Notes to go on")
			s.connect(ada, "ada", card)
			write := s.find("the card of the write", func(m shown) bool { return strings.Contains(m.text, "[Approve]") })
			s.idle()
			s.keepsPublic("the card of the write")
			s.benAsks("while the card waits")
			s.press(ada, write, "Approve")
			s.find("the outcome", func(m shown) bool { return m.id == write.id && strings.Contains(m.text, "✅") })
			s.idle()
			s.benAsks("after it was carried")
		})
	}
}

// carrying is a model that writes what it read of Ada's boards to Notes.
func carrying(q modeltest.Query) modeltest.Answer {
	last := q.Last()
	switch {
	case last.Role == "tool" && strings.Contains(last.Content, "waiting") && privateWords.Match(q.Body):
		return modeltest.Text("You are asked first about heliotrope.")
	case last.Role == "user" && strings.Contains(last.Content, "carry it away"):
		return modeltest.Call([2]string{"notes__addCard", fmt.Sprintf(`{"title":%q}`, "from the boards: "+logintest.Private("ada"))})
	}
	return actWithBoards(q)
}
