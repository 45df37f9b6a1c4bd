package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestStrictReaderStaysOut: kin-openapi reads whole documents for plugin check alone. It
// has no limits and cannot be stopped, so nothing that serves may come near it.
func TestStrictReaderStaysOut(t *testing.T) {
	t.Parallel()
	const reader = `"aidesk/core/openapi/strict"`
	err := filepath.WalkDir("../..", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			if spec.Path.Value == reader && filepath.Base(name) != "plugin_check.go" {
				t.Errorf("%s imports %s", name, reader)
			}
		}
		if filepath.Base(filepath.Dir(name)) != "aidesk" && filepath.Dir(name) != "." {
			return nil
		}
		for _, decl := range file.Decls {
			f, isFunc := decl.(*ast.FuncDecl)
			if !isFunc {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				call, isCall := n.(*ast.CallExpr)
				if !isCall {
					return true
				}
				switch callee := call.Fun.(type) {
				case *ast.Ident:
					// The way in: checkCommand → check → strictNotes → strict.Judge.
					from := map[string]string{"strictNotes": "check", "check": "checkCommand", "checkCommand": "pluginCommand"}[callee.Name]
					if from != "" && f.Name.Name != from {
						t.Errorf("%s: %s calls %s, which leads to the strict reader", name, f.Name.Name, callee.Name)
					}
				case *ast.SelectorExpr:
					if x, ok := callee.X.(*ast.Ident); ok && x.Name == "strict" && f.Name.Name != "strictNotes" {
						t.Errorf("%s: %s calls the strict reader", name, f.Name.Name)
					}
				}
				return true
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
