package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"aidesk/store"
)

// TestKilledOpening: a process that is killed while it opens a store, after it has replayed its
// log and before it begins another, leaves what can be opened, however often.
func TestKilledOpening(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	db, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	keys := 0
	write := func() {
		for range 40 {
			keys++
			if _, err := db.Put(t.Context(), store.Record{Key: fmt.Sprint("record/", keys%70, "/", keys), Value: make([]byte, 3000)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for round := range 6 {
		write()
		left := filepath.Join(t.TempDir(), "desk.db")
		for _, name := range []string{"", ".redo"} {
			data, err := os.ReadFile(path + name)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(left+name, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		for range 1 + round {
			if _, err := Open(left, Options{killed: true}); !errors.Is(err, errKilled) {
				t.Fatalf("round %d: %v", round, err)
			}
		}
		path = left
		if db, err = Open(path, Options{}); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		found := 0
		if err := db.Scan(t.Context(), "record/", func(store.Record) bool { found++; return true }); err != nil || found != keys {
			t.Fatalf("round %d: %d records of %d, %v", round, found, keys, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
