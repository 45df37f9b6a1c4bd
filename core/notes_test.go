package core_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"aidesk/core/goldentest"
)

// reporters are the functions that write a note about a document or a fault of an argument.
// Their sentences stay where the case is decided, for they read like a comment there.
var reporters = map[string]bool{"Infof": true, "Warnf": true, "refusef": true, "hintf": true, "addf": true, "Addf": true, "note": true, "addLint": true}

// TestNotes prints every sentence that an admin or a plugin's author reads about a manifest
// or a document, and every fault of an argument, so that they can be reviewed as one text.
func TestNotes(t *testing.T) {
	var all strings.Builder
	var dirs []string
	for _, pattern := range []string{"openapi", "openapi/*", "plugin"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, found...)
	}
	for _, dir := range dirs {
		notes := notesOf(t, dir)
		if len(notes) == 0 {
			continue
		}
		fmt.Fprintf(&all, "-- core/%s --\n", dir)
		for _, note := range notes {
			fmt.Fprintf(&all, "%s\n", note)
			if privateNames.MatchString(note) {
				t.Errorf("it is known as aidesk: %s", note)
			}
		}
	}
	goldentest.File(t, "notes.golden", []byte(all.String()))
}

// notesOf are the sentences that the sources in dir give to reporters, without doubles, in
// the order of the files.
func notesOf(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(path.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	add := func(e ast.Expr) {
		ast.Inspect(e, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text := joined(lit); len(strings.Fields(text)) > 1 && !slices.Contains(out, text) {
					out = append(out, text)
				}
			}
			return true
		})
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if name, ok := n.Fun.(*ast.SelectorExpr); ok && reporters[name.Sel.Name] {
					for _, arg := range n.Args {
						add(arg)
					}
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Message" {
					add(n.Value)
				}
			}
			return true
		})
	}
	return out
}
