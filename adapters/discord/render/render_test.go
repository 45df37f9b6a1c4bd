package render_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"aidesk/adapters/discord/oracletest"
	"aidesk/adapters/discord/render"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/markdown/markdowntest"
)

func rendered(t *testing.T, name string) []render.Message {
	t.Helper()
	r, ok := oracletest.Replies()[name]
	if !ok {
		t.Fatalf("no reply %q", name)
	}
	messages, err := render.Render(r)
	if err != nil {
		t.Fatal(err)
	}
	return messages
}

// TestCardWhole: every argument of a card is readable, in the message or its file.
func TestCardWhole(t *testing.T) {
	t.Parallel()
	for name, r := range oracletest.Replies() {
		if len(r.Cards) == 0 {
			continue
		}
		for i, m := range rendered(t, name)[len(rendered(t, name))-len(r.Cards):] {
			c := r.Cards[i]
			got := letters(t, oracletest.Read(m.Content))
			if len(m.Files) > 0 {
				got = squeeze(m.Files[0].Text)
			}
			fields := append(append([]chat.Field{{Value: c.Sentence}}, c.Values...), c.Details...)
			for _, f := range fields {
				for _, s := range []string{f.Label, f.Value} {
					s = strings.Trim(s, "\n")
					if want := schemes.Replace(squeeze(markdown.Visible(s))); !strings.Contains(got, want) {
						t.Errorf("%s: %.60q is not shown in %.300q", name, want, got)
					}
				}
			}
		}
	}
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// TestPing: only the member who is asked to decide is pinged, once, by us.
func TestPing(t *testing.T) {
	t.Parallel()
	for name := range oracletest.Replies() {
		for _, m := range rendered(t, name) {
			pings := 0
			for _, token := range oracletest.Read(m.Content) {
				switch token.Live {
				case "", "timestamp", "channel": // a channel's name notifies nobody
				case "user":
					pings++
				default:
					t.Errorf("%s: %s in %q", name, token, m.Content)
				}
			}
			if pings != len(m.AllowedMentions.Users) || pings > 1 || pings == 1 && (m.AllowedMentions.Users[0] != oracletest.Asker || !strings.HasPrefix(m.Content, "<@"+oracletest.Asker+"> ")) {
				t.Errorf("%s: %d pings, allowed %v", name, pings, m.AllowedMentions.Users)
			}
			waits := strings.Contains(m.Content, "until <t:")
			if want := waits && name != "card direct"; (pings == 1) != want {
				t.Errorf("%s: %d pings in %q", name, pings, m.Content)
			}
		}
	}
}

// TestNonce: the same part has the same nonce, another part or reply another.
func TestNonce(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for i := range 3 {
		r := oracletest.Replies()["rows"]
		r.ID = fmt.Sprint("r", i)
		first, _ := render.Render(r)
		second, _ := render.Render(r)
		for part, m := range first {
			name := fmt.Sprint(i, "/", part)
			if m.Nonce != second[part].Nonce {
				t.Errorf("%s: %s, then %s", name, m.Nonce, second[part].Nonce)
			}
			if other, ok := seen[m.Nonce]; ok {
				t.Errorf("%s and %s have one nonce", name, other)
			}
			seen[m.Nonce] = name
		}
	}
}

// TestReference: the first message answers, and only a message of Discord's.
func TestReference(t *testing.T) {
	t.Parallel()
	for i, m := range rendered(t, "rows") {
		if (m.Reference != nil) != (i == 0) {
			t.Errorf("message %d answers %+v", i, m.Reference)
		}
	}
	for _, id := range []string{"", "m:1", "12345678901234567890123", "0123456789012345678", "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦٧٨"} {
		r := oracletest.Replies()["text"]
		r.Answers = id
		messages, err := render.Render(r)
		if err != nil || messages[0].Reference != nil {
			t.Errorf("%q: answers %+v, %v", id, messages[0].Reference, err)
		}
	}
}

// TestRows: every row is shown, and every button is in the message of its row.
func TestRows(t *testing.T) {
	t.Parallel()
	messages := rendered(t, "rows")
	row := 0
	for _, m := range messages {
		data, err := json.Marshal(m.Components)
		if err != nil {
			t.Fatal(err)
		}
		for strings.Contains(m.Content, fmt.Sprintf("**Plugin %d** ", row)) {
			if !strings.Contains(string(data), fmt.Sprintf(`"p:b%d"`, row)) {
				t.Errorf("row %d is not with its button", row)
			}
			row++
		}
	}
	if row != 60 || len(messages) != 3 {
		t.Errorf("%d rows in %d messages, want 60 in 3", row, len(messages))
	}
}

func TestFaultyButtons(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		button chat.Button
		want   string
	}{
		{chat.Button{Label: "Yes\u202e"}, `the button "Yes" cannot be sent to Discord: it has neither an id nor an address`},
		{chat.Button{ID: strings.Repeat("x", 99), Label: "Yes"}, `the button "Yes" cannot be sent to Discord: its id is too long`},
	} {
		bs := []chat.Button{test.button}
		for _, r := range []chat.Reply{{Buttons: bs}, {Cards: []chat.Card{{Buttons: bs}}}, {Rows: []chat.Row{{Buttons: bs}}}} {
			if _, err := render.Render(r); err == nil || err.Error() != test.want {
				t.Errorf("%v, want %s", err, test.want)
			}
		}
	}
}

func TestNothing(t *testing.T) {
	t.Parallel()
	for _, r := range []chat.Reply{{}, {Text: markdown.Parse("\n", nil)}, {Rows: []chat.Row{{}}, Notes: []string{""}, Previews: []chat.Preview{{}}}} {
		if messages, err := render.Render(r); err != nil || len(messages) > 0 {
			t.Errorf("%+v, %v", messages, err)
		}
	}
}

// TestHostile bounds what a hostile text may cost.
func TestHostile(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]string{
		"one word":       strings.Repeat("x", 1<<20),
		"one paragraph":  strings.Repeat("some words. ", 1<<16),
		"one code block": "```\n" + strings.Repeat("code\n", 1<<17),
		"code spans":     strings.Repeat("`a` ", 1<<15),
		"emphasis":       strings.Repeat("**a***b*~~c~~", 1<<13),
		"nested":         strings.Repeat("*a **b ", 1<<13),
		"quotes":         strings.Repeat("> ", 1<<14) + "a",
		"list":           strings.Repeat("- a\n", 1<<15),
		"links":          strings.Repeat("[a](https://ok.example/) ", 1<<12),
		"brackets":       strings.Repeat("[a](", 1<<14),
		"table":          "|a|b|\n|-|-|\n" + strings.Repeat("|a|b|\n", 1<<14),
		"wide table":     strings.Repeat("|a", 1<<12) + "|\n" + strings.Repeat("|-", 1<<12) + "|\n" + strings.Repeat("|\n", 1<<12),
		"backticks":      "`" + strings.Repeat("``` `` ", 1<<13) + "`",
		"blanks":         strings.Repeat("** **", 1<<14),
	} {
		d := markdown.Parse(s, everything)
		start := time.Now()
		messages := said(t, d)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s took %s", name, took)
		} else {
			t.Logf("%s took %s: %d messages", name, took, len(messages))
		}
		if len(messages) > 5 {
			t.Errorf("%s became %d messages", name, len(messages))
		}
	}
}

func BenchmarkRender(b *testing.B) {
	examples := markdowntest.CommonMark(b)
	small := make([]markdown.Document, len(examples))
	for i, e := range examples {
		small[i] = markdown.Parse(e.Markdown, everything)
	}
	answer := markdown.Parse(strings.Repeat(`## A heading

A paragraph with **bold**, *italic* and `+"`code`"+`, a [link](https://ok.example/a_b) and some more words.

- one item
- another with ~~a mistake~~
  1. nested

| Name | Price |
|---|--:|
| Chair | 12.50 |
| Table | 199.00 |

`, 32), everything)
	one := func(b *testing.B, ds []markdown.Document) {
		b.Helper()
		n := 0
		for b.Loop() {
			if _, err := render.Render(chat.Reply{ID: "r", Text: ds[n%len(ds)]}); err != nil {
				b.Fatal(err)
			}
			n++
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "documents/s")
	}
	b.Run("CommonMark from its source", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				for _, e := range examples {
					if _, err := render.Render(chat.Reply{ID: "r", Text: markdown.Parse(e.Markdown, everything)}); err != nil {
						b.Error(err)
						return
					}
				}
			}
		})
		b.ReportMetric(float64(b.N*len(examples))/b.Elapsed().Seconds(), "documents/s")
	})
	b.Run("CommonMark", func(b *testing.B) { one(b, small) })
	b.Run("10KB", func(b *testing.B) { one(b, []markdown.Document{answer}) })
}
