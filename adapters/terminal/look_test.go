package terminal_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"aidesk/adapters/terminal"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// TestRender renders what stands in testdata/render: a file "text.md" (CommonMark,
// all links allowed) or "reply.json" (a chat.Reply), in the looks that the other
// files are named after: a width, and "color".
func TestRender(t *testing.T) {
	files, err := filepath.Glob("testdata/render/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
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
					got := shown(look(t, section.Name).Render(r)) + "\n"
					if *renew {
						archive.Files[i].Data = []byte(got)
						continue
					}
					if diff := cmp.Diff(string(section.Data), got); diff != "" {
						t.Errorf("%s (-want +got):\n%s", section.Name, diff)
					}
				}
			}
			if *renew {
				if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func look(t *testing.T, name string) terminal.Look {
	t.Helper()
	width, set, _ := strings.Cut(name, " ")
	n, err := strconv.Atoi(width)
	if err != nil {
		t.Fatalf("the look %q has no width", name)
	}
	return terminal.Look{Width: n, Color: set == "color"}
}
