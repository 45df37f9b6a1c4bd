package render_test

import (
	"testing"

	"aidesk/adapters/discord/oracletest"
	"aidesk/adapters/discord/render"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/markdown/markdowntest"
)

// TestMutated renders what hostile hands may write, with some links allowed: nobody
// is pinged, nothing is clickable but those, and nothing is lost. The oracle test
// renders twenty times as many.
func TestMutated(t *testing.T) {
	t.Parallel()
	examples := markdowntest.Texts(markdowntest.CommonMark(t))
	chars, lost := 0, 0
	for i := range uint64(500) {
		source := oracletest.Mutated(i, examples)
		d := markdown.Parse(source, oracletest.Allowed)
		messages := said(t, d)
		harmless(t, messages, oracletest.Allowed)
		if len(messages) == 1 {
			want := oracletest.Said(d)
			diff, n := oracletest.Differ(want, whole(messages))
			chars, lost = chars+len(want), lost+n
			if diff != "" {
				t.Errorf("document %d %q: %s", i, source, diff)
			}
		}
		if t.Failed() {
			return
		}
	}
	if lost*100 > chars {
		t.Errorf("%d of %d characters lost emphasis", lost, chars)
	}
}

// FuzzRender takes any text in every place where foreign text may stand.
func FuzzRender(f *testing.F) {
	for i := range uint64(20) {
		f.Add(oracletest.Mutated(i, nil))
	}
	f.Fuzz(func(t *testing.T, s string) {
		d := markdown.Parse(s, oracletest.Allowed)
		messages, err := render.Render(chat.Reply{
			ID: s, Place: chat.Place{Direct: true}, To: oracletest.Asker, Answers: s, Text: d, Notes: []string{s},
			Cards:    []chat.Card{{State: chat.CardWaiting, Sentence: s, Values: []chat.Field{{Label: s, Value: s}}, Outcome: s, Buttons: []chat.Button{{ID: "a", Label: s}}}},
			Rows:     []chat.Row{{Text: d, Buttons: []chat.Button{{ID: "b", Label: s}}}},
			Previews: []chat.Preview{{URL: "https://ok.example/", SiteName: s, Title: s, Description: s, Image: s}},
			Buttons:  []chat.Button{{Label: s, URL: s + "x"}},
			Files:    []chat.File{{Name: s, Text: s}},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			check(t, m)
		}
		harmless(t, messages, oracletest.Allowed)
	})
}
