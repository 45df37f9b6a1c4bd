package bolt_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"aidesk/store"
	"aidesk/store/bolt"
)

// damage flips one byte in the value of the n-th key of a bucket, and returns the key.
func damage(t *testing.T, path, bucket string, n int) []byte {
	t.Helper()
	var key []byte
	raw(t, path, func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucket))
		c := b.Cursor()
		k, v := c.First()
		for range n {
			k, v = c.Next()
		}
		key, v = bytes.Clone(k), bytes.Clone(v)
		v[len(v)-1] ^= 1
		return b.Put(key, v)
	})
	return key
}

// TestAside flips one byte in one record of each kind that is read by itself: that record
// is set aside and named, and everything else is worked, delivered and fired.
func TestAside(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		bucket                           string
		n                                int // the which of its records
		events, timers, replies, entries int // that are left
		aside                            string
	}{
		{"inbox", 3, 79, 40, 40, 40, "inbox"},
		{"timer", 3, 80, 39, 40, 40, "timer"},
		{"outbox", 3, 80, 40, 39, 40, "outbox"},
		{"reply", 3, 80, 40, 39, 40, "reply"},
		{"entry", 3, 80, 40, 40, 39, "entry"},
		{"action", 3, 80, 40, 40, 40, "action open"},
		{"open", 3, 80, 40, 40, 40, "open"},
	} {
		t.Run(c.bucket, func(t *testing.T) {
			t.Parallel()
			path := filledTwice(t)
			key := damage(t, path, c.bucket, c.n)
			var log bytes.Buffer
			now := time.Now().Add(2 * time.Hour) // the timers are due
			db, err := bolt.Open(path, bolt.Options{Now: func() time.Time { return now }, Logger: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			events, timers, entries := 0, 0, 0
			for { // fires a thousand timers each time, and claims everything
				leases, err := db.Claim(t.Context(), "tester", 100, 0, time.Minute)
				if err != nil {
					t.Fatal(err)
				}
				if len(leases) == 0 {
					break
				}
				for _, l := range leases {
					w, err := db.Work(t.Context(), l)
					if err != nil {
						t.Fatal(err)
					}
					var done []uint64
					for _, e := range w.Events {
						done = append(done, e.Seq)
						if e.Due.IsZero() {
							events++
						} else {
							timers++
						}
					}
					entries += len(w.Entries)
					if err := db.Commit(t.Context(), l, store.Commit{Done: done}); err != nil {
						t.Fatal(err)
					}
				}
			}
			replies := 0
			for {
				deliveries, err := db.Outbox(t.Context(), "tester", []string{"slate"}, 100)
				if err != nil {
					t.Fatal(err)
				}
				if len(deliveries) == 0 {
					break
				}
				for _, d := range deliveries {
					replies++
					if err := db.Sent(t.Context(), store.Receipt{ID: d.ID, Version: d.Version}); err != nil {
						t.Fatal(err)
					}
				}
			}
			got := fmt.Sprint(events, timers, replies, entries)
			if want := fmt.Sprint(c.events, c.timers, c.replies, c.entries); got != want {
				t.Errorf("events, timers, replies, entries: %s, want %s", got, want)
			}
			asides, err := db.Asides(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			named := false
			for _, a := range asides {
				names = append(names, a.Bucket)
				named = named || a.Bucket == c.bucket && bytes.Equal(a.Key, key) && strings.Contains(a.Reason, "checksum")
			}
			if strings.Join(names, " ") != c.aside || !named {
				t.Errorf("set aside: %+v", asides)
			}
			if text := log.String(); strings.Count(text, "level=ERROR") != len(asides) || !strings.Contains(text, fmt.Sprintf("bucket=%s key=%x", c.bucket, key)) {
				t.Errorf("the log: %s", text)
			}
			if n, err := db.Purge(t.Context(), store.Old{Conversations: now.Add(time.Hour)}); err != nil || n == 0 {
				t.Fatal(n, err)
			}
			if asides, err := db.Asides(t.Context()); err != nil || len(asides) != 0 {
				t.Errorf("after a purge: %v, %v", asides, err)
			}
		})
	}
}

// TestAsideWhileOpen flips bytes under an open store: what is forgotten, purged and
// delivered does not depend on them.
func TestAsideWhileOpen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	now := time.Now()
	db, err := bolt.Open(path, bolt.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	ctx := t.Context()
	for _, c := range []string{"first", "second", "third"} {
		if _, err := db.Ingest(ctx, store.Event{ID: c, Conversation: c, Member: "ann", Body: []byte("event of " + c)},
			store.Event{ID: c + " later", Conversation: c, Member: "ann", Due: now.Add(time.Hour), Body: []byte("timer of " + c)}); err != nil {
			t.Fatal(err)
		}
		leases, err := db.Claim(ctx, "tester", 1, 0, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		err = db.Commit(ctx, leases[0], store.Commit{
			Entries: []store.Entry{{Member: "ann", Body: []byte("entry of " + c)}},
			Replies: []store.Reply{{ID: "reply " + c, Conversation: c, Member: "ann", Adapter: "slate", Body: []byte("reply of " + c)}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	flip := func(text string) {
		t.Helper()
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; ; at++ {
			next := bytes.Index(data[at:], []byte(text))
			if next < 0 {
				break
			}
			at += next
			if _, err := file.WriteAt([]byte{data[at] ^ 1}, int64(at)); err != nil {
				t.Fatal(err)
			}
		}
	}
	asides := func(want ...string) {
		t.Helper()
		var got []string
		all, err := db.Asides(ctx)
		for _, a := range all {
			got = append(got, a.Bucket)
		}
		slices.Sort(got)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("set aside %v, want %v: %v", got, want, err)
		}
	}
	flip("reply of first")
	deliveries, err := db.Outbox(ctx, "tester", []string{"slate"}, 10)
	if err != nil || len(deliveries) != 3 { // all three are in memory still
		t.Fatalf("%+v, %v", deliveries, err)
	}
	for _, d := range deliveries {
		if err := db.Sent(ctx, store.Receipt{ID: d.ID, Version: d.Version}); err != nil {
			t.Fatal(err)
		}
	}
	asides("reply")
	for _, text := range []string{"event of first", "timer of first", "entry of first", "reply of second"} {
		flip(text)
	}
	if err := db.Forget(ctx, "ann"); err != nil {
		t.Fatal(err)
	}
	asides("entry", "inbox", "reply", "reply", "timer")
	if b, err := db.Backlog(ctx); err != nil || b != (store.Backlog{}) {
		t.Errorf("%+v, %v", b, err)
	}
	now = now.Add(48 * time.Hour)
	if n, err := db.Purge(ctx, store.Old{Conversations: now.Add(-time.Hour)}); err != nil || n != 5 {
		t.Errorf("%d, %v", n, err)
	}
	asides()
}

// TestAsideExpired: what has expired is deleted beside what is damaged of it.
func TestAsideExpired(t *testing.T) {
	t.Parallel()
	path := filled(t)
	damage(t, path, "button", 3)
	damage(t, path, "count", 5)
	now := time.Now().Add(30 * 24 * time.Hour)
	db, err := bolt.Open(path, bolt.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Put(t.Context(), store.Record{Key: "new"}); err != nil {
		t.Fatal(err)
	}
	asides, err := db.Asides(t.Context())
	if err != nil || len(asides) != 2 {
		t.Errorf("set aside: %+v, %v", asides, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw(t, path, func(tx *bbolt.Tx) error {
		for _, bucket := range []string{"button", "count", "expiry"} {
			if n := tx.Bucket([]byte(bucket)).Stats().KeyN; n != 0 {
				t.Errorf("%d are left in %s", n, bucket)
			}
		}
		return nil
	})
}

// filledTwice is a filled store with a second event in each conversation, whose actions
// are not final.
func filledTwice(t *testing.T) string {
	t.Helper()
	path := filled(t)
	db := open(t, path)
	for i := range 40 {
		if _, err := db.Ingest(t.Context(), store.Event{ID: fmt.Sprint("again", i), Conversation: fmt.Sprint("c", i), Time: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestMoved takes the file away while the store is open: nothing is promised any more that
// nobody would find again, also if another file is there.
func TestMoved(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]func(path string) error{
		"removed":  os.Remove,
		"replaced": func(path string) error { return os.Rename(path+".other", path) },
		"moved":    func(path string) error { return os.Rename(path, path+".moved") },
	} {
		for _, idle := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s idle=%t", name, idle), func(t *testing.T) {
				t.Parallel()
				path := filepath.Join(t.TempDir(), "desk.db")
				if err := open(t, path+".other").Close(); err != nil {
					t.Fatal(err)
				}
				db := open(t, path)
				defer func() { _ = db.Close() }()
				ingest := func(id string) error {
					_, err := db.Ingest(t.Context(), store.Event{ID: id, Conversation: "c"})
					return err
				}
				if err := ingest("1"); err != nil {
					t.Fatal(err)
				}
				if err := away(path); err != nil {
					t.Fatal(err)
				}
				var err error
				if idle {
					_, err = db.Backlog(t.Context())
				} else {
					err = ingest("2")
				}
				for _, want := range []string{path, "removed or replaced", "restore a backup", "start again"} {
					if err == nil || !strings.Contains(err.Error(), want) {
						t.Fatalf("%q is missing in: %v", want, err)
					}
				}
				if err := ingest("3"); err == nil {
					t.Error("it goes on")
				}
				if _, err := db.Get(t.Context(), "r"); err == nil || strings.Contains(err.Error(), store.ErrNotFound.Error()) {
					t.Errorf("it is still read: %v", err)
				}
			})
		}
	}
}

// TestMetaPage: a zeroed meta page is refused, where bbolt would go back silently.
func TestMetaPage(t *testing.T) {
	for _, page := range []int{0, 1} {
		path, pages, size := paged(t)
		clear(pages[page*size : (page+1)*size])
		anew(t, path, pages)
		refused(t, path, "one of its two first pages is damaged", "restore it from a backup", "aidesk restore --replace")
	}
}

// TestMigrate opens a file of the first layout: it is changed, and a copy stays beside it.
func TestMigrate(t *testing.T) {
	first := func() string {
		path := filled(t)
		raw(t, path, func(tx *bbolt.Tx) error {
			b := tx.Bucket([]byte("meta"))
			value := bytes.Replace(bytes.Clone(b.Get([]byte("schema"))), []byte(`{"n":5}`), []byte(`{"n":1}`), 1)
			if err := b.Put([]byte("schema"), summed(value)); err != nil {
				return err
			}
			return errors.Join(tx.DeleteBucket([]byte("aside")), tx.DeleteBucket([]byte("source")), unlink(tx))
		})
		return path
	}
	layout := func(path string) (number string, hasAside bool) {
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		_ = db.View(func(tx *bbolt.Tx) error {
			number, hasAside = string(tx.Bucket([]byte("meta")).Get([]byte("schema"))[9:]), tx.Bucket([]byte("aside")) != nil
			return nil
		})
		return number, hasAside
	}
	path := first()
	db, err := bolt.Open(path, bolt.Options{AsIs: true})
	if err != nil {
		t.Fatal(err)
	}
	if asides, err := db.Asides(t.Context()); err != nil || len(asides) != 0 {
		t.Error(asides, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if n, has := layout(path); n != `{"n":1}` || has {
		t.Errorf("used as it is: %s, %t", n, has)
	}

	var log bytes.Buffer
	if db, err = bolt.Open(path, bolt.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}); err != nil {
		t.Fatal(err)
	}
	if r, err := db.Get(t.Context(), "p7"); err != nil || string(r.Value) != "the value of p7" {
		t.Errorf("%q, %v", r.Value, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if n, has := layout(path); n != `{"n":5}` || !has {
		t.Errorf("migrated: %s, %t", n, has)
	}
	if n, has := layout(path + ".v1.bak"); n != `{"n":1}` || has {
		t.Errorf("the copy: %s, %t", n, has)
	}
	if text := log.String(); !strings.Contains(text, "from=1 to=5 copy="+path+".v1.bak") {
		t.Errorf("the log: %s", text)
	}
	if info, err := os.Stat(path + ".v1.bak"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy: %v, %v", info.Mode(), err)
	}

	path = first() // where no copy can be kept, nothing is changed
	if err := os.Mkdir(path+".v1.bak", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path+".v1.bak", "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, path, "keep a copy")
	if n, has := layout(path); n != `{"n":1}` || has {
		t.Errorf("without a copy: %s, %t", n, has)
	}
}
