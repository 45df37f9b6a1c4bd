package slack_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/adapters/slack"
	"aidesk/adapters/slack/oracletest"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

func everything(string) bool { return true }

// render makes messages of a text with all its links, and checks them.
func render(t testing.TB, r chat.Reply, allowed func(string) bool) []slack.Message {
	t.Helper()
	messages, err := slack.Render(r)
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
func blocks(t testing.TB, messages []slack.Message) []oracletest.Node {
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
	for name, examples := range map[string][]oracletest.Example{"CommonMark": oracletest.CommonMark(t), "GFM": oracletest.GFM(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "CommonMark" && len(examples) != 652 || name == "GFM" && len(examples) < 40 {
				t.Fatalf("%d examples", len(examples))
			}
			for i, e := range examples {
				if apart[e.Markdown] != "" {
					continue
				}
				messages := render(t, chat.Reply{Text: markdown.Parse(e.Markdown, everything)}, everything)
				if diff := cmp.Diff(e.Reference(t), oracletest.Words(blocks(t, messages))); diff != "" {
					t.Errorf("%d (%s) %q (-reference +ours):\n%s", i+1, e.Name, e.Markdown, diff)
				}
			}
		})
	}
}
