package main

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aidesk/cmd/exampleplugins/example"
	"aidesk/core/model/modeltest"
)

// storyMessenger is what happens in a story at one messenger. M is its message.
type storyMessenger[M any] interface {
	// serve starts the program and waits until it is known to the messenger.
	serve()
	users() (ada, ben string)
	// mention lets Ada write to the program: first in a channel, then in the thread.
	mention(text string)
	// shows waits until a message of the program, anywhere, shows a text, and returns it.
	shows(text string) M
	// press lets a user press the button with a label in a message.
	press(user string, m M, label string)
	// formShown waits until Ada sees a form.
	formShown()
	// ask, list and stop let Ada give a command: a question, the list of plugins, the end
	// of the turn in the thread.
	ask(question string)
	list()
	stop()
	redeliver()      // once more what was delivered so far
	noted() []string // what only Ada sees

	checkAnswer(m M)                  // in the thread, with a preview
	checkOutcome(card, m M, said int) // below the card, which is one line without buttons; said messages were there before
	said() int                        // messages of the program where it is mentioned
	checkDirect(m M)
	checkShared(m M, text string)
	checkEnd()
}

// scene is what every story has: the program with a model and a plugin.
type scene struct {
	t      *testing.T
	model  *modeltest.Server
	proxy  *proxy
	desk   *server
	dir    string
	config string
	thread string
}

func newScene(t *testing.T) *scene {
	t.Helper()
	return &scene{t: t, dir: t.TempDir(), proxy: newProxy(t), model: modeltest.NewChat(t)}
}

func (s *scene) posts() int { return count(s.t, s.dir, "plugins.log", `"method":"POST"`) }

// tell tells the story: a question with previews; a write that only its asker can approve,
// over a kill -9, once; a private answer that is shared; and what works
// while a turn of the same thread hangs.
func tell[M any](s *scene, at storyMessenger[M]) {
	s.t.Helper()
	tellQuestion(s, at)
	tellWrite(s, at)
	tellShare(s, at)
	tellHang(s, at)
}

// tellQuestion: a question is answered from the plugin, with a preview.
func tellQuestion[M any](s *scene, at storyMessenger[M]) {
	s.t.Helper()
	s.model.Then(modeltest.Call([2]string{"stays__searchStays", `{"city":"Paris"}`}), modeltest.Text("Try the Canal Loft."))
	at.mention("where can I stay in Paris?")
	at.checkAnswer(at.shows("Try the Canal Loft."))
}

// tellWrite: a write asks, refuses another member, survives kill -9 and is sent once.
func tellWrite[M any](s *scene, at storyMessenger[M]) {
	s.t.Helper()
	ada, ben := at.users()
	s.model.Then(modeltest.Call([2]string{"stays__bookStay", booking}), modeltest.Text("I prepared it."))
	at.mention("book it")
	card := at.shows("Approve")
	before := at.said()
	at.press(ben, card, "Approve")
	at.shows("can decide this")
	s.desk.kill()
	if n := s.posts(); n != 0 {
		s.t.Fatalf("%d requests before the approval", n)
	}
	s.model.Then(modeltest.Text("It is booked."))
	at.serve()
	at.press(ada, card, "Approve")
	done := at.shows("It is booked.")
	if n := s.posts(); n != 1 {
		s.t.Errorf("%d requests, want 1", n)
	}
	at.checkOutcome(card, done, before)
}

// tellShare: a question by command is answered in the direct message, from where the
// member publishes the answer in the channel.
func tellShare[M any](s *scene, at storyMessenger[M]) {
	s.t.Helper()
	ada, _ := at.users()
	s.model.Then(modeltest.Text("Paris is lovely."))
	at.ask("how is Paris?")
	answer := at.shows("Paris is lovely.")
	at.checkDirect(answer)
	at.press(ada, answer, "Share")
	at.checkShared(at.shows("who asked in private"), "Paris is lovely.")
}

// tellHang: while the model hangs in the thread, the form of a card opens, and a Cancel, a
// command and a stop take effect at once.
func tellHang[M any](s *scene, at storyMessenger[M]) {
	s.t.Helper()
	ada, _ := at.users()
	s.model.Then(modeltest.Call([2]string{"stays__bookStay", strings.Replace(booking, "12-05", "12-20", 1)}), modeltest.Text("Another one."))
	at.mention("and once more")
	card := at.shows("2026-12-20")
	s.model.Then(modeltest.Hang(modeltest.Chunk(map[string]any{"content": "Let me"}, "")))
	asked := len(s.model.Queries())
	at.mention("think hard")
	awaitAsked(s.t, s.model, asked+1)
	quick(s.t, "the form", func() {
		at.press(ada, card, "Edit")
		at.formShown()
	})
	quick(s.t, "the command", func() {
		at.list()
	})
	quick(s.t, "the cancel", func() {
		at.press(ada, card, "Cancel")
		at.shows("Cancelled by")
	})
	quick(s.t, "the stop", func() {
		at.stop()
		at.shows("Stopped.")
	})
	s.model.Then(modeltest.Text("Here I am."))
	at.mention("still there?")
	at.shows("Here I am.")
	if n := s.posts(); n != 1 {
		s.t.Errorf("%d requests at the end, want 1", n)
	}
	at.checkEnd()
}

// lodge starts the plugin Stays, which logs the calls that it gets into plugins.log of a
// folder, and returns its address.
func lodge(t *testing.T, dir string) string {
	t.Helper()
	log, err := os.Create(filepath.Join(dir, "plugins.log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	plugins, err := example.All(example.Config{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	stays := httptest.NewServer(plugins[0].Handler)
	t.Cleanup(stays.Close)
	return stays.URL
}

// amend writes more to the end of a configuration.
func amend(t *testing.T, path, more string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(text, more...), 0o600); err != nil {
		t.Fatal(err)
	}
}

func asJSON(text string) []byte {
	out, err := json.Marshal(text)
	if err != nil {
		return nil
	}
	return out[1 : len(out)-1]
}

// awaitAsked waits until the model has been asked so often.
func awaitAsked(t *testing.T, m *modeltest.Server, times int) {
	t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	patience := time.After(20 * time.Second)
	for len(m.Queries()) < times {
		select {
		case <-ticker.C:
		case <-patience:
			t.Fatalf("the model was asked %d times, want %d", len(m.Queries()), times)
		}
	}
}

// soonEnough is how late something may take effect while a turn hangs.
const soonEnough = time.Second

// quick does something that must take effect at once.
func quick(t *testing.T, what string, do func()) {
	t.Helper()
	begun := time.Now()
	do()
	if took := time.Since(begun); took > soonEnough {
		t.Errorf("%s took %s", what, took)
	}
}
