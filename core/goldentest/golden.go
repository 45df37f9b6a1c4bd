// Package goldentest compares what tests get with the golden files in their folder
// testdata. With the flag -update the files are written anew.
package goldentest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write the golden files in testdata anew")

// File compares what a test got with a file, which is named from testdata.
func File(t testing.TB, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got; -update accepts):\n%s", file, diff)
	}
}

// Archives runs a test of its own for each archive that fits a pattern, from testdata;
// there must be one. The test reads its input in the archive's sections and writes what
// it gets into others; then the archive must be as its file is.
func Archives(t *testing.T, pattern string, test func(t *testing.T, archive *txtar.Archive)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives %s: %v", pattern, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			test(t, archive)
			File(t, filepath.Join(filepath.Dir(pattern), filepath.Base(file)), txtar.Format(archive))
		})
	}
}
