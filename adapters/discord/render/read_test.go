package render_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"aidesk/adapters/discord/oracletest"
	"aidesk/adapters/discord/render"
	"aidesk/core/chat"
	"aidesk/core/markdown"
)

func everything(string) bool { return true }

// said renders a text as an answer to an asker, and checks its messages.
func said(t testing.TB, d markdown.Document) []render.Message {
	t.Helper()
	messages, err := render.Render(chat.Reply{ID: "r1", To: "123456789012345678", Text: d})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		check(t, m)
	}
	return messages
}

// check reports what Discord would refuse, and what it must never be told.
func check(t testing.TB, m render.Message) {
	t.Helper()
	size := func(what, s string, most int) int {
		n := len(utf16.Encode([]rune(s)))
		if n > most {
			t.Errorf("%s has %d units of %d: %.80q", what, n, most, s)
		}
		return n
	}
	size("content", m.Content, 1990)
	if strings.TrimSpace(m.Content) == "" && len(m.Embeds)+len(m.Components)+len(m.Files) == 0 {
		t.Errorf("a message without anything")
	}
	if n := len(m.Nonce); n == 0 || n > 25 || !m.EnforceNonce {
		t.Errorf("nonce %q, enforced %v", m.Nonce, m.EnforceNonce)
	}
	all := 0
	urls := map[string]bool{}
	for _, e := range m.Embeds {
		all += size("title", e.Title, 256) + size("description", e.Description, 4096) + size("footer", e.Footer.Text, 2048)
		if e.Author != nil {
			all += size("author", e.Author.Name, 256)
		}
		if e.Title == "" || urls[e.URL] {
			t.Errorf("embed of %s: no title, or not the only one", e.URL)
		}
		urls[e.URL] = true
	}
	if all > 6000 || len(m.Embeds) > 3 {
		t.Errorf("%d embeds have %d units", len(m.Embeds), all)
	}
	ids := map[string]bool{}
	if len(m.Components) > 5 {
		t.Errorf("%d rows of buttons", len(m.Components))
	}
	for _, row := range m.Components {
		if n := len(row.Components); row.Type != 1 || n == 0 || n > 5 {
			t.Errorf("row of type %d with %d buttons", row.Type, n)
		}
		for _, b := range row.Components {
			size("label", b.Label, 80)
			size("custom_id", b.CustomID, 100)
			if b.Type != 2 || b.Label == "" || (b.CustomID == "") == (b.URL == "") || b.URL == "" && ids[b.CustomID] {
				t.Errorf("bad button %+v", b)
			}
			ids[b.CustomID] = true
		}
	}
	if len(m.Files) > 10 || len(m.Files) != len(m.Attachments) {
		t.Errorf("%d files, %d attachments", len(m.Files), len(m.Attachments))
	}
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), `"allowed_mentions":{"parse":[]`) || !strings.Contains(string(data), `"replied_user":false`) {
		t.Errorf("mentions: %s", data)
	}
}

// whole is everything that messages say in their text; of an answer that became a
// file, the file.
func whole(messages []render.Message) []oracletest.Token {
	var out []oracletest.Token
	for _, m := range messages {
		if i := slices.IndexFunc(m.Files, func(f chat.File) bool { return f.Name == "answer.md" }); i >= 0 {
			return oracletest.Read(m.Files[i].Text)
		}
		out = append(out, oracletest.Read(m.Content)...)
	}
	return out
}

// harmless reports everything alive in messages: there must be nothing.
func harmless(t testing.TB, messages []render.Message, allowed func(string) bool) {
	t.Helper()
	for _, m := range messages {
		for _, token := range oracletest.Read(m.Content) {
			if token.Live != "" || token.Style&(oracletest.Underline|oracletest.Spoiler) != 0 {
				t.Errorf("%q is alive in %q", token, m.Content)
			}
			if token.Link != "" && !allowed(token.Link) {
				t.Errorf("a link to %s in %q", token.Link, m.Content)
			}
		}
		if len(m.AllowedMentions.Users) > 0 {
			t.Errorf("%v may be pinged", m.AllowedMentions.Users)
		}
	}
}
