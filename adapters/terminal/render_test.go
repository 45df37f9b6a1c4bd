package terminal_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"aidesk/adapters/terminal"
	"aidesk/core/chat"
	"aidesk/core/goldentest"
	"aidesk/core/markdown"
)

// TestRender renders what stands in testdata/render: a file "text.md" (CommonMark,
// all links allowed) or "reply.json" (a chat.Reply), in the looks that the other
// files are named after: a width, and "color".
func TestRender(t *testing.T) {
	goldentest.Archives(t, "render/*.txtar", func(t *testing.T, archive *txtar.Archive) {
		var r chat.Reply
		for i, section := range archive.Files {
			switch section.Name {
			case "text.md":
				r.Text = markdown.Parse(string(section.Data), func(string) bool { return true })
			case "reply.json":
				if err := json.Unmarshal(section.Data, &r); err != nil {
					t.Fatal(err)
				}
			default:
				archive.Files[i].Data = []byte(shown(look(t, section.Name).Render(r)) + "\n")
			}
		}
	})
}

func look(t *testing.T, name string) terminal.Renderer {
	t.Helper()
	width, set, _ := strings.Cut(name, " ")
	n, err := strconv.Atoi(width)
	if err != nil {
		t.Fatalf("the look %q has no width", name)
	}
	return terminal.Renderer{Width: n, Color: set == "color"}
}
