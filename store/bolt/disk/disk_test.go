package disk_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.etcd.io/bbolt"

	"aidesk/store/bolt/disk"
)

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// fill returns a function that fills a temporary file with a text.
func fill(text string) func(string) error {
	return func(temp string) error { return os.WriteFile(temp, []byte(text), 0o600) }
}

func TestMake(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := disk.Make(path, fill("one")); err != nil {
		t.Fatal(err)
	}
	if err := disk.Make(path, fill("two")); !errors.Is(err, fs.ErrExist) || read(t, path) != "one" {
		t.Errorf("a file that was there: %v, %q", err, read(t, path))
	}
	broken := errors.New("broken")
	if err := disk.Replace(path, "", func(string) error { return broken }); !errors.Is(err, broken) || read(t, path) != "one" {
		t.Errorf("a filling that fails: %v, %q", err, read(t, path))
	}
	if err := disk.Replace(path, path+".old", fill("three")); err != nil || read(t, path) != "three" || read(t, path+".old") != "one" {
		t.Errorf("replaced: %v", err)
	}
	if err := disk.Replace(path, path+".old", fill("five")); !errors.Is(err, fs.ErrExist) || read(t, path) != "three" || read(t, path+".old") != "one" {
		t.Errorf("another has the name of the old one: %v", err)
	}
	if err := errors.Join(os.Remove(path+".old"), os.Link(path, path+".old")); err != nil { // as after a power cut
		t.Fatal(err)
	}
	if err := disk.Replace(path, path+".old", fill("five")); err != nil || read(t, path) != "five" || read(t, path+".old") != "three" {
		t.Errorf("begun before: %v", err)
	}
	if err := disk.Replace(filepath.Join(dir, "b"), filepath.Join(dir, "b.old"), fill("four")); err != nil {
		t.Errorf("nothing to replace: %v", err)
	}
	if err := disk.Make(filepath.Join(dir, "missing", "a"), fill("")); err == nil {
		t.Error("a folder that is missing was made")
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 3 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestRemedied: what a system refuses comes with what to do, and anything else as it was.
func TestRemedied(t *testing.T) {
	t.Parallel()
	for fault, want := range map[error]string{
		syscall.EROFS: "mount it for writing", syscall.EACCES: "give its user the right", syscall.ENOSPC: "make room", syscall.EIO: "input/output error",
	} {
		if err := disk.Remedied(&fs.PathError{Op: "open", Path: "/a", Err: fault}); !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", fault, err)
		}
	}
	if disk.Remedied(nil) != nil {
		t.Error("no error became one")
	}
}

func TestPlace(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a")
	if err := disk.Make(path, fill("one")); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	at, err := disk.At(path, f)
	if err != nil {
		t.Fatal(err)
	}
	if err := at.Check(); err != nil {
		t.Errorf("it is there: %v", err)
	}
	if err := os.Rename(path, path+".moved"); err != nil {
		t.Fatal(err)
	}
	if err := at.Check(); !errors.Is(err, disk.ErrMoved) {
		t.Errorf("it was moved: %v", err)
	}
	if err := disk.Make(path, fill("one")); err != nil {
		t.Fatal(err)
	}
	if err := at.Check(); !errors.Is(err, disk.ErrMoved) {
		t.Errorf("another is there: %v", err)
	}
	if err := os.Rename(path+".moved", path); err != nil {
		t.Fatal(err)
	}
	if err := at.Check(); err != nil {
		t.Errorf("it was put back: %v", err)
	}
}

// TestCheck damages the meta pages of real files, after an odd and an even number of
// commits, in every way that a killed write can and in some that it cannot.
func TestCheck(t *testing.T) {
	t.Parallel()
	for _, page := range []int{0, 4096, 16384} { // 0: the machine's own
		for commits := 1; commits < 5; commits++ { // in a newer file zeros could be a number
			path := filepath.Join(t.TempDir(), "a")
			db, err := bbolt.Open(path, 0o600, &bbolt.Options{PageSize: page})
			if err != nil {
				t.Fatal(err)
			}
			size := db.Info().PageSize
			var before []byte
			for i := range commits + 1 {
				before = []byte(read(t, path))[:2*size]
				err := db.Update(func(tx *bbolt.Tx) error {
					b, err := tx.CreateBucketIfNotExists([]byte("b"))
					if err != nil {
						return err
					}
					return b.Put(bytes.Repeat([]byte{byte('a' + i)}, 900), bytes.Repeat([]byte("v"), 900))
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			after := []byte(read(t, path))
			check := func(what string, want error, edit func(data []byte)) {
				t.Helper()
				data := bytes.Clone(after)
				edit(data)
				if err := disk.Check(bytes.NewReader(data), int64(len(data))); !errors.Is(err, want) || want == nil && err != nil {
					t.Errorf("%s (page size %d, %d commits): %v, want %v", what, size, commits, err, want)
				}
			}
			newest := 0
			if !bytes.Equal(before[size:], after[size:2*size]) {
				newest = size
			}
			check("as it was left", nil, func([]byte) {})
			used := 0
			if err := db.View(func(tx *bbolt.Tx) error { used = int(tx.Size()); return nil }); err != nil {
				t.Fatal(err)
			}
			for cut, want := range map[int]error{used: nil, used - 1: disk.ErrCut, 2 * size: disk.ErrCut} {
				if err := disk.Check(bytes.NewReader(after[:cut]), int64(cut)); !errors.Is(err, want) || want == nil && err != nil {
					t.Errorf("%d bytes of %d: %v, want %v", cut, used, err, want)
				}
			}
			for cut := range 96 { // the write of the newest page stopped there, or had only begun there
				check("torn at its end", nil, func(d []byte) { copy(d[newest+cut:newest+size], before[newest+cut:newest+size]) })
				check("torn at its beginning", nil, func(d []byte) { copy(d[newest:newest+cut], before[newest:newest+cut]) })
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			for _, at := range []int{0, size} {
				check("zeroed", disk.ErrMeta, func(d []byte) { clear(d[at : at+size]) })
				check("overwritten", disk.ErrMeta, func(d []byte) { copy(d[at:], bytes.Repeat([]byte{0xff}, size)) })
				check("zeroed from the root on", disk.ErrMeta, func(d []byte) { clear(d[at+32 : at+size]) })
				check("another transaction", disk.ErrMeta, func(d []byte) { d[at+16+48+1] ^= 0x10 })
			}
		}
	}
}
