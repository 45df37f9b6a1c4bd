package render_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"aidesk/adapters/slack/render"
	"aidesk/core/chat"
	"aidesk/core/goldentest"
	"aidesk/core/markdown"
	"aidesk/core/markdown/markdowntest"
)

// TestRender renders what stands in testdata/render: "text.md" (CommonMark, all links
// allowed) or "reply.json" (a chat.Reply), into "messages.json".
func TestRender(t *testing.T) {
	t.Parallel()
	goldentest.Archives(t, "render/*.txtar", func(t *testing.T, archive *txtar.Archive) {
		t.Parallel()
		var r chat.Reply
		for i, section := range archive.Files {
			switch section.Name {
			case "text.md":
				r.Text = markdown.Parse(string(section.Data), everything)
			case "reply.json":
				if err := json.Unmarshal(section.Data, &r); err != nil {
					t.Fatal(err)
				}
			case "messages.json":
				archive.Files[i].Data = indented(t, rendered(t, r, everything))
			default:
				t.Fatalf("what is %s?", section.Name)
			}
		}
	})
}

// TestTricky renders the corpus' cases, each as its section of testdata/tricky.txtar.
func TestTricky(t *testing.T) {
	t.Parallel()
	got := &txtar.Archive{}
	for _, c := range markdowntest.Tricky(t) {
		messages := rendered(t, chat.Reply{Text: markdown.Parse(c.Markdown, everything)}, everything)
		got.Files = append(got.Files, txtar.File{Name: c.Name, Data: indented(t, messages)})
		rendered(t, chat.Reply{Text: markdown.Parse(c.Markdown, nil)}, func(string) bool { return false })
	}
	goldentest.File(t, "tricky.txtar", txtar.Format(got))
}

// indented is the JSON of messages, one below the other.
func indented(t *testing.T, messages []render.Message) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("[\n")
	for i, m := range messages {
		body, err := m.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Indent(&b, body, "", " "); err != nil {
			t.Fatal(err)
		}
		if i < len(messages)-1 {
			b.WriteString(",")
		}
		b.WriteString("\n")
	}
	b.WriteString("]\n")
	return b.Bytes()
}

// waiting is a card that waits for a decision.
func waiting() chat.Card {
	return chat.Card{
		State: chat.CardWaiting, Sentence: "Shall I send this?", Until: time.Date(2026, 1, 2, 15, 4, 0, 0, time.UTC),
		Values:  []chat.Field{{Label: "text", Value: "hello"}},
		Details: []chat.Field{{Label: "Header X-Note", Value: "hi"}},
		Facts:   []chat.Fact{{Text: "POST to shop.example/orders?a=<!here>&b=1"}, {Text: "no account"}, {Text: "visible to everyone in", Channel: "C012ABC"}, {Text: "only Ann can press"}},
		Buttons: []chat.Button{{ID: "yes", Label: "Approve", Style: chat.Primary}, {ID: "no", Label: "Cancel"}},
	}
}

// TestZone: times are told by the member's clock.
func TestZone(t *testing.T) {
	t.Parallel()
	messages, err := render.Renderer{Zone: time.FixedZone("JST", 9*60*60)}.Render(chat.Reply{Cards: []chat.Card{waiting()}})
	if err != nil {
		t.Fatal(err)
	}
	if want := "until 3 Jan 00:04 JST"; !strings.Contains(string(messages[0].Blocks), want) {
		t.Errorf("no %q in %s", want, messages[0].Blocks)
	}
}

// TestPing: the asker is notified only where that is wanted, and nobody else ever.
func TestPing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		to   string
		ping bool
		want bool
	}{
		{"U012ABC", false, false},
		{"U012ABC", true, true},
		{"!channel", true, false},
		{"", true, false},
	}
	for _, test := range tests {
		messages, err := render.Renderer{Ping: test.ping}.Render(chat.Reply{To: test.to, Text: markdown.Parse("hi <@U999>", nil)})
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Count(string(messages[0].Blocks), `{"type":"user","user_id":"U012ABC"}`)
		if (got == 1) != test.want || strings.Count(string(messages[0].Blocks), `"type":"user"`) != got {
			t.Errorf("to %q, ping %v: %s", test.to, test.ping, messages[0].Blocks)
		}
	}
}

// TestPlace: a message goes where the reply wants it.
func TestPlace(t *testing.T) {
	t.Parallel()
	r := chat.Reply{Place: chat.Place{Channel: "C1", Thread: "17.5"}, Text: markdown.Parse("x", nil)}
	body, err := json.Marshal(rendered(t, r, everything)[0])
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Channel string `json:"channel"`
		Thread  string `json:"thread_ts"`
	}
	if err := json.Unmarshal(body, &got); err != nil || got.Channel != "C1" || got.Thread != "17.5" {
		t.Errorf("%s: %v", body, err)
	}
}

// TestAttached: values that are too long for a card are attached in full, the longest
// first; the card stays whole, with its buttons.
func TestAttached(t *testing.T) {
	t.Parallel()
	c := waiting()
	c.Buttons = []chat.Button{{ID: "yes 2", Label: "Approve"}}
	body := strings.Repeat("a line of the body, <!here>\n", 600)
	c.Details = append(c.Details, chat.Field{Label: "Body", Value: body + "\u202e"}, chat.Field{Label: "Path", Value: strings.Repeat("/x", 3000)},
		chat.Field{Label: "Other", Value: strings.Repeat("y", 12_000)})
	messages := rendered(t, chat.Reply{Cards: []chat.Card{waiting(), c}}, everything)
	if got := outline(t, messages); got != "header rich_text rich_text context actions divider header rich_text rich_text context actions" {
		t.Errorf("messages: %s", got)
	}
	want := []chat.File{{Name: "call-2.txt", Text: "Body:\n" + body + "‹U+202E›\n\nOther:\n" + strings.Repeat("y", 12_000) + "\n\n"}}
	if diff := cmp.Diff(want, messages[len(messages)-1].Files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if said := string(messages[0].Blocks); !strings.Contains(said, "attached in full as call-2.txt") || !strings.Contains(said, strings.Repeat("/x", 3000)) {
		t.Errorf("it says %.2000s", said)
	}
}

// TestRefused: what cannot be shown whole is not sent.
func TestRefused(t *testing.T) {
	t.Parallel()
	long := waiting()
	long.Sentence = strings.Repeat("word ", 2500)
	tests := []struct {
		name  string
		reply chat.Reply
		want  string
	}{
		{"an id", chat.Reply{Buttons: []chat.Button{{ID: strings.Repeat("x", 256), Label: "Go"}}}, `the id of button "Go" has 256 characters, and Slack takes 255`},
		{"no id", chat.Reply{Rows: []chat.Row{{Buttons: []chat.Button{{Label: "Go"}}}}}, `button "Go" has neither an id nor an address`},
		{"a card", chat.Reply{Cards: []chat.Card{waiting(), long}}, "card 2 is too long to be shown whole, even without its values"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, err := render.Render(test.reply); err == nil || err.Error() != test.want {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
	if messages, err := render.Render(chat.Reply{Text: markdown.Parse("<!-- -->", nil)}); err != nil || len(messages) != 1 {
		t.Errorf("a comment: %v, %v", messages, err)
	}
	if messages, err := render.Render(chat.Reply{}); err != nil || len(messages) != 0 {
		t.Errorf("an empty reply: %v, %v", messages, err)
	}
}
