package render

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"aidesk/core/markdown"
)

// TestString: our JSON strings are read as what they were made of, broken UTF-8 as
// encoding/json has it.
func TestString(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := string(rapid.SliceOf(rapid.Byte()).Draw(rt, "bytes")) + rapid.String().Draw(rt, "text") +
			rapid.SampledFrom([]string{"", "<!here>", "\"\\\n\t\x00\x1f\x7f", "\u2028", "\xff", "\xe6\x97"}).Draw(rt, "odd")
		theirs, err := json.Marshal(s)
		if err != nil {
			rt.Fatal(err)
		}
		var got, want string
		if err := json.Unmarshal(appendString(nil, s), &got); err != nil {
			rt.Fatalf("%q: %v", s, err)
		}
		if err := json.Unmarshal(theirs, &want); err != nil {
			rt.Fatal(err)
		}
		if got != want {
			rt.Errorf("%q became %q, want %q", s, got, want)
		}
	})
}

// TestChop: nothing but white space is lost, and no piece is too long once escaped.
func TestChop(t *testing.T) {
	t.Parallel()
	visible := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) {
				return -1
			}
			return r
		}, s)
	}
	rapid.Check(t, func(rt *rapid.T) {
		word := rapid.SampledFrom([]string{"a", "word", "&", "<", ">", "日本語", " ", " ", "\n", "\n  ", "👩‍🚒", strings.Repeat("w", 40)})
		s := strings.Join(rapid.SliceOfN(word, 0, 80).Draw(rt, "words"), "")
		limit := rapid.IntRange(8, 60).Draw(rt, "limit")
		pieces := splitText(s, limit)
		if got, want := visible(strings.Join(pieces, "")), visible(s); got != want {
			rt.Errorf("%q became %q", s, pieces)
		}
		for _, p := range pieces {
			if n := utf8.RuneCountInString(Escape(p)); n > limit || escapedLength(p) != n {
				rt.Errorf("a piece has %d characters, counted as %d, want at most %d: %q", n, escapedLength(p), limit, p)
			}
			if visible(p) == "" && visible(s) != "" {
				rt.Errorf("an empty piece of %q", s)
			}
		}
	})
}

// TestCells: of a table that Slack would not take as such, everything is said.
func TestCells(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		columns, rows int
		cell          string
		native        bool
	}{
		{"small", 2, 2, "é", true},
		{"empty cells", 3, 3, "", true},
		{"as many rows as there may be", 1, maxRows - 1, "é", true},
		{"a row too many", 1, maxRows, "é", false},
		{"as many columns as there may be", maxColumns, 1, "é", true},
		{"a column too many", maxColumns + 1, 1, "é", false},
		{"as many characters as there may be", 1, 1, strings.Repeat("é", maxCells-1), true},
		{"a character too many", 1, 1, strings.Repeat("é", maxCells), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			head, row := make([]string, test.columns), make([]string, test.columns)
			for i := range head {
				head[i], row[i] = "h", test.cell
			}
			rows := make([][]string, test.rows)
			for i := range rows {
				rows[i] = row
			}
			var w blockWriter
			w.document(markdown.New(markdown.TableOf(head, rows)))
			if got := w.tables == 1; got != test.native {
				t.Errorf("native %v, want %v", got, test.native)
			}
			if got, want := strings.Count(string(w.out), "é"), test.columns*test.rows*utf8.RuneCountInString(test.cell); got != want {
				t.Errorf("%d of %d characters", got, want)
			}
		})
	}
}
