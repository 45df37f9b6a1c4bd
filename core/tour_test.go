package core_test

import (
	"os"
	"regexp"
	"testing"
)

// TestTour holds the tour against the files that it names.
func TestTour(t *testing.T) {
	tour, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`\b[a-z]+(/[a-z]+)*/[a-z_]+\.go\b`).FindAllString(string(tour), -1)
	if len(names) == 0 {
		t.Error("the tour names no file")
	}
	for _, name := range names {
		_, here := os.Stat(name) // core/ may be left out
		_, top := os.Stat("../" + name)
		if here != nil && top != nil {
			t.Errorf("the tour names %s, which does not exist", name)
		}
	}
}
