package terminal_test

import (
	"testing"
	"unicode"

	"aidesk/adapters/terminal"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// FuzzRender takes any text in every place where foreign text may stand: nothing of it is a
// control sequence to the terminal, and nothing turns the direction of what stands there.
func FuzzRender(f *testing.F) {
	f.Add("\x1b]8;;https://evil.example\x1b\\ok\x1b]8;;\x1b\\ \x1b[2J\x9b31m\r\x00\x7f", 80)
	f.Add("| a | b |\n|---|---|\n| \u202ex | \U000e0041 |\n\n> q\n\n1. [l](https://a.example)\n", 20)
	f.Fuzz(func(t *testing.T, s string, width int) {
		d := markdown.Parse(s, func(string) bool { return true })
		shown := terminal.Renderer{Width: width % 300}.Render(chat.Reply{
			ID: s, Text: d, Notes: []string{s},
			Cards:    []chat.Card{{State: chat.CardWaiting, Sentence: s, Values: []chat.Field{{Label: s, Value: s}}, Details: []chat.Field{{Label: "Body", Value: s}}, Outcome: s, Buttons: []chat.Button{{ID: "a", Label: s}}}},
			Rows:     []chat.Row{{Text: d, Buttons: []chat.Button{{ID: "b", Label: s}}}},
			Previews: []chat.Preview{{URL: "https://ok.example/", SiteName: s, Title: s, Description: s}},
			Buttons:  []chat.Button{{Label: s, URL: "https://ok.example/" + s}},
			Files:    []chat.File{{Name: s, Text: s}},
		})
		for _, r := range shown {
			if r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) && markdown.Misleads(string(r)) || r >= 0xe0000 && r <= 0xe007f {
				t.Fatalf("%U is shown:\n%q", r, shown)
			}
		}
	})
}
