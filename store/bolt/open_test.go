package bolt_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"aidesk/store"
	"aidesk/store/bolt"
)

// open opens a file that must be good.
func open(t testing.TB, path string) *bolt.DB {
	t.Helper()
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// refused checks that a file is refused in one line that names it and has these words.
func refused(t *testing.T, path string, words ...string) {
	t.Helper()
	db, err := bolt.Open(path, bolt.Options{})
	if err == nil {
		_ = db.Close()
		t.Fatalf("%s was opened", path)
	}
	if text := err.Error(); strings.ContainsAny(text, "\n") || len(text) > 300 || strings.Contains(text, "runtime error") {
		t.Errorf("not one plain line: %v", err)
	}
	for _, w := range append(words, path) {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q is missing in: %v", w, err)
		}
	}
}

// filled makes a store with some of everything and returns its path.
func filled(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "desk.db")
	db := open(t, path)
	ctx := t.Context()
	for i := range 40 {
		name := fmt.Sprint("c", i)
		_, err := db.Ingest(ctx, store.Event{ID: fmt.Sprint("e", i), Conversation: name, Time: time.Now(), Body: bytes.Repeat([]byte("b"), 900)},
			store.Event{ID: fmt.Sprint("t", i), Conversation: name, Due: time.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		leases, err := db.Claim(ctx, "tester", 1, 0, time.Minute)
		if err != nil || len(leases) != 1 {
			t.Fatal(leases, err)
		}
		err = db.Commit(ctx, leases[0], store.Commit{
			Entries: []store.Entry{{Member: "ann", Body: bytes.Repeat([]byte("e"), 900)}},
			Actions: []store.Transition{{Action: store.Action{ID: fmt.Sprint("a", i), Conversation: name, Body: make([]byte, 500)}}},
			Replies: []store.Reply{{ID: fmt.Sprint("r", i), Conversation: name, Adapter: "slate", Body: make([]byte, 500)}},
			Buttons: []store.Button{{ID: fmt.Sprint("b", i), Conversation: name, Until: time.Now()}},
			Audits:  []store.Audit{{Scope: "s", Body: make([]byte, 500)}},
			Usages:  []store.Usage{{Scope: "s"}},
			Counts:  []store.Count{{Key: fmt.Sprint("k", i), N: 1, Until: time.Now()}},
			Puts:    []store.Record{{Key: fmt.Sprint("p", i), Value: fmt.Append(nil, "the value of p", i)}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.PutDocument(ctx, bytes.Repeat([]byte("document "), 5000)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// change edits a file's bytes.
func change(t testing.TB, path string, edit func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, edit(data), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	refused(t, write("empty", nil), "empty", "backup")
	refused(t, write("text", []byte("store: {url: bolt}\n")), "not a store of aidesk")
	refused(t, write("zeros", make([]byte, 1<<16)), "not a store of aidesk")
	refused(t, write("noise", bytes.Repeat([]byte("SQLite format 3\x00"), 1<<12)), "not a store of aidesk")
	refused(t, filepath.Join(dir, "missing", "desk.db"), "folder", "does not exist", "make it")
	refused(t, filepath.Join(write("file", []byte("x")), "desk.db"), "file")
	refused(t, dir, "not a file")

	foreign := filepath.Join(dir, "foreign.db")
	db, err := bbolt.Open(foreign, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	refused(t, foreign, "not a store of aidesk")

	if left, err := filepath.Glob(filepath.Join(dir, ".*")); err != nil || len(left) != 0 {
		t.Fatalf("files left behind: %v, %v", left, err)
	}
}

// TestCreateTogether: of several who make the same file at once, one gets it.
func TestCreateTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.db")
	var mu sync.Mutex
	var opened []*bolt.DB
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			db, err := bolt.Open(path, bolt.Options{})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				opened = append(opened, db)
			case !strings.Contains(err.Error(), "in use by another aidesk"):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(opened) != 1 {
		t.Fatalf("%d opened it", len(opened))
	}
	if err := opened[0].Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); err != nil || len(left) != 0 {
		t.Fatalf("files left behind: %v, %v", left, err)
	}
}

// TestLayout opens a file that a newer program wrote. It makes the value by hand, so
// it also pins what values look like on disk.
func TestLayout(t *testing.T) {
	head := []byte(`{"n":6}`)
	value := summed(slices.Concat(make([]byte, 5), binary.BigEndian.AppendUint32(nil, uint32(len(head))), head))

	path := filled(t)
	raw(t, path, func(tx *bbolt.Tx) error {
		now := tx.Bucket([]byte("meta")).Get([]byte("schema"))
		if want := strings.Replace(string(value[5:]), "6", "5", 1); string(now[5:]) != want {
			t.Errorf("schema %q, want %q", now[5:], want)
		}
		return tx.Bucket([]byte("meta")).Put([]byte("schema"), value)
	})
	refused(t, path, "newer aidesk", "schema 6", "knows 5")

	raw(t, path, func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Delete([]byte("schema")) })
	refused(t, path, "not a store of aidesk")
	path = filled(t)
	raw(t, path, func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("button")) })
	refused(t, path, "no bucket button", "backup")
}

// summed writes version and checksum into a value.
func summed(value []byte) []byte {
	value[0] = 1
	binary.BigEndian.PutUint32(value[1:], crc32.Checksum(value[5:], crc32.MakeTable(crc32.Castagnoli)))
	return value
}

// raw changes a closed store behind its back.
func raw(t testing.TB, path string, fn func(*bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(fn), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// anew makes another file at path: the lock of a damaged one is kept until the process ends.
func anew(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := errors.Join(os.Remove(path), os.WriteFile(path, data, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// paged is a filled file, its pages that are in use, and the size of one.
func paged(t *testing.T) (path string, pages []byte, size int) {
	t.Helper()
	path = filled(t)
	pages, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	raw(t, path, func(tx *bbolt.Tx) error { pages = pages[:tx.Size()]; return nil })
	return path, pages, os.Getpagesize()
}

// TestCut cuts a file at every page: none is opened, none crashes the process.
func TestCut(t *testing.T) {
	path, pages, page := paged(t)
	cuts := []int{1, 100, page - 1, page + 1}
	for at := page; at < len(pages); at += page {
		cuts = append(cuts, at)
	}
	for _, at := range cuts {
		anew(t, path, pages[:at])
		refused(t, path, "restore it from a backup")
	}
}

// TestFlippedByte changes one byte of a value: reading it is an error that names the place; other
// values are not affected.
func TestFlippedByte(t *testing.T) {
	path := filled(t)
	change(t, path, func(data []byte) []byte {
		return bytes.ReplaceAll(data, []byte("the value of p7"), []byte("the value of q7"))
	})
	db := open(t, path)
	defer func() { _ = db.Close() }()
	_, err := db.Get(t.Context(), "p7")
	if err == nil {
		t.Fatal("a changed value was read")
	}
	for _, want := range []string{"bucket record", "key 7037", "checksum", "restore it from a backup"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in: %v", want, err)
		}
	}
	if r, err := db.Get(t.Context(), "p8"); err != nil || string(r.Value) != "the value of p8" {
		t.Fatalf("another value: %q, %v", r.Value, err)
	}
	if _, err := db.Put(t.Context(), store.Record{Key: "p7", Version: 1}); err == nil {
		t.Fatal("a damaged value was compared and written over")
	}
	if _, err := db.Put(t.Context(), store.Record{Key: "new"}); err != nil {
		t.Fatalf("the store is broken: %v", err)
	}
}

// TestSpoiltPages overwrites each page in turn. Whatever bbolt makes of that, a call returns.
func TestSpoiltPages(t *testing.T) {
	path, pages, page := paged(t)
	for at := 2 * page; at < len(pages); at += page {
		for _, with := range []byte{0x00, 0xff} {
			spoilt := bytes.Clone(pages)
			copy(spoilt[at:at+page], bytes.Repeat([]byte{with}, page))
			anew(t, path, spoilt)
			useAll(t, path)
		}
	}
}

// useAll calls a bit of everything, whose errors do not matter.
func useAll(t *testing.T, path string) {
	t.Helper()
	db, err := bolt.Open(path, bolt.Options{Now: func() time.Time { return time.Now().Add(300 * time.Hour) }})
	if err != nil {
		return
	}
	ctx := t.Context()
	_ = db.Scan(ctx, "", func(store.Record) bool { return true })
	_ = db.Audits(ctx, "s", func(store.Audit) bool { return true })
	_ = db.Usages(ctx, "s", time.Time{}, func(store.Usage) bool { return true })
	_, _ = db.Ingest(ctx, store.Event{ID: "new", Conversation: "c"})
	leases, _ := db.Claim(ctx, "tester", 3, 0, time.Minute)
	for _, l := range leases {
		if w, err := db.Work(ctx, l); err == nil && len(w.Events) > 0 {
			_ = db.Commit(ctx, l, store.Commit{Done: []uint64{w.Events[0].Seq}, Entries: []store.Entry{{}}})
		}
	}
	_, _ = db.Outbox(ctx, "tester", []string{"slate"}, 3)
	_ = db.Reserve(ctx, store.Count{Key: "k1", N: 1})
	_ = db.Forget(ctx, "ann")
	_ = db.Close()
}

// TestUnsettledAtOnce: a restart is the proof that the sender is gone, so nothing waits for SendTime.
func TestUnsettledAtOnce(t *testing.T) {
	path := filled(t)
	db := open(t, path)
	first, err := db.Outbox(t.Context(), "tester", []string{"slate"}, 1)
	if err != nil || len(first) != 1 || !first[0].Unsettled.IsZero() {
		t.Fatalf("%+v, %v", first, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(t, path)
	defer func() { _ = db.Close() }()
	again, err := db.Outbox(t.Context(), "tester", []string{"slate"}, 1)
	if err != nil || len(again) != 1 || again[0].ID != first[0].ID || again[0].Unsettled.IsZero() {
		t.Fatalf("%+v, %v", again, err)
	}
}

// TestSweep: what is too old goes away in normal operation, a little at a time.
func TestSweep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.db")
	now := time.Date(2026, 11, 22, 7, 30, 0, 0, time.UTC)
	db, err := bolt.Open(path, bolt.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 60 * 4 {
		now = now.Add(6 * time.Hour)
		_, err := db.Ingest(t.Context(), store.Event{ID: fmt.Sprint("e", i), Conversation: "c", Time: now})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Reserve(t.Context(), store.Count{Key: fmt.Sprint("k", i), N: 1, Until: now.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw(t, path, func(tx *bbolt.Tx) error {
		if n := tx.Bucket([]byte("dedup")).Stats().BucketN - 1; n > 10 {
			t.Errorf("%d days are kept", n)
		}
		if n := tx.Bucket([]byte("count")).Stats().KeyN; n > 3 {
			t.Errorf("%d counters are kept", n)
		}
		if n := tx.Bucket([]byte("expiry")).Stats().KeyN; n > 3 {
			t.Errorf("%d expiries are kept", n)
		}
		return nil
	})
}

// TestBubble: the store works under the fake clock that tests of its users have.
func TestBubble(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.db")
	synctest.Test(t, func(t *testing.T) {
		db := open(t, path)
		ctx := t.Context()
		records := db.Watch(ctx, "")
		if _, err := db.Ingest(ctx, store.Event{ID: "t", Conversation: "c", Due: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if leases, err := db.Claim(ctx, "tester", 1, 0, time.Minute); err != nil || len(leases) != 0 {
			t.Fatal(leases, err)
		}
		time.Sleep(time.Hour)
		if leases, err := db.Claim(ctx, "tester", 1, 0, time.Minute); err != nil || len(leases) != 1 {
			t.Fatal(leases, err)
		}
		if _, err := db.Put(ctx, store.Record{Key: "k"}); err != nil {
			t.Fatal(err)
		}
		if r := <-records; r.Key != "k" {
			t.Fatal(r)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatalf("a second Close: %v", err)
		}
		if _, err := db.Put(ctx, store.Record{Key: "k"}); err == nil {
			t.Fatal("a closed store was written to")
		}
	})
}

// TestSetBack: what a process with a clock that ran ahead left behind does not wait until the
// clock has caught up.
func TestSetBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	today := time.Now()
	now := today.Add(time.Hour)
	clock := func() time.Time { return now }
	db, err := bolt.Open(path, bolt.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	if _, err := db.Ingest(ctx, store.Event{ID: "e", Conversation: "c"}); err != nil {
		t.Fatal(err)
	}
	leases, err := db.Claim(ctx, "tester", 1, 0, time.Minute)
	if err != nil || len(leases) != 1 {
		t.Fatal(leases, err)
	}
	if err := db.Commit(ctx, leases[0], store.Commit{Replies: []store.Reply{{ID: "r", Conversation: "c", Adapter: "slate"}}}); err != nil {
		t.Fatal(err)
	}
	got, err := db.Outbox(ctx, "tester", []string{"slate"}, 1)
	if err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	if err := db.Sent(ctx, store.Receipt{ID: "r", Version: 1, Retry: now.Add(time.Minute), Unsettled: now}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	now = today
	if db, err = bolt.Open(path, bolt.Options{Now: clock}); err != nil {
		t.Fatal(err)
	}
	got, err = db.Outbox(ctx, "tester", []string{"slate"}, 1)
	if err != nil || len(got) != 1 || got[0].Unsettled.After(now) {
		t.Errorf("%+v, %v", got, err)
	}
	if leases, err = db.Claim(ctx, "tester", 1, 0, time.Minute); err != nil || len(leases) != 1 {
		t.Errorf("the event waits: %v, %v", leases, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
