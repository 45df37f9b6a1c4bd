package discord_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
)

var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// content is a message of the application, by its id.
func content(t *testing.T, d *fakediscord.Discord, channel, body string) string {
	t.Helper()
	r := ask(t, d, "POST", "/channels/"+channel+"/messages", body)
	id, _ := r.Object["id"].(string)
	if id == "" {
		t.Fatalf("sent %s: %s", body, r.Text)
	}
	return id
}

// posted is a message of a member, by its id.
func posted(t *testing.T, d *fakediscord.Discord, user, channel, text string) string {
	t.Helper()
	id, err := d.Post(user, channel, text, fakediscord.PostOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestPlaces: every route answers what the document says, and refuses what the bot may
// not do, or what is not there.
func TestPlaces(t *testing.T) {
	t.Parallel()
	d := start(t, fakediscord.Config{Intents: fakediscord.IntentMembers})
	g, ch := fakediscord.GuildID, fakediscord.General
	mine := content(t, d, ch, `{"content":"mine","embeds":[{"title":"t"}]}`)
	hers := posted(t, d, fakediscord.Ada, ch, "hers")
	old := posted(t, d, fakediscord.Ada, ch, "threaded")
	thread, err := d.OpenThread(fakediscord.Ada, ch, old, "of Ada")
	if err != nil {
		t.Fatal(err)
	}
	locked, err := d.OpenThread(fakediscord.Ada, ch, "", "locked")
	if err != nil {
		t.Fatal(err)
	}
	inside := content(t, d, locked, `{"content":"inside"}`)
	d.Archive(locked, true)
	dm := d.DM(fakediscord.Ada)
	d.DM(fakediscord.Ben)
	d.BlockDM(fakediscord.Ben, true)
	at := func(channel string) string { return "/channels/" + channel + "/messages" }
	hello := `{"content":"hello"}`
	tests := []struct {
		verb, path, body string
		status, code     int
	}{
		{"GET", "/gateway", "", 200, 0},
		{"GET", "/gateway/bot", "", 200, 0},
		{"GET", "/users/@me", "", 200, 0},
		{"GET", "/users/@me/guilds", "", 200, 0},
		{"GET", "/users/" + fakediscord.Ada, "", 200, 0},
		{"GET", "/users/1", "", 404, 10013},
		{"GET", "/users/ada", "", 400, 50035},
		{"POST", "/users/@me/channels", `{"recipient_id":"` + fakediscord.Ada + `"}`, 200, 0},
		{"POST", "/users/@me/channels", `{"recipient_id":"1"}`, 404, 10013},
		{"GET", "/applications/@me", "", 200, 0},
		{"GET", "/oauth2/applications/@me", "", 200, 0},
		{"GET", "/guilds/" + g, "", 200, 0},
		{"GET", "/guilds/1", "", 404, 10004},
		{"GET", "/guilds/" + g + "/channels", "", 200, 0},
		{"GET", "/guilds/" + g + "/roles", "", 200, 0},
		{"GET", "/guilds/" + g + "/members?limit=10", "", 200, 0},
		{"GET", "/guilds/" + g + "/members/" + fakediscord.Ben, "", 200, 0},
		{"GET", "/guilds/" + fakediscord.Other + "/members/" + fakediscord.Ada, "", 404, 10007},
		{"GET", "/guilds/" + g + "/threads/active", "", 200, 0},
		{"GET", "/channels/" + ch, "", 200, 0},
		{"GET", "/channels/" + dm, "", 200, 0},
		{"GET", "/channels/" + thread, "", 200, 0},
		{"GET", "/channels/" + fakediscord.Hidden, "", 403, 50001},
		{"GET", "/channels/1", "", 404, 10003},
		{"GET", "/nowhere", "", 404, 0},
		{"PUT", "/gateway", "", 405, 0},

		{"POST", at(fakediscord.Hidden), hello, 403, 50001},
		{"POST", at(fakediscord.Silent), hello, 403, 50013},
		{"POST", at(dm), hello, 200, 0},
		{"POST", at(d.DM(fakediscord.Ben)), hello, 403, 50007},
		{"POST", at(locked), hello, 400, 50083},
		{"POST", at(thread), hello, 200, 0},
		{"GET", at(ch) + "/" + mine, "", 200, 0},
		{"GET", at(ch) + "/1", "", 404, 10008},
		{"GET", at(thread), "", 200, 0},
		{"PATCH", at(ch) + "/" + mine, `{"content":"changed"}`, 200, 0},
		{"PATCH", at(ch) + "/" + mine, `{"content":"","embeds":[]}`, 400, 50006},
		{"PATCH", at(ch) + "/" + hers, hello, 403, 50005},
		{"PATCH", at(locked) + "/" + inside, hello, 400, 50083},
		{"DELETE", at(ch) + "/" + hers, "", 403, 50013},
		{"DELETE", at(dm) + "/" + posted(t, d, fakediscord.Ada, dm, "direct"), "", 403, 50003},
		{"POST", "/channels/" + ch + "/typing", "", 204, 0},
		{"POST", "/channels/" + fakediscord.Silent + "/typing", "", 403, 50013},

		{"POST", at(ch) + "/" + hers + "/threads", `{"name":"a thread","auto_archive_duration":1440}`, 201, 0},
		{"POST", at(ch) + "/" + hers + "/threads", `{"name":"again"}`, 400, 160004},
		{"POST", at(ch) + "/" + mine + "/threads", `{"name":""}`, 400, 50035},
		{"POST", at(ch) + "/" + mine + "/threads", `{"name":"` + long(101) + `"}`, 400, 50035},
		{"POST", at(ch) + "/" + mine + "/threads", `{"name":"n","auto_archive_duration":61}`, 400, 50035},
		{"POST", at(ch) + "/1/threads", `{"name":"n"}`, 404, 10008},
		{"POST", at(fakediscord.Flat) + "/" + posted(t, d, fakediscord.Ada, fakediscord.Flat, "flat") + "/threads", `{"name":"n"}`, 403, 50013},
		{"POST", "/channels/" + ch + "/threads", `{"name":"n","type":11}`, 201, 0},
		{"POST", "/channels/" + ch + "/threads", `{"name":"n","type":1}`, 400, 50035},
		{"POST", "/channels/" + dm + "/threads", `{"name":"n","type":11}`, 403, 50013},
		{"PUT", "/channels/" + thread + "/thread-members/@me", "", 204, 0},
		{"PUT", "/channels/" + ch + "/thread-members/@me", "", 400, 50024},
		{"PATCH", "/channels/" + thread, `{"name":"mine now"}`, 403, 50013},

		{"GET", commands, "", 200, 0},
		{"POST", commands, `{"name":"one","description":"d"}`, 201, 0},
		{"POST", commands, `{"name":"one","description":"another"}`, 200, 0},
		{"GET", commands + "/1", "", 404, 10063},
		{"PUT", "/applications/" + fakediscord.ApplicationID + "/guilds/" + g + "/commands", `[{"name":"here","description":"d"}]`, 200, 0},
		{"GET", "/applications/" + fakediscord.ApplicationID + "/guilds/" + g + "/commands", "", 200, 0},
		{"GET", "/applications/1/commands", "", 403, 50001},
		{"DELETE", at(ch) + "/" + mine, "", 204, 0},
		{"DELETE", at(ch) + "/" + mine, "", 404, 10008},
	}
	for _, tt := range tests {
		var body any
		if tt.body != "" {
			body = tt.body
		}
		if r := ask(t, d, tt.verb, tt.path, body); r.Status != tt.status || r.Code != tt.code {
			t.Errorf("%s %s %s: got %d, %d, want %d, %d: %s", tt.verb, tt.path, tt.body, r.Status, r.Code, tt.status, tt.code, r.Text)
		}
	}
	if n := len(d.Typings()); n != 1 {
		t.Errorf("typed %d times", n)
	}
}

// TestGuards: who is no application, or not this one, gets nothing.
func TestGuards(t *testing.T) {
	t.Parallel()
	d := start(t, fakediscord.Config{})
	tests := []struct {
		name, path, agent, token string
		status, code             int
	}{
		{"all is well", "/v10/users/@me", userAgent, "Bot " + fakediscord.Token, 200, 0},
		{"the older version", "/v9/users/@me", userAgent, "Bot " + fakediscord.Token, 200, 0},
		{"another version", "/v8/users/@me", userAgent, "Bot " + fakediscord.Token, 400, 50041},
		{"no token", "/v10/users/@me", userAgent, "", 401, 0},
		{"another token", "/v10/users/@me", userAgent, "Bot x", 401, 0},
		{"no word Bot", "/v10/users/@me", userAgent, fakediscord.Token, 401, 0},
		{"another agent", "/v10/users/@me", "curl/8", "Bot " + fakediscord.Token, 403, 40333},
		{"the gateway without a token", "/v10/gateway", userAgent, "", 200, 0},
	}
	for _, tt := range tests {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.APIURL()+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("User-Agent", tt.agent)
		if tt.token != "" {
			r.Header.Set("Authorization", tt.token)
		}
		if a := do(t, r); a.Status != tt.status || a.Code != tt.code {
			t.Errorf("%s: got %d, %d: %s", tt.name, a.Status, a.Code, a.Text)
		}
	}
	for _, r := range d.Requests() {
		if r.Header.Get("Authorization") != "" {
			t.Error("a token is recorded")
		}
	}
}

// TestHistory: messages are listed newest first, from where one asks.
func TestHistory(t *testing.T) {
	t.Parallel()
	d := start(t, fakediscord.Config{Clock: faketest.NewClock(monday)})
	var ids []string
	for word := range strings.FieldsSeq("a b c d e f") {
		ids = append(ids, content(t, d, fakediscord.General, `{"content":"`+word+`"}`))
	}
	tests := []struct{ query, want string }{
		{"", "f e d c b a"},
		{"?limit=2", "f e"},
		{"?after=" + ids[1], "f e d c"},
		{"?after=" + ids[1] + "&limit=2", "d c"},
		{"?after=0&limit=2", "b a"},
		{"?before=" + ids[3] + "&limit=2", "c b"},
		{"?around=" + ids[2] + "&limit=3", "d c b"},
		{"?limit=101", ""},
		{"?after=x", ""},
		{"?after=1&before=2", ""},
	}
	for _, tt := range tests {
		r := ask(t, d, "GET", messages+tt.query, nil)
		var list []struct{ Content string }
		_ = json.Unmarshal([]byte(r.Text), &list)
		var got []string
		for _, m := range list {
			got = append(got, m.Content)
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" || (r.Status == 200) != (tt.want != "") {
			t.Errorf("%s: status %d (-want +got):\n%s", tt.query, r.Status, diff)
		}
	}
}

// TestContent: what others write is readable only to who may read it, is mentioned, or
// written to directly.
func TestContent(t *testing.T) {
	t.Parallel()
	for _, intents := range []int{0, fakediscord.IntentContent} {
		d := start(t, fakediscord.Config{Intents: intents})
		dm := d.DM(fakediscord.Ada)
		mine := content(t, d, fakediscord.General, `{"content":"mine"}`)
		reply, err := d.Post(fakediscord.Ada, fakediscord.General, "a reply", fakediscord.PostOptions{ReplyTo: mine})
		if err != nil {
			t.Fatal(err)
		}
		quiet, err := d.Post(fakediscord.Ada, fakediscord.General, "a quiet reply", fakediscord.PostOptions{ReplyTo: mine, NoPing: true})
		if err != nil {
			t.Fatal(err)
		}
		tests := []struct {
			channel, id string
			open        bool
		}{
			{fakediscord.General, mine, true},
			{fakediscord.General, posted(t, d, fakediscord.Ada, fakediscord.General, "a word to nobody"), intents != 0},
			{fakediscord.General, posted(t, d, fakediscord.Ada, fakediscord.General, d.Typed("@aidesk a word")), true},
			{fakediscord.General, posted(t, d, fakediscord.Ada, fakediscord.General, d.Typed("@everyone a word")), intents != 0},
			{fakediscord.General, reply, true},
			{fakediscord.General, quiet, intents != 0},
			{dm, posted(t, d, fakediscord.Ada, dm, "a direct word"), true},
		}
		for _, tt := range tests {
			want := ""
			if m, _ := d.Message(tt.channel, tt.id); tt.open {
				want = m.Text
			}
			if r := ask(t, d, "GET", "/channels/"+tt.channel+"/messages/"+tt.id, nil); r.Object["content"] != want {
				t.Errorf("intents %d: got %q, want %q", intents, r.Object["content"], want)
			}
		}
	}
}

// TestPings: who is notified depends on allowed_mentions, whose default is everybody.
func TestPings(t *testing.T) {
	t.Parallel()
	d := start(t, fakediscord.Config{})
	asked := posted(t, d, fakediscord.Ben, fakediscord.General, "a question")
	text := d.Typed("@ada @crew @admins @everyone")
	body := func(rest string) string {
		words, _ := json.Marshal(text)
		return `{"content":` + string(words) + `,"message_reference":{"message_id":"` + asked + `"}` + rest + `}`
	}
	ada, ben, crew, admins := fakediscord.Ada, fakediscord.Ben, "&"+fakediscord.Crew, "&"+fakediscord.AdminRole
	tests := []struct {
		name, body string
		want       []string
	}{
		{"by default", body(""), []string{ada, crew, admins, "@everyone", ben}},
		{"nobody", body(`,"allowed_mentions":{"parse":[]}`), nil},
		{"whom it answers", body(`,"allowed_mentions":{"parse":[],"replied_user":true}`), []string{ben}},
		{"users", body(`,"allowed_mentions":{"parse":["users"]}`), []string{ada}},
		{"one user", body(`,"allowed_mentions":{"parse":["roles"],"users":["` + ada + `"]}`), []string{ada, crew, admins}},
		{"one who is not there", body(`,"allowed_mentions":{"users":["` + ben + `"]}`), nil},
	}
	for _, tt := range tests {
		id := content(t, d, fakediscord.General, tt.body)
		m, _ := d.Message(fakediscord.General, id)
		if diff := cmp.Diff(tt.want, m.Pings); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	id := content(t, d, fakediscord.General, body(`,"allowed_mentions":{"parse":[]}`))
	ask(t, d, "PATCH", messages+"/"+id, `{"content":"<@`+ada+`> again"}`)
	if m, _ := d.Message(fakediscord.General, id); len(m.Versions) != 2 || cmp.Diff([]string{ada}, m.Versions[1].Pings) != "" {
		t.Errorf("an edit without allowed_mentions mentions %v", m.Versions)
	}
	everyone := fakediscord.Role{ID: fakediscord.GuildID, Name: "@everyone", Permissions: fakediscord.Invited}
	d.SetRole(everyone)
	m, _ := d.Message(fakediscord.General, content(t, d, fakediscord.General, body("")))
	if diff := cmp.Diff([]string{ada, crew, ben}, m.Pings); diff != "" {
		t.Errorf("without the permission (-want +got):\n%s", diff)
	}
}

// TestNonce: the same nonce makes one message, for some minutes, if that is enforced.
func TestNonce(t *testing.T) {
	t.Parallel()
	clock := faketest.NewClock(monday)
	d := start(t, fakediscord.Config{Clock: clock})
	body := `{"content":"once","nonce":"n1","enforce_nonce":true}`
	first := content(t, d, fakediscord.General, body)
	if again := content(t, d, fakediscord.General, body); again != first {
		t.Error("two messages of one nonce")
	}
	if again := content(t, d, fakediscord.General, `{"content":"twice","nonce":"n1"}`); again == first {
		t.Error("a nonce is enforced though nobody asked for it")
	}
	clock.Advance(10 * time.Minute)
	if again := content(t, d, fakediscord.General, body); again == first {
		t.Error("a nonce is remembered for ever")
	}
	if n := len(d.From(fakediscord.General)); n != 3 {
		t.Errorf("%d messages", n)
	}
}

// TestFiles: files come with a multipart body, can be fetched, and go with an edit.
func TestFiles(t *testing.T) {
	t.Parallel()
	d := start(t, fakediscord.Config{})
	send := func(verb, path, payload string, files map[string]string) reply {
		t.Helper()
		kind, body := form(t, payload, files)
		r, err := http.NewRequestWithContext(t.Context(), verb, d.APIURL()+"/v10"+path, body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bot "+fakediscord.Token)
		r.Header.Set("Content-Type", kind)
		return do(t, r)
	}
	r := send("POST", messages, `{"content":"c","attachments":[{"id":0,"filename":"an answer.md","description":"all of it"}]}`, map[string]string{"files[0]": "words"})
	m := d.From(fakediscord.General)[0]
	if r.Status != 200 || len(m.Files) != 1 || m.Files[0].Name != "an_answer.md" || m.Shown() != "c\n{an_answer.md}" {
		t.Fatalf("status %d: %+v", r.Status, m)
	}
	q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, m.Files[0].URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := do(t, q); got.Text != "words" {
		t.Errorf("fetched %q", got.Text)
	}
	if r := ask(t, d, "PATCH", messages+"/"+m.ID, `{"content":"kept"}`); r.Status != 200 {
		t.Error(r.Text)
	}
	if m, _ = d.Message(fakediscord.General, m.ID); len(m.Files) != 1 {
		t.Errorf("files %v", m.Files)
	}
	if r := ask(t, d, "PATCH", messages+"/"+m.ID, `{"attachments":[]}`); r.Status != 200 {
		t.Error(r.Text)
	}
	if m, _ = d.Message(fakediscord.General, m.ID); len(m.Files) != 0 {
		t.Errorf("files %v", m.Files)
	}
	if r := send("POST", messages, `{}`, map[string]string{"files[0]": long(10<<20 + 1)}); r.Code != 40005 || r.Status != 413 {
		t.Errorf("a file that is too big: %s", r.Text)
	}
	if r := send("POST", messages, `{}`, map[string]string{"other": "x"}); r.Code != 50035 {
		t.Errorf("an unknown part: %s", r.Text)
	}
}
