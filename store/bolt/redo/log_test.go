package redo_test

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"aidesk/store/bolt/redo"
)

func reopen(t *testing.T, path string) (*redo.Log, string, [][]byte) {
	t.Helper()
	l, state, records, err := redo.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return l, string(state), records
}

// TestLog writes, begins anew, and opens again, in random order, beside what must come back.
func TestLog(t *testing.T) {
	t.Parallel()
	if !redo.Available {
		t.Skip("no logs are kept on this system")
	}
	path := filepath.Join(t.TempDir(), "a.log")
	if _, _, _, err := redo.Open(path); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("there is none: %v", err)
	}
	l, err := redo.Create(path, []byte("state 0"))
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 1))
	state, records, full := "state 0", [][]byte(nil), 0
	for n := range 3000 {
		switch kind := random.IntN(100); {
		case kind < 90:
			record := bytes.Repeat([]byte{byte(n)}, random.IntN(20000))
			fits, err := l.Append(record)
			if err == nil && fits {
				err = l.Sync()
				records = append(records, record)
			}
			if err != nil {
				t.Fatal(err)
			}
			if fits {
				continue
			}
			full++
			fallthrough
		case kind < 92:
			state, records = "state "+string(rune('a'+n%26)), nil
			if err := l.Reset([]byte(state)); err != nil {
				t.Fatal(err)
			}
		default:
			if _, _, _, err := redo.Open(path); !errors.Is(err, redo.ErrInUse) {
				t.Fatalf("it is open: %v", err)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			var gotState string
			var got [][]byte
			if l, gotState, got = reopen(t, path); gotState != state || len(got) != len(records) {
				t.Fatalf("after %d steps: %q with %d records, want %q with %d", n, gotState, len(got), state, len(records))
			}
			for i := range got {
				if !bytes.Equal(got[i], records[i]) {
					t.Fatalf("after %d steps record %d is another", n, i)
				}
			}
		}
	}
	if full == 0 {
		t.Error("it was never full")
	}
	if fits, err := l.Append(make([]byte, redo.MaxRecord+1)); fits || err != nil {
		t.Errorf("a record that is too large: %t, %v", fits, err)
	}
	if err := l.Reset(make([]byte, 5000)); err == nil {
		t.Error("a state that is too large was taken")
	}
	if err := errors.Join(os.Rename(path, path+"x"), l.Check()); err == nil {
		t.Error("it was moved, and Check says nothing")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestTorn: what a power cut leaves of the last writing is no record, or all of it; a state
// that is written half leaves the one before.
func TestTorn(t *testing.T) {
	t.Parallel()
	if !redo.Available {
		t.Skip("no logs are kept on this system")
	}
	path := filepath.Join(t.TempDir(), "a.log")
	l, err := redo.Create(path, []byte("before"))
	if err != nil {
		t.Fatal(err)
	}
	var images [][]byte
	image := func() {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		images = append(images, data)
	}
	image()
	for i := range 3 {
		if _, err := l.Append(bytes.Repeat([]byte{byte('a' + i)}, 9000)); err != nil {
			t.Fatal(err)
		}
		image()
	}
	if err := l.Reset([]byte("after")); err != nil {
		t.Fatal(err)
	}
	image()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		i := random.IntN(len(images) - 1)
		torn := bytes.Clone(images[i])
		for at := 0; at < len(torn); at += 512 {
			if random.IntN(2) == 0 {
				copy(torn[at:at+512], images[i+1][at:])
			}
		}
		left := filepath.Join(t.TempDir(), "b.log")
		if err := os.WriteFile(left, torn, 0o600); err != nil {
			t.Fatal(err)
		}
		l, state, records, err := redo.Open(left)
		switch {
		case err != nil:
			t.Fatalf("between images %d and %d: %v", i, i+1, err)
		case state == nil, i < 3 && (string(state) != "before" || len(records) != i && len(records) != i+1):
			t.Errorf("between images %d and %d: %q with %d records", i, i+1, state, len(records))
		case i == 3 && (string(state) != "before" || len(records) != 3) && (string(state) != "after" || len(records) != 0):
			t.Errorf("while the state is written: %q with %d records", state, len(records))
		}
		_ = l.Close()
	}
}

// FuzzOpen: no file of the right size makes Open fail in another way than with an error.
func FuzzOpen(f *testing.F) {
	f.Add([]byte("redo"), 0)
	f.Add(bytes.Repeat([]byte{0xff}, 64), 8192)
	f.Fuzz(func(t *testing.T, part []byte, at int) {
		path := filepath.Join(t.TempDir(), "a.log")
		l, err := redo.Create(path, []byte("state"))
		if err != nil {
			t.Skip(err)
		}
		_, _ = l.Append([]byte("one"))
		_, _ = l.Append([]byte("two"))
		_ = l.Close()
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		copy(data[max(0, at)%len(data):], part)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if l, state, records, err := redo.Open(path); err == nil {
			if len(state) > 4096 || len(records) > 1<<20 {
				t.Errorf("%d bytes of state, %d records", len(state), len(records))
			}
			_ = l.Close()
		}
	})
}
