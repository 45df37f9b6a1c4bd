package admin

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestAuditWords: the audit has words for everything that is written into it here.
func TestAuditWords(t *testing.T) {
	t.Parallel()
	kinds := map[string]bool{}
	for action := range auditWords {
		kind, _, _ := strings.Cut(action, ".")
		kinds[kind] = true
	}
	literal := regexp.MustCompile(`"([a-z]+)\.[a-z.]*[a-z]"`)
	found := 0
	err := fs.WalkDir(os.DirFS(".."), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile("../" + path)
		if err != nil {
			return err
		}
		for _, m := range literal.FindAllStringSubmatch(string(source), -1) {
			action := strings.Trim(m[0], `"`)
			if !kinds[m[1]] {
				continue
			}
			found++
			if auditWords[action] == "" {
				t.Errorf("%s: no words for %s", path, action)
			}
		}
		return nil
	})
	if err != nil || found < len(auditWords) {
		t.Errorf("found %d of %d: %v", found, len(auditWords), err)
	}
}
