package wiretest

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	discordread "aidesk/adapters/discord/oracletest"
	discordrender "aidesk/adapters/discord/render"
	slackread "aidesk/adapters/slack/oracletest"
	slackrender "aidesk/adapters/slack/render"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/markdown/markdowntest"
)

// TestWire keeps what the examples of CommonMark and hostile replies become.
func TestWire(t *testing.T) {
	if folder() == "" {
		t.Skip("AIDESK_WIRE is not set: run make test-web")
	}
	var lines []Line
	add := func(name string, r chat.Reply) {
		ours, err := slackrender.Render(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range ours {
			body, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, slackLine(t, name, body))
		}
		theirs, err := discordrender.Render(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range theirs {
			body, err := json.Marshal(map[string]any{"content": m.Content, "embeds": m.Embeds, "components": m.Components, "attachments": []any{}})
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, discordLine(t, name, body))
		}
	}
	everything := func(string) bool { return true }
	examples := slices.Concat(markdowntest.CommonMark(t), markdowntest.GFM(t), markdowntest.Footnotes(t))
	for _, e := range examples {
		add(e.Name, chat.Reply{ID: "r", To: discordread.Asker, Text: markdown.Parse(e.Markdown, everything)})
	}
	n := 0
	for r := range slackread.Hostile(3, 300, markdowntest.Texts(examples)) {
		n++
		r.To = discordread.Asker
		add(fmt.Sprintf("hostile %d", n), r)
	}
	keep(t, lines)
}

// TestReading: what is kept of a message is what a reader sees.
func TestReading(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, want, got string }{
		{"slack", "ab(-)itemhttps://a.example/Titlehttps://b.example/<x>Go", slackLine(t, "", []byte(`{"blocks":[
			{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a b"}]},
			{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"link","url":"https://a.example/","text":"item"}]}]}]},
			{"type":"section","text":{"type":"mrkdwn","text":"*<https://b.example/|Title>*\n&lt;x&gt;"}},
			{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Go"}}]}]}`)).Reading},
		{"slack without blocks", "1<2", slackLine(t, "", []byte(`{"text":"1 &lt; 2"}`)).Reading},
		{"discord", "!user!-xhttps://a.example/SiteTitlehttps://b.example/textfootGoAB", discordLine(t, "", []byte(`{"content":"<@820000000000000001>\n- [x](<https://a.example/>)",
			"embeds":[{"author":{"name":"Site"},"title":"Title","url":"https://b.example/","description":"text","footer":{"text":"foot"}}],
			"components":[{"components":[{"label":"Go"},{"options":[{"label":"A"},{"label":"B"}]}]}]}`)).Reading},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %s; want %s", tt.name, tt.got, tt.want)
		}
	}
}
