package core_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"aidesk/cmd/exampleplugins/example"
)

// TestLiterals sees that aidesk knows no example plugin: no string in it names
// one, or a city or a stay of theirs, so that whatever the demo answers was found
// out by asking. Nothing is exempt: not a message, a struct tag or the path of an
// import. Only cmd/exampleplugins and tests may know. (Which plugins the demo
// enables is a value that cmd/exampleplugins exports.)
func TestLiterals(t *testing.T) {
	for _, fault := range literalFaults(os.DirFS(".."), exampleWords(t)) {
		t.Error(fault)
	}
}

// exampleWords asks the example plugins for the names that only they may know.
func exampleWords(t *testing.T) []string {
	t.Helper()
	plugins, err := example.All(example.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	var found struct {
		Stays []struct {
			Name string `json:"name"`
			City string `json:"city"`
		} `json:"stays"`
	}
	for _, plugin := range plugins {
		names = append(names, plugin.Name)
		if plugin.Name != "stays" {
			continue
		}
		answer := httptest.NewRecorder()
		plugin.Handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/stays", nil))
		if err := json.Unmarshal(answer.Body.Bytes(), &found); err != nil {
			t.Fatalf("GET /stays: %v in %s", err, answer.Body)
		}
	}
	if len(names) < 4 || len(found.Stays) == 0 {
		t.Fatalf("plugins %q with stays %v: too few to look for", names, found.Stays)
	}
	for _, stay := range found.Stays {
		if stay.Name == "" || stay.City == "" {
			t.Fatalf("a stay without name or city: %v", found.Stays)
		}
		names = append(names, stay.Name, stay.City)
	}
	return names
}

// TestLiteralsFaults shows that the check sees what it should and nothing else.
func TestLiteralsFaults(t *testing.T) {
	tests := []struct {
		name, expression string
		want             string // the name found, if any
	}{
		{"a word", `"go to Lodz now"`, "Lodz"},
		{"any case", `"LODZ"`, "Lodz"},
		{"a raw string", "`{\"city\": \"lodz\"}`", "Lodz"},
		{"escapes", `"L\x6fdz"`, "Lodz"},
		{"several words", `"the Red Barn, please"`, "Red Barn"},
		{"an identifier of several words", `"/houses/red-barn/picture.png"`, "Red Barn"},
		{"other letters", `"nach ÎLE-ROUGE!"`, "Île Rouge"},
		{"part of an identifier", `"lodz_search"`, "Lodz"},
		{"a string in pieces", `"the Red " + "Barn" + suffix`, "Red Barn"},
		{"pieces of a word", `(prefix + "Lo" + "dz")`, "Lodz"},
		{"a struct tag", "struct{ A int `json:\"lodz\"` }{}", "Lodz"},
		{"after a sign", `"#lodz"`, "Lodz"},
		{"a longer word", `"Lodzer melodzy"`, ""},
		{"half a name", `"a red house, a barn"`, ""},
		{"an identifier of Go", `lodz`, ""},
		{"pieces with something between", `"Lo" + x + "dz"`, ""},
	}
	words := []string{"Lodz", "Red Barn", "Île Rouge"}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := "package p\n\n// Lodz in a comment.\nvar v = " + test.expression + "\n"
			tree := fstest.MapFS{
				"core/p/p.go":                     {Data: []byte(text)},
				"core/p/p_test.go":                {Data: []byte(text)},
				"core/ptest/p.go":                 {Data: []byte(text)},
				"cmd/exampleplugins/houses/p.go":  {Data: []byte(text)},
				"cmd/exampleplugins/houses/p2.go": {Data: []byte("package p\n")},
			}
			var want []string
			if test.want != "" {
				want = []string{fmt.Sprintf("core/p/p.go:4: a string names %q, which only cmd/exampleplugins may know", test.want)}
			}
			if diff := cmp.Diff(want, literalFaults(tree, words)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
	imports := fstest.MapFS{"core/p/p.go": {Data: []byte("package p\n\nimport _ \"example.com/lodz\"\n")}}
	if got := literalFaults(imports, words); len(got) != 1 {
		t.Errorf("the path of an import: %q", got)
	}
}

// literalFaults looks for the names in every string of the program.
func literalFaults(tree fs.FS, names []string) []string {
	var faults []string
	for file := range sources(tree) {
		if file.err != nil {
			faults = append(faults, file.err.Error())
			continue
		}
		if dir := path.Dir(file.name); isTest(dir) || matches("cmd/exampleplugins/...", dir) {
			continue
		}
		look := func(at token.Pos, text string) {
			said := wordsOf(text)
			for _, name := range names {
				if strings.Contains(said, wordsOf(name)) {
					faults = append(faults, fmt.Sprintf("%s:%d: a string names %q, which only cmd/exampleplugins may know",
						file.name, file.set.Position(at).Line, name))
				}
			}
		}
		ast.Inspect(file.syntax, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.BinaryExpr:
				// A string may be written in pieces; what is no literal divides them.
				if node.Op == token.ADD {
					look(node.Pos(), pieces(node))
				}
			case *ast.BasicLit:
				look(node.Pos(), pieces(node))
			}
			return true
		})
	}
	slices.Sort(faults)
	return slices.Compact(faults)
}

// divider is a word that stands in no text.
const divider = "\uffff"

// pieces joins the string literals of a sum, with a divider for all else.
func pieces(expression ast.Expr) string {
	switch node := expression.(type) {
	case *ast.BasicLit:
		if node.Kind == token.STRING {
			text, _ := strconv.Unquote(node.Value)
			return text
		}
	case *ast.ParenExpr:
		return pieces(node.X)
	case *ast.BinaryExpr:
		if node.Op == token.ADD {
			return pieces(node.X) + pieces(node.Y)
		}
	}
	return " " + divider + " "
}

// wordsOf is the words of a text in small letters, a blank around each; whatever
// is neither letter nor digit divides words.
func wordsOf(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return string(r) != divider && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	return " " + strings.Join(words, " ") + " "
}
