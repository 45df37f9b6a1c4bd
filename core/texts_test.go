package core_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"aidesk/core/goldentest"
)

// textsFile is the one file of a package that lists what members read.
const textsFile = "texts.go"

// privateNames are what aidesk was called in its own texts before it had one voice.
var privateNames = regexp.MustCompile(`(?i)\bthe (desk|bot)\b`)

// TestTexts prints every sentence that members read, so that they can be read, and
// reviewed, as one text.
func TestTexts(t *testing.T) {
	var all strings.Builder
	for _, text := range memberTexts(t, os.DirFS("..")) {
		fmt.Fprintf(&all, "%s\n", text)
		if privateNames.MatchString(text) {
			t.Errorf("members know it as aidesk: %s", text)
		}
	}
	goldentest.File(t, "texts.golden", []byte(all.String()))
}

// TestMemberTexts reads constants that are joined of several literals, and nothing else.
func TestMemberTexts(t *testing.T) {
	got := memberTexts(t, fstest.MapFS{
		"bots/texts.go":           {Data: []byte("package bots\n\nconst (\n\ta = \"One. \" +\n\t\t\"Two.\"\n\tb = \"Three.\"\n)\n")},
		"bots/desk.go":            {Data: []byte("package bots\n\nconst c = \"Four.\"\n")},
		"bots/testdata/texts.go":  {Data: []byte("package testdata\n\nconst d = \"Five.\"\n")},
		"adapters/slack/texts.go": {Data: []byte("package slack\n\nconst e = \"Six.\"\n")},
	})
	want := []string{"-- adapters/slack --", "Six.", "-- bots --", "One. Two.", "Three."}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// memberTexts are the constants of every texts.go below adapters, bots and core, under
// the name of their package, in the order of the files.
func memberTexts(t *testing.T, root fs.FS) []string {
	t.Helper()
	var out []string
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name != "." && strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules"):
			return fs.SkipDir
		case d.Name() != textsFile:
			return nil
		}
		source, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, 0)
		if err != nil {
			return err
		}
		out = append(out, "-- "+path.Dir(name)+" --")
		for _, decl := range file.Decls {
			g, ok := decl.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				t.Errorf("%s holds something else than constants", name)
				continue
			}
			for _, spec := range g.Specs {
				for _, value := range spec.(*ast.ValueSpec).Values {
					out = append(out, strings.TrimSpace(joined(value)))
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// joined is the text of a constant: a literal, or several with plus between them.
func joined(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err != nil {
			return e.Value
		}
		return text
	case *ast.BinaryExpr:
		return joined(e.X) + joined(e.Y)
	default:
		return ""
	}
}
