package render_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aidesk/adapters/slack/oracletest"
	"aidesk/adapters/slack/render"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// TestDegrade goes down the whole ladder.
func TestDegrade(t *testing.T) {
	t.Parallel()
	all := chat.Reply{
		Place:    chat.Place{Channel: "C1", Thread: "1.2"},
		Text:     markdown.Parse("# Title\n\n"+strings.Repeat("word ", 900)+"\n\n|a|b|\n|-|-|\n|1|2|\n\n```go\nx\n```\n", everything),
		Cards:    []chat.Card{waiting()},
		Previews: []chat.Preview{{URL: "https://e.com/a", Title: "A page", Image: "https://e.com/i.png"}},
		Files:    []chat.File{{Name: "a.txt", Text: "a"}},
	}
	tests := []struct {
		name  string
		reply chat.Reply
		says  []string
		want  []string
	}{
		{"everything", all, []string{"Title", "word", "Shall I send this?", "text", "hello", "POST to shop.example", "POST", "A page", "e.com", "until"}, []string{
			"header rich_text table rich_text divider header rich_text rich_text context actions section+image context",
			"header rich_text table rich_text divider header rich_text rich_text context actions section context",
			"header rich_text divider header rich_text rich_text context actions section context",
			"header rich_text | rich_text divider header rich_text rich_text context actions section context",
			"text | section actions",
			"text | text",
		}},
		{"a picture in WebP", chat.Reply{Previews: []chat.Preview{{URL: "https://e.com/a", Title: "A page", Image: "https://e.com/i.webp", ImageKind: chat.WebP}}}, []string{"A page"}, []string{
			"section context", "text",
		}},
		{"thumbs", chat.Reply{Text: markdown.Parse("hello", nil), Rating: &chat.Rating{ID: "rate", Good: "Good answer", Bad: "Bad answer"}}, []string{"hello"}, []string{
			"rich_text context_actions", "rich_text", "text",
		}},
		{"plain", chat.Reply{Text: markdown.Parse("hello", nil)}, []string{"hello"}, []string{"rich_text", "text"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			messages := rendered(t, test.reply, everything)
			for more := true; more; {
				got = append(got, outline(t, messages))
				var all strings.Builder
				for _, m := range messages {
					all.WriteString(oracletest.Words(blocks(t, []render.Message{m})))
					if len(m.Blocks) == 0 {
						all.WriteString(m.Text)
					}
					if m.Channel != test.reply.Place.Channel || m.Thread != test.reply.Place.Thread {
						t.Errorf("a message goes to %q, %q", m.Channel, m.Thread)
					}
				}
				for _, want := range test.says {
					if !strings.Contains(all.String(), want) {
						t.Errorf("step %d does not say %q", len(got), want)
					}
				}
				if diff := cmp.Diff(test.reply.Files, messages[len(messages)-1].Files); diff != "" {
					t.Errorf("files (-want +got):\n%s", diff)
				}
				messages, more = degrade(messages)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// degrade makes every message simpler that can be.
func degrade(messages []render.Message) (out []render.Message, more bool) {
	for _, m := range messages {
		next, ok := render.Degrade(m)
		if !ok {
			next = []render.Message{m}
		}
		out, more = append(out, next...), more || ok
	}
	return out, more
}

// outline names the blocks of messages.
func outline(t *testing.T, messages []render.Message) string {
	t.Helper()
	var all []string
	for _, m := range messages {
		blocks, err := oracletest.Blocks(m)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, b := range blocks {
			name := b.Type
			if b.Access != nil {
				name += "+" + b.Access.Type
			}
			names = append(names, name)
		}
		if len(names) == 0 {
			names = []string{"text"}
		}
		all = append(all, strings.Join(names, " "))
	}
	return strings.Join(all, " | ")
}
