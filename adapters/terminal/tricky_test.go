package terminal_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"aidesk/adapters/terminal"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// TestTricky shows what a model may write and what goes wrong elsewhere, every link
// allowed. Slack's and Discord's tests have the same cases in files of the same name.
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
		text := terminal.Look{Width: 80}.Render(chat.Reply{Text: markdown.Parse(c.MD, func(string) bool { return true })})
		got.Files = append(got.Files, txtar.File{Name: c.ID, Data: []byte(text)})
	}
	path := filepath.Join("testdata", "tricky.txtar")
	if *renew {
		if err := os.WriteFile(path, txtar.Format(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(txtar.Format(got))); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
