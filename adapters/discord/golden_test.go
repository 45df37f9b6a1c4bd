package discord_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"aidesk/adapters/discord"
	"aidesk/adapters/discord/oracletest"
	"aidesk/core/markdown"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares an archive of outputs with the file that holds them.
func golden(t *testing.T, name string, got *txtar.Archive) {
	t.Helper()
	path := filepath.Join("testdata", name)
	data := txtar.Format(got)
	if *update {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(data)); diff != "" {
		t.Errorf("%s (-want +got; -update accepts):\n%s", path, diff)
	}
}

// contents are the texts of messages, one after the other.
func contents(messages []discord.Message) []byte {
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
	golden(t, "cases.txtar", got)
}

// TestTricky renders the corpus of what models write.
func TestTricky(t *testing.T) {
	t.Parallel()
	corpora := os.Getenv("AIDESK_CORPORA")
	if corpora == "" {
		t.Skip("AIDESK_CORPORA is not set")
	}
	data, err := os.ReadFile(filepath.Join(corpora, "markdown", "tricky-cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		ID string `json:"id"`
		MD string `json:"md"`
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	got := &txtar.Archive{Comment: []byte("What the cases of the corpus become, every link allowed.\n")}
	for _, c := range cases {
		d := markdown.Parse(c.MD, everything)
		messages := said(t, d)
		harmless(t, messages, everything)
		if len(messages) == 1 {
			if diff, lost := oracletest.Differ(oracletest.Said(d), whole(messages)); diff != "" || lost > 0 {
				t.Errorf("%s: %s (%d)", c.ID, diff, lost)
			}
		}
		got.Files = append(got.Files, txtar.File{Name: c.ID, Data: contents(messages)})
		none := said(t, markdown.Parse(c.MD, nil))
		harmless(t, none, func(string) bool { return false })
	}
	golden(t, "tricky.txtar", got)
}

// TestReplies renders whole replies to the bodies that are sent.
func TestReplies(t *testing.T) {
	t.Parallel()
	got := &txtar.Archive{Comment: []byte("The bodies of whole replies (long contents are cut here only).\n")}
	replies := oracletest.Replies()
	for _, name := range slices.Sorted(maps.Keys(replies)) {
		messages, err := discord.Render(replies[name])
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
	golden(t, "replies.txtar", got)
}
