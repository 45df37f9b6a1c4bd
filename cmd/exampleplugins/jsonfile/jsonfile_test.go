package jsonfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/cmd/exampleplugins/jsonfile"
)

type value struct{ Words []string }

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "state.json")
	v := value{Words: []string{"default"}}
	if err := jsonfile.Load(path, &v); err != nil || len(v.Words) != 1 {
		t.Fatalf("a missing file: %v, %v", v, err)
	}
	for _, want := range []value{{Words: []string{"a", "b"}}, {Words: []string{"c"}}} {
		if err := jsonfile.Save(path, want); err != nil {
			t.Fatal(err)
		}
		var got value
		if err := jsonfile.Load(path, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the file lie %v, %v", entries, err)
	}
	stat, err := os.Stat(path)
	if err != nil || stat.Mode().Perm() != 0o600 {
		t.Errorf("the file may be read by others: %v, %v", stat.Mode(), err)
	}
}

func TestMemoryOnly(t *testing.T) {
	t.Chdir(t.TempDir())
	v := value{Words: []string{"a"}}
	if err := jsonfile.Save("", v); err != nil {
		t.Error(err)
	}
	if err := jsonfile.Load("", &v); err != nil || v.Words[0] != "a" {
		t.Errorf("%v, %v", v, err)
	}
	if entries, _ := os.ReadDir("."); len(entries) != 0 {
		t.Errorf("files were made: %v", entries)
	}
}

func TestFailures(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state.json")
	if err := jsonfile.Save(path, value{Words: []string{"old"}}); err != nil {
		t.Fatal(err)
	}
	if err := jsonfile.Save(path, func() {}); err == nil {
		t.Error("a value that is no JSON was saved")
	}
	var v value
	if err := jsonfile.Load(path, &v); err != nil || v.Words[0] != "old" {
		t.Errorf("a failed save took the old value: %v, %v", v, err)
	}
	if err := jsonfile.Save(filepath.Join(dir, "gone", "state.json"), v); err == nil {
		t.Error("saved into a folder that is not there")
	}
	if err := os.WriteFile(path, []byte(`{"Words":["a"`), 0o600); err != nil {
		t.Fatal(err)
	}
	err := jsonfile.Load(path, &v)
	if err == nil || !strings.Contains(err.Error(), path+" is broken") || strings.Contains(err.Error(), "\n") {
		t.Errorf("a broken file: %v", err)
	}
	// A folder in the place of the file: neither can be read nor replaced.
	other := filepath.Join(dir, "folder")
	if err := os.Mkdir(other, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := jsonfile.Load(other, &v); err == nil {
		t.Error("a folder was read")
	}
	if err := jsonfile.Save(other, v); err == nil {
		t.Error("a folder was replaced")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("a failed save left something behind: %v", entries)
	}
}
