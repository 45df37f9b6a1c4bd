package bolt_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"aidesk/store"
	"aidesk/store/bolt"
)

// diskPage is what a disk writes whole or not at all.
const diskPage = 4096

// watched is an open store of which a test knows what is synced.
type watched struct {
	*bolt.DB
	path   string
	number uint64 // of the log's state
	synced []byte // the file as it was when the log began with that state
	random *rand.Rand
}

func watch(t *testing.T, path string, random *rand.Rand) *watched {
	t.Helper()
	w := &watched{DB: open(t, path), path: path, random: random}
	w.look(t)
	return w
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// look takes note if everything was synced since the last look.
func (w *watched) look(t *testing.T) {
	t.Helper()
	log, err := os.Open(w.path + ".redo")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	number := uint64(0)
	for i := range int64(2) {
		var b [8]byte
		if _, err := log.ReadAt(b[:], i*diskPage+4); err != nil {
			t.Fatal(err)
		}
		number = max(number, binary.LittleEndian.Uint64(b[:]))
	}
	if number != w.number {
		w.number, w.synced = number, read(t, w.path)
	}
}

// cut leaves in a folder of its own what a power cut may leave: of the pages that were not
// synced each is old or new, and the log has what was acknowledged and perhaps a part of more.
func (w *watched) cut(t *testing.T) string {
	t.Helper()
	left := filepath.Join(t.TempDir(), "desk.db")
	now := read(t, w.path)
	for at := 0; at < len(now); at += diskPage {
		if w.random.IntN(2) == 0 {
			old := make([]byte, diskPage)
			if at < len(w.synced) {
				copy(old, w.synced[at:])
			}
			copy(now[at:], old)
		}
	}
	log := read(t, w.path+".redo")
	for name, data := range map[string][]byte{"": now, ".redo": log} {
		if err := os.WriteFile(left+name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return left
}

// dump is everything that a file holds but how often it was opened, checked by bbolt.
func dump(t *testing.T, path string) map[string]string {
	t.Helper()
	copied := filepath.Join(t.TempDir(), "copy")
	if err := os.WriteFile(copied, read(t, path), 0o600); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	raw(t, copied, func(tx *bbolt.Tx) error {
		for err := range tx.Check() {
			t.Errorf("the file is damaged: %v", err)
		}
		var walk func(name string, b *bbolt.Bucket) error
		walk = func(name string, b *bbolt.Bucket) error {
			all[name] = strconv.FormatUint(b.Sequence(), 10)
			return b.ForEach(func(key, value []byte) error {
				if value == nil {
					return walk(fmt.Sprintf("%s/%x", name, key), b.Bucket(key))
				}
				all[fmt.Sprintf("%s/%x", name, key)] = string(value)
				return nil
			})
		}
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error { return walk(string(name), b) })
	})
	delete(all, fmt.Sprintf("meta/%x", "boot"))
	return all
}

// change does something to the store.
func (w *watched) change(t *testing.T, n int) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	var err error
	switch w.random.IntN(6) {
	case 0, 1:
		_, err = w.Ingest(ctx, store.Event{ID: fmt.Sprint("e", n), Conversation: fmt.Sprintf("desk/slack/T1/C%d", n%7), Time: w.time(), Body: []byte(strings.Repeat("x", w.random.IntN(9000)))})
	case 2:
		_, err = w.PutDocument(ctx, []byte(fmt.Sprint(n, w.random.Uint64(), strings.Repeat("doc", w.random.IntN(50000)))))
	case 3:
		err = w.work(ctx, n)
	case 4:
		key := fmt.Sprint("record/", n%20)
		r, getErr := w.Get(ctx, key)
		if getErr == nil && w.random.IntN(2) == 0 {
			err = w.Delete(ctx, key, r.Version)
		} else {
			b := make([]byte, w.random.IntN(200<<10))
			for i := range b {
				b[i] = byte(w.random.Uint32())
			}
			_, err = w.Put(ctx, store.Record{Key: key, Version: r.Version, Value: b})
		}
	case 5:
		err = w.Reserve(ctx, store.Count{Key: fmt.Sprint("count", n%3), N: 1, Limit: 1 << 30, Until: w.time()})
	}
	if err != nil {
		t.Fatal(err)
	}
	w.look(t)
}

func (w *watched) time() time.Time {
	return time.Now().Add(time.Duration(w.random.IntN(72)) * time.Hour)
}

// work commits something in the conversation that has waited longest.
func (w *watched) work(ctx context.Context, n int) error {
	leases, err := w.Claim(ctx, "tester", 1, 0, time.Minute)
	if err != nil || len(leases) == 0 {
		return err
	}
	work, err := w.Work(ctx, leases[0])
	if err != nil {
		return err
	}
	c := store.Commit{
		Entries: []store.Entry{{Member: "ann", Body: make([]byte, w.random.IntN(20000))}},
		Replies: []store.Reply{{ID: fmt.Sprint("r", n%50, leases[0].Conversation), Conversation: leases[0].Conversation, Adapter: "slate", Body: make([]byte, 500)}},
		Buttons: []store.Button{{ID: fmt.Sprint("b", n), Conversation: leases[0].Conversation, Until: w.time()}},
		Audits:  []store.Audit{{Scope: "s", Body: make([]byte, 500)}},
	}
	for _, e := range work.Events {
		c.Done = append(c.Done, e.Seq)
	}
	if err := w.Commit(ctx, leases[0], c); err != nil {
		return err
	}
	return w.Release(ctx, leases[0], 0)
}

// TestPowerCut cuts the power after commits of all kinds, and again after what was left was
// opened: whatever of the unsynced pages was written, nothing that was acknowledged is lost.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		random := rand.New(rand.NewPCG(seed, 1))
		w := watch(t, filepath.Join(t.TempDir(), "desk.db"), random)
		number, begun := w.number, 0
		for n := range 480 {
			w.change(t, n)
			if w.number != number {
				number, begun = w.number, begun+1
			}
			if n%80 != 79 {
				continue
			}
			want := dump(t, w.path)
			left := w.cut(t)
			for again := range 3 {
				opened := watch(t, left, random)
				if diff := cmp.Diff(want, dump(t, left)); diff != "" {
					t.Fatalf("seed %d, after %d changes, cut %d times: %.2000s", seed, n+1, again+1, diff)
				}
				next := opened.cut(t)
				if err := opened.Close(); err != nil {
					t.Fatal(err)
				}
				if _, err := os.Stat(left + ".redo"); !os.IsNotExist(err) {
					t.Errorf("the log of a closed store: %v", err)
				}
				left = next
			}
		}
		if begun < 3 {
			t.Errorf("seed %d: the log began anew %d times: too few to tell", seed, begun)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLogOfAnother: a log is replayed on the file that it goes on from alone.
func TestLogOfAnother(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 1))
	w := watch(t, filepath.Join(t.TempDir(), "desk.db"), random)
	for n := range 30 {
		w.change(t, n)
	}
	left := w.cut(t)
	log := read(t, left+".redo")

	another := watch(t, filepath.Join(t.TempDir(), "desk.db"), random) // with about as many commits
	for n := range 15 {
		another.change(t, n)
	}
	other := another.path
	if err := another.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other+".redo", log, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, other, "desk.db.redo", "another file", "remove it")
	if err := os.Remove(other + ".redo"); err != nil {
		t.Fatal(err)
	}
	useAll(t, other)

	for name, damaged := range map[string][]byte{
		"cut":           log[:len(log)/2],
		"empty":         {},
		"no state":      append(make([]byte, 2*diskPage), log[2*diskPage:]...),
		"a flipped bit": flipped(log, 2*diskPage+100),
	} {
		if err := os.WriteFile(left+".redo", damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Log(name)
		refused(t, left, "desk.db.redo", "damaged", "backup")
	}
	if err := os.WriteFile(left+".redo", log, 0o600); err != nil {
		t.Fatal(err)
	}
	want := dump(t, w.path)
	held := open(t, left) // a log that is held is another's
	refused(t, left, "in use")
	if diff := cmp.Diff(want, dump(t, left)); diff != "" {
		t.Errorf("the whole log: %.2000s", diff)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}

	// An older aidesk, which knows no log, went on with what the process left behind.
	kept := w.path + ".kept"
	for _, name := range []string{"", ".redo"} {
		if err := os.WriteFile(kept+name, read(t, w.path+name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 40 {
		raw(t, kept, func(tx *bbolt.Tx) error { return tx.Bucket([]byte("record")).SetSequence(uint64(1000 + i)) })
	}
	want = dump(t, kept)
	later := open(t, kept)
	if diff := cmp.Diff(want, dump(t, kept)); diff != "" {
		t.Errorf("gone on without the log: %.2000s", diff)
	}
	if err := later.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func flipped(data []byte, at int) []byte {
	data = bytes.Clone(data)
	data[at] ^= 1
	return data
}

// TestLogRemoved: a store whose log was taken away acknowledges nothing more, and what it
// acknowledged before is there.
func TestLogRemoved(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(2, 1))
	w := watch(t, filepath.Join(t.TempDir(), "desk.db"), random)
	for n := range 20 {
		w.change(t, n)
	}
	if err := os.Rename(w.path+".redo", w.path+".gone"); err != nil {
		t.Fatal(err)
	}
	_, err := w.Ingest(t.Context(), store.Event{ID: "late", Conversation: "c", Time: time.Now()})
	if err == nil || !strings.Contains(err.Error(), "removed or replaced") {
		t.Errorf("without its log: %v", err)
	}
	if err := os.Rename(w.path+".gone", w.path+".redo"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := open(t, w.path).Close(); err != nil {
		t.Fatal(err)
	}
}
