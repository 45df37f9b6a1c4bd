package payload

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rich is a message of rich text with these parts.
func rich(parts string) Message {
	return Message{Text: "the text field, which is not read", Blocks: json.RawMessage(`[{"type":"rich_text","block_id":"b","elements":[` + parts + `]}]`)}
}

// section is a line of text with the pieces given.
func section(pieces string) string {
	return `{"type":"rich_text_section","elements":[` + pieces + `]}`
}

// literal is a piece of text as it was typed.
func literal(text string) string {
	data, _ := json.Marshal(text)
	return `{"type":"text","text":` + string(data) + `}`
}

// TestRichText: what was typed stays as it is, and what was styled gets CommonMark's marks.
func TestRichText(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{
		"fix __init__.py", `__name__ == "__main__"`, "(*.log,*.tmp)", "~/.bashrc,~/.zshrc", "^_[a-z]+_$", "LIKE '_%_'", "a * b * c", "<div> &amp; `x`", "1 < 2",
	} {
		if got := rich(section(literal(typed))).Read("U1").Text; got != typed {
			t.Errorf("%q became %q", typed, got)
		}
	}
	for in, want := range map[string]Text{
		section(`{"type":"user","user_id":"U1"},` + literal(" add ") + `,{"type":"text","text":"ten ","style":{"bold":true}},` + literal("chairs")): {Text: "add **ten** chairs", Named: true, Leads: true},
		section(literal("hello ") + `,{"type":"user","user_id":"U1"}`):                                                                              {Text: "hello", Named: true},
		section(`{"type":"user","user_id":"U2"},` + literal(" ") + `,{"type":"usergroup","usergroup_id":"S1"},{"type":"channel","channel_id":"C1"}`): {
			Text: "@U2 @S1#C1", Marks: []string{"@U2", "@S1", "#C1"},
		},
		section(`{"type":"text","text":"a","style":{"bold":true,"italic":true,"strike":true}},{"type":"text","text":"b*c","style":{"code":true}}`): {Text: "~~***a***~~`b*c`"},
		section(`{"type":"link","url":"https://a.example/x"},` + literal(" ") + `,{"type":"link","url":"https://a.example/y","text":"the page"}`):  {Text: "https://a.example/x [the page](https://a.example/y)"},
		section(`{"type":"emoji","name":"coffee"},{"type":"emoji","name":"wave","skin_tone":2},{"type":"broadcast","range":"here"}`):               {Text: ":coffee::wave::skin-tone-2:@here"},
		section(`{"type":"date","timestamp":1700000000,"format":"{date}"},{"type":"date","timestamp":1,"fallback":"May"},{"type":"color","value":"#FF0000"}`): {
			Text: "2023-11-14T22:13:20ZMay#FF0000",
		},
		section(literal("see\n")) + `,{"type":"rich_text_list","style":"ordered","offset":2,"elements":[` + section(literal("c")) + `,` + section(literal("d\ne")) + `]},` +
			`{"type":"rich_text_list","style":"bullet","indent":1,"elements":[` + section(literal("f")) + `]}`: {Text: "see\n3. c\n4. d\n  e\n   - f"},
		section(literal("before")) + `,{"type":"rich_text_preformatted","elements":[` + literal("x = **1**\n") + `]},{"type":"rich_text_quote","elements":[` + literal("a\nb") + `]}`: {
			Text: "before\n```\nx = **1**\n```\n> a\n> b",
		},
		section(`{"type":"hologram","text":"x"},7,{"type":"text"}`) + `,7`: {Text: "x"},
	} {
		if diff := cmp.Diff(want, rich(in).Read("U1")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", in, diff)
		}
	}
	for _, blocks := range []string{``, `[]`, `7`, `[{"type":"section"}]`, `[{"type":"rich_text"},{"type":"section"}]`} {
		if got := (Message{Text: "*b*", Blocks: json.RawMessage(blocks)}).Read("").Text; got != "**b**" {
			t.Errorf("%s: %q", blocks, got)
		}
	}
}

// TestPointed: what a message shares is read with its author, and an app's is an app's.
func TestPointed(t *testing.T) {
	t.Parallel()
	for attachments, want := range map[string]struct {
		text  string
		byApp bool
	}{
		`[{"is_share":true,"is_msg_unfurl":true,"author_name":"Ben","author_id":"U2","text":"it *failed*"}]`: {"Ben: it **failed**", false},
		`[{"is_share":true,"author_name":"Ben","text":"it failed"}]`:                                         {"Ben: it failed", true},
		`[{"is_share":true,"author_id":"U1","text":"my own"}]`:                                               {"my own", true},
		`[{"is_share":true,"author_id":"U2","bot_id":"B1","text":"an alert"}]`:                               {"an alert", true},
		`[{"is_share":true,"author_id":"U2","message_blocks":[{"message":{"blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"__init__"}]}]}]}}],"text":"x"}]`: {"__init__", false},
		`[{"is_share":true,"author_id":"U2"}]`:                                {"A message that cannot be read.", false},
		`[{"from_url":"https://a.example/","title":"A page","text":"words"}]`: {"", false},
		`[7,{"is_share":"no"}]`:                                               {"", false},
		`7`:                                                                   {"", false},
	} {
		text, byApp := Message{Attachments: json.RawMessage(attachments)}.Pointed("U1")
		if text != want.text || byApp != want.byApp {
			t.Errorf("%s: %q, by an app: %v", attachments, text, byApp)
		}
	}
}

// TestWhole: an alert is read from its blocks and attachments.
func TestWhole(t *testing.T) {
	t.Parallel()
	m := Message{
		Text:        "Disk full",
		Blocks:      json.RawMessage(`[{"type":"header","text":{"type":"plain_text","text":"Disk full"}},{"type":"section","text":{"type":"mrkdwn","text":"*host* a-1"},"fields":[{"type":"mrkdwn","text":"used 99 %"}]},{"type":"divider"},{"type":"context","elements":[{"type":"image"},{"type":"plain_text","text":"since 9"}]},{"type":"markdown","text":"**md**"}]`),
		Attachments: json.RawMessage(`[{"pretext":"p","title":"t","text":"_x_","fields":[{"title":"Zone","value":"eu"}]},{"fallback":"only this"}]`),
	}
	want := "Disk full\n**host** a-1\nused 99 %\nsince 9\n**md**\n\np\nt\n*x*\nZone: eu\n\nonly this"
	if got := m.Whole(); got != want {
		t.Errorf("got\n%s", got)
	}
	if got := (Message{Text: "*hello*"}).Whole(); got != "**hello**" {
		t.Errorf("got %q", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"ordered","elements":[{"elements":[{"type":"user","user_id":"U1"}]}]}]}]`), []byte(`[{"is_share":true,"text":"*a*"}]`))
	f.Fuzz(func(t *testing.T, blocks, attachments []byte) {
		m := Message{Text: "x", Blocks: blocks, Attachments: attachments}
		if m.Read("U1").Leads && !m.Read("U1").Named {
			t.Error("leads and is not named")
		}
		m.Pointed("U1")
		m.Whole()
	})
}
