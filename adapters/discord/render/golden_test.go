package render_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"aidesk/adapters/discord/oracletest"
	"aidesk/adapters/discord/render"
	"aidesk/core/goldentest"
	"aidesk/core/markdown"
	"aidesk/core/markdown/markdowntest"
)

// contents are the texts of messages, one after the other.
func contents(messages []render.Message) []byte {
	var b bytes.Buffer
	for i, m := range messages {
		if i > 0 {
			b.WriteString("\n===== next message =====\n")
		}
		b.WriteString(m.Content)
		for _, f := range m.Files {
			b.WriteString("\n===== file " + f.Name + " =====")
		}
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// TestCases renders the texts of testdata/cases.txtar: each *.md, with every link
// allowed, becomes the *.out behind it.
func TestCases(t *testing.T) {
	t.Parallel()
	cases, err := txtar.ParseFile(filepath.Join("testdata", "cases.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	got := &txtar.Archive{Comment: cases.Comment}
	for _, f := range cases.Files {
		name, ok := strings.CutSuffix(f.Name, ".md")
		if !ok {
			continue
		}
		d := markdown.Parse(string(f.Data), everything)
		messages := said(t, d)
		harmless(t, messages, everything)
		if diff, _ := oracletest.Differ(oracletest.Said(d), whole(messages)); diff != "" && len(messages) == 1 {
			t.Errorf("%s: %s", f.Name, diff)
		}
		got.Files = append(got.Files, f, txtar.File{Name: name + ".out", Data: contents(messages)})
	}
	goldentest.File(t, "cases.txtar", txtar.Format(got))
}

// TestTricky renders the corpus of what models write.
func TestTricky(t *testing.T) {
	t.Parallel()
	got := &txtar.Archive{Comment: []byte("What the cases of the corpus become, every link allowed.\n")}
	for _, c := range markdowntest.Tricky(t) {
		d := markdown.Parse(c.Markdown, everything)
		messages := said(t, d)
		harmless(t, messages, everything)
		if len(messages) == 1 {
			if diff, lost := oracletest.Differ(oracletest.Said(d), whole(messages)); diff != "" || lost > 0 {
				t.Errorf("%s: %s (%d)", c.Name, diff, lost)
			}
		}
		got.Files = append(got.Files, txtar.File{Name: c.Name, Data: contents(messages)})
		none := said(t, markdown.Parse(c.Markdown, nil))
		harmless(t, none, func(string) bool { return false })
	}
	goldentest.File(t, "tricky.txtar", txtar.Format(got))
}

// TestReplies renders whole replies to the bodies that are sent.
func TestReplies(t *testing.T) {
	t.Parallel()
	got := &txtar.Archive{Comment: []byte("The bodies of whole replies (long contents are cut here only).\n")}
	replies := oracletest.Replies()
	for _, name := range slices.Sorted(maps.Keys(replies)) {
		messages, err := render.Render(replies[name])
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var b bytes.Buffer
		for _, m := range messages {
			check(t, m)
			if c := []rune(m.Content); len(c) > 500 {
				m.Content = string(c[:250]) + " [...] " + string(c[len(c)-100:])
			}
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			if err := e.Encode(m); err != nil {
				t.Fatal(err)
			}
			for _, f := range m.Files {
				b.WriteString("+ " + f.Name + ": " + markdown.Line(f.Text, 300) + "\n")
			}
		}
		got.Files = append(got.Files, txtar.File{Name: name, Data: b.Bytes()})
	}
	goldentest.File(t, "replies.txtar", txtar.Format(got))
}
