package render

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"aidesk/adapters/discord/oracletest"
	"aidesk/core/markdown"
	"aidesk/core/markdown/markdowntest"
)

// heard are the visible characters of contents, without heads of tables.
func heard(contents ...string) string {
	var b strings.Builder
	for _, c := range contents {
		for _, token := range oracletest.Read(c) {
			if token.Char != 0 {
				b.WriteRune(token.Char)
			} else {
				b.WriteString("(" + token.Link + token.Live + ")")
			}
		}
	}
	return markdowntest.CutHeads(b.String())
}

// TestParts: the parts of a message say what the whole says, each fits, and each
// stands alone.
func TestParts(t *testing.T) {
	t.Parallel()
	documents := markdowntest.Documents("_", "~~", "](", "<@123456789012345678>")
	rapid.Check(t, func(rt *rapid.T) {
		d := markdown.New(tablesToLists(documents.Draw(rt, "document").Blocks)...)
		limit := rapid.IntRange(250, 1200).Draw(rt, "limit")
		parts := split(d, limit)
		if got, want := heard(parts...), heard(documentText(d)); got != want {
			rt.Fatalf("the parts say\n%s\nnot\n%s", got, want)
		}
		for i, p := range parts {
			if utf16Len(p) > limit {
				rt.Errorf("part %d has %d units of %d:\n%s", i, utf16Len(p), limit, p)
			}
			fences := 0
			lines := strings.Split(p, "\n")
			for j, l := range lines {
				l = strings.TrimPrefix(l, "> ")
				if strings.HasPrefix(l, "```") {
					fences++
				}
				if strings.HasPrefix(l, "──") && l != ruleLine && (j == 0 || !strings.Contains(lines[j-1], markdowntest.Head)) {
					rt.Errorf("part %d has a table without its head:\n%s", i, p)
				}
			}
			if fences%2 != 0 {
				rt.Errorf("part %d has %d marks of fences:\n%s", i, fences, p)
			}
			if strings.TrimSpace(p) == "" {
				rt.Errorf("part %d is empty", i)
			}
		}
	})
}
