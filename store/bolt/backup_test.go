package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"aidesk/store"
	"aidesk/store/bolt"
)

// TestSnapshot copies a store that is written to: the copy is whole, and has everything
// that was promised before it began.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	path := filled(t)
	db := open(t, path)
	ctx, stop := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	for g := range 4 {
		writing.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				_, _ = db.Put(t.Context(), store.Record{Key: fmt.Sprintf("w%d/%d", g, i), Value: bytes.Repeat([]byte("w"), 3000)})
			}
		})
	}
	for i := range 5 {
		if _, err := db.Put(t.Context(), store.Record{Key: fmt.Sprint("promised", i)}); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := db.Snapshot(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		to := fmt.Sprint(path, i)
		if err := os.WriteFile(to, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if c, err := bolt.Inspect(to); err != nil || c != (bolt.Contents{Layout: 5}) {
			t.Fatalf("%+v, %v", c, err)
		}
		if copied := open(t, to); true {
			if _, err := copied.Get(t.Context(), fmt.Sprint("promised", i)); err != nil {
				t.Error(err)
			}
			if err := copied.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	stop()
	writing.Wait()
	if err := bolt.Snapshot(path, &bytes.Buffer{}); !errors.Is(err, bolt.ErrInUse) {
		t.Errorf("a file in use: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := bolt.Snapshot(path, &out); err != nil || out.Len() == 0 {
		t.Errorf("a closed store: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("it was written to: %v", err)
	}
}

// TestInspect finds what is wrong with a file.
func TestInspect(t *testing.T) {
	t.Parallel()
	path := filled(t)
	damage(t, path, "record", 3)
	damage(t, path, "line", 3)
	if c, err := bolt.Inspect(path); err != nil || c.Damaged != 2 {
		t.Errorf("%+v, %v", c, err)
	}
	cut, pages, size := paged(t)
	for name, data := range map[string][]byte{"cut": pages[:len(pages)/2], "empty": nil, "text": []byte("hello"), "zeroed": append(make([]byte, size), pages[size:]...)} {
		anew(t, cut, data)
		if c, err := bolt.Inspect(cut); err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), cut) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	if _, err := bolt.Inspect(path + ".missing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing one: %v", err)
	}
}

// mark is the work of a restore that closes nothing.
func mark(t *testing.T, got *bolt.Restored) func(*bolt.DB) error {
	return func(db *bolt.DB) (err error) {
		*got, err = db.MarkRestored(t.Context(), closeAction)
		return err
	}
}

func closeAction(a store.Action) (store.Commit, error) {
	from := a.State
	a.State, a.Final = "closed", true
	return store.Commit{
		Actions: []store.Transition{{From: from, Action: a}},
		Entries: []store.Entry{{Member: "ann", Body: []byte("closed " + a.ID)}},
		Audits:  []store.Audit{{Scope: "s", Body: []byte("closed " + a.ID)}},
	}, nil
}

// working is a store with an event and a timer, a reply that is being sent, one that was
// sent, one that is not posted yet, and an action that waits.
func working(t *testing.T, path string, now func() time.Time) {
	t.Helper()
	db, err := bolt.Open(path, bolt.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err = db.Ingest(ctx, store.Event{ID: "worked", Conversation: "c", Time: now()})
	check(err)
	leases, err := db.Claim(ctx, "tester", 1, 0, time.Minute)
	check(err)
	check(db.Commit(ctx, leases[0], store.Commit{
		Done:    []uint64{1},
		Actions: []store.Transition{{Action: store.Action{ID: "waits", Conversation: "c", State: "waiting"}}},
		Replies: []store.Reply{
			{ID: "sent", Conversation: "c", Adapter: "slate"}, {ID: "sending", Conversation: "d", Adapter: "slate"}, {ID: "wanted", Conversation: "d", Adapter: "slate"},
		},
		Events: []store.Event{{ID: "timer", Conversation: "c", Due: now().Add(time.Hour)}},
	}))
	check(db.Release(ctx, leases[0], 0))
	deliveries, err := db.Outbox(ctx, "tester", []string{"slate"}, 3)
	check(err)
	for _, d := range deliveries {
		if d.ID == "sent" {
			check(db.Sent(ctx, store.Receipt{ID: d.ID, Version: d.Version, Posted: "p1"}))
		}
	}
	_, err = db.Ingest(ctx, store.Event{ID: "unworked", Kind: "message", Conversation: "c", Time: now()})
	check(err)
	_, err = db.Put(ctx, store.Record{Key: "r", Value: []byte("v")})
	check(err)
	check(db.Close())
}

// TestMarkRestored: in a restored store there is nothing to be worked or delivered, not
// later either, and what happened before it was restored counts as known.
func TestMarkRestored(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	backup, path := filepath.Join(dir, "backup"), filepath.Join(dir, "desk.db")
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	clock := bolt.Options{Now: func() time.Time { return now }}
	working(t, backup, clock.Now)
	if err := bolt.MarkBackup(backup, now); err != nil {
		t.Fatal(err)
	}
	refused(t, backup, "a backup", "aidesk restore")
	made := now
	now = now.Add(24 * time.Hour)
	restoredAt := now
	var got bolt.Restored
	if err := bolt.Restore(backup, path, "", clock, mark(t, &got)); err != nil {
		t.Fatal(err)
	}
	if len(got.Events) != 1 || got.Events[0].ID != "unworked" || got.Events[0].Kind != "message" || got.Replies != 2 || got.Actions != 1 || !got.Made.Equal(made) {
		t.Errorf("%+v", got)
	}
	now = now.Add(time.Minute)
	db, err := bolt.Open(path, clock)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if at := db.RestoredAt(); !at.Equal(restoredAt) {
		t.Errorf("restored at %s", at)
	}
	idle := func() {
		t.Helper()
		if b, err := db.Backlog(t.Context()); err != nil || b != (store.Backlog{}) {
			t.Errorf("backlog %+v, %v", b, err)
		}
		leases, err := db.Claim(t.Context(), "tester", 10, 0, time.Minute)
		deliveries, errOut := db.Outbox(t.Context(), "tester", []string{"slate"}, 10)
		if len(leases)+len(deliveries) > 0 || err != nil || errOut != nil {
			t.Errorf("%v %v, %v %v", leases, deliveries, err, errOut)
		}
	}
	idle()
	for _, e := range []store.Event{{ID: "worked"}, {ID: "unworked"}, {ID: "worked after the backup"}} {
		e.Conversation, e.Time = "c", restoredAt.Add(-time.Second)
		if got, err := db.Ingest(t.Context(), e); err != nil || !got[0].Duplicate {
			t.Errorf("%s: %v, %v", e.ID, got, err)
		}
	}
	now = now.Add(2 * time.Hour)
	idle() // the timer is gone
	if a, err := db.Action(t.Context(), "waits"); err != nil || a.State != "closed" || !a.Final {
		t.Errorf("%+v, %v", a, err)
	}
	audits := 0
	_ = db.Audits(t.Context(), "s", func(store.Audit) bool { audits++; return true })
	if audits != 1 {
		t.Errorf("%d audits", audits)
	}
	r, err := db.Get(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	if v, err := db.Put(t.Context(), store.Record{Key: "r", Version: r.Version}); err != nil || v < 1<<32 {
		t.Errorf("version %d after %d may have been given before: %v", v, r.Version, err)
	}

	if got, err := db.Ingest(t.Context(), store.Event{ID: "new", Conversation: "c", Time: now}); err != nil || got[0].Duplicate {
		t.Fatalf("a new event: %v, %v", got, err)
	}
	leases, err := db.Claim(t.Context(), "tester", 1, 0, time.Minute)
	if err != nil || len(leases) != 1 {
		t.Fatal(leases, err)
	}
	w, err := db.Work(t.Context(), leases[0])
	if err != nil || len(w.Events) != 1 || len(w.Actions) != 0 || len(w.Entries) != 1 || string(w.Entries[0].Body) != "closed waits" {
		t.Errorf("%+v, %v", w, err)
	}
	var again []store.Reply // wanted once more: whether they were posted is found out first
	for _, id := range []string{"sent", "sending", "wanted"} {
		again = append(again, store.Reply{ID: id, Conversation: map[string]string{"sent": "c"}[id] + map[string]string{"sending": "d", "wanted": "d"}[id], Adapter: "slate"})
	}
	if err := db.Commit(t.Context(), leases[0], store.Commit{Replies: again}); err != nil {
		t.Fatal(err)
	}
	for range again {
		deliveries, err := db.Outbox(t.Context(), "tester", []string{"slate"}, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range deliveries {
			if known := d.ID == "sent"; known != (d.Posted == "p1") || known != d.Unsettled.IsZero() || d.Tries != 1 {
				t.Errorf("%+v", d)
			}
			if err := db.Sent(t.Context(), store.Receipt{ID: d.ID, Version: d.Version, Posted: "p"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if b, err := db.Backlog(t.Context()); err != nil || b.Replies != 0 {
		t.Errorf("%+v, %v", b, err)
	}
}

// TestRestoreFile: what may be replaced, what is kept, and what is left when it fails.
func TestRestoreFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	backup, path := filepath.Join(dir, "backup"), filepath.Join(dir, "desk.db")
	keep := path + ".before-restore"
	working(t, backup, time.Now)
	var got bolt.Restored
	fails := func(what, from, keep string, words ...string) {
		t.Helper()
		err := bolt.Restore(from, path, keep, bolt.Options{}, mark(t, &got))
		for _, w := range words {
			if err == nil || !strings.Contains(err.Error(), w) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %v, want %q", what, err, w)
			}
		}
	}
	fails("a folder", dir, "", dir, "not a file")
	fails("no backup", backup+".missing", "", "no such file")
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a store was made: %v", err)
	}
	cut := filepath.Join(dir, "cut")
	data, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cut, data[:9000], 0o600); err != nil {
		t.Fatal(err)
	}
	fails("half a backup", cut, "", cut, "restore it from a backup")

	db := open(t, path)
	if _, err := db.Put(t.Context(), store.Record{Key: "old"}); err != nil {
		t.Fatal(err)
	}
	fails("there is a store", backup, "", path, "exist")
	fails("it is in use", backup, keep, path, "in use by another aidesk")
	if err := bolt.Restore(path, path+".other", "", bolt.Options{}, mark(t, &got)); !errors.Is(err, bolt.ErrInUse) {
		t.Errorf("the backup is in use: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	if err := bolt.Restore(backup, path, keep, bolt.Options{}, func(*bolt.DB) error { return broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
	if _, err := os.Stat(keep); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old one was moved: %v", err)
	}
	if err := bolt.Restore(backup, path, keep, bolt.Options{}, mark(t, &got)); err != nil {
		t.Fatal(err)
	}
	for file, key := range map[string]string{path: "r", keep: "old"} {
		db := open(t, file)
		if _, err := db.Get(t.Context(), key); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	fails("an earlier restore", backup, keep, keep, "move it away first")

	if err := os.Remove(keep); err != nil { // a file that serve refuses, restored from itself
		t.Fatal(err)
	}
	if data, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	clear(data[:os.Getpagesize()])
	anew(t, path, data)
	refused(t, path, "aidesk restore --replace")
	if err := bolt.Restore(path, path, keep, bolt.Options{}, mark(t, &got)); err != nil {
		t.Fatal(err)
	}
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	raw(t, path, func(tx *bbolt.Tx) error { return <-tx.Check() })
	left, err := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
