package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// Fault is one thing that is wrong with a configuration.
type Fault struct {
	File         string
	Line, Column int    // from 1
	Key          string // where in the file, such as models.main.provider; may be empty
	Text         string // what is wrong and the remedy, in one line; never a secret
}

// Error is the fault in one line.
func (f Fault) Error() string {
	where := fmt.Sprintf("%s:%d:%d: ", f.File, f.Line, f.Column)
	if f.Key != "" {
		where += f.Key + ": "
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' ' // a quoted key may hold anything
		}
		return r
	}, where+f.Text)
}

// Faults are all that is wrong with a configuration, in the order of the file.
type Faults []Fault

// Error gives each fault a line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}

// sorted is the faults as an error, nil when there are none.
func (f Faults) sorted() error {
	if len(f) == 0 {
		return nil
	}
	slices.SortStableFunc(f, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Key, b.Key))
	})
	return f
}

// place is a line and column of the file, both from 1.
type place struct{ line, column int }

// placeOf is where a node begins. The tree itself says of a mapping where its
// first colon stands.
func placeOf(node ast.Node) place {
	if mapping, ok := node.(ast.MapNode); ok {
		if first := mapping.MapRange(); first.Next() {
			node = first.Key()
		}
	}
	return placeAt(node.GetToken())
}

func placeAt(t *token.Token) place { return place{t.Position.Line, t.Position.Column} }

// nearest picks the word that was probably meant, if one is close: at most one
// letter in three differs.
func nearest(word string, among []string) (string, bool) {
	best, least := "", len(word)/3+1
	for _, candidate := range among {
		if d := distance(word, candidate); d < least {
			best, least = candidate, d
		}
	}
	return best, best != ""
}

// distance counts the letters to add, drop or change to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
