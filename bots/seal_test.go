package bots_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aidesk/bots"
	"aidesk/bots/bot"
	"aidesk/bots/inbox"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/secret"
	"aidesk/store"
	"aidesk/store/bolt"
)

// desktop is an adapter at which nothing happens but what a test does.
type desktop struct {
	at    func(context.Context, chat.Handler, chat.Keeper) error
	notes chan chat.Event
}

func (*desktop) Platform() string { return "desktop" }
func (d *desktop) Run(ctx context.Context, h chat.Handler, k chat.Keeper) error {
	return d.at(ctx, h, k)
}

func (*desktop) Member(_ context.Context, _ chat.Place, id string) (chat.Member, error) {
	return chat.Member{ID: id}, nil
}
func (*desktop) Send(context.Context, chat.Reply, string) (string, error) { return "1", nil }
func (d *desktop) Note(_ context.Context, e chat.Event, _ markdown.Document) error {
	d.notes <- e
	return nil
}

// entrusted are events with a token and with a secret value; nobody knows their
// button and their form, so both are answered with a note.
func entrusted() []chat.Event {
	at := chat.Place{Platform: "desktop", Workspace: "w", Channel: "c"}
	return []chat.Event{
		{ID: "1", Time: time.Unix(1, 0).UTC(), Place: at, Member: "ann", Token: "hush-token", Press: &chat.Press{Button: "none"}},
		{
			ID: "2", Time: time.Unix(2, 0).UTC(), Place: at, Member: "ann", Token: "hush-token",
			Filled: &chat.Submitted{Form: "none", Secret: []string{"key", "absent"}, Values: map[string]string{"key": "hush-value", "name": "plain"}},
		},
	}
}

// TestSealed: what members and adapters entrust to the desk is sealed on disk, and as
// it was where it is used. Between the two is a desk that only accepts.
func TestSealed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.db")
	ring := newRing(t, secret.Generate("k1"))
	run := func(acceptOnly bool, d *desktop) {
		t.Helper()
		db, err := bolt.Open(path, bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		desk := &bots.Desk{
			Store: db, Secrets: ring, AcceptOnly: acceptOnly, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
			Bots: []*bot.Bot{{Name: "desk", Adapters: []chat.Adapter{d}}},
		}
		if err := desk.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		backlog, err := db.Backlog(t.Context())
		if err != nil || (backlog.Events == 2) != acceptOnly {
			t.Errorf("%+v left, %v", backlog, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}

	run(true, &desktop{at: func(ctx context.Context, h chat.Handler, k chat.Keeper) error {
		for _, e := range entrusted() {
			if err := h.Receive(ctx, e); err != nil {
				t.Error(err)
			}
		}
		if diff := cmp.Diff(entrusted()[1].Filled.Values, map[string]string{"key": "hush-value", "name": "plain"}); diff != "" {
			t.Error(diff)
		}
		if err := k.Keep(ctx, "watermark", []byte("hush-kept")); err != nil {
			t.Error(err)
		}
		return nil
	}})
	onDisk, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(onDisk, []byte("hush")) {
		t.Error("a secret can be read in the store")
	}
	if !bytes.Contains(onDisk, []byte("v1.k1.")) || !bytes.Contains(onDisk, []byte("plain")) {
		t.Error("the store does not hold what was received in a form that this test can search")
	}

	d := &desktop{notes: make(chan chat.Event, 2)}
	d.at = func(ctx context.Context, _ chat.Handler, k chat.Keeper) error {
		if kept, err := k.Kept(ctx, "watermark"); err != nil || string(kept) != "hush-kept" {
			t.Errorf("kept: %q, %v", kept, err)
		}
		if kept, err := k.Kept(ctx, "nothing"); err != nil || kept != nil {
			t.Errorf("kept without having been: %q, %v", kept, err)
		}
		got := map[string]chat.Event{}
		for range 2 {
			select {
			case e := <-d.notes:
				got[e.ID] = e
			case <-time.After(20 * time.Second):
				t.Error("the events were not worked")
				return nil
			}
		}
		if diff := cmp.Diff(entrusted(), []chat.Event{got["1"], got["2"]}); diff != "" {
			t.Errorf("events as they are worked (-received +worked):\n%s", diff)
		}
		return nil
	}
	run(false, d)
}

// TestWithoutKeys: nothing that must be sealed is kept by a desk that cannot seal.
func TestWithoutKeys(t *testing.T) {
	db := openBolt(t)
	d := &desktop{at: func(ctx context.Context, h chat.Handler, k chat.Keeper) error {
		for _, e := range entrusted() {
			if err := h.Receive(ctx, e); err == nil {
				t.Errorf("event %s was taken", e.ID)
			}
		}
		if err := k.Keep(ctx, "watermark", []byte("x")); err == nil {
			t.Error("a value was kept")
		}
		return nil
	}}
	desk := &bots.Desk{Store: db, AcceptOnly: true, Now: time.Now, Logger: slog.New(slog.DiscardHandler), Bots: []*bot.Bot{{Name: "desk", Adapters: []chat.Adapter{d}}}}
	if err := desk.Run(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestUnlock gives a store one ring after the other.
func TestUnlock(t *testing.T) {
	one, two, other := secret.Generate("k1"), secret.Generate("k2"), secret.Generate("k1")
	tests := []struct {
		name  string
		rings [][]string // the last one decides
		want  string     // in the error; empty: it fits
	}{
		{"a new store", [][]string{{one}}, ""},
		{"the same", [][]string{{one}, {one}}, ""},
		{"a new key in front", [][]string{{one}, {two, one}, {two, one}}, ""},
		{"another order", [][]string{{one, two}, {two, one}}, ""},
		{"no keys for a store without", [][]string{nil}, ""},
		{"no keys", [][]string{{one}, nil}, "the key k1 is missing"},
		{"the old one is missing", [][]string{{one}, {two}}, "the key k1 is missing"},
		{"another of the same id", [][]string{{one}, {other}}, "the key k1 is not the one with which the store was sealed"},
		{"another behind a new one", [][]string{{one}, {two, other}}, "the key k1 is not the one"},
		{"one that came later is missing", [][]string{{one}, {two, one}, {one}}, "the key k2 is missing"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			db := openBolt(t)
			var err error
			for i, entries := range test.rings {
				var ring *secret.Ring
				if entries != nil {
					ring = newRing(t, entries...)
				}
				if err = inbox.Unlock(t.Context(), db, ring); err != nil && i < len(test.rings)-1 {
					t.Fatal(err)
				}
			}
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v; want %q", err, test.want)
			}
		})
	}
}

// TestUnlockFirst: a desk with a wrong key does not begin.
func TestUnlockFirst(t *testing.T) {
	db := openBolt(t)
	if err := inbox.Unlock(t.Context(), db, newRing(t, secret.Generate("k1"))); err != nil {
		t.Fatal(err)
	}
	d := &desktop{at: func(context.Context, chat.Handler, chat.Keeper) error { t.Error("it began"); return nil }}
	desk := &bots.Desk{
		Store: db, Secrets: newRing(t, secret.Generate("k1")), Now: time.Now, Logger: slog.New(slog.DiscardHandler),
		Bots: []*bot.Bot{{Name: "desk", Adapters: []chat.Adapter{d}}},
	}
	if err := desk.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "the key k1 is not the one") {
		t.Errorf("got %v", err)
	}
}

func newRing(t *testing.T, entries ...string) *secret.Ring {
	t.Helper()
	ring, err := secret.Parse(entries)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func openBolt(t *testing.T) store.Store {
	t.Helper()
	db, err := bolt.Open(filepath.Join(t.TempDir(), "desk.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}
