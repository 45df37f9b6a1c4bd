package bolt_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"aidesk/store"
	"aidesk/store/bolt"
	"aidesk/store/chain"
)

// unlink brings the audit lines of a file to where they were in layout 3: under scope, time
// and a number, with nothing that links them.
func unlink(tx *bbolt.Tx) error {
	old, err := tx.CreateBucket([]byte("audit"))
	if err != nil {
		return err
	}
	n := uint64(0)
	err = tx.Bucket([]byte("line")).ForEach(func(key, value []byte) error {
		n++
		scope := key[:len(key)-8]
		at := time.Date(2026, 11, 1, 0, 0, int(n), 0, time.UTC).UnixMicro()
		was := binary.BigEndian.AppendUint64(bytes.Clone(scope), uint64(at)^1<<63)
		head := fmt.Appendf(nil, `{"time":%d}`, at)
		body := value[9+binary.BigEndian.Uint32(value[5:]):]
		v := binary.BigEndian.AppendUint32(make([]byte, 5), uint32(len(head)))
		v = summed(append(append(v, head...), body...))
		if n == 3 {
			v[len(v)-1] ^= 1
		}
		return old.Put(binary.BigEndian.AppendUint64(was, n), v)
	})
	return errors.Join(err, tx.DeleteBucket([]byte("line")), tx.DeleteBucket([]byte("chain")))
}

// signer makes a signer with one key.
func signer() *chain.Keys {
	k := &chain.Keys{}
	k.Add("k1", bytes.Repeat([]byte("k"), 32))
	return k
}

// record writes audit lines.
func record(t *testing.T, db *bolt.DB, lines ...store.Audit) {
	t.Helper()
	id := fmt.Sprint("writes at ", time.Now().UnixNano())
	if _, err := db.Ingest(t.Context(), store.Event{ID: id, Conversation: id}); err != nil {
		t.Fatal(err)
	}
	for {
		leases, err := db.Claim(t.Context(), "tester", 1, 0, time.Minute)
		if err != nil || len(leases) != 1 {
			t.Fatal(leases, err)
		}
		if leases[0].Conversation != id {
			continue
		}
		if err := db.Commit(t.Context(), leases[0], store.Commit{Audits: lines}); err != nil {
			t.Fatal(err)
		}
		return
	}
}

// verified returns what Verify says of the audit of a scope.
func verified(t *testing.T, path, scope string) (chain.Checked, string) {
	t.Helper()
	db := open(t, path)
	defer func() { _ = db.Close() }()
	heads, err := db.AuditHeads(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range heads {
		if h.Scope == scope {
			done, err := chain.Verify(t.Context(), db, signer(), h, nil)
			if err != nil {
				return done, err.Error()
			}
			return done, ""
		}
	}
	return chain.Checked{}, "no head"
}

// audited is a store with twelve lines: three without a key, and nine with one.
func audited(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "desk.db")
	db := open(t, path)
	for i := range 12 {
		if i == 3 {
			db.Sign(signer())
		}
		record(t, db, store.Audit{Scope: "s", Time: time.Unix(int64(i), 0), Body: fmt.Appendf(nil, `{"action":"call.done","n":%d}`, i)})
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// lineKey is the key of a line of the scope "s".
func lineKey(seq uint64) []byte { return binary.BigEndian.AppendUint64([]byte("\x00\x01s"), seq) }

// TestAuditMigrated: what an older layout had is numbered and linked, and the first line that
// is written behind it vouches for it.
func TestAuditMigrated(t *testing.T) {
	t.Parallel()
	path := filled(t)
	raw(t, path, func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte("meta"))
		value := bytes.Replace(bytes.Clone(b.Get([]byte("schema"))), []byte(`{"n":5}`), []byte(`{"n":3}`), 1)
		return errors.Join(b.Put([]byte("schema"), summed(value)), unlink(tx))
	})
	db := open(t, path)
	asides, err := db.Asides(t.Context())
	if err != nil || len(asides) != 1 || asides[0].Bucket != "audit" {
		t.Errorf("set aside: %+v, %v", asides, err)
	}
	seq := uint64(0)
	if err := db.AuditsAfter(t.Context(), "s", 0, func(a store.Audit) bool {
		seq++
		if a.Seq != seq || len(a.Body) != 500 || a.Time.Year() != 2026 || a.Key != "" {
			t.Errorf("%+v", a)
		}
		return true
	}); err != nil || seq != 39 {
		t.Errorf("%d lines, %v", seq, err)
	}
	db.Sign(signer())
	record(t, db, store.Audit{Scope: "s", Time: time.Now()})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if done, fault := verified(t, path, "s"); fault != "" || done.Lines != 40 || done.Signed != 1 {
		t.Errorf("%+v, %s", done, fault)
	}
	raw(t, path, func(tx *bbolt.Tx) error { return changeLine(tx, lineKey(7), func(v []byte) { v[len(v)-1]++ }) })
	if _, fault := verified(t, path, "s"); fault != "s, line 7 was changed, or does not follow the line before it" {
		t.Error(fault)
	}
}

// changeLine changes a line so that its checksum is right.
func changeLine(tx *bbolt.Tx, key []byte, fn func(value []byte)) error {
	b := tx.Bucket([]byte("line"))
	value := bytes.Clone(b.Get(key))
	fn(value)
	return b.Put(key, summed(value))
}

// replace writes a text over another of the same length.
func replace(value []byte, old, with string) {
	copy(value, bytes.Replace(value, []byte(old), []byte(with), 1))
}

// TestAuditTampered: whatever is done to the lines behind the program's back, Verify names
// the place.
func TestAuditTampered(t *testing.T) {
	t.Parallel()
	remove := func(seqs ...uint64) func(*bbolt.Tx) error {
		return func(tx *bbolt.Tx) error {
			for _, n := range seqs {
				if err := tx.Bucket([]byte("line")).Delete(lineKey(n)); err != nil {
					return err
				}
			}
			return nil
		}
	}
	swap := func(tx *bbolt.Tx, x, y uint64) error {
		b := tx.Bucket([]byte("line"))
		one, other := bytes.Clone(b.Get(lineKey(x))), bytes.Clone(b.Get(lineKey(y)))
		return errors.Join(b.Put(lineKey(x), other), b.Put(lineKey(y), one))
	}
	head := func(fn func(text string) string) func(*bbolt.Tx) error {
		return func(tx *bbolt.Tx) error {
			b := tx.Bucket([]byte("chain"))
			text := fn(string(b.Get([]byte("s"))[9:]))
			v := binary.BigEndian.AppendUint32(make([]byte, 5), uint32(len(text)))
			return b.Put([]byte("s"), summed(append(v, text...)))
		}
	}
	for name, c := range map[string]struct {
		do   func(tx *bbolt.Tx) error
		want string
	}{
		"nothing": {func(*bbolt.Tx) error { return nil }, ""},
		"one byte": {func(tx *bbolt.Tx) error {
			return changeLine(tx, lineKey(5), func(v []byte) { replace(v, "done", "dome") })
		}, "line 5 was changed"},
		"one byte, and not its checksum": {func(tx *bbolt.Tx) error {
			b := tx.Bucket([]byte("line"))
			v := bytes.Clone(b.Get(lineKey(5)))
			v[len(v)-3]++
			return b.Put(lineKey(5), v)
		}, "line 5 is damaged"},
		"one byte where there was no key": {func(tx *bbolt.Tx) error {
			return changeLine(tx, lineKey(2), func(v []byte) { replace(v, "done", "dome") })
		}, "line 2 was changed"},
		"a time": {func(tx *bbolt.Tx) error {
			return changeLine(tx, lineKey(9), func(v []byte) { replace(v, `"time":8`, `"time":7`) })
		}, "line 9 was changed"},
		"one line":       {remove(6), "line 6 is missing"},
		"three lines":    {remove(6, 7, 8), "line 6 is missing, and those up to line 8"},
		"the first":      {remove(1), "line 1 is missing"},
		"the last":       {remove(12), "line 12 is missing, the last"},
		"the last three": {remove(10, 11, 12), "line 10 is missing, and all behind it up to line 12, the last"},
		"two reordered":  {func(tx *bbolt.Tx) error { return swap(tx, 7, 8) }, "line 7 was changed, or does not follow"},
		"far ones":       {func(tx *bbolt.Tx) error { return swap(tx, 4, 12) }, "line 4 was changed, or does not follow"},
		"one added": {func(tx *bbolt.Tx) error {
			b := tx.Bucket([]byte("line"))
			return b.Put(lineKey(13), bytes.Clone(b.Get(lineKey(12))))
		}, ""}, // it counts as written since; the next line of aidesk takes its place
		"the last and the head":  {head(func(text string) string { return strings.Replace(text, `"n":12`, `"n":11`, 1) }), "line 11 is not known to be the last"},
		"the first and the head": {head(func(text string) string { return strings.Replace(text, `"n":12`, `"n":12,"after":1`, 1) }), "line 12 is not known to be the last"},
		"a head without a key": {head(func(text string) string {
			return strings.Replace(text, `"key":"k1"`, `"key":""`, 1)
		}), "line 12 is not known to be the last"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := audited(t)
			raw(t, path, c.do)
			_, fault := verified(t, path, "s")
			if !strings.HasPrefix(fault, strings.TrimSuffix("s, "+c.want, "s, ")) || (c.want == "") != (fault == "") {
				t.Errorf("%q, want %q", fault, c.want)
			}
		})
	}
}

// TestAuditHeadLost: without its head an audit goes on behind its newest line, and Verify
// goes on saying that nobody knows whether that was the last.
func TestAuditHeadLost(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(*bbolt.Bucket) error{
		"missing": func(b *bbolt.Bucket) error { return b.Delete([]byte("s")) },
		"damaged": func(b *bbolt.Bucket) error { return b.Put([]byte("s"), []byte("damaged")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := audited(t)
			raw(t, path, func(tx *bbolt.Tx) error { return lose(tx.Bucket([]byte("chain"))) })
			db := open(t, path)
			db.Sign(signer())
			record(t, db, store.Audit{Scope: "s", Time: time.Now()}, store.Audit{Scope: "s", Time: time.Now()})
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if _, fault := verified(t, path, "s"); !strings.HasPrefix(fault, "s, line 12 is the last of which all is known") {
				t.Error(fault)
			}
		})
	}
}

// BenchmarkAudit measures what a line costs in a commit.
func BenchmarkAudit(b *testing.B) {
	for _, lines := range []int{0, 1, 3} {
		b.Run(strconv.Itoa(lines), func(b *testing.B) {
			db, err := bolt.Open(filepath.Join(b.TempDir(), "desk.db"), bolt.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			db.Sign(signer())
			if _, err := db.Ingest(b.Context(), store.Event{ID: "e", Conversation: "c"}); err != nil {
				b.Fatal(err)
			}
			leases, err := db.Claim(b.Context(), "tester", 1, 0, time.Hour)
			if err != nil || len(leases) != 1 {
				b.Fatal(leases, err)
			}
			for b.Loop() {
				c := store.Commit{Entries: []store.Entry{{Body: make([]byte, 500)}}}
				for range lines {
					c.Audits = append(c.Audits, store.Audit{Scope: "desk/slack/T1", Time: time.Now(), Body: make([]byte, 500)})
				}
				if err := db.Commit(b.Context(), leases[0], c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
