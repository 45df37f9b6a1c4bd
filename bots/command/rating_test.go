package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/model"
	"aidesk/store"
	"aidesk/store/bolt"
)

// TestRating stores what members say of an answer, and shows it with how the answer came
// about: the last thing that each says, and their words to themselves alone. It is no part of
// the transcript, and ends with its member or with the conversation.
func TestRating(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	db, err := bolt.Open(filepath.Join(t.TempDir(), "desk.db"), bolt.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	b := &bot.Bot{Name: "desk"}
	place := chat.Place{Platform: "room", Workspace: "W1", Channel: "C1"}
	conversation := chat.Key("desk") + "/" + place.Conversation()
	n := 0
	// work does something with the conversation's entries, and commits it.
	work := func(do func(x *bot.Exchange, entries []store.Entry, c *store.Commit)) {
		t.Helper()
		n++
		if _, err := db.Ingest(t.Context(), store.Event{ID: fmt.Sprint("e", n), Conversation: conversation, Time: now}); err != nil {
			t.Fatal(err)
		}
		leases, err := db.Claim(t.Context(), "test", 1, 0, time.Minute)
		if err != nil || len(leases) != 1 {
			t.Fatal(leases, err)
		}
		w, err := db.Work(t.Context(), leases[0])
		if err != nil {
			t.Fatal(err)
		}
		c := store.Commit{Done: []uint64{w.Events[0].Seq}}
		do(&bot.Exchange{Bot: b, Store: db, Now: clock, Conversation: conversation, ReplyID: fmt.Sprint("r", n), Event: chat.Event{Place: place}, Commit: func(more store.Commit) error {
			c.Replies = append(c.Replies, more.Replies...)
			return nil
		}}, w.Entries, &c)
		if err := errors.Join(db.Commit(t.Context(), leases[0], c), db.Release(t.Context(), leases[0], 0)); err != nil {
			t.Fatal(err)
		}
	}
	said := func(role model.Role, text string, w *bot.Why) store.Entry {
		body, err := json.Marshal(bot.Entry{Entry: agent.Entry{Message: model.Message{V: model.Version, Role: role, Parts: []model.Part{{Text: text}}}}, Why: w})
		if err != nil {
			t.Fatal(err)
		}
		return store.Entry{Member: b.Owner(place, "ada"), Body: body}
	}
	work(func(_ *bot.Exchange, _ []store.Entry, c *store.Commit) {
		c.Entries = []store.Entry{said(model.User, "how many?", nil), said(model.Assistant, "Two.", &bot.Why{Answer: "a1", Model: "m"})}
	})
	rate := func(member string, good bool, words string) (err error) {
		t.Helper()
		work(func(x *bot.Exchange, entries []store.Entry, c *store.Commit) {
			x.Event.Member = member
			err = x.Rate(c, entries, "a1", good, words)
		})
		return err
	}
	// shown is what why says to a member, and how many entries are kept beside the transcript.
	shown := func(member string) (text string, ratings int) {
		t.Helper()
		work(func(x *bot.Exchange, entries []store.Entry, c *store.Commit) {
			x.Event.Member = member
			if err := why(x, entries, ""); err != nil {
				t.Fatal(err)
			}
			var r chat.Reply
			if err := json.Unmarshal(c.Replies[0].Body, &r); err != nil {
				t.Fatal(err)
			}
			text, ratings = r.Text.Text(), len(entries)-len(bot.Transcript(entries))
		})
		return text, ratings
	}
	if text, ratings := shown("ada"); strings.Contains(text, "Rated") || ratings > 0 {
		t.Errorf("before: %d in %s", ratings, text)
	}
	for _, r := range []struct {
		member, words string
		good          bool
	}{{"ada", "wrong number", false}, {"ben", "", true}, {"ada", "it was right", true}, {"ada", "it was right", true}} {
		if err := rate(r.member, r.good, r.words); err != nil {
			t.Fatal(err)
		}
	}
	if text, ratings := shown("ada"); !strings.Contains(text, "Rated good by 2 and bad by 0. You wrote: it was right") || ratings != 3 {
		t.Errorf("after: %d in %s", ratings, text)
	}
	if text, _ := shown("ben"); !strings.Contains(text, "Rated good by 2 and bad by 0.") || strings.Contains(text, "it was right") {
		t.Errorf("to another: %s", text)
	}
	for i := range 20 {
		if err := rate("ben", i%2 == 1, ""); err != nil && !errors.Is(err, bot.ErrRated) {
			t.Fatal(err)
		}
	}
	if _, ratings := shown("ada"); ratings != 12 {
		t.Errorf("a member who cannot decide: %d entries", ratings)
	}
	if err := db.Forget(t.Context(), b.Owner(place, "ben")); err != nil {
		t.Fatal(err)
	}
	if text, ratings := shown("ada"); !strings.Contains(text, "Rated good by 1 and bad by 0.") || ratings != 2 {
		t.Errorf("forgotten: %d in %s", ratings, text)
	}
	now = now.Add(40 * bot.Day)
	if _, err := db.Purge(t.Context(), store.Old{Conversations: now.Add(-30 * bot.Day), Audit: now.Add(-400 * bot.Day)}); err != nil {
		t.Fatal(err)
	}
	if text, ratings := shown("ada"); ratings > 0 {
		t.Errorf("purged: %d in %s", ratings, text)
	}
}
