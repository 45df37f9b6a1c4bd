package bolt_test

import (
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
