package discord_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
)

// app is an application that takes interactions over HTTP: it checks signatures with
// discordgo, and answers what answer says.
func app(t *testing.T, answer func(w http.ResponseWriter, i object)) string {
	t.Helper()
	key, err := hex.DecodeString(fakediscord.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !discordgo.VerifyInteraction(r, ed25519.PublicKey(key)) {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		var i object
		if err := json.NewDecoder(r.Body).Decode(&i); err != nil {
			t.Error(err)
		}
		if i["type"] == 1. {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"type":1}`)
			return
		}
		answer(w, i)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestHTTP: interactions are sent signed to an address, whose answer is the first one,
// unless it says that the callback will be.
func TestHTTP(t *testing.T) {
	t.Parallel()
	d, clock := registered(t, fakediscord.Config{})
	how, called := make(chan string, 1), make(chan struct{})
	url := app(t, func(w http.ResponseWriter, i object) {
		switch h := <-how; h {
		case "later":
			w.WriteHeader(http.StatusAccepted)
			ask(t, d, "POST", "/interactions/"+i["id"].(string)+"/"+i["token"].(string)+"/callback", `{"type":5}`)
			close(called)
		case "broken":
			w.WriteHeader(http.StatusInternalServerError)
		case "file":
			kind, body := form(t, `{"type":4,"data":{"content":"with a file"}}`, map[string]string{"files[0]": "words"})
			w.Header().Set("Content-Type", kind)
			_, _ = io.Copy(w, body)
		default:
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, h)
		}
	})
	d.SetInteractionsURL(url)
	if err := d.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := dial(t, d)
	c.ready(intents, "")
	tests := []struct {
		how, want string
		kind      int
	}{
		{`{"type":4,"data":{"content":"hello"}}`, "hello", fakediscord.AnswerMessage},
		{"file", "with a file\n{files_0_.txt}", fakediscord.AnswerMessage},
		{"later", "", fakediscord.AnswerDeferred},
		{"broken", "", 0},
		{`{"type":4,"data":{}}`, "", 0},
		{`{"type":1}`, "", 0},
		{`nothing`, "", 0},
	}
	for _, tt := range tests {
		how <- tt.how
		r, err := d.Command(fakediscord.Ada, fakediscord.General, "aidesk", "ask", map[string]string{"what": "x"})
		if err != nil {
			t.Fatal(err)
		}
		a, err := r.Wait(t.Context())
		if a.Type != tt.kind || (err == nil) != (tt.kind != 0) {
			t.Errorf("%s: answered %+v, %v", tt.how, a, err)
		}
		if m, _ := d.Message(fakediscord.General, a.Message); m.Shown() != tt.want {
			t.Errorf("%s: shown is %q", tt.how, m.Shown())
		}
	}
	<-called // its answer may come after what it did
	faketest.Idle(t, d)
	d.Inject("END", json.RawMessage(`{}`))
	for p := c.next(); p.T != "END"; p = c.next() {
		if p.T == "INTERACTION_CREATE" {
			t.Error("an interaction came over the gateway as well")
		}
	}

	d.SetInteractionsURL("http://127.0.0.1:1")
	r, err := d.Command(fakediscord.Ada, fakediscord.General, "aidesk", "ask", map[string]string{"what": "x"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Wait(t.Context()); err == nil {
		t.Error("nobody answered, and it is an answer")
	}
	clock.Advance(time.Minute)
}

// TestVerify: an address that takes wrong signatures, or does not answer a PING, is
// not taken.
func TestVerify(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"all signatures": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"type":1}`)
		},
		"no type":   func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"type":1}`) },
		"no answer": http.NotFound,
	} {
		server := httptest.NewServer(h)
		d := start(t, fakediscord.Config{InteractionsURL: server.URL})
		if err := d.Verify(t.Context()); err == nil {
			t.Errorf("%s: taken", name)
		}
		server.Close()
	}
}

// TestFail: every route can be made to fail once, with or without doing what was asked.
func TestFail(t *testing.T) {
	t.Parallel()
	d := start(t, fakediscord.Config{})
	route := "POST /channels/{channel}/messages"
	hold := make(chan struct{})
	d.Fail(route, fakediscord.Fault{Status: 502})
	d.Fail(route, fakediscord.Fault{Status: 500, Done: true})
	d.Fail(route, fakediscord.Fault{Status: 403, Code: 50013, Message: "Missing Permissions"})
	d.Fail(route, fakediscord.Fault{Status: 429, RetryAfter: 1500 * time.Millisecond, Scope: "shared"})
	d.Fail(route, fakediscord.Fault{Status: 429, RetryAfter: time.Second, Scope: "global"})
	d.Fail(route, fakediscord.Fault{Hold: hold})
	close(hold)
	for _, want := range []struct{ status, messages int }{{502, 0}, {500, 1}, {403, 1}} {
		r := ask(t, d, "POST", messages, `{"content":"x"}`)
		if n := len(d.From(fakediscord.General)); r.Status != want.status || n != want.messages {
			t.Errorf("got %d and %d messages, want %+v", r.Status, n, want)
		}
	}
	r := ask(t, d, "POST", messages, `{"content":"x"}`)
	if r.Object["retry_after"] != 1.5 || r.Header.Get("Retry-After") != "2" || r.Header.Get("X-Ratelimit-Scope") != "shared" || r.Header.Get("X-Ratelimit-Reset-After") != "1.500" {
		t.Errorf("limited: %s %v", r.Text, r.Header)
	}
	r = ask(t, d, "POST", messages, `{"content":"x"}`)
	if r.Object["global"] != true || r.Header.Get("X-Ratelimit-Global") != "true" || r.Header.Get("X-Ratelimit-Reset-After") != "" {
		t.Errorf("limited: %s %v", r.Text, r.Header)
	}
	if r = ask(t, d, "POST", messages, `{"content":"x"}`); r.Status != 200 {
		t.Errorf("held: %s", r.Text)
	}
	d.Fail(route, fakediscord.Fault{Cut: true, Done: true})
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.APIURL()+"/v10"+messages, strings.NewReader(`{"content":"cut"}`))
	if err != nil {
		t.Fatal(err)
	}
	q.Header = http.Header{"User-Agent": {userAgent}, "Content-Type": {"application/json"}, "Authorization": {"Bot " + fakediscord.Token}}
	if a, err := http.DefaultClient.Do(q); err == nil {
		a.Body.Close()
		t.Error("the connection was not cut")
	}
	if all := d.From(fakediscord.General); all[len(all)-1].Text != "cut" {
		t.Error("what was asked was not done")
	}
	if all := d.Requests(route); len(all) != 7 || all[6].Status != 0 {
		t.Errorf("recorded are %+v", all)
	}
}

// TestRates: every route has its limit for each channel, which its headers tell, and
// all have one together.
func TestRates(t *testing.T) {
	t.Parallel()
	clock := faketest.NewClock(monday)
	d := start(t, fakediscord.Config{Clock: clock, RateLimits: true})
	for left := 4; left >= 0; left-- {
		r := ask(t, d, "POST", messages, `{"content":"x"}`)
		if r.Status != 200 || r.Header.Get("X-Ratelimit-Remaining") != string(rune('0'+left)) || r.Header.Get("X-Ratelimit-Limit") != "5" || r.Header.Get("X-Ratelimit-Bucket") == "" {
			t.Errorf("%d are left: %d %v", left, r.Status, r.Header)
		}
	}
	clock.Advance(2 * time.Second)
	if r := ask(t, d, "POST", messages, `{"content":"x"}`); r.Status != 429 || r.Object["retry_after"] != 3. || r.Header.Get("X-Ratelimit-Scope") != "user" {
		t.Errorf("too many: %d %s", r.Status, r.Text)
	}
	if r := ask(t, d, "POST", "/channels/"+fakediscord.Random+"/messages", `{"content":"x"}`); r.Status != 200 {
		t.Errorf("another channel: %s", r.Text)
	}
	clock.Advance(3 * time.Second)
	if r := ask(t, d, "POST", messages, `{"content":"x"}`); r.Status != 200 {
		t.Errorf("later: %s", r.Text)
	}
	global := false
	for n := range 60 {
		channel := d.DM(fakediscord.Ada)
		if n%2 == 0 {
			channel = fakediscord.General
		}
		global = global || ask(t, d, "DELETE", "/channels/"+channel+"/messages/1", nil).Object["global"] == true
	}
	if !global {
		t.Error("there is no global limit")
	}
}

// TestMisbehave: any request may be given a fault; one that is lined up comes first.
func TestMisbehave(t *testing.T) {
	t.Parallel()
	var asked []string
	d := start(t, fakediscord.Config{Misbehave: func(name string) *fakediscord.Fault {
		if asked = append(asked, name); len(asked) == 1 {
			return &fakediscord.Fault{Status: 500}
		}
		return nil
	}})
	d.Fail("GET /users/@me", fakediscord.Fault{Status: 502})
	for _, want := range []int{502, 500, 200} {
		if r := ask(t, d, "GET", "/users/@me", nil); r.Status != want {
			t.Errorf("got %d, want %d", r.Status, want)
		}
	}
	if !slices.Equal(asked, []string{"GET /users/@me", "GET /users/@me"}) {
		t.Errorf("asked for faults of %q", asked)
	}
}
