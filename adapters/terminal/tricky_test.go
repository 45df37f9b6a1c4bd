package terminal_test

import (
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"aidesk/adapters/terminal"
	"aidesk/core/chat"
	"aidesk/core/goldentest"
	"aidesk/core/markdown"
	"aidesk/core/markdown/markdowntest"
)

// TestTricky shows what a model may write and what goes wrong elsewhere, every link
// allowed. Slack's and Discord's tests have the same cases in files of the same name.
func TestTricky(t *testing.T) {
	t.Parallel()
	got := &txtar.Archive{Comment: []byte("What the cases of the corpus become, every link allowed.\n")}
	for _, c := range markdowntest.Tricky(t) {
		text := terminal.Renderer{Width: 80}.Render(chat.Reply{Text: markdown.Parse(c.Markdown, func(string) bool { return true })})
		got.Files = append(got.Files, txtar.File{Name: c.Name, Data: []byte(text)})
	}
	goldentest.File(t, "tricky.txtar", txtar.Format(got))
}
