package grant_test

import (
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"aidesk/core/grant"
	"aidesk/store"
	"aidesk/store/bolt"
)

// records opens an empty store.
func records(t *testing.T) store.Store {
	t.Helper()
	db, err := bolt.Open(filepath.Join(t.TempDir(), "test.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// keep writes a grant of a member.
func keep(t *testing.T, db store.Store, owner, id string) grant.Kept {
	t.Helper()
	g, _ := issues(t, operation(t, tracker))
	g.Owner, g.ID = owner, id
	record, err := grant.New(g)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Put(t.Context(), record); err != nil {
		t.Fatal(err)
	}
	kept, err := grant.Get(t.Context(), db, owner, id)
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

// count is how many grants there are in all that hold.
func count(t *testing.T, db store.Store) int {
	t.Helper()
	all, err := grant.All(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, g := range all {
		if g.Live(noon) {
			n++
		}
	}
	return n
}

// TestForget: a member's grants are found and forgotten, and nobody else's.
func TestForget(t *testing.T) {
	t.Parallel()
	db := records(t)
	for _, owner := range []string{"desk/slack/T1/ada", "desk/slack/T1/adam", "desk/slack/T10/ada", "two/slack/T1/ada"} {
		keep(t, db, owner, "g1")
		keep(t, db, owner, "g2")
	}
	if all, err := grant.In(t.Context(), db, "desk/slack/T1"); err != nil || len(all) != 4 {
		t.Errorf("%d in a workspace, %v", len(all), err)
	}
	if err := grant.Forget(t.Context(), db, "desk/slack/T1/ada"); err != nil {
		t.Fatal(err)
	}
	if all, err := grant.Of(t.Context(), db, "desk/slack/T1/ada"); err != nil || len(all) != 0 {
		t.Errorf("%d are left, %v", len(all), err)
	}
	if n := count(t, db); n != 6 {
		t.Errorf("%d are left of all", n)
	}
}

// TestMoved: a record under another member's key, or under another id, is nobody's grant.
func TestMoved(t *testing.T) {
	t.Parallel()
	db := records(t)
	k := keep(t, db, "desk/slack/T1/ada", "g1")
	for _, key := range []string{grant.Key("desk/slack/T1/eve", "g1"), grant.Key("desk/slack/T1/ada", "g2")} {
		if _, err := db.Put(t.Context(), store.Record{Key: key, Value: k.Record.Value}); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, db); n != 1 {
		t.Errorf("%d grants hold", n)
	}
	for _, name := range [][2]string{{"desk/slack/T1/eve", "g1"}, {"desk/slack/T1/ada", "g2"}, {"desk/slack/T1/ada", ""}} {
		if _, err := grant.Get(t.Context(), db, name[0], name[1]); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%v: %v", name, err)
		}
	}
}

// TestSweepRecords: what ended is kept for a week, what holds is kept, what is void goes.
func TestSweepRecords(t *testing.T) {
	t.Parallel()
	db := records(t)
	k := keep(t, db, "desk/slack/T1/ada", "g1")
	keep(t, db, "desk/slack/T1/ada", "g2")
	k.Ended, k.Why = noon.Add(time.Hour), grant.Revoked
	record, err := k.With(k.Grant)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Put(t.Context(), record); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Put(t.Context(), store.Record{Key: grant.Key("desk/slack/T1/ada", "g3"), Value: []byte(`{"v":9}`)}); err != nil {
		t.Fatal(err)
	}
	left := func() (n int) {
		if err := db.Scan(t.Context(), "grant/", func(store.Record) bool { n++; return true }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 2}, {7*24*time.Hour + 2*time.Hour, 1}, {30 * 24 * time.Hour, 0}} {
		if err := grant.Sweep(t.Context(), db, noon.Add(step.after), 0, func(string) bool { return false }, slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
		if n := left(); n != step.want {
			t.Errorf("after %s: %d are kept, want %d", step.after, n, step.want)
		}
	}
}

// TestEndAll: in a store that comes from a backup none holds.
func TestEndAll(t *testing.T) {
	t.Parallel()
	db := records(t)
	keep(t, db, "desk/slack/T1/ada", "g1")
	keep(t, db, "desk/slack/T1/ben", "g1")
	for _, want := range []int{2, 0} {
		if n, err := grant.EndAll(t.Context(), db, noon); err != nil || n != want {
			t.Errorf("%d ended, want %d: %v", n, want, err)
		}
	}
	if n := count(t, db); n != 0 {
		t.Errorf("%d hold", n)
	}
}

// TestTogether: of two that count the same use, one is told to look again.
func TestTogether(t *testing.T) {
	t.Parallel()
	db := records(t)
	keep(t, db, "desk/slack/T1/ada", "g1")
	var both []store.Record
	for range 2 {
		k, err := grant.Get(t.Context(), db, "desk/slack/T1/ada", "g1")
		if err != nil {
			t.Fatal(err)
		}
		_, w := issues(t, operation(t, tracker))
		used, err := k.Use(w)
		if err != nil {
			t.Fatal(err)
		}
		record, err := k.With(used)
		if err != nil {
			t.Fatal(err)
		}
		both = append(both, record)
	}
	if _, err := db.Put(t.Context(), both[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Put(t.Context(), both[1]); !errors.Is(err, store.ErrConflict) {
		t.Errorf("the second: %v", err)
	}
}
