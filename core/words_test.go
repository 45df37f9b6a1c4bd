package core_test

import (
	"fmt"
	"go/ast"
	"io/fs"
	"os"
	"path"
	"regexp"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestWords: every type that the vocabulary names exists.
func TestWords(t *testing.T) {
	faults, named := wordFaults(t, os.DirFS(".."))
	for _, fault := range faults {
		t.Error(fault)
	}
	if named < 40 {
		t.Errorf("only %d types are named in docs/words.md", named)
	}
}

// TestWordsFaults shows that a type that does not exist is found.
func TestWordsFaults(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{
		"docs/words.md":     {Data: []byte("- **A**: one. `chat.Adapter` `core/chat`\n- **B**: two. `chat.Gone`\n")},
		"core/chat/chat.go": {Data: []byte("package chat\n\ntype Adapter interface{}\n")},
	}
	faults, named := wordFaults(t, tree)
	if diff := cmp.Diff([]string{"docs/words.md names chat.Gone, which no package has"}, faults); diff != "" || named != 2 {
		t.Errorf("%d named, faults (-want +got):\n%s", named, diff)
	}
}

var typeName = regexp.MustCompile("`([a-z]+\\.[A-Z][A-Za-z]*)`")

// wordFaults looks for the types that the vocabulary names, and counts them.
func wordFaults(t *testing.T, tree fs.FS) (faults []string, named int) {
	t.Helper()
	text, err := fs.ReadFile(tree, "docs/words.md")
	if err != nil {
		t.Fatal(err)
	}
	types := map[string]bool{}
	for file := range sources(tree) {
		if file.err != nil {
			t.Fatal(file.err)
		}
		for _, decl := range file.syntax.Decls {
			general, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range general.Specs {
				if s, ok := spec.(*ast.TypeSpec); ok {
					types[path.Base(path.Dir(file.name))+"."+s.Name.Name] = true
				}
			}
		}
	}
	for _, found := range typeName.FindAllStringSubmatch(string(text), -1) {
		named++
		if !types[found[1]] {
			faults = append(faults, fmt.Sprintf("docs/words.md names %s, which no package has", found[1]))
		}
	}
	return faults, named
}
