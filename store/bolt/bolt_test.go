package bolt_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"aidesk/store"
	"aidesk/store/bolt"
	"aidesk/store/storetest"
)

// place is a file in a folder of the test's own, with a clock that only Pass moves.
func place(t testing.TB) storetest.Place {
	t.Helper()
	path := filepath.Join(t.TempDir(), "desk.db")
	var now atomic.Int64
	now.Store(time.Date(2026, 11, 22, 7, 30, 0, 0, time.UTC).UnixNano())
	clock := func() time.Time { return time.Unix(0, now.Load()).UTC() }
	return storetest.Place{
		Open: func(t testing.TB) store.Store {
			t.Helper()
			db, err := bolt.Open(path, bolt.Options{Now: clock})
			if err != nil {
				t.Fatal(err)
			}
			return db
		},
		Now:  clock,
		Pass: func(d time.Duration) { now.Add(int64(d)) },
	}
}

func TestStore(t *testing.T) {
	storetest.Run(t, place)
}

// TestKilledAhead: a killed process uses up no limit, and what a power cut forgets counts as
// used, a part of the limit at most.
func TestKilledAhead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	db := open(t, path)
	for range 100 {
		if err := db.Reserve(t.Context(), store.Count{Key: "turns", N: 1, Limit: 1000}); err != nil {
			t.Fatal(err)
		}
	}
	for _, cut := range []bool{false, true} {
		left := filepath.Join(t.TempDir(), "desk.db")
		for _, suffix := range []string{"", ".tries"} {
			data, err := os.ReadFile(path + suffix)
			if err != nil {
				t.Fatal(err)
			}
			if suffix != "" && cut {
				continue
			}
			if err := os.WriteFile(left+suffix, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		next := open(t, left)
		used := int64(0)
		if limit, ok := errors.AsType[*store.Limit](next.Reserve(t.Context(), store.Count{Key: "turns", N: 1000, Limit: 1000})); ok {
			used = limit.Used
		}
		if most := int64(100 + map[bool]int{true: 1000 / 32}[cut]); used < 100 || used > most {
			t.Errorf("a power cut: %t: %d are used; want 100, at most %d", cut, used, most)
		}
		if err := next.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
