package render_test

import (
	"testing"

	"aidesk/adapters/slack/oracletest"
	"aidesk/adapters/slack/render"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/markdown/markdowntest"
)

// FuzzRender takes any text in every place where foreign text may stand, as far as that is
// bounded elsewhere, and looks at what becomes of it in all simpler forms.
func FuzzRender(f *testing.F) {
	documents := markdowntest.Texts(markdowntest.CommonMark(f))
	for _, d := range documents[:min(len(documents), 40)] {
		f.Add(d)
	}
	f.Add("<!channel> <@U1> <https://evil.example|ok> :tada: *a* ```b``` \u202e\U000e0041")
	f.Fuzz(func(t *testing.T, s string) {
		d, line := markdown.Parse(s, oracletest.Allowed), markdown.Line(s, 300)
		r := chat.Reply{
			ID: "r1", Place: chat.Place{Channel: "C1"}, To: "U1", Text: d, Notes: []string{line},
			Cards:    []chat.Card{{State: chat.CardWaiting, Sentence: line, Values: []chat.Field{{Label: line, Value: s}}, Details: []chat.Field{{Label: "Body", Value: s}}, Outcome: line, Buttons: []chat.Button{{ID: "a", Label: markdown.Line(s, 34)}}}},
			Rows:     []chat.Row{{Text: d, Buttons: []chat.Button{{ID: "b", Label: "Enable"}}}},
			Previews: []chat.Preview{{URL: "https://allowed.example/", SiteName: line, Title: line, Description: line}},
			Files:    []chat.File{{Name: line, Text: s}},
		}
		messages, err := render.Render(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			for _, fault := range oracletest.Faults(m, oracletest.Allowed) {
				t.Errorf("%s\n%s", fault, m.Blocks)
			}
			simpler(t, m, 0)
		}
	})
}
