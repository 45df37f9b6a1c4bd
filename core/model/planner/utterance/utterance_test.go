package utterance

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"aidesk/core/goldentest"
	"aidesk/core/model"
)

// noon is a time whose date differs between zones.
var noon = time.Date(2026, 11, 30, 23, 30, 0, 0, time.FixedZone("member", 2*3600))

// TestTables runs testdata/*.txtar: tools.json, then for each section the lines
// said and what Match, Typed and Near make of them.
func TestTables(t *testing.T) {
	goldentest.Archives(t, "*.txtar", func(t *testing.T, archive *txtar.Archive) {
		var tools []model.Tool
		for i, file := range archive.Files {
			if file.Name == "tools.json" {
				if err := json.Unmarshal(file.Data, &tools); err != nil {
					t.Fatalf("tools.json: %v", err)
				}
				continue
			}
			var got strings.Builder
			for line := range strings.Lines(string(file.Data)) {
				said, isInput := strings.CutPrefix(line, "> ")
				if !isInput {
					continue
				}
				said = strings.TrimSuffix(said, "\n")
				fmt.Fprintf(&got, "> %s\n%s", said, understand(strings.ReplaceAll(said, `\n`, "\n"), tools))
			}
			archive.Files[i].Data = []byte(got.String())
		}
	})
}

// understand is what is made of one line, as text.
func understand(said string, tools []model.Tool) string {
	var b strings.Builder
	if hit, found, err := Typed(said, tools, noon); found {
		if err != nil {
			return fmt.Sprintf("error: %v\n", err)
		}
		return fmt.Sprintf("typed: %s %s\n", hit.Tool.Name, hit.Args)
	}
	for _, hit := range Match(said, tools, noon) {
		fmt.Fprintf(&b, "call: %s %s (%d words, %d loose)\n", hit.Tool.Name, hit.Args, hit.Words, hit.Loose)
	}
	if b.Len() > 0 {
		return b.String()
	}
	for _, hint := range Near(said, tools, noon) {
		fmt.Fprintf(&b, "near: %s %q", hint.Tool.Name, hint.Example)
		for _, u := range hint.Unread {
			fmt.Fprintf(&b, " %s (%s) %q", u.Name, u.Wants, u.Words)
		}
		b.WriteByte('\n')
		for _, hit := range hint.Readings {
			fmt.Fprintf(&b, "  or: %s\n", hit.Args)
		}
	}
	if b.Len() == 0 {
		return "nothing\n"
	}
	return b.String()
}
