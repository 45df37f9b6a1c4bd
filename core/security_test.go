package core_test

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestSecurity: every promise of SECURITY.md names tests, and each of them exists.
func TestSecurity(t *testing.T) {
	t.Parallel()
	faults, named := securityFaults(t, os.DirFS(".."))
	for _, fault := range faults {
		t.Error(fault)
	}
	if named < 60 {
		t.Errorf("only %d tests are named in SECURITY.md", named)
	}
}

// TestSecurityFaults shows that a promise without a test, and a test that is not there, are found.
func TestSecurityFaults(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{
		"SECURITY.md":        {Data: []byte("## Promises\n\n**Good**\n- It holds.\n  Tests: `a/b.TestGood`,\n  `a/b.TestGone`.\n- It may hold,\n  who knows.\n\n**Bare**: it holds too.\n\nSmall print.\n\n## Not promised\n\n- This.\n")},
		"a/b/good_test.go":   {Data: []byte("package b\n\nfunc TestGood(t *testing.T) {}\n")},
		"a/other_test.go":    {Data: []byte("package a\n\nfunc TestGone(t *testing.T) {}\n")},
		"a/b/not_tests.go":   {Data: []byte("package b\n\nfunc TestGone(t *testing.T) {}\n")},
		"a/b/method_test.go": {Data: []byte("package b\n\n// func TestGone is told of here\n")},
	}
	faults, named := securityFaults(t, tree)
	want := []string{"SECURITY.md names a/b.TestGone, which is no test", "no test is named for: - It may hold,", "no test is named for: **Bare**: it holds too."}
	if diff := cmp.Diff(want, faults); diff != "" || named != 2 {
		t.Errorf("%d named, faults (-want +got):\n%s", named, diff)
	}
}

var (
	testName = regexp.MustCompile("`([a-z/]+)\\.((?:Test|Fuzz)[A-Za-z0-9]+)`")
	testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z0-9]+)\(`)
)

// securityFaults reads the promises, and counts the tests that they name.
func securityFaults(t *testing.T, tree fs.FS) (faults []string, named int) {
	t.Helper()
	text, err := fs.ReadFile(tree, "SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	err = fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		source, err := fs.ReadFile(tree, name)
		for _, found := range testFunc.FindAllSubmatch(source, -1) {
			tests[path.Dir(name)+"."+string(found[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, promises, _ := strings.Cut(string(text), "## Promises\n")
	promises, _, _ = strings.Cut(promises, "\n## ")
	for block := range strings.SplitSeq(strings.ReplaceAll(promises, "\n- ", "\n\n- "), "\n\n") {
		block = strings.TrimSpace(block)
		found := testName.FindAllStringSubmatch(block, -1)
		for _, f := range found {
			named++
			if !tests[f[1]+"."+f[2]] {
				faults = append(faults, fmt.Sprintf("SECURITY.md names %s.%s, which is no test", f[1], f[2]))
			}
		}
		promise := strings.HasPrefix(block, "- ") || strings.HasPrefix(block, "**") && !strings.HasSuffix(block, "**")
		if first, _, _ := strings.Cut(block, "\n"); promise && len(found) == 0 {
			faults = append(faults, "no test is named for: "+first)
		}
	}
	return faults, named
}
