package secret

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCreate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "aidesk.key")
	if _, err := Load(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load before there is one: %v", err)
	}
	made, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := made.Seal("p", []byte("hush"))
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := loaded.Open("p", sealed); err != nil || string(got) != "hush" {
		t.Errorf("opened as %q, %v", got, err)
	}
	if diff := cmp.Diff(made.Checks(), loaded.Checks()); diff != "" {
		t.Errorf("checks (-made +loaded):\n%s", diff)
	}
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := Create(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second Create: %v", err)
	}
	if again, err := Load(path); err != nil || again.Checks()["k1"] != loaded.Checks()["k1"] {
		t.Errorf("the key was replaced, %v", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := Create(filepath.Join(dir, "missing", "aidesk.key")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in a folder that is not there: %v", err)
	}
}

func TestLoad(t *testing.T) {
	tests := []struct {
		name, text string
		mode       os.FileMode
		want       string // in the error; empty: it is good
	}{
		{"comments and two keys", "# a word\n\n" + entry("k2", 2) + "\r\n  " + entry("k1", 1), 0o600, ""},
		{"read-only", entry("k1", 1), 0o400, ""},
		{"readable by the group", entry("k1", 1), 0o640, "others than its owner may read this key: run chmod 600"},
		{"readable by all", entry("k1", 1), 0o604, "others than its owner may read this key: run chmod 600"},
		{"empty", "", 0o600, "holds no key"},
		{"only a comment", "# k1:\n", 0o600, "holds no key"},
		{"something else", "hush-hush\n", 0o600, "key 1: want an id"},
		{"huge", strings.Repeat("#\n", maxFile), 0o600, "too large"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if runtime.GOOS == "windows" && test.mode&0o077 != 0 {
				t.Skip("no such modes")
			}
			path := filepath.Join(t.TempDir(), "aidesk.key")
			if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, test.mode); err != nil {
				t.Fatal(err)
			}
			_, err := Load(path)
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) || strings.ContainsAny(err.Error(), "\n") || strings.Contains(err.Error(), "hush") {
				t.Errorf("got %v; want one line with %q and the path", err, test.want)
			}
		})
	}
	if _, err := Load(t.TempDir()); err == nil || !strings.Contains(err.Error(), "is not a file") {
		t.Errorf("a folder: %v", err)
	}
}
