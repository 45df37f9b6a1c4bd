// Package corporatest finds the corpora: documents, pages and cases that others made,
// which are no part of this project. Tests that need them are skipped where the
// environment variable AIDESK_CORPORA does not name their folder.
package corporatest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// Path is where a file or folder of the corpora is, named with slashes; "" is their own.
func Path(t testing.TB, name string) string {
	t.Helper()
	corpora := os.Getenv("AIDESK_CORPORA")
	if corpora == "" {
		t.Skip("AIDESK_CORPORA is not set")
	}
	return filepath.Join(corpora, filepath.FromSlash(name))
}

// Read decodes a JSON file of the corpora.
func Read(t testing.TB, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}
