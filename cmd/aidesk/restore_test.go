package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	fakediscord "aidesk/adapters/fake/discord"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/core/model/modeltest"
)

// TestRestore puts an old backup back at each messenger, in each mode.
func TestRestore(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	for _, mode := range []string{"socket", "http"} {
		t.Run("slack "+mode, func(t *testing.T) {
			t.Parallel()
			s := newSlackStory(t, mode)
			s.serve()
			tellRestore(s.scene, s)
		})
	}
	for _, mode := range []string{"gateway", "http"} {
		t.Run("discord "+mode, func(t *testing.T) {
			t.Parallel()
			s := newDiscordStory(t, mode == "http")
			s.serve()
			tellRestore(s.scene, s)
		})
	}
}

// command runs another command of the program, and returns its exit code and all it says.
func (s *scene) command(args ...string) (int, string) {
	s.t.Helper()
	var out bytes.Buffer
	code := run(s.t.Context(), args, strings.NewReader(""), &out, &out)
	return code, out.String()
}

// tellRestore: a backup is made while the program runs; it goes on, answers, and sends
// what was approved; then the old backup is put back, everything is delivered once more
// and every old button is pressed. Nothing is sent, nothing is answered again, each press
// gets one line, and a new question is answered.
func tellRestore[M any](s *scene, at storyMessenger[M]) {
	s.t.Helper()
	ada, _ := at.users()
	book := func(date string) M {
		s.t.Helper()
		s.model.Then(modeltest.Call([2]string{"stays__bookStay", strings.Replace(booking, "2026-12-05", date, 1)}), modeltest.Text("I prepared it."))
		at.mention("book it from " + date)
		return at.shows(date)
	}
	s.model.Then(modeltest.Call([2]string{"stays__searchStays", `{"city":"Paris"}`}), modeltest.Text("Try the Canal Loft."))
	at.mention("where can I stay in Paris?")
	at.shows("Try the Canal Loft.")
	sent, waiting := book("2026-12-05"), book("2026-12-20")
	asked := len(s.model.Queries())
	s.model.Then(modeltest.Hang(modeltest.Chunk(map[string]any{"content": "Let me"}, "")))
	at.mention("think hard")
	awaitAsked(s.t, s.model, asked+1)

	copied, file := filepath.Join(s.dir, "copy.db"), filepath.Join(s.dir, "aidesk.db")
	if code, out := s.command("backup", "--config", s.config, copied); code != exitOK || !strings.Contains(out, copied) || !strings.Contains(out, "keys are not in it: keep a copy of "+filepath.Join(s.dir, "aidesk.key")) {
		s.t.Fatalf("backup: %d %s", code, out)
	}
	s.desk.wait(`"msg":"backup"`)
	if code, out := s.command("restore", "--config", s.config, copied, "--replace"); code != exitFailure || !strings.Contains(out, "in use by another aidesk") {
		s.t.Fatalf("restore while it runs: %d %s", code, out)
	}

	at.stop()
	at.shows("Stopped.")
	s.model.Then(modeltest.Text("It is booked."))
	at.press(ada, sent, "Approve")
	at.shows("It is booked.")
	later := book("2026-12-24")
	s.model.Then(modeltest.Text("It rains."))
	at.mention("and the weather?")
	at.shows("It rains.")
	s.desk.terminate()
	if code, out := s.command("restore", "--config", s.config, copied); code != exitFailure || strings.Count(out, "\n") != 1 || !strings.Contains(out, "--replace") {
		s.t.Fatalf("restore where a store is: %d %s", code, out)
	}
	if err := errors.Join(os.Rename(file, file+".now"), os.Rename(copied, file)); err != nil {
		s.t.Fatal(err)
	}
	if code, out := s.command("serve", "--config", s.config); code != exitFailure || !strings.Contains(out, "a backup: put it in the place of the store with aidesk restore") {
		s.t.Fatalf("a backup that was put there by hand: %d %s", code, out)
	}
	if err := errors.Join(os.Rename(file, copied), os.Rename(file+".now", file)); err != nil {
		s.t.Fatal(err)
	}
	code, out := s.command("restore", "--config", s.config, copied, "--replace")
	for _, want := range []string{"were being sent: 2;", "that were not worked: 1;", "message in desk/", "has to ask again", file + ".before-restore"} {
		if code != exitOK || !strings.Contains(out, want) {
			s.t.Fatalf("restore: %q is missing: %d %s", want, code, out)
		}
	}
	if left, err := os.ReadDir(s.dir); err != nil || len(left) != 6 { // configuration, plugin's log, key, store, the old one, backup
		s.t.Errorf("left behind: %v, %v", left, err)
	}
	if code, out := s.command("audit", "export", "--config", s.config, "-"); code != exitOK || !strings.Contains(out, `"store.restored"`) {
		s.t.Errorf("the audit does not say that a backup was restored: %d %s", code, out)
	}

	questions, said := len(s.model.Queries()), at.said()
	at.serve()
	at.redeliver()
	s.model.Then(modeltest.Text("Here I am."))
	at.mention("still there?")
	at.shows("Here I am.")
	if n := len(s.model.Queries()) - questions; n != 1 {
		s.t.Errorf("the model was asked %d times, want once", n)
	}
	if n := at.said() - said; n != 1 {
		s.t.Errorf("%d messages, want one", n)
	}
	noted := len(at.noted())
	at.press(ada, sent, "Approve")
	at.press(ada, waiting, "Approve")
	at.press(ada, waiting, "Cancel")
	at.press(ada, later, "Approve")
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for patience := time.After(20 * time.Second); len(at.noted()) < noted+4; {
		select {
		case <-ticker.C:
		case <-patience:
			s.t.Fatalf("the four presses got: %v", at.noted()[noted:])
		}
	}
	s.desk.terminate()
	notes := strings.Join(at.noted()[noted:], "\n")
	if strings.Count(notes, "\n") != 3 || strings.Count(notes, "this card is no longer valid. It may have been approved and sent before; check Stays") != 3 || strings.Count(notes, "This button is no longer valid.") != 1 {
		s.t.Errorf("what the four presses got: %s", notes)
	}
	if n := s.posts(); n != 1 {
		s.t.Errorf("%d requests with effect, want the one of before the restore", n)
	}
	if n := len(s.model.Queries()) - questions; n != 1 {
		s.t.Errorf("the model was asked %d times at the end, want once", n)
	}
}

// redeliver delivers again everything that Slack delivers again.
func (s *slackStory) redeliver() {
	s.t.Helper()
	seen := map[string]bool{}
	for _, d := range s.fake.Deliveries() {
		if d.Kind == fakeslack.Commands || seen[string(d.Payload)] {
			continue
		}
		seen[string(d.Payload)] = true
		if _, err := s.fake.Inject(d.Kind, d.Payload).Wait(s.t.Context()); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *slackStory) noted() []string {
	s.t.Helper()
	var notes []string
	for _, m := range s.fake.From(fakeslack.General) {
		if m.To == fakeslack.Ada {
			notes = append(notes, m.Text)
		}
	}
	return notes
}

func (s *discordStory) noted() []string {
	s.t.Helper()
	var notes []string
	for _, m := range s.fake.Ephemerals(fakediscord.Ada) {
		notes = append(notes, m.Text)
	}
	return notes
}

// redeliver delivers again what the gateway told; what came while the program was down it
// asks for by itself, from the position of the backup on.
func (s *discordStory) redeliver() {
	s.t.Helper()
	for _, d := range s.fake.Deliveries("MESSAGE_CREATE", "INTERACTION_CREATE") {
		if d.URL == "" {
			s.fake.Inject(d.Event, d.Payload)
		}
	}
}

// TestRestoreSending makes the backup while an approved call is being sent: it is not sent
// again, and what the card says since then stays.
func TestRestoreSending(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	plugin := newSlowPlugin(t)
	s := &slackStory{scene: newScene(t)}
	s.fake = fakeSlackIn(t, "socket", s.proxy)
	s.config = served(t, s.dir, "socket", s.fake, "")
	amend(t, s.config, fmt.Sprintf("    plugins: [{source: %q, default: true}]\negress: {allow_hosts: [%q]}\n", plugin.url, strings.TrimPrefix(plugin.url, "http://")))
	s.serve()
	s.mention("launch the thing")
	card := s.shows("Approve")
	s.press(fakeslack.Ada, card, "Approve")
	select {
	case <-plugin.arrived:
	case <-time.After(20 * time.Second):
		t.Fatal("nothing was sent")
	}
	copied := filepath.Join(s.dir, "copy.db")
	if code, out := s.scene.command("backup", "--config", s.config, copied); code != exitOK {
		t.Fatal(out)
	}
	close(plugin.goOn)
	s.shows("Launcher confirmed it")
	s.desk.terminate()
	if code, out := s.scene.command("restore", "--config", s.config, copied, "--replace"); code != exitOK || !strings.Contains(out, "were being sent: 1;") || !strings.Contains(out, "press in desk/") {
		t.Fatalf("%d %s", code, out)
	}
	before, _ := s.fake.Message(card.Channel, card.TS)
	s.serve()
	s.redeliver()
	s.press(fakeslack.Ada, card, "Approve")
	s.shows("This is already decided: it was sent, and nobody knows whether it arrived.")
	s.desk.terminate()
	if n := plugin.posts.Load(); n != 1 {
		t.Errorf("it was sent %d times", n)
	}
	if after, _ := s.fake.Message(card.Channel, card.TS); !bytes.Equal(after.Blocks, before.Blocks) {
		t.Errorf("the card was changed: %s", after.Blocks)
	}
}
