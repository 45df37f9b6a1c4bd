package recordtest_test

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	fakediscord "aidesk/adapters/fake/discord"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/bots/restore"
	"aidesk/core/model/modeltest"
	"aidesk/store"
	"aidesk/store/bolt"
)

// TestRestoredStore puts the recorded store back as a backup: of all that was open in it,
// nothing runs, and a press and a new question are answered.
func TestRestoredStore(t *testing.T) {
	t.Parallel()
	backup := recorded(t)
	path := backup + ".restored"
	before, err := os.ReadFile(backup)
	must(t, err)
	w := newWorld(t, modeltest.NewActor(t, modeltest.Chat, func(modeltest.Query) modeltest.Answer { return modeltest.Text("Restored and answered.") }))
	card := w.replay()
	var closed bolt.Restored
	states := map[string]int{}
	must(t, bolt.Restore(backup, path, "", bolt.Options{Now: w.clock.Now}, func(db *bolt.DB) (err error) {
		closed, err = db.MarkRestored(t.Context(), func(a store.Action) (store.Commit, error) {
			c, err := restore.Close(a, w.clock.Now())
			if err == nil {
				states[a.State+" "+c.Actions[len(c.Actions)-1].Action.State]++
			}
			return c, err
		})
		return err
	}))
	if len(closed.Events) != 4 || closed.Replies != 3 || closed.Actions != 3 || states["executing unknown"] != 1 || states["waiting replaced"] != 2 {
		t.Errorf("%d events, %d replies, %d actions: %v", len(closed.Events), closed.Replies, closed.Actions, states)
	}
	if after, err := os.ReadFile(backup); err != nil || string(after) != string(before) {
		t.Errorf("the backup was changed: %v", err)
	}
	if _, err := os.Stat(path + ".v1.bak"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a copy of a copy is kept: %v", err)
	}

	said := len(w.slack.From(fakeslack.General))
	d := w.open(path, run{limits: ample})
	s := newSlackStory(w, d)
	_, err = w.slack.Press(fakeslack.Ada, card.Channel, card.TS, buttonOf(card.Blocks, "Approve"))
	must(t, err)
	shows := func(text string) func() bool {
		return func() bool {
			return slices.ContainsFunc(w.slack.From(fakeslack.General), func(m fakeslack.Message) bool { return strings.Contains(m.Text+string(m.Blocks), text) })
		}
	}
	d.until("the reason why the press decides nothing", shows("I was restored from a backup"))
	s.ask("a new question")()
	d.until("the answer to a new question", shows("Restored and answered."))
	d.until("everything", func() bool {
		b, err := d.store.Backlog(t.Context())
		must(t, err)
		return b == store.Backlog{}
	})
	if n := w.shop.Count(http.MethodPost); n != 0 {
		t.Errorf("%d orders", n)
	}
	if n := len(w.model.Queries()); n != 1 {
		t.Errorf("the model was asked %d times, want once", n)
	}
	if n := len(w.slack.From(fakeslack.General)) - said; n != 2 || len(w.discord.From(fakediscord.General)) > 0 {
		t.Errorf("%d messages in Slack, want two: %+v", n, w.slack.From(fakeslack.General)[said:])
	}
	if log := d.log.String(); strings.Contains(log, "level=ERROR") {
		t.Errorf("the log:\n%s", log)
	}
}
