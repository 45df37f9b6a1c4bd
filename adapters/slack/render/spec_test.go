package render_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"aidesk/adapters/slack/oracletest"
	"aidesk/adapters/slack/render"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/markdown/markdowntest"
)

func everything(string) bool { return true }

// render makes messages of a text with all its links, and checks them.
func rendered(t testing.TB, r chat.Reply, allowed func(string) bool) []render.Message {
	t.Helper()
	messages, err := render.Render(r)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range messages {
		for _, fault := range oracletest.Faults(m, allowed) {
			t.Errorf("message %d: %s\n%s", i+1, fault, m.Blocks)
		}
	}
	return messages
}

// blocks are those of all messages.
func blocks(t testing.TB, messages []render.Message) []oracletest.Node {
	t.Helper()
	var out []oracletest.Node
	for _, m := range messages {
		some, err := oracletest.Blocks(m)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, some...)
	}
	return out
}

// apart are examples that are not compared, with the reason.
var apart = map[string]string{
	"0. ok\n": "number 0 is a text in Slack, which counts from one",
}

// TestSpec: what a reader sees of every example is the text of its reference HTML.
func TestSpec(t *testing.T) {
	t.Parallel()
	for name, examples := range map[string][]markdowntest.Example{"CommonMark": markdowntest.CommonMark(t), "GFM": markdowntest.GFM(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, e := range examples {
				if apart[e.Markdown] != "" {
					continue
				}
				messages := rendered(t, chat.Reply{Text: markdown.Parse(e.Markdown, everything)}, everything)
				if diff := cmp.Diff(read(e.Reference(t)), oracletest.Words(blocks(t, messages))); diff != "" {
					t.Errorf("%s %q (-reference +ours):\n%s", e.Name, e.Markdown, diff)
				}
			}
		})
	}
}

// read is the text of HTML, one blank between words. An image is its alternative text,
// the box of a task is a sign.
func read(root *html.Node) string {
	var b strings.Builder
	for n := range root.Descendants() {
		attr := map[string]string{}
		for _, a := range n.Attr {
			attr[a.Key] = a.Val
		}
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.Data == "br":
			b.WriteString("\n")
		case n.Data == "img":
			b.WriteString(attr["alt"])
		case n.Data == "input":
			_, ticked := attr["checked"]
			b.WriteString(map[bool]string{true: "☑ ", false: "☐ "}[ticked])
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
